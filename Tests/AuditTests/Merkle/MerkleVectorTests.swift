import Audit
import Foundation
import Testing

/// The tree against an independent computation (scripts/vectors/merkle_tree.py).
@Suite("The Merkle tree against vectors")
struct MerkleVectorTests {
    struct File: Decodable {
        var entries: [String]
        var heads: [String]
        var inclusion: [Inclusion]
        var consistency: [Consistency]
    }

    struct Inclusion: Decodable {
        var index: Int
        var size: Int
        var path: [String]
    }

    struct Consistency: Decodable {
        var old: Int
        var new: Int
        var path: [String]
    }

    let file: File
    let tree: MerkleTree
    let heads: [MerkleHash]

    init() throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Vectors/merkle-v1/tree.json")
        file = try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
        var tree = MerkleTree()
        for entry in file.entries { tree.append(MerkleHash(leaf: Self.bytes(entry))) }
        self.tree = tree
        heads = try file.heads.map { try #require(MerkleHash(Self.bytes($0))) }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap {
            UInt8(String(decoding: Array(hex.utf8)[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    private static func hashes(_ path: [String]) -> [MerkleHash] { path.compactMap { MerkleHash(bytes($0)) } }

    @Test("heads of every size are the same")
    func sameHeads() {
        #expect(tree.count == 23 && heads.count == 24)
        for size in 0...tree.count {
            #expect(tree.root(of: size) == heads[size])
        }
        #expect(tree.root == heads[23])
    }

    @Test("inclusion proofs are the same, and verify")
    func sameInclusion() {
        #expect(file.inclusion.count == 23 * 24 / 2)
        for vector in file.inclusion {
            let proof = tree.inclusion(of: vector.index, in: vector.size)
            #expect(proof.path == Self.hashes(vector.path))
            #expect(proof.verifies(tree[vector.index], in: heads[vector.size]))
        }
    }

    @Test("consistency proofs are the same, and verify")
    func sameConsistency() {
        #expect(file.consistency.count == 23 * 22 / 2)
        for vector in file.consistency {
            let proof = tree.consistency(from: vector.old, to: vector.new)
            #expect(proof.path == Self.hashes(vector.path))
            #expect(proof.verifies(heads[vector.old], to: heads[vector.new]))
        }
    }
}
