import Copenssl
import Crypto
import Secrets

/// A hash of 16-byte blocks, x ↦ π(x) ⊕ x, for π = AES-128 under a key that is no secret (Matyas, Meyer and Oseas). Of a seed that
/// is one it gives pseudo-random blocks, if AES is an ideal permutation (Guo, Katz, Wang, Yu, "Efficient and secure multiparty
/// computation from fixed-key block ciphers", S&P 2020). A key serves one batch, so that no search goes through the seeds of all.
struct FixedCipher: ~Copyable {
    // Set once and then only read. Looking the algorithm up costs more than a short run.
    private nonisolated(unsafe) static let cipher = EVP_CIPHER_fetch(nil, "AES-128-ECB", nil)

    private let context: OpaquePointer

    /// - Parameter key: 16 bytes.
    init(key: some Collection<UInt8>) {
        precondition(key.count == 16, "AES-128 takes a key of 16 bytes")
        context = Array(key).withUnsafeBytes { Self.context(key: $0) }
    }

    /// A cipher under a secret key, of whose bytes it takes the first 16.
    init(secret: borrowing SecretKey) { context = secret.lend { $0.withUnsafeBytes { Self.context(key: $0) } } }

    private static func context(key: UnsafeRawBufferPointer) -> OpaquePointer {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher's context") }
        let began = EVP_EncryptInit_ex(context, cipher, nil, key.bindMemory(to: UInt8.self).baseAddress, nil)
        precondition(began == 1 && EVP_CIPHER_CTX_set_padding(context, 0) == 1, "OpenSSL has AES-128-ECB")
        return context
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Writes the hash of each of `blocks` to its place in `hashes`, which is as long. A block's bytes are little-endian.
    func hash(_ blocks: UnsafeBufferPointer<UInt128>, into hashes: UnsafeMutableBufferPointer<UInt128>) {
        precondition(blocks.count == hashes.count, "as many hashes as blocks")
        let bytes = UnsafeRawBufferPointer(blocks).bindMemory(to: UInt8.self)
        let out = UnsafeMutableRawBufferPointer(hashes).bindMemory(to: UInt8.self)
        var written: Int32 = 0
        let done = EVP_EncryptUpdate(context, out.baseAddress, &written, bytes.baseAddress, Int32(bytes.count))
        precondition(done == 1 && written == bytes.count, "AES gives as many bytes as it takes")
        for index in blocks.indices { hashes[index] ^= blocks[index] }
    }
}
