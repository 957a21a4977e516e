import Model
import Records
import SecureScoring
import Testing
import ThreeParty

/// A training of three parties on the rows that each read, in one process.
struct RowTraining {
    let rule: TrainingRule
    let frequencies: BitFrequencies
    let coin: TrainingCoin

    /// The plan that a party makes of its window.
    func plan(of window: RowWindow) throws -> TrainingPlan {
        try TrainingPlan(
            plan: TrainingPlan.digest(
                source: window.digest, rule: rule, frequencies: frequencies, rows: window.rows.count),
            rule: rule, coin: coin, frequencies: frequencies, rows: window.rows.count)
    }

    /// The forest in the clear that the three come to.
    func run(_ windows: [PartyID: RowWindow]) throws -> Forest {
        func session(_ party: PartyID) throws -> TrainingSession {
            let window = try #require(windows[party])
            return try TrainingSession(
                party: party, plan: plan(of: window), rows: window.rows, keys: TrainingKeys(PartySeeds.pairKeys(party)),
                attempt: 1)
        }
        var zero = try session(.zero)
        var one = try session(.one)
        var two = try session(.two)
        var waiting: [(frame: Frame, peer: PartyID)] = []
        var models: [PartyID: TrainedModel] = [:]
        func take(_ effects: [TrainingSession.Effect], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(let frame, let peer): waiting.append((frame, peer))
                case .checkpoint: break
                case .finished(let model): models[party] = model
                }
            }
        }
        take(try zero.start(), of: .zero)
        take(try one.start(), of: .one)
        take(try two.start(), of: .two)
        while !waiting.isEmpty {
            let (frame, peer) = waiting.removeFirst()
            switch peer {
            case .zero: take(try zero.receive(frame), of: peer)
            case .one: take(try one.receive(frame), of: peer)
            case .two: take(try two.receive(frame), of: peer)
            }
        }
        return try Self.opened(try PartyID.allCases.map { try #require(models[$0]) })
    }

    private static func opened(_ models: [TrainedModel]) throws -> Forest {
        let shape = models[0].shape
        let selection = models[0].components.selectionFirst.indices.map { at in
            models.reduce(0 as UInt8) { $0 ^ $1.components.selectionFirst[at] }
        }
        let leaves: [Int32]
        if shape.ringBits == 16 {
            let parts = models.map { UInt16.unpack($0.components.leavesFirst) }
            leaves = parts[0].indices.map { Int32(Int16(bitPattern: parts[0][$0] &+ parts[1][$0] &+ parts[2][$0])) }
        } else {
            let parts = models.map { UInt32.unpack($0.components.leavesFirst) }
            leaves = parts[0].indices.map { Int32(bitPattern: parts[0][$0] &+ parts[1][$0] &+ parts[2][$0]) }
        }
        let conditions = try (0..<shape.conditions).map { row in
            try #require(
                (0..<shape.bits).first { selection[row * shape.inputBytes + $0 >> 3] >> UInt8($0 & 7) & 1 == 1 })
        }
        let trees = (0..<shape.trees).map { tree in
            Forest.Tree(
                conditions: Array(conditions[tree * shape.depth..<(tree + 1) * shape.depth]),
                leaves: Array(leaves[tree << shape.depth..<(tree + 1) << shape.depth]))
        }
        return try Forest(trees: trees, bits: shape.bits, fractionBits: models[0].fraction)
    }
}
