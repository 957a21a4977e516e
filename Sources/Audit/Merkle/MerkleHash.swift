import Records

/// A hash of a Merkle tree by RFC 9162, section 2.1.1, with SHA-256. Four words without a heap object of their own, since a tree
/// of a million entries has two million of them.
package struct MerkleHash: Hashable, Sendable {
    private var words: SHA256Stream.Words

    /// The hash of an entry: SHA-256 of a zero byte and the entry.
    package init(leaf entry: [UInt8]) {
        var hash = SHA256Stream()
        withUnsafeBytes(of: 0 as UInt8) { hash.add($0) }
        hash.add(entry)
        words = hash.finish()
    }

    /// The hash of two halves of a tree: SHA-256 of the byte 1, the left one and the right one.
    package init(_ left: MerkleHash, _ right: MerkleHash) {
        var hash = SHA256Stream()
        withUnsafeBytes(of: 1 as UInt8) { hash.add($0) }
        withUnsafeBytes(of: left.words) { hash.add($0) }
        withUnsafeBytes(of: right.words) { hash.add($0) }
        words = hash.finish()
    }

    private init(_ hash: consuming SHA256Stream) { words = hash.finish() }

    /// The head of a tree without entries: SHA-256 of nothing.
    package static let empty = MerkleHash(SHA256Stream())

    /// Takes a hash that was computed elsewhere; nil where there are not 32 bytes.
    package init?(_ bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 32 else { return nil }
        words = all.withUnsafeBytes { $0.loadUnaligned(as: SHA256Stream.Words.self) }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    package static func == (left: MerkleHash, right: MerkleHash) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { withUnsafeBytes(of: words) { hasher.combine(bytes: $0) } }
}

extension MerkleHash: CustomStringConvertible {
    /// The first eight hexadecimal digits, for logs.
    package var description: String { hexadecimal(bytes.prefix(4)) }
}
