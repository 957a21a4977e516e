import Records
import ThreeParty

/// A party's random share of a model and of a batch, at the usual shape.
struct Workload {
    static let batch = 64

    let shape: ForestShape
    let selection: (first: [UInt8], second: [UInt8])
    let leaves: [UInt16]
    let inputs: [BitShares]
    /// Packed condition bits of the batch, and the leaves they lead to.
    let conditions: [UInt8]
    let indices: [[Int]]
    /// One-hot shares of the batch.
    let shares: [UInt8]

    init() {
        guard let shape = ForestShape(bits: 590, trees: 100, depth: 4, ringBits: 16) else {
            preconditionFailure("the usual shape is within a shape's limits")
        }
        self.shape = shape
        selection = (Self.random(shape.selectionBytes), Self.random(shape.selectionBytes))
        leaves = UInt16.unpack(Self.random(shape.leafBytes))
        inputs = (0..<Self.batch).map { _ in
            BitShares(first: Self.random(shape.inputBytes), second: Self.random(shape.inputBytes))
        }
        let conditions = Self.random(Self.batch * shape.conditionBytes)
        self.conditions = conditions
        indices = (0..<Self.batch).map { event in
            (0..<shape.trees).map { tree in
                (0..<shape.depth).reduce(0) { index, level in
                    let bit = tree * shape.depth + level
                    return index | Int(conditions[event * shape.conditionBytes + bit >> 3] >> (bit & 7) & 1) << level
                }
            }
        }
        shares = Self.random(Self.batch * shape.dealBytes)
    }

    /// The product's share of the model.
    var components: ModelComponents {
        let packed = UInt16.pack(leaves)
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: selection.first, selectionSecond: selection.second, leavesFirst: packed,
                leavesSecond: packed)
        else { preconditionFailure("a model's parts have its shape's lengths") }
        return components
    }

    static func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
}
