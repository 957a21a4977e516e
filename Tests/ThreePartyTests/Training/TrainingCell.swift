import Model
import Records
import Secrets
import Support
import Testing
import ThreeParty

/// Rows of invented features and outcomes, in the clear and in shares, and three parties that train on them.
struct TrainingCell {
    let plan: TrainingPlan
    let rule: TrainingRule
    let frequencies: BitFrequencies
    let coin: TrainingCoin
    let columns: BitColumns
    private(set) var rows: [PartyID: TrainingRows] = [:]
    /// Of each row, as parties hold it.
    private(set) var shares: [PartyID: [BitShares]] = [:]
    private var labels: [PartyID: [CountShare]] = [:]
    let thermometers: [[UInt8]]
    var keys: StepCell

    /// - Parameters:
    ///   - card: the scorecard to be fitted; rows are thermometers of its features then, else any bits.
    ///   - outcome: whether a row of these bits is a fraud.
    init(
        rows count: Int, bits: Int, rule: TrainingRule, seed: UInt64, card: CardRule? = nil,
        outcome: (_ bits: [Bool], _ chance: Int) -> Bool = { ($0[1] && !$0[$0.count - 2]) != ($1 == 0) }
    ) throws {
        var generator = SplitMix64(state: seed)
        self.rule = rule
        // Each bit has a frequency of its own, and some are nearly never set.
        let thresholds = (0..<bits).map { _ in Int.random(in: 1...99, using: &generator) }
        let plain = (0..<count).map { _ in
            guard let card else { return thresholds.map { Int.random(in: 0..<100, using: &generator) < $0 } }
            return card.features.flatMap { bits in
                let bin = Int.random(in: 0...bits, using: &generator)
                return (0..<bits).map { $0 < bin }
            }
        }
        let frauds = plain.map { outcome($0, Int.random(in: 0..<8, using: &generator)) }
        thermometers = plain.map { row -> [UInt8] in
            var bytes = [UInt8](repeating: 0, count: (bits + 7) / 8)
            for (at, bit) in row.enumerated() where bit { bytes[at >> 3] |= 1 << UInt8(at & 7) }
            return bytes
        }
        columns = BitColumns(thermometers: thermometers, bits: bits, fraud: frauds)
        frequencies = BitFrequencies(thresholds.map { Millionths(part: $0, of: 100)! })
        let digest = TrainingPlan.digest(
            source: Digest32(of: [[UInt8(truncatingIfNeeded: seed)]]), rule: rule, frequencies: frequencies,
            rows: count, card: card)
        coin = TrainingCoin(seed: seed)
        plan = try TrainingPlan(
            plan: digest, rule: rule, coin: coin, frequencies: frequencies, rows: count, card: card)
        keys = StepCell(seed: seed)
        for party in PartyID.allCases { rows[party] = TrainingRows(bits: bits) }
        for (row, fraud) in zip(thermometers, frauds) {
            var components = [generator.bytes(row.count), generator.bytes(row.count)]
            components.append(row.indices.map { row[$0] ^ components[0][$0] ^ components[1][$0] })
            // Outcomes are shared in Z_2^16.
            let (zero, one) = (
                UInt16.random(in: 0...UInt16.max, using: &generator),
                UInt16.random(in: 0...UInt16.max, using: &generator)
            )
            let parts = [zero, one, (fraud ? 1 : 0) &- zero &- one]
            for party in PartyID.allCases {
                let (first, second) = (party.rawValue, party.next.rawValue)
                let bits = BitShares(first: components[first], second: components[second])
                shares[party, default: []].append(bits)
                let label = CountShare(first: parts[first], second: parts[second])
                labels[party, default: []].append(label)
                rows[party]?.append(bits, label: label)
            }
        }
    }

    /// Has a party bring another component of one row than it was given: it deviates from its first message on.
    mutating func deviate(_ party: PartyID) {
        var changed = TrainingRows(bits: plan.bits)
        for (at, (share, label)) in zip(shares[party]!, labels[party]!).enumerated() {
            var first = share.first
            if at == plan.rows / 2 { first = first.map { ~$0 } }
            changed.append(BitShares(first: first, second: share.second), label: label)
        }
        rows[party] = changed
    }

