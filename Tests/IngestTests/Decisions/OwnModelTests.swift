import EventLogs
import Foundation
import Ingest
import LocalStore
import Logging
import Model
import Policy
import Records
import Simulation
import Support
import Telemetry
import Testing

@Suite("A member's own model beside the consortium's")
struct OwnModelTests {
    private let bank: DecidingBank

    init() throws { bank = try DecidingBank(step: 8192) }

    /// Half of the second payment's amount on, and of the third of a customer on: a quarter each.
    private func model(version: String = "own-1", edge: Double = 1.01) throws -> ClearModel {
        let features = [
            Feature(name: "amount", kind: .amount), Feature(name: "n", kind: .count(.customer, .init(days: 1))),
        ]
        let binned = try BinnedSpec(spec: FeatureSpec(name: "own", features: features), edges: [[edge], [3]])
        let forest = try Forest(
            trees: [.init(conditions: [0], leaves: [0, 4096]), .init(conditions: [1], leaves: [0, 4096])], bits: 2)
        return try ClearModel(
            version: version, binned: binned, forest: forest,
            calibration: Calibration(points: [.init(score: 0, probability: 0)]))
    }

    /// Scores transactions of these offsets, 2^-14 each, and decides them; all decisions so far.
    private func decide(_ number: UInt8, _ scores: [Int64: Int64], _ state: AgentState, _ own: OwnModel?) throws
        -> [CloudEvent.Detail]
    {
        try bank.score(Plan(number, scores, in: UInt16.self))
        try bank.run(state, own: own)
        return try bank.details()
    }

    /// The probability by both scores: logits that are added up are odds that are multiplied.
    private func both(_ own: Double, _ consortium: Double, checking: Double) -> Double {
        var odds = exp(checking)
        for score in [own, consortium] {
            let inside = min(max(score, 1 / 4096.0), 4095 / 4096.0)
            odds *= inside / (1 - inside)
        }
        return odds / (1 + odds)
    }

    @Test("is recorded with each decision, and changes none, as long as there is no blend")
    func recorded() throws {
        let own = try #require(try OwnModel(model()))
        let state = try bank.state(own)
        try bank.takeIn(0..<4, state)
        let decisions = try decide(1, [0: 0, 1: 0, 2: 8192, 3: 16_000], state, own)
        #expect(decisions.map(\.ownScore) == [0, 0.25, 0.5, 0.5])
        #expect(decisions.map(\.rawScore) == [0, 0, 8192, 16_000] && decisions.map(\.score)[2] == 0.5)
        #expect(decisions.map(\.probability) == [0.1, 0.1, 0.2, 0.2])
        #expect(decisions.allSatisfy { $0.ownModelVersion == "own-1" && $0.consortiumProbability == nil })
    }

    @Test("makes the probability together with the opened score, which stays what the parties computed")
    func blended() throws {
        let blend = try ScoreBlend(checking: 0.25, own: 1, consortium: 1)
        let own = try #require(try OwnModel(model(), blend: blend))
        let state = try bank.state(own)
        try bank.takeIn(0..<4, state)
        let decisions = try decide(1, [0: 0, 1: 8192, 2: 8192, 3: 12_288], state, own)
        #expect(decisions.map(\.rawScore) == [0, 8192, 8192, 12_288])
        #expect(decisions.map(\.consortiumProbability) == [0.1, 0.2, 0.2, 0.2])
        for decision in decisions {
            let right = both(try #require(decision.ownScore), decision.score, checking: 0.25)
            #expect(abs(decision.probability - right) < 1e-12)
        }
        // Above the policy's half, where the consortium's 0.2 is not.
        #expect(decisions.map(\.decision) == ["approve", "approve", "review", "review"])
    }

    @Test(
        "is set beside the score at which a rounded score's step begins: the parties open no other",
        arguments: [false, true])
    func rounded(isBlended: Bool) throws {
        let blend = isBlended ? try ScoreBlend(checking: 0.25, own: 1, consortium: 1) : nil
        let own = try #require(try OwnModel(model(), blend: blend))
        let state = try bank.state(own)
        try bank.takeIn(0..<4, state)
        try bank.score(Plan(1, steps: [0: 1, 1: 0, 2: 1, 3: 0], of: 2))
        try bank.run(state, own: own, isRounded: true)
        let decisions = try bank.details()
        #expect(decisions.map(\.rawScore) == [8192, 0, 8192, 0] && decisions.map(\.score) == [0.5, 0, 0.5, 0])
        #expect(decisions.map(\.ownScore) == [0, 0.25, 0.5, 0.5])
        let calibrated = [0.2, 0.1, 0.2, 0.1]
        #expect(decisions.map(\.consortiumProbability) == calibrated.map { isBlended ? $0 : nil })
        let right = isBlended ? decisions.map { both($0.ownScore ?? 0, $0.score, checking: 0.25) } : calibrated
        #expect(zip(decisions, right).allSatisfy { abs($0.probability - $1) < 1e-12 })
        #expect(decisions.map(\.decision) == ["approve", "approve", isBlended ? "review" : "approve", "approve"])
    }

    @Test("survives a restart with the transactions that wait, whose windows are those of when they came in")
    func restarted() throws {
        let own = try #require(try OwnModel(model()))
        try bank.takeIn(0..<3, try bank.state(own))
        let decisions = try decide(1, [0: 0, 1: 0, 2: 0], try bank.state(own), own)
        #expect(decisions.map(\.ownScore) == [0, 0.25, 0.5])
    }

    @Test("scores nothing of what came in before the agent had it, or had another")
    func missing() throws {
        let (first, second) = (
            try #require(try OwnModel(model())), try #require(try OwnModel(model(version: "own-2", edge: 1.02)))
        )
        try bank.takeIn(0..<1, try bank.state(nil))
        try bank.takeIn(1..<2, try bank.state(first))
        let state = try bank.state(second)
        try bank.takeIn(2..<3, state)
        let blended = try #require(try OwnModel(model(version: "own-2", edge: 1.02), blend: ScoreBlend.fit([])))
        let decisions = try decide(1, [0: 8192, 1: 8192, 2: 8192], state, blended)
        #expect(decisions.map(\.ownScore) == [nil, nil, 0.5])
        #expect(decisions.map(\.ownModelVersion) == [nil, nil, "own-2"])
        #expect(decisions.map(\.probability) == [0.2, 0.2, 0.5])
    }

    @Test("has windows of its own alone, under names that no policy's window can have")
    func windows() throws {
        let shared = FeatureSpec(
            name: "s",
            features: [Feature(name: "f", kind: .consortium(.frauds, .terminal, .init(days: 1, delayDays: 7)))])
        let counted = try ClearModel(
            version: "v", binned: BinnedSpec(spec: shared, edges: [[1]]),
            forest: Forest(trees: [.init(conditions: [0], leaves: [0, 1])], bits: 1),
            calibration: Calibration(points: [.init(score: 0, probability: 0)]))
        #expect(OwnModel(counted) == nil)
        for window in try #require(try OwnModel(model())).windows {
            #expect(throws: FeatureForm.Mistake.self) { try FeatureForm(window).feature() }
        }
    }
}
