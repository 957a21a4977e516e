/// An append-only Merkle tree by RFC 9162, section 2.1, that keeps every hash of its complete subtrees, so that the head of any
/// earlier size and the proofs between them take a number of steps that grows with the logarithm of its size.
package struct MerkleTree: Sendable {
    /// The hashes of complete subtrees: `levels[k][i]` is of the entries from `i << k` on, `1 << k` of them.
    private var levels: [[MerkleHash]] = [[]]

    package init() {}

    /// How many entries it has.
    package var count: Int { levels[0].count }

    /// The hash of an entry, by its number from 0.
    package subscript(index: Int) -> MerkleHash { levels[0][index] }

    /// The hash of the last entry; nil where there is none.
    package var last: MerkleHash? { levels[0].last }

    /// Appends an entry, by its hash. It takes one hash of two halves in the mean.
    package mutating func append(_ leaf: MerkleHash) {
        levels[0].append(leaf)
        var level = 0
        while levels[level].count.isMultiple(of: 2) {
            let pair = levels[level].suffix(2)
            if levels.count == level + 1 { levels.append([]) }
            levels[level + 1].append(MerkleHash(pair.first!, pair.last!))
            level += 1
        }
    }

    /// The head of all entries.
    package var root: MerkleHash { root(of: count) }

    /// The head of the first `size` entries, which has to be within the tree.
    package func root(of size: Int) -> MerkleHash {
        precondition((0...count).contains(size), "the tree has \(count) entries")
        return size == 0 ? .empty : subtree(0..<size)
    }

    /// The proof that an entry is in the tree of the first `size`; the entry's number has to be below that.
    package func inclusion(of index: Int, in size: Int) -> InclusionProof {
        precondition((0..<size).contains(index) && size <= count, "the tree has \(count) entries")
        return InclusionProof(index: index, size: size, path: path(index, 0..<size))
    }

    /// The proof that the tree of the first `new` entries goes on from that of the first `old`; both have to be within the tree.
    package func consistency(from old: Int, to new: Int) -> ConsistencyProof {
        precondition(old >= 0 && old <= new && new <= count, "the tree has \(count) entries")
        return ConsistencyProof(
            old: old, new: new, path: old == 0 || old == new ? [] : subproof(old, 0..<new, isWhole: true))
    }

    /// The hash of some entries, which begin where a subtree of their number does.
    private func subtree(_ range: Range<Int>) -> MerkleHash {
        let size = range.count
        if size & (size - 1) == 0 {
            let level = size.trailingZeroBitCount
            return levels[level][range.lowerBound >> level]
        }
        let middle = range.lowerBound + Self.leftSize(size)
        return MerkleHash(subtree(range.lowerBound..<middle), subtree(middle..<range.upperBound))
    }

    /// PATH of RFC 9162, section 2.1.3.1.
    private func path(_ index: Int, _ range: Range<Int>) -> [MerkleHash] {
        guard range.count > 1 else { return [] }
        let middle = range.lowerBound + Self.leftSize(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return index < middle ? path(index, left) + [subtree(right)] : path(index, right) + [subtree(left)]
    }

    /// SUBPROOF of RFC 9162, section 2.1.4.1, for the entries below `old`.
    private func subproof(_ old: Int, _ range: Range<Int>, isWhole: Bool) -> [MerkleHash] {
        if old == range.upperBound { return isWhole ? [] : [subtree(range)] }
        let middle = range.lowerBound + Self.leftSize(range.count)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return old <= middle
            ? subproof(old, left, isWhole: isWhole) + [subtree(right)]
            : subproof(old, right, isWhole: false) + [subtree(left)]
    }

    /// The largest power of two below a size of at least 2.
    private static func leftSize(_ size: Int) -> Int { 1 << (Int.bitWidth - 1 - (size - 1).leadingZeroBitCount) }
}
