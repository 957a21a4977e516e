import Keys
import Manifests
import Model
import ModelSync
import Records
import Testing
import ThreeParty

/// The forest that three parties' shares add up to.
struct OpenedModel {
    let forest: Forest
    /// The scorecard's points by feature and bin; nil where any party has none.
    let points: [Int32]?

    /// Opens a manifest as no one party can.
    init(_ manifest: ModelManifest) throws {
        try self.init(
            PartyID.allCases.map { party in
                try ModelShare(
                    opening: manifest, for: party, key: HPKEPrivateKey(bytes: SyncWorld.opening(party)))
            }, fraction: manifest.fractionBits)
    }

    /// - Parameter shares: of parties 0, 1 and 2.
    init(_ shares: [ModelShare], fraction: Int) throws {
        let shape = shares[0].shape
        let cards = shares.compactMap(\.card)
        points =
            cards.count == 3
            ? cards[0].points.first.indices.map { at in
                Int32(bitPattern: cards.reduce(0) { $0 &+ $1.points.first[at] })
            } : nil
        var selection = [UInt8](repeating: 0, count: shape.selectionBytes)
        var leaves = [UInt32](repeating: 0, count: shape.leaves)
        for share in shares {
            let rows = share.components.selectionFirst
            for at in selection.indices { selection[at] ^= rows[at] }
            let own =
                shape.ringBits == 16
                ? UInt16.unpack(share.components.leavesFirst).map { UInt32($0) }
                : UInt32.unpack(share.components.leavesFirst)
            for at in leaves.indices { leaves[at] &+= own[at] }
        }
        let conditions = try (0..<shape.conditions).map { row in
            try #require(
                (0..<shape.bits).first { selection[row * shape.inputBytes + $0 >> 3] >> UInt8($0 & 7) & 1 == 1 })
        }
        let values = leaves.map {
            shape.ringBits == 16 ? Int32(Int16(truncatingIfNeeded: $0)) : Int32(bitPattern: $0)
        }
        forest = try Forest(
            trees: (0..<shape.trees).map { tree in
                Forest.Tree(
                    conditions: Array(conditions[tree * shape.depth..<(tree + 1) * shape.depth]),
                    leaves: Array(values[tree << shape.depth..<(tree + 1) << shape.depth]))
            }, bits: shape.bits, fractionBits: fraction)
    }
}
