import Audit
import Records
import Testing

/// The tree and its proofs against RFC 9162's own definitions, as slow as they stand there, and what proofs show over all small
/// trees there are.
@Suite("The Merkle tree against its definition")
struct MerkleDefinitionTests {
    // MARK: Definitions of section 2.1, over lists

    /// The largest power of two below a size of at least 2.
    private static func split(_ size: Int) -> Int {
        var half = 1
        while 2 * half < size { half *= 2 }
        return half
    }

    /// MTH of section 2.1.1.
    private static func head(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleHash(head(leaves[..<middle]), head(leaves[middle...]))
    }

    /// PATH of section 2.1.3.1.
    private static func path(_ index: Int, _ leaves: ArraySlice<MerkleHash>) -> [MerkleHash] {
        guard leaves.count > 1 else { return [] }
        let middle = leaves.startIndex + split(leaves.count)
        let (left, right) = (leaves[..<middle], leaves[middle...])
        return index < left.count ? path(index, left) + [head(right)] : path(index - left.count, right) + [head(left)]
    }

    /// SUBPROOF of section 2.1.4.1.
    private static func subproof(_ old: Int, _ leaves: ArraySlice<MerkleHash>, _ isWhole: Bool) -> [MerkleHash] {
        if old == leaves.count { return isWhole ? [] : [head(leaves)] }
        let middle = leaves.startIndex + split(leaves.count)
        let (left, right) = (leaves[..<middle], leaves[middle...])
        return old <= left.count
            ? subproof(old, left, isWhole) + [head(right)]
            : subproof(old - left.count, right, false) + [head(left)]
    }

    private static func tree(_ leaves: some Sequence<MerkleHash>) -> MerkleTree {
        var tree = MerkleTree()
        for leaf in leaves { tree.append(leaf) }
        return tree
    }

    private static func leaf(_ number: Int) -> MerkleHash { MerkleHash(leaf: UInt32(number).bigEndianBytes) }

