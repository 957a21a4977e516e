import Foundation
import Model
import Records
import Terminal
import ThreeParty
import Worlds

/// A training on shares among three parties, on invented rows, beside the same training in the clear.
struct TrainingBench {
    let plan: TrainingPlan
    let trainer: ReferenceTrainer
    let columns: BitColumns
    private var rows: [TrainingRows]

    /// What one party came to.
    struct Party: Codable, Sendable {
        var use: PartyUse
        /// Of the model: the first component of conditions and leaves.
        var ringBits: Int
        var fraction: Int
        var selection: [UInt8]
        var leaves: [UInt8]
        /// The first component of a scorecard's points.
        var points: [UInt32]?
    }

    /// - Parameters:
    ///   - count: rows, of which every eleventh or so is a fraud.
    ///   - bits: of a row: thermometers of features of 31 bits, of which some are nearly always low.
    ///   - card: whether a scorecard is fitted, too.
    init(rows count: Int, bits: Int, rule: TrainingRule, card: Bool, seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let features = stride(from: 0, to: bits, by: 31).map { min(31, bits - $0) }
        let rowBytes = (bits + 7) / 8
        var thermometers: [[UInt8]] = []
        var frauds: [Bool] = []
        rows = (0..<3).map { _ in TrainingRows(bits: bits) }
        for _ in 0..<count {
            var row = [UInt8](repeating: 0, count: rowBytes)
            for (feature, width) in features.enumerated() {
                let part = Double.random(in: 0..<1, using: &generator)
                let bin = Int(Double(width + 1) * (feature % 3 == 2 ? part * part * part : part))
                for bit in feature * 31..<feature * 31 + bin { row[bit >> 3] |= 1 << UInt8(bit & 7) }
            }
            let risk = [9, 20, 40, 70].count { $0 < bits && row[$0 >> 3] >> UInt8($0 & 7) & 1 == 1 }
            let fraud = Int.random(in: 0..<44, using: &generator) < 1 + risk * risk
            let components = Self.share(row, &generator)
            let label = (
                UInt16.random(in: 0...UInt16.max, using: &generator),
                UInt16.random(in: 0...UInt16.max, using: &generator)
            )
            let labels = [label.0, label.1, (fraud ? 1 : 0) &- label.0 &- label.1]
            for party in 0..<3 {
                rows[party].append(
                    BitShares(first: components[party], second: components[(party + 1) % 3]),
                    label: CountShare(first: labels[party], second: labels[(party + 1) % 3]))
            }
            thermometers.append(row)
            frauds.append(fraud)
        }
        columns = BitColumns(thermometers: thermometers, bits: bits, fraud: frauds)
        guard let frequencies = BitFrequencies(ones: columns.ones, rows: count) else {
            throw Failure("there are no rows to train on")
        }
        let card = card ? CardRule(features: features) : nil
        let digest = TrainingPlan.digest(
            source: Digest32(of: [Array("cordon-bench".utf8)]), rule: rule, frequencies: frequencies, rows: count,
            card: card)
        let coin = TrainingCoin(seed: seed)
        plan = try TrainingPlan(
            plan: digest, rule: rule, coin: coin, frequencies: frequencies, rows: count, card: card)
        trainer = ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin)
    }

    private static func share(_ row: [UInt8], _ generator: inout SeededRandom) -> [[UInt8]] {
        let (zero, one) = (row.map { _ in generator.next() as UInt8 }, row.map { _ in generator.next() as UInt8 })
        return [zero, one, row.indices.map { row[$0] ^ zero[$0] ^ one[$0] }]
    }

    /// One party's training over its links, which are up.
    func train(over transport: any Transport, keys: consuming PairKeys, in place: PartyPlace) throws -> Party {
        let session = try TrainingSession(
            party: transport.party, plan: plan, rows: rows[transport.party.rawValue], keys: TrainingKeys(keys),
            attempt: 1)
        let (model, use) = try PartyUse.measured(session, over: transport, in: place)
        return Party(
            use: use, ringBits: model.shape.ringBits, fraction: model.fraction,
            selection: model.components.selectionFirst, leaves: model.components.leavesFirst,
            points: model.card?.points.first)
    }

    /// Trains, each party on a thread of this process, without sockets.
    func threads() throws -> [Party] {
        try PartyThreads.reports { try train(over: $0, keys: $1, in: .thread) }
    }

    /// Whether the three parties' points add up to those of the reference trainer; true where none were to be fitted.
    func hasCard(_ parties: [Party], of forest: Forest) -> Bool {
        guard let card = plan.card else { return parties.allSatisfy { $0.points == nil } }
        let parts = parties.compactMap(\.points)
        let reference = ReferenceCardTrainer(rule: plan.rule, card: card).train(columns, forest: forest)
        guard parts.count == 3, parts.allSatisfy({ $0.count == card.bins }) else { return false }
        let points = (0..<card.bins).map { Int32(bitPattern: parts[0][$0] &+ parts[1][$0] &+ parts[2][$0]) }
        return points == reference.points.flatMap(\.self)
    }

    /// The forest that the three parties' shares add up to.
    func opened(_ parties: [Party]) throws -> Forest {
        guard parties.count == 3,
            let shape = ForestShape(
                bits: plan.bits, trees: plan.rule.trees, depth: plan.rule.depth, ringBits: parties[0].ringBits)
        else { throw Failure("a party ended without a model") }
        return try Forest(
            adding: parties.map { ($0.selection, $0.leaves) }, shape: shape, fractionBits: parties[0].fraction)
    }
}
