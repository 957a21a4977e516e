/// The right edge of a Merkle tree by RFC 9162, section 2.1: what it takes to append to it and to know its head. It is as large as
/// the logarithm of the tree's size, so a log of any length is written, or read through, with one.
package struct MerkleFrontier: Sendable {
    /// The hashes of complete subtrees, the largest first: one for each bit of `count`.
    private var peaks: [MerkleHash] = []
    /// How many entries the tree has.
    package private(set) var count = 0

    package init() {}

    /// Appends an entry, by its hash.
    package mutating func append(_ leaf: MerkleHash) {
        var hash = leaf
        for _ in 0..<count.trailingOneBitCount { hash = MerkleHash(peaks.removeLast(), hash) }
        peaks.append(hash)
        count += 1
    }

    /// The tree's head.
    package var root: MerkleHash {
        guard var hash = peaks.last else { return .empty }
        for peak in peaks.dropLast().reversed() { hash = MerkleHash(peak, hash) }
        return hash
    }
}

extension Int {
    /// How many bits from the lowest on are set.
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
