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
    private let clock = SimulatedClock(start: 1_700_000_000_000_000)
    private let folder: TemporaryFolder
    private let sessions: Sessions
    private let log: SQLiteEventLog
    private let transactions: TopicPartition
    private let spec = FeatureSpec(name: "test", features: [Feature(name: "amount", kind: .amount)])

    init() throws {
        folder = try TemporaryFolder()
        sessions = try Sessions()
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        transactions = TopicPartition(Topics.transactions(sessions.member))
        let topics = [
            transactions.topic, Topics.scores(sessions.member), Topics.decisions(sessions.member),
            Topics.alerts(sessions.member),
        ]
        try log.create(topics.map { TopicSettings(name: $0) })
    }

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

    private func state(_ own: OwnModel?) throws -> AgentState {
        try AgentState(
            spec: spec, own: own?.windows ?? [], hasher: EntityHasher(), transactions: transactions,
            store: SQLiteStateStore(path: folder.path + "/state.sqlite", takingOver: true))
    }

    private func takeIn(_ offsets: Range<Int64>, _ state: AgentState) throws {
        var batch = AgentState.Batch()
        for offset in offsets {
            let transaction = Transaction(
                id: "t-\(offset)", time: EventTime(seconds: 1_700_000_000 + offset), customer: "c", terminal: "x",
                amount: MinorUnits(100 + offset))
            let event = try #require(EventID([UInt8](repeating: UInt8(offset), count: 16)))
            let seen = try state.observe(
                transaction, at: SourcePosition(offset: offset), event: event, received: 1, in: &batch)
            // What is shared is the consortium's features alone.
            #expect(seen?.features == [Double(100 + offset) / 100])
        }
        state.apply(batch, ingested: offsets.upperBound)
        try state.checkpoint()
    }

    /// Scores transactions of these offsets, 2^-14 each, and decides them; all decisions so far.
    private func decide(_ number: UInt8, _ scores: [Int64: Int64], _ state: AgentState, _ own: OwnModel?) throws
        -> [CloudEvent.Detail]
    {
        let plan = Plan(number, scores, in: UInt16.self)
        let topic = TopicPartition(Topics.scores(sessions.member))
        for party in PartyID.allCases { try log.append([NewRecord(topic, value: plan.bytes(party, sessions))]) }
        let card = ModelCard(
            calibration: try Calibration(points: [
                .init(score: 0, probability: 0.1), .init(score: 8192, probability: 0.2),
            ]),
            fractionBits: 14)
        let pipeline = try DecisionPipeline(
            member: sessions.member, log: log, state: state,
            collector: ShareCollector(member: sessions.member, sessions: sessions.find), card: { _ in card },
            policy: DecisionPolicy(review: 0.5, decline: 0.9), own: own, clock: clock, metrics: Metrics(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        for _ in 0..<3 { _ = try pipeline.turn(until: clock.now) }
        let reader = try log.reader(at: [Position(TopicPartition(Topics.decisions(sessions.member)), 0)])
        return try reader.available(limit: 100).map { try #require(CloudEvent(json: $0.value ?? [])).data }
    }

    @Test("is recorded with each decision, and changes none, as long as there is no blend")
    func recorded() throws {
        let own = try #require(try OwnModel(model()))
        let state = try state(own)
        try takeIn(0..<4, state)
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
        let state = try state(own)
        try takeIn(0..<4, state)
        let decisions = try decide(1, [0: 0, 1: 8192, 2: 8192, 3: 12_288], state, own)
        #expect(decisions.map(\.rawScore) == [0, 8192, 8192, 12_288])
        #expect(decisions.map(\.consortiumProbability) == [0.1, 0.2, 0.2, 0.2])
        for decision in decisions {
            let own: Double = try #require(decision.ownScore)
            // Logits that are added up are odds that are multiplied.
            var odds = exp(0.25)
            for score: Double in [own, decision.score] {
                let inside = min(max(score, 1 / 4096.0), 4095 / 4096.0)
                odds *= inside / (1 - inside)
            }
            let right = odds / (1 + odds)
            #expect(abs(decision.probability - right) < 1e-12)
        }
        // Above the policy's half, where the consortium's 0.2 is not.
        #expect(decisions.map(\.decision) == ["approve", "approve", "review", "review"])
    }

    @Test("survives a restart with the transactions that wait, whose windows are those of when they came in")
    func restarted() throws {
        let own = try #require(try OwnModel(model()))
        try takeIn(0..<3, try state(own))
        let decisions = try decide(1, [0: 0, 1: 0, 2: 0], try state(own), own)
        #expect(decisions.map(\.ownScore) == [0, 0.25, 0.5])
    }

    @Test("scores nothing of what came in before the agent had it, or had another")
    func missing() throws {
        let (first, second) = (
            try #require(try OwnModel(model())), try #require(try OwnModel(model(version: "own-2", edge: 1.02)))
        )
        try takeIn(0..<1, try state(nil))
        try takeIn(1..<2, try state(first))
        let state = try state(second)
        try takeIn(2..<3, state)
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
