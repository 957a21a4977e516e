import Copenssl
import Crypto
import Secrets

/// AES-256 (FIPS 197) of whole blocks under one key, by OpenSSL. Used by one thread.
final class BlockCipher {
    // Set once and then only read. Looking the algorithm up costs more than many blocks.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-256-ECB", nil)

    /// OpenSSL wipes the key with the context.
    private let context: OpaquePointer

    /// - Parameter key: 32 bytes.
    init(_ key: borrowing SecretKey) {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        self.context = context
        let began = key.lend { key in
            precondition(key.bitCount == 256, "AES-256 takes a key of 32 bytes")
            return key.withUnsafeBytes {
                EVP_EncryptInit_ex(context, Self.cipher, nil, $0.bindMemory(to: UInt8.self).baseAddress, nil)
            }
        }
        precondition(began == 1 && EVP_CIPHER_CTX_set_padding(context, 0) == 1, "OpenSSL has AES-256")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Puts AES of each block in its place.
    ///
    /// - Parameter blocks: 16 bytes each.
    func encrypt(_ blocks: UnsafeMutableRawBufferPointer) {
        let bytes = blocks.bindMemory(to: UInt8.self).baseAddress
        var written: Int32 = 0
        let done = EVP_EncryptUpdate(context, bytes, &written, bytes, Int32(blocks.count))
        precondition(done == 1 && written == blocks.count, "AES gives as many blocks as it takes")
    }
}