    func clear() throws -> Forest {
        try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin).train(columns)
    }

    // MARK: A run

    struct Run {
        var models: [PartyID: TrainedModel] = [:]
        var checkpoints: [PartyID: [TrainingCheckpoint]] = [:]
        /// Every frame in the order of sending.
        var frames: [(to: PartyID, frame: Frame)] = []
    }

    func session(
        _ party: PartyID, attempt: UInt64 = 1, from checkpoint: TrainingCheckpoint? = nil
    ) throws -> TrainingSession {
        try TrainingSession(
            party: party, plan: plan, rows: rows[party]!, keys: TrainingKeys(keys.pair(party)), attempt: attempt,
            from: checkpoint)
    }

    /// Runs three sessions until none has anything to do.
    ///
    /// - Parameters:
    ///   - order: which link's next frame is delivered.
    ///   - change: of frames on their way; nil drops one.
    func run(
        from checkpoints: [PartyID: TrainingCheckpoint] = [:], order seed: UInt64 = 1,
        change: (PartyID, inout Frame) -> Void = { _, _ in }
    ) throws -> Run {
        let (run, error) = try attempt(from: checkpoints, order: seed, change: change)
        if let error { throw error }
        return run
    }

    /// The same up to the first error, which ends it.
    func attempt(
        from checkpoints: [PartyID: TrainingCheckpoint] = [:], order seed: UInt64 = 1,
        change: (PartyID, inout Frame) -> Void = { _, _ in }
    ) throws -> (Run, TrainingError?) {
        var generator = SplitMix64(state: seed)
        var run = Run()
        var links: [[Frame]] = Array(repeating: [], count: 9)
        var zero = try session(.zero, from: checkpoints[.zero])
        var one = try session(.one, from: checkpoints[.one])
        var two = try session(.two, from: checkpoints[.two])
        func take(_ effects: [TrainingSession.Effect], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(var frame, let peer):
                    change(peer, &frame)
                    run.frames.append((peer, frame))
                    links[party.rawValue * 3 + peer.rawValue].append(frame)
                case .checkpoint(let checkpoint): run.checkpoints[party, default: []].append(checkpoint)
                case .finished(let model): run.models[party] = model
                }
            }
        }
        take(try zero.start(), of: .zero)
        take(try one.start(), of: .one)
        take(try two.start(), of: .two)
        while let link = links.indices.filter({ !links[$0].isEmpty }).randomElement(using: &generator) {
            let frame = links[link].removeFirst()
            guard let receiver = PartyID(rawValue: link % 3) else { continue }
            do throws(TrainingError) {
                switch receiver {
                case .zero: take(try zero.receive(frame), of: receiver)
                case .one: take(try one.receive(frame), of: receiver)
                case .two: take(try two.receive(frame), of: receiver)
                }
            } catch { return (run, error) }
        }
        return (run, nil)
    }

    /// The forest that three parties' shares come to.
    static func opened(_ models: [PartyID: TrainedModel]) throws -> Forest {
        let parts = try PartyID.allCases.map { try #require(models[$0]) }
        let shape = parts[0].shape
        func xor(_ parts: [[UInt8]]) -> [UInt8] { parts[0].indices.map { parts[0][$0] ^ parts[1][$0] ^ parts[2][$0] } }
        for (part, next) in zip(parts, parts.dropFirst() + parts.prefix(1)) {
            #expect(part.shape == shape && part.components.selectionSecond == next.components.selectionFirst)
            #expect(part.components.leavesSecond == next.components.leavesFirst)
        }
        let selection = xor(parts.map { $0.components.selectionFirst })
        func values<R: RingElement>(_ ring: R.Type) -> [Int32] {
            let leaves = parts.map { R.unpack($0.components.leavesFirst) }
            return leaves[0].indices.map { Int32(signed(leaves[0][$0] &+ leaves[1][$0] &+ leaves[2][$0])) }
        }
        let leaves = shape.ringBits == 16 ? values(UInt16.self) : values(UInt32.self)
        let conditions = try (0..<shape.conditions).map { row -> Int in
            let bytes = selection[row * shape.inputBytes..<(row + 1) * shape.inputBytes]
            let set = (0..<shape.bits).filter { bytes[bytes.startIndex + $0 >> 3] >> UInt8($0 & 7) & 1 == 1 }
            #expect(set.count == 1 && bytes.reduce(0) { $0 + $1.nonzeroBitCount } == 1, "one bit a condition")
            return try #require(set.first)
        }
        let trees = (0..<shape.trees).map { tree in
            Forest.Tree(
                conditions: Array(conditions[tree * shape.depth..<(tree + 1) * shape.depth]),
                leaves: Array(leaves[tree << shape.depth..<(tree + 1) << shape.depth]))
        }
        return try Forest(trees: trees, bits: shape.bits, fractionBits: parts[0].fraction)
    }
}