    @Test(
        "heads, inclusion proofs and consistency proofs are those of the definitions, at every size of a growing tree")
    func definitions() {
        let leaves = (0..<36).map(Self.leaf)
        var tree = MerkleTree()
        #expect(tree.root == .empty && tree.count == 0 && tree.last == nil)
        for size in 1...leaves.count {
            tree.append(leaves[size - 1])
            let all = leaves[..<size]
            #expect(tree.count == size && tree.last == leaves[size - 1] && tree[size - 1] == leaves[size - 1])
            #expect(tree.root == Self.head(all))
            for place in 0..<size {
                let proof = tree.inclusion(of: place, in: size)
                #expect(proof == InclusionProof(index: place, size: size, path: Self.path(place, all)))
                #expect(proof.root(of: leaves[place]) == tree.root)
            }
            #expect(tree.consistency(from: 0, to: size) == ConsistencyProof(old: 0, new: size, path: []))
            for old in 1...size {
                let proof = tree.consistency(from: old, to: size)
                #expect(proof == ConsistencyProof(old: old, new: size, path: Self.subproof(old, all, true)))
            }
        }
        // A grown tree says of earlier sizes what the tree of that size said.
        for size in 0...leaves.count { #expect(tree.root(of: size) == Self.head(leaves[..<size])) }
    }

    @Test("the heads of certificate transparency's own example are the same, from nothing to eight entries")
    func published() {
        // Entries and heads of the reference tests of RFC 6962, whose tree RFC 9162 has kept.
        let entries: [[UInt8]] = [
            [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57),
            Array(0x60...0x6F),
        ]
        let heads = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        var tree = MerkleTree()
        #expect(hexadecimal(tree.root.bytes) == heads[0])
        for (entry, head) in zip(entries, heads.dropFirst()) {
            tree.append(MerkleHash(leaf: entry))
            #expect(hexadecimal(tree.root.bytes) == head, "\(tree.count) entries")
        }
        for (size, head) in heads.enumerated() { #expect(hexadecimal(tree.root(of: size).bytes) == head, "\(size)") }
        #expect("\(tree.root)" == "5dc9da79", "the first digits stand in messages")
    }

    // MARK: All small trees

    /// All lists of a length whose entries are two.
    private static func words(_ count: Int) -> [[MerkleHash]] {
        (0..<1 << count).map { bits in (0..<count).map { leaf(bits >> $0 & 1) } }
    }

    @Test(
        "over all trees of two entries' words up to five long, one goes on from another exactly where it begins with it"
    )
    func allConsistencies() {
        for new in 1...5 {
            let later = Self.words(new).map { (leaves: $0, tree: Self.tree($0)) }
            for old in 1...new {
                let earlier = Self.words(old).map { (leaves: $0, root: Self.head($0[...])) }
                for (leaves, tree) in later {
                    let proof = tree.consistency(from: old, to: new)
                    for before in earlier {
                        #expect(proof.verifies(before.root, to: tree.root) == leaves.starts(with: before.leaves))
                    }
                }
            }
        }
    }

    @Test("no tree's proof, of whatever sizes, joins two trees of which the later one does not begin with the earlier")
    func borrowedConsistencies() {
        let most = 4
        var proofs: Set<ConsistencyProof> = []
        for size in 1...most {
            for leaves in Self.words(size) {
                let tree = Self.tree(leaves)
                for old in 1...size { proofs.insert(tree.consistency(from: old, to: size)) }
            }
        }
        let all = (1...most).flatMap(Self.words).map { (leaves: $0, root: Self.head($0[...])) }
        for proof in proofs {
            for before in all {
                for after in all where proof.verifies(before.root, to: after.root) {
                    // What it says of the sizes is signed beside the heads.
                    guard before.leaves.count == proof.old, after.leaves.count == proof.new else { continue }
                    #expect(after.leaves.starts(with: before.leaves), "\(proof)")
                }
            }
        }
    }

    @Test(
        "of all proofs of a tree and its beginnings, one shows an entry exactly where it is of that entry, place and size"
    )
    func allInclusions() {
        let tree = Self.tree((0..<9).map(Self.leaf))
        let proofs = (1...9).flatMap { size in (0..<size).map { tree.inclusion(of: $0, in: size) } }
        let roots = (0...9).map { tree.root(of: $0) }
        for proof in proofs {
            for entry in 0..<9 {
                for (size, root) in roots.enumerated() {
                    let shows = proof.verifies(tree[entry], in: root)
                    #expect(shows == (entry == proof.index && size == proof.size), "\(entry) in \(size): \(proof)")
                }
            }
            // The same hashes for another place. Of sizes the head's signature speaks.
            for place in -1...10 where place != proof.index {
                let moved = InclusionProof(index: place, size: proof.size, path: proof.path)
                #expect(!moved.verifies(tree[proof.index], in: roots[proof.size]), "\(moved)")
            }
        }
    }

    @Test("a path without one of its hashes, with one twice, or with two in each other's place shows nothing")
    func brokenPaths() {
        let tree = Self.tree((0..<13).map(Self.leaf))
        for size in 2...13 {
            for place in 0..<size {
                let proof = tree.inclusion(of: place, in: size)
                for at in proof.path.indices {
                    var (without, twice) = (proof, proof)
                    without.path.remove(at: at)
                    twice.path.insert(proof.path[at], at: at)
                    #expect(!without.verifies(tree[place], in: tree.root(of: size)))
                    #expect(!twice.verifies(tree[place], in: tree.root(of: size)))
                    for other in proof.path.indices where other > at {
                        var swapped = proof
                        swapped.path.swapAt(at, other)
                        #expect(!swapped.verifies(tree[place], in: tree.root(of: size)))
                    }
                }
            }
            for old in 1..<size {
                let proof = tree.consistency(from: old, to: size)
                let (before, after) = (tree.root(of: old), tree.root(of: size))
                for at in proof.path.indices {
                    var (without, twice) = (proof, proof)
                    without.path.remove(at: at)
                    twice.path.insert(proof.path[at], at: at)
                    #expect(!without.verifies(before, to: after))
                    #expect(!twice.verifies(before, to: after))
                }
            }
        }
    }

    @Test("hashes of 32 bytes come back, those of other lengths are none, and each byte counts")
    func hashes() throws {
        let bytes = Array(0..<32 as Range<UInt8>)
        let hash = try #require(MerkleHash(bytes))
        #expect(hash.bytes == bytes && hash.description == "00010203" && MerkleHash(bytes[...]) == hash)
        for count in [0, 1, 31, 33, 64] { #expect(MerkleHash(repeatElement(0 as UInt8, count: count)) == nil) }
        var all: Set = [hash]
        for place in bytes.indices {
            var other = bytes
            other[place] ^= 0x80
            all.insert(try #require(MerkleHash(other)))
        }
        #expect(all.count == 33)
    }
}
