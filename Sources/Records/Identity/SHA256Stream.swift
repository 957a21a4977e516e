import Copenssl

/// SHA-256 (FIPS 180-4) of what comes piece by piece, by OpenSSL. It lies where its owner does: a hash of a record or two allocates
/// nothing. It can't be copied or printed: shares and nonces go through it.
package struct SHA256Stream: ~Copyable {
    package typealias Words = (UInt64, UInt64, UInt64, UInt64)

    private var context = SHA256_CTX()

    package init() { SHA256_Init(&context) }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// Adds a part behind its length (8 bytes, big-endian), as `Digest32` does.
    package mutating func add(part bytes: UnsafeRawBufferPointer) {
        bytes.count.withBigEndianBytes { add($0) }
        add(bytes)
    }

    package mutating func add(part bytes: [UInt8]) { bytes.withUnsafeBytes { add(part: $0) } }

    package mutating func add(part digest: Digest32) { digest.withBytes { add(part: $0) } }

    /// The 32 bytes of the hash as they lie in memory; nothing can be added behind.
    package consuming func finish() -> Words {
        var words: Words = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { _ = SHA256_Final($0.bindMemory(to: UInt8.self).baseAddress, &context) }
        return words
    }
}
