import Foundation
import Keys
import LocalConsortium
import Manifests
import Model
import Records
import Terminal
import ThreeParty

/// Opens a model as no party can: by the private keys of all three, which lie in one folder on this machine alone. So that what was
/// scored by a model that nobody knows can be held against the same in the clear.
func openedForest(_ manifest: ModelManifest, _ keys: DevelopmentKeys) throws -> Forest {
    let shape = manifest.shape
    var selection = [UInt8](repeating: 0, count: shape.selectionBytes)
    var leaves = [UInt32](repeating: 0, count: shape.leaves)
    for party in PartyID.allCases {
        let store = FileKeystore(directory: keys.folder(party))
        let components = try manifest.components(for: party, key: store.hpkeKey())
        for at in selection.indices { selection[at] ^= components.selectionFirst[at] }
        let own =
            shape.ringBits == 16
            ? UInt16.unpack(components.leavesFirst).map { UInt32($0) } : UInt32.unpack(components.leavesFirst)
        for at in leaves.indices { leaves[at] &+= own[at] }
    }
    let conditions = try (0..<shape.conditions).map { row in
        let bits = (0..<shape.bits).filter {
            selection[row * shape.inputBytes + $0 >> 3] >> UInt8($0 & 7) & 1 == 1
        }
        guard bits.count == 1 else { throw Failure("condition \(row) of \(manifest.version) reads \(bits.count) bits") }
        return bits[0]
    }
    let values = leaves.map {
        shape.ringBits == 16 ? Int32(Int16(truncatingIfNeeded: $0)) : Int32(bitPattern: $0)
    }
    return try Forest(
        trees: (0..<shape.trees).map { tree in
            Forest.Tree(
                conditions: Array(conditions[tree * shape.depth..<(tree + 1) * shape.depth]),
                leaves: Array(values[tree << shape.depth..<(tree + 1) << shape.depth]))
        }, bits: shape.bits, fractionBits: manifest.fractionBits)
}
