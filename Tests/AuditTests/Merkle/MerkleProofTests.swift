import Audit
import Support
import Testing

/// What proofs show, and what none of them shows.
@Suite("Proofs of a Merkle tree")
struct MerkleProofTests {
    private static func tree(_ count: Int, seed: UInt64 = 1) -> MerkleTree {
        var random = SplitMix64(seed)
        var tree = MerkleTree()
        for _ in 0..<count { tree.append(MerkleHash(leaf: random.bytes(9))) }
        return tree
    }

    @Test("an entry's hash is not that of two halves: the bytes of a pair are no entry that gives the same")
    func separated() {
        let (left, right) = (MerkleHash(leaf: [1]), MerkleHash(leaf: [2]))
        #expect(MerkleHash(left, right) != MerkleHash(leaf: left.bytes + right.bytes))
        #expect(MerkleHash(left, right) != MerkleHash(right, left))
        #expect(MerkleHash(leaf: []) != .empty)
        #expect(MerkleHash([UInt8](repeating: 0, count: 31)) == nil && MerkleHash(left.bytes) == left)
    }

    @Test("an inclusion proof fits no other entry, number, size or head, and none whose path is another")
    func inclusionFitsOne() {
        let tree = Self.tree(21)
        var random = SplitMix64(7)
        for size in [1, 2, 3, 7, 8, 13, 16, 21] {
            for index in 0..<size {
                let proof = tree.inclusion(of: index, in: size)
                let root = tree.root(of: size)
                #expect(proof.verifies(tree[index], in: root))
                for other in 0..<size where other != index {
                    #expect(!proof.verifies(tree[other], in: root))
                    let moved = InclusionProof(index: other, size: size, path: proof.path)
                    #expect(!moved.verifies(tree[index], in: root))
                }
                for other in 0...tree.count where other != size {
                    #expect(!proof.verifies(tree[index], in: tree.root(of: other)))
                }
                var path = proof.path
                path.append(tree[0])
                #expect(!InclusionProof(index: index, size: size, path: path).verifies(tree[index], in: root))
                if !proof.path.isEmpty {
                    let shorter = InclusionProof(index: index, size: size, path: Array(proof.path.dropLast()))
                    #expect(!shorter.verifies(tree[index], in: root))
                    var spoilt = proof
                    spoilt.path[Int.random(in: 0..<proof.path.count, using: &random)] = MerkleHash(
                        leaf: random.bytes(4))
                    #expect(!spoilt.verifies(tree[index], in: root))
                }
            }
        }
    }

    @Test("an inclusion proof of a number or size that can't be shows nothing")
    func senselessInclusion() {
        let tree = Self.tree(1)
        for (index, size) in [(-1, 1), (1, 1), (0, 0), (0, -1), (Int.max, Int.max), (Int.min, 1)] {
            #expect(!InclusionProof(index: index, size: size, path: []).verifies(tree[0], in: tree.root))
        }
        #expect(InclusionProof(index: 0, size: 1, path: []).verifies(tree[0], in: tree.root))
    }

    @Test("a consistency proof fits no other size, head or path")
    func consistencyFitsOne() {
        let (tree, other) = (Self.tree(21), Self.tree(21, seed: 2))
        var random = SplitMix64(8)
        for new in 1...21 {
            for old in 1..<new {
                let proof = tree.consistency(from: old, to: new)
                let (before, after) = (tree.root(of: old), tree.root(of: new))
                #expect(proof.verifies(before, to: after))
                #expect(!proof.verifies(other.root(of: old), to: after))
                #expect(!proof.verifies(before, to: other.root(of: new)))
                let longer = ConsistencyProof(old: old, new: new, path: proof.path + [tree[0]])
                #expect(!longer.verifies(before, to: after))
                let shorter = ConsistencyProof(old: old, new: new, path: Array(proof.path.dropLast()))
                #expect(!shorter.verifies(before, to: after))
                var spoilt = proof
                spoilt.path[Int.random(in: 0..<proof.path.count, using: &random)] = MerkleHash(leaf: random.bytes(4))
                #expect(!spoilt.verifies(before, to: after))
            }
        }
    }

    @Test("no proof joins trees that differ in one entry of the earlier one")
    func rewritten() {
        var random = SplitMix64(9)
        for _ in 0..<200 {
            let new = Int.random(in: 2...40, using: &random)
            let old = Int.random(in: 1..<new, using: &random)
            let changed = Int.random(in: 0..<old, using: &random)
            let tree = Self.tree(new)
            var other = MerkleTree()
            for index in 0..<new { other.append(index == changed ? MerkleHash(leaf: [1, 2, 3]) : tree[index]) }
            #expect(!other.consistency(from: old, to: new).verifies(tree.root(of: old), to: other.root))
        }
    }

    @Test("what is the same goes on from itself, all go on from nothing, and nothing goes backwards")
    func edges() {
        let tree = Self.tree(6)
        #expect(tree.consistency(from: 6, to: 6).verifies(tree.root, to: tree.root))
        #expect(!ConsistencyProof(old: 6, new: 6, path: []).verifies(tree.root, to: tree.root(of: 5)))
        #expect(tree.consistency(from: 0, to: 6).verifies(.empty, to: tree.root))
        #expect(!ConsistencyProof(old: 0, new: 6, path: []).verifies(tree[0], to: tree.root))
        #expect(!ConsistencyProof(old: 0, new: 0, path: []).verifies(.empty, to: tree.root))
        #expect(!ConsistencyProof(old: 6, new: 5, path: []).verifies(tree.root, to: tree.root(of: 5)))
        #expect(!ConsistencyProof(old: -1, new: 5, path: []).verifies(tree.root, to: tree.root(of: 5)))
        #expect(!ConsistencyProof(old: 3, new: 6, path: []).verifies(tree.root(of: 3), to: tree.root))
        #expect(!ConsistencyProof(old: 4, new: .max, path: []).verifies(tree.root(of: 4), to: tree.root))
    }

    @Test("at sizes around powers of two, and large ones, proofs verify")
    func large() {
        let tree = Self.tree(4100)
        let sizes = [1, 2, 3, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 4100]
        for (place, new) in sizes.enumerated() {
            for old in sizes[...place] {
                #expect(tree.consistency(from: old, to: new).verifies(tree.root(of: old), to: tree.root(of: new)))
            }
            for index in [0, new / 2, new - 1] {
                let proof = tree.inclusion(of: index, in: new)
                #expect(proof.path.count <= 13)
                #expect(proof.verifies(tree[index], in: tree.root(of: new)))
            }
        }
    }
}
