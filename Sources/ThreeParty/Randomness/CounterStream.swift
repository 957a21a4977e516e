import Copenssl
import Crypto
import Records
package import Secrets

/// AES-128-CTR over zeros (NIST SP 800-38A): the pseudo-random stream of a key that is used for this one stream, taken a piece at a
/// time. Time depends on the counts only.
///
/// Each stream begins at a counter of its own. If all began at zero, one search of keys would go through those of all streams at
/// once: one of N keys would be found in 2^128 / N steps (Biham, "How to decrypt or even substitute DES-encrypted messages in 2^28
/// steps", 2002).
///
/// OpenSSL's context goes on where it stood and writes into the caller's buffer, so that a batch's stream never exists as a
/// whole; it wipes its key when it goes.
package struct CounterStream: ~Copyable {
    // Set once and then only read. Looking the algorithm up costs more than a short stream.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-128-CTR", nil)

    private let context: OpaquePointer

    /// - Parameter key: 32 bytes: the AES key, then the first counter block.
    package init(_ key: borrowing SecretKey) {
        self.init()
        let context = context
        key.lend { key in
            precondition(key.bitCount == 256, "a stream takes a key and a counter of 16 bytes each")
            key.withUnsafeBytes {
                let (key, counter) = ($0[..<16], $0[16...])
                Self.restart(context, UnsafeRawBufferPointer(rebasing: key), UnsafeRawBufferPointer(rebasing: counter))
            }
        }
    }

    /// A stream that is restarted before it is used.
    package init() {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        self.context = context
    }

    /// Goes to the beginning of another key's stream. Many short streams are cheaper one after the other here than each anew.
    ///
    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - counter: the first block's; it need not be secret.
    package mutating func restart(_ key: UnsafeRawBufferPointer, from counter: UInt128) {
        counter.withBigEndianBytes { Self.restart(context, key, $0) }
    }

    private static func restart(
        _ context: OpaquePointer, _ key: UnsafeRawBufferPointer, _ counter: UnsafeRawBufferPointer
    ) {
        precondition(
            key.count == 16 && counter.count == 16, "AES-128-CTR takes a key and a counter of 16 bytes each")
        let began = EVP_EncryptInit_ex(
            context, Self.cipher, nil, key.bindMemory(to: UInt8.self).baseAddress,
            counter.bindMemory(to: UInt8.self).baseAddress)
        precondition(began == 1, "OpenSSL has AES-128-CTR")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Writes the stream's next bytes over all of `buffer`.
    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
        var at = 0
        while at < buffer.count {
            let count = min(buffer.count - at, Self.zeroCount)
            encrypt(Self.zeros, into: bytes + at, count)
            at += count
        }
    }

    private static let zeroCount = 4096
    // Only ever read. It stays in the processor's cache, so that nobody has to clear a buffer first.
    private nonisolated(unsafe) static let zeros: UnsafePointer<UInt8> = {
        let zeros = UnsafeMutablePointer<UInt8>.allocate(capacity: zeroCount)
        zeros.initialize(repeating: 0, count: zeroCount)
        return UnsafePointer(zeros)
    }()

    /// XORs the stream's next bytes onto `buffer`.
    package mutating func mask(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
        encrypt(bytes, into: bytes, buffer.count)
    }

    private mutating func encrypt(
        _ text: UnsafePointer<UInt8>, into out: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        var written: Int32 = 0
        let done = EVP_EncryptUpdate(context, out, &written, text, Int32(count))
        precondition(done == 1 && written == count, "AES-CTR gives as many bytes as it takes")
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
