import Copenssl

/// SHA-256 (FIPS 180-4) by OpenSSL.
enum SHA256 {
    static let byteCount = 32
    /// Bytes of an input block: the `s_in_bytes` of RFC 9380, section 5.3.1.
    static let blockBytes = 64

    // Set once and then only read. Looking the algorithm up costs more than a short hash.
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let done = EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, algorithm, nil)
            precondition(done == 1, "OpenSSL has SHA-256")
            count = byteCount
        }
    }
}
