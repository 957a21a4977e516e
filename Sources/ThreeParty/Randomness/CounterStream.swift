import Copenssl
import Crypto

/// AES-128-CTR from counter zero over zeros (NIST SP 800-38A): the pseudo-random stream of a key that is used for this one
/// stream, taken a piece at a time. Time depends on the counts only.
///
/// OpenSSL's context goes on where it stood and writes into the caller's buffer, so that a batch's stream never exists as a
/// whole; it wipes its key when it goes.
package struct CounterStream: ~Copyable {
    private let context: OpaquePointer

    /// - Parameter key: 16 bytes.
    package init(_ key: borrowing SecretKey) {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        self.context = context
        let began = key.lend { key in
            key.withUnsafeBytes { key in
                let zero: (UInt64, UInt64) = (0, 0)
                return withUnsafeBytes(of: zero) { counter in
                    EVP_EncryptInit_ex(
                        context, EVP_aes_128_ctr(), nil, key.bindMemory(to: UInt8.self).baseAddress,
                        counter.bindMemory(to: UInt8.self).baseAddress)
                }
            }
        }
        precondition(began == 1, "AES-128-CTR takes a 16-byte key; the caller gave another")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Writes the stream's next bytes over all of `buffer`.
    package mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let bytes = buffer.initializeMemory(as: UInt8.self, repeating: 0).baseAddress else { return }
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
