/// The proof that an entry is in a tree (RFC 9162, section 2.1.3).
package struct InclusionProof: Sendable, Hashable {
    /// The entry's number, from 0.
    package var index: Int
    /// How many entries the tree has.
    package var size: Int
    /// The hashes beside the way from the entry to the head, from below.
    package var path: [MerkleHash]

    package init(index: Int, size: Int, path: [MerkleHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Whether it shows that the entry of hash `leaf` is in the tree of head `root`.
    package func verifies(_ leaf: MerkleHash, in root: MerkleHash) -> Bool { self.root(of: leaf) == root }

    /// The head of the tree that has the entry of hash `leaf` there (section 2.1.3.2); nil where the proof is of no tree.
    package func root(of leaf: MerkleHash) -> MerkleHash? {
        guard index >= 0, index < size else { return nil }
        var (at, last) = (index, size - 1)
        var hash = leaf
        for beside in path {
            guard last > 0 else { return nil }
            if at & 1 == 1 || at == last {
                hash = MerkleHash(beside, hash)
                while at & 1 == 0, at != 0 { (at, last) = (at >> 1, last >> 1) }
            } else {
                hash = MerkleHash(hash, beside)
            }
            (at, last) = (at >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }
}

/// The proof that a tree goes on from an earlier one, of which it has every entry in its place (RFC 9162, section 2.1.4).
package struct ConsistencyProof: Sendable, Hashable {
    /// How many entries the earlier tree has.
    package var old: Int
    /// How many entries the later tree has.
    package var new: Int
    /// Hashes of subtrees, in the order of section 2.1.4.1; none where the trees are the same, or the earlier one is empty.
    package var path: [MerkleHash]

    package init(old: Int, new: Int, path: [MerkleHash]) {
        self.old = old
        self.new = new
        self.path = path
    }

    /// Whether it shows that the tree of head `newRoot` goes on from that of head `oldRoot` (section 2.1.4.2).
    package func verifies(_ oldRoot: MerkleHash, to newRoot: MerkleHash) -> Bool {
        guard old >= 0, old <= new else { return false }
        if old == 0 { return path.isEmpty && oldRoot == .empty && (new > 0 || newRoot == .empty) }
        if old == new { return path.isEmpty && oldRoot == newRoot }
        // The subtree that both have is the earlier tree itself where that is complete.
        var rest = path[...]
        guard let first = old & (old - 1) == 0 ? oldRoot : rest.popFirst() else { return false }
        var (at, last) = (old - 1, new - 1)
        while at & 1 == 1 { (at, last) = (at >> 1, last >> 1) }
        var (before, after) = (first, first)
        for beside in rest {
            guard last > 0 else { return false }
            if at & 1 == 1 || at == last {
                before = MerkleHash(beside, before)
                after = MerkleHash(beside, after)
                while at & 1 == 0, at != 0 { (at, last) = (at >> 1, last >> 1) }
            } else {
                after = MerkleHash(after, beside)
            }
            (at, last) = (at >> 1, last >> 1)
        }
        return last == 0 && before == oldRoot && after == newRoot
    }
}
