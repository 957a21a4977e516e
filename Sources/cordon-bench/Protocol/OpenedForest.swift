import Foundation
import Keys
import LocalConsortium
import Manifests
import Model
import Records
import Terminal
import ThreeParty

extension Forest {
    /// The forest that three parties' shares add up to.
    ///
    /// - Parameter parts: the first component of each party's conditions and leaves.
    init(adding parts: [(selection: [UInt8], leaves: [UInt8])], shape: ForestShape, fractionBits: Int) throws {
        func leaves<R: RingElement>(_ ring: R.Type) -> [Int32] {
            let parts = parts.map { R.unpack($0.leaves) }
            return (0..<shape.leaves).map { at in Int32(signed(parts.reduce(0) { $0 &+ $1[at] })) }
        }
        let values = shape.ringBits == 16 ? leaves(UInt16.self) : leaves(UInt32.self)
        let conditions = try (0..<shape.conditions).map { row in
            let bits = (0..<shape.bits).filter { bit in
                let at = row * shape.inputBytes + bit >> 3
                return parts.reduce(0) { $0 ^ $1.selection[at] } >> UInt8(bit & 7) & 1 == 1
            }
            guard bits.count == 1 else { throw Failure("condition \(row) reads \(bits.count) bits") }
            return bits[0]
        }
        try self.init(
            trees: (0..<shape.trees).map { tree in
                Tree(
                    conditions: Array(conditions[tree * shape.depth..<(tree + 1) * shape.depth]),
                    leaves: Array(values[tree << shape.depth..<(tree + 1) << shape.depth]))
            }, bits: shape.bits, fractionBits: fractionBits)
    }
}

/// Opens a model as no party can: by the private keys of all three, which lie in one folder on this machine alone. So that what was
/// scored by a model that nobody knows can be held against the same in the clear.
func openedForest(_ manifest: ModelManifest, _ keys: DevelopmentKeys) throws -> Forest {
    let parts = try PartyID.allCases.map { party in
        let store = FileKeystore(directory: keys.folder(party))
        let components = try manifest.components(for: party, key: store.hpkeKey())
        return (selection: components.selectionFirst, leaves: components.leavesFirst)
    }
    return try Forest(adding: parts, shape: manifest.shape, fractionBits: manifest.fractionBits)
}
