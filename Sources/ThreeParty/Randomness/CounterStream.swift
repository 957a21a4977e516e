import Copenssl
import Crypto
package import Secrets

/// AES-128-CTR from counter zero over zeros (NIST SP 800-38A): the pseudo-random stream of a key that is used for this one
/// stream, taken a piece at a time. Time depends on the counts only.
///
/// OpenSSL's context goes on where it stood and writes into the caller's buffer, so that a batch's stream never exists as a
/// whole; it wipes its key when it goes.
package struct CounterStream: ~Copyable {
    // Set once and then only read. Looking the algorithm up costs more than a short stream.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-128-CTR", nil)

    private let context: OpaquePointer

    /// - Parameter key: 16 bytes.
    package init(_ key: borrowing SecretKey) {
        self.init()
        let context = context
        key.lend { key in key.withUnsafeBytes { Self.restart(context, $0) } }
    }

    /// A stream that is restarted before it is used.
    package init() {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        self.context = context
    }

    /// Goes to the beginning of another key's stream. Many short streams are cheaper one after the other here than each anew.
    ///
    /// - Parameter key: 16 bytes.
    package mutating func restart(_ key: UnsafeRawBufferPointer) { Self.restart(context, key) }

    private static func restart(_ context: OpaquePointer, _ key: UnsafeRawBufferPointer) {
        precondition(key.count == 16, "AES-128-CTR takes a 16-byte key; the caller gave another")
        let zero: (UInt64, UInt64) = (0, 0)
        let began = withUnsafeBytes(of: zero) { counter in
            EVP_EncryptInit_ex(
                context, Self.cipher, nil, key.bindMemory(to: UInt8.self).baseAddress,
                counter.bindMemory(to: UInt8.self).baseAddress)
        }
        precondition(began == 1, "OpenSSL has AES-128-CTR")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Writes the stream's next bytes over all of `buffer`.
    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        _ = buffer.initializeMemory(as: UInt8.self, repeating: 0)
        mask(buffer)
    }

    /// XORs the stream's next bytes onto `buffer`.
    package mutating func mask(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
        var written: Int32 = 0
        let done = EVP_EncryptUpdate(context, bytes, &written, bytes, Int32(buffer.count))
        precondition(done == 1 && written == buffer.count, "AES-CTR gives as many bytes as it takes")
    }

    /// The first `count` bytes of a key's stream.
    package static func bytes(of key: borrowing SecretKey, count: Int) -> [UInt8] {
        var stream = CounterStream(key)
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, filled in
            stream.fill(UnsafeMutableRawBufferPointer(bytes))
            filled = count
        }
    }
}
