import Model
import ModelSync
import Records
import Terminal
import ThreeParty
import Worlds

/// What a benchmarked cell computes: a random model of a shape and a batch of random transactions, the same in every process
/// that has the seed.
struct BenchCell {
    let forest: Forest
    let shape: ForestShape
    /// Nil where scores are exact.
    let rounding: ScoreRounding?
    /// Packed thermometer bits, one list a transaction.
    let inputs: [[UInt8]]
    private let seed: UInt64

    /// - Parameter steps: that scores are rounded to, about equally many to each; 0 where they are exact.
    init(bits: Int, trees: Int, depth: Int, batch: Int, seed: UInt64, steps: Int) throws {
        var random = SeededRandom(seed: seed)
        // Small enough for the ring of 16 bits.
        let bound = Int32(max(1, 32_767 / trees))
        let made = (0..<trees).map { _ in
            Forest.Tree(
                conditions: (0..<depth).map { _ in Int.random(in: 0..<bits, using: &random) },
                leaves: (0..<1 << depth).map { _ in Int32.random(in: -bound...bound, using: &random) })
        }
        forest = try Forest(trees: made, bits: bits)
        guard let shape = ForestShape(bits: bits, trees: trees, depth: depth, ringBits: forest.ring.rawValue) else {
            throw Failure("a model is 1 to 16,384 bits, 1 to 4,096 trees and 1 to 10 deep")
        }
        self.shape = shape
        let inputs = (0..<batch).map { _ in
            (0..<shape.inputBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        self.inputs = inputs
        self.seed = seed
        guard steps > 0 else {
            rounding = nil
            return
        }
        // Distinct, however few scores there are.
        let sorted = inputs.map { [forest] in forest.score(thermometer: $0) }.sorted()
        var thresholds: [Int64] = []
        for step in 1..<steps {
            thresholds.append(max(sorted[step * sorted.count / steps], (thresholds.last ?? .min / 2) + 1))
        }
        rounding = ScoreRounding(ringBits: shape.ringBits, thresholds: thresholds)
    }

    /// What a party keeps of a rounded score's shares over all batches, so that none of them can make up for another.
    static func folded(_ sum: UInt64, _ bits: UInt64) -> UInt64 { (sum << 1 | sum >> 63) ^ bits }

    /// The scores in the clear.
    var scores: [Int64] { inputs.map { forest.score(thermometer: $0) } }

    /// This party's shares of the batch.
    func shares(for party: PartyID) throws -> BatchInputs {
        var random = SeededRandom(seed: seed, stream: 1)
        let shares = try inputs.map { input in
            let parts = SeededComponents(input, group: .xor, seeds: (Self.seed(&random), Self.seed(&random)), from: 0)
                .parts(for: party)
            let shares = BitShares(
                party: party, first: parts.first, second: parts.second, from: 0, bits: shape.bits)
            guard let shares else {
                throw Failure("a share has another length than its bits")
            }
            return shares
        }
        return BatchInputs(shares, bits: shape.bits)
    }

    /// This party's share of the model, with whatever tables the protocol prepares.
    func model(for party: PartyID) throws -> PreparedModel {
        var random = SeededRandom(seed: seed, stream: 2)
        func components(_ secret: [UInt8], _ group: SeededComponents.Group) throws -> (first: [UInt8], second: [UInt8])
        {
            let parts = SeededComponents(secret, group: group, seeds: (Self.seed(&random), Self.seed(&random)), from: 0)
                .parts(for: party)
            func expand(_ part: [UInt8], _ component: PartyID) -> [UInt8]? {
                SeededComponents.expand(part, component: component.rawValue, from: 0, bytes: secret.count)
            }
            guard let first = expand(parts.first, party), let second = expand(parts.second, party.next) else {
                throw Failure("a share has another length than the model")
            }
            return (first, second)
        }
        let selection = try components(forest.selectionRows, .xor)
        let leaves = try components(forest.leafTable, .addition(ringBits: shape.ringBits))
        guard
            let components = ModelComponents(
                shape: shape, selectionFirst: selection.first, selectionSecond: selection.second,
                leavesFirst: leaves.first, leavesSecond: leaves.second)
        else { throw Failure("a share has another length than the model") }
        // Random bits are thermometers of features of one bit each; whatever features are, checking them costs the same.
        let features = [Int](repeating: 1, count: shape.bits)
        return PreparedModel(shape: shape, features: features, components: components, rounding: rounding)
    }

    private static func seed(_ random: inout SeededRandom) -> [UInt8] {
        (0..<SeededComponents.seedBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
}
