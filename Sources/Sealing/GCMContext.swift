import Copenssl
import Crypto
import Secrets

/// AES-256-GCM (FIPS 197, NIST SP 800-38D) by OpenSSL, for many boxes of some hundred bytes: a key is set up once for all that
/// it seals and opens. What is sealed is the ciphertext, then the tag. Used by one thread.
final class GCMContext {
    /// Bytes of a nonce: the 96 bits that SP 800-38D recommends.
    static let nonceBytes = 12
    /// Bytes of a tag: all 128 bits.
    static let tagBytes = 16

    // Set once and then only read. Looking the algorithm up costs as much as a small box.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)

    /// OpenSSL wipes the key with the context.
    private let context: OpaquePointer

    /// A context that has to be given a key before it is used.
    init() {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        self.context = context
        let began = EVP_CipherInit_ex(context, Self.cipher, nil, nil, nil, 1)
        precondition(began == 1, "OpenSSL has AES-256-GCM")
    }

    /// - Parameter key: 32 bytes.
    convenience init(_ key: borrowing SecretKey) {
        self.init()
        key.lend { key in key.withUnsafeBytes { set($0) } }
    }

    /// Takes another key in the place of the one before.
    ///
    /// - Parameter key: 32 bytes.
    func set(_ key: UnsafeRawBufferPointer) {
        precondition(key.count == 32, "AES-256-GCM takes a key of 32 bytes")
        let isSet = EVP_CipherInit_ex(context, nil, nil, key.bindMemory(to: UInt8.self).baseAddress, nil, 1)
        precondition(isSet == 1, "OpenSSL takes a key of 32 bytes")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Appends ciphertext and tag to `out`.
    ///
    /// - Parameter nonce: 12 bytes that this key never sealed anything else with.
    func seal(
        _ plaintext: [UInt8], nonce: UnsafeRawBufferPointer, associated data: [UInt8], onto out: inout [UInt8]
    ) {
        let start = out.count
        out.append(contentsOf: plaintext)
        out.append(contentsOf: repeatElement(0, count: Self.tagBytes))
        let sealed = out.withUnsafeMutableBufferPointer { out in
            guard let bytes = out.baseAddress else { return false }
            let (body, tag) = (bytes + start, bytes + start + plaintext.count)
            return begin(nonce, seals: true) && add(data, data.count, to: nil)
                && add(body, plaintext.count, to: body) && end(tag)
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagBytes), tag) == 1
        }
        precondition(sealed, "OpenSSL seals whatever it is given")
    }

    /// Puts what was sealed in the place of `plaintext`, as far as the tag is this key's for these bytes; where it is
    /// not, that is empty, and false is returned.
    func open(
        _ sealed: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associated data: [UInt8],
        into plaintext: inout [UInt8]
    ) -> Bool {
        plaintext.removeAll(keepingCapacity: true)
        let count = sealed.count - Self.tagBytes
        guard count >= 0 else { return false }
        plaintext.append(contentsOf: UnsafeRawBufferPointer(rebasing: sealed[..<count]))
        let isAuthentic = plaintext.withUnsafeMutableBufferPointer { out in
            begin(nonce, seals: false) && add(data, data.count, to: nil)
                && (count == 0 || out.baseAddress.map { add($0, count, to: $0) } == true)
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagBytes),
                    // It is read.
                    UnsafeMutableRawPointer(mutating: sealed.baseAddress?.advanced(by: count))) == 1
                && end(out.baseAddress)
        }
        // Nothing of what is not authentic is given out.
        if !isAuthentic { plaintext.removeAll() }
        return isAuthentic
    }

    private func begin(_ nonce: UnsafeRawBufferPointer, seals: Bool) -> Bool {
        precondition(nonce.count == Self.nonceBytes, "AES-256-GCM takes a nonce of 12 bytes here")
        return EVP_CipherInit_ex(
            context, nil, nil, nil, nonce.bindMemory(to: UInt8.self).baseAddress, seals ? 1 : 0) == 1
    }

    /// - Parameter output: as many bytes; nil for data that is authenticated alone.
    private func add(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, to output: UnsafeMutablePointer<UInt8>?
    ) -> Bool {
        var written: Int32 = 0
        return count == 0 || EVP_CipherUpdate(context, output, &written, bytes, Int32(count)) == 1
    }

    private func end(_ output: UnsafeMutablePointer<UInt8>?) -> Bool {
        var written: Int32 = 0
        // It writes nothing in this mode, and wants a place nevertheless.
        var nothing: UInt8 = 0
        return EVP_CipherFinal_ex(context, output ?? withUnsafeMutablePointer(to: &nothing) { $0 }, &written) == 1
    }
}
