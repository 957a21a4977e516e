import EventLogs
import Foundation
import Ingest
import LocalStore
import Logging
import Model
import Policy
import Records
import Sealing
import Simulation
import Support
import Telemetry
import Testing

@Suite("Decisions")
struct DecisionPipelineTests {
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
            Topics.alerts(sessions.member), Topics.rejected(sessions.member),
        ]
        try log.create(topics.map { TopicSettings(name: $0) })
    }

    private var statePath: String { folder.path + "/state.sqlite" }

    /// The kept state, as a process that begins finds it.
    private func state() throws -> AgentState { try state(in: SQLiteStateStore(path: statePath, takingOver: true)) }

    private func state(in store: SQLiteStateStore) throws -> AgentState {
        try AgentState(spec: spec, hasher: EntityHasher(), transactions: transactions, store: store)
    }

    /// Runs a pipeline for some turns, as a process that is then killed.
    private func run(
        _ state: AgentState, turns: Int = 3, policy: DecisionPolicy? = nil, metrics: Metrics = Metrics(),
        isRounded: Bool = false
    ) throws {
        try run(pipeline(state, policy: policy, metrics: metrics, isRounded: isRounded), turns: turns)
    }

    private func run(_ pipeline: DecisionPipeline, turns: Int = 3) throws {
        for _ in 0..<turns { _ = try pipeline.turn(until: clock.now) }
    }

    private func pipeline(
        _ state: AgentState, policy: DecisionPolicy? = nil, metrics: Metrics = Metrics(), isRounded: Bool = false
    ) throws -> DecisionPipeline {
        let card = ModelCard(
            calibration: try Calibration(points: [
                .init(score: 0, probability: 0.1), .init(score: 100, probability: 0.2),
            ]),
            fractionBits: 14, isRounded: isRounded)
        return try DecisionPipeline(
            member: sessions.member, log: log, state: state,
            collector: ShareCollector(member: sessions.member, sessions: sessions.find), card: { _ in card },
            policy: policy ?? DecisionPolicy(review: 0.5, decline: 0.9), clock: clock, metrics: metrics,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func events(_ topic: String) throws -> [CloudEvent] {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        return try reader.available(limit: 100).map { try #require(CloudEvent(json: $0.value ?? [])) }
    }

    private func decided() throws -> [String] {
        try events(Topics.decisions(sessions.member)).map(\.data.transaction)
    }

    private func score(_ plan: Plan) throws {
        for party in PartyID.allCases {
            let scores = TopicPartition(Topics.scores(sessions.member))
            try log.append([NewRecord(scores, value: plan.bytes(party, sessions))])
        }
    }

    private func takeIn(_ offsets: Range<Int64>, _ state: AgentState, keeping: Bool = true) throws {
        var batch = AgentState.Batch()
        for offset in offsets {
            let transaction = Transaction(
                id: "t-\(offset)", time: EventTime(seconds: 1_700_000_000 + offset), customer: "c", terminal: "x",
                amount: MinorUnits(100 + offset))
            let event = try #require(EventID([UInt8](repeating: UInt8(offset), count: 16)))
            _ = try state.observe(
                transaction, at: SourcePosition(offset: offset), event: event, received: 1, in: &batch)
        }
        state.apply(batch, ingested: offsets.upperBound)
        if keeping { try state.checkpoint() }
    }

    @Test("a score that came before its transaction was taken in again is decided by whoever comes next")
    func early() throws {
        // A predecessor sealed two transactions and ended before its state had them; the parties scored them.
        try score(Plan(1, [0: 42, 1: 43], in: UInt16.self))
        try run(state())
        #expect(try decided().isEmpty)
        // The next one takes them in, and is killed before it decides; the third decides.
        try takeIn(0..<2, state())
        try run(state())
        #expect(try decided() == ["t-0", "t-1"])
        // And a fourth decides nothing again.
        try run(state())
        #expect(try decided() == ["t-0", "t-1"])
    }

    @Test("on rounded scores carry the score that the step begins at, and its probability")
    func rounded() throws {
        try takeIn(0..<3, state())
        try score(Plan(1, steps: [0: 1, 1: 0, 2: 1], of: 2))
        try run(state(), isRounded: true)
        let data = try events(Topics.decisions(sessions.member)).map(\.data)
        #expect(data.map(\.rawScore) == [100, 0, 100] && data.map(\.probability) == [0.2, 0.1, 0.2])
        #expect(data.map { $0.score * 16_384 } == [100, 0, 100])
    }

    @Test(
        "are not made of exact scores where steps were said, nor of steps where exact scores were, nor of other steps")
    func otherForm() throws {
        let metrics = Metrics()
        try takeIn(0..<3, state())
        try score(Plan(1, [0: 42], in: UInt16.self))
        try score(Plan(2, steps: [1: 1], of: 3))
        try score(Plan(3, steps: [2: 1], of: 2))
        try run(state(), metrics: metrics, isRounded: true)
        #expect(try decided() == ["t-2"])
        #expect(metrics.value("cordon_score_records_refused_total") == 2)
        try takeIn(3..<5, state())
        try score(Plan(4, steps: [3: 1], of: 2))
        try score(Plan(5, [4: 42], in: UInt16.self))
        try run(state(), metrics: metrics)
        // What is exact is decided by a card that says so.
        #expect(try decided() == ["t-2", "t-0", "t-4"])
    }

    /// What anybody may write who may write to a topic: no value, nothing, noise, a record cut off, one of a schema to come.
    private func poison() -> [[UInt8]?] {
        let good = Plan(9, [7: 1], in: UInt16.self).bytes(.zero, sessions)
        var header = WireScoreHeader()
        header.schema = .max
        var newer = WireScoreShares()
        newer.header = Data(header.encoded)
        return [nil, [], [0xFF, 0xFF], Array(good.dropLast()), newer.encoded, [UInt8](repeating: 1, count: 100_000)]
    }

    @Test("go on behind records that are no score shares: each is counted, and none stops the partition")
    func poisonedScores() throws {
        let metrics = Metrics()
        let scores = TopicPartition(Topics.scores(sessions.member))
        try takeIn(0..<1, state())
        let plan = Plan(1, [0: 42], in: UInt16.self)
        for (party, value) in zip([PartyID.zero, .zero, .one, .one, .two, .two], poison()) {
            try log.append([NewRecord(scores, value: value), NewRecord(scores, value: plan.bytes(party, sessions))])
        }
        try run(state(), turns: 5, metrics: metrics)
        #expect(try decided() == ["t-0"])
        #expect(metrics.value("cordon_score_records_refused_total") == 6)
        // A successor passes over them, too.
        try run(state())
        #expect(try decided() == ["t-0"])
    }

    @Test("are read back behind records that are no decisions: each is counted, and what was decided stays so")
    func poisonedDecisions() throws {
        let metrics = Metrics()
        let decisions = TopicPartition(Topics.decisions(sessions.member))
        try takeIn(0..<1, state())
        try log.append(poison().map { NewRecord(decisions, value: $0) })
        try score(Plan(1, [0: 42], in: UInt16.self))
        try run(state(), metrics: metrics)
        #expect(metrics.value("cordon_decision_records_unreadable_total") == 6)
        try takeIn(0..<1, state(in: SQLiteStateStore(path: folder.path + "/lost.sqlite", takingOver: true)))
        try run(state(in: SQLiteStateStore(path: folder.path + "/lost.sqlite", takingOver: true)))
        let reader = try log.reader(at: [Position(decisions, 0)])
        #expect(try reader.available(limit: 100).compactMap { CloudEvent(json: $0.value ?? []) }.count == 1)
    }

    @Test("a frozen agent with a state folder of its own takes no note of what its successor decided")
    func foldersApart() throws {
        // Two machines: each agent is the owner of its own state.
        let elsewhere = folder.path + "/elsewhere.sqlite"
        try score(Plan(1, [0: 42], in: UInt16.self))
        let frozen = try state()
        try takeIn(0..<1, frozen)
        let pipeline = try pipeline(frozen)
        // One turn decides the first transaction, and takes no note of the decisions' end yet.
        try run(pipeline, turns: 1)
        #expect(try decided() == ["t-0"])
        let successor = try state(in: SQLiteStateStore(path: elsewhere, takingOver: true))
        try takeIn(0..<2, successor)
        try score(Plan(2, [1: 43], in: UInt16.self))
        try run(successor)
        #expect(try decided() == ["t-0", "t-1"])
        // It goes on, and is fenced; what it has ingested since is kept all the same.
        #expect(throws: LogError.self) { try run(pipeline) }
        try takeIn(1..<2, frozen)
        // The partition comes back to it.
        try run(state())
        #expect(try decided() == ["t-0", "t-1"])
    }

    @Test("what was decided by an agent that ended before it kept its state is not decided again")
    func notKept() throws {
        try score(Plan(1, [0: 42, 1: 43], in: UInt16.self))
        let first = try state()
        try takeIn(0..<2, first, keeping: false)
        try run(first)
        #expect(try decided() == ["t-0", "t-1"])
        // Its successor reads the decisions back, keeps its state, and ends before it has taken in what they are on.
        let second = try state()
        #expect(second.waiting == 0 && second.ingested == nil)
        try run(second)
        try second.checkpoint()
        // The one after it has taken in one of them, and the last one both.
        let third = try state()
        try run(third)
        try takeIn(0..<1, third)
        try run(third)
        try third.checkpoint()
        let last = try state()
        try run(last)
        try takeIn(1..<2, last)
        #expect(last.waiting == 0 && last.ingested == 2)
        try run(last)
        #expect(try decided() == ["t-0", "t-1"])
        // Then, and only then, nobody needs to read them back any more.
        try last.checkpoint()
        #expect(try last.position(TopicPartition(Topics.decisions(sessions.member))) == 2)
    }

    @Test("an agent that was replaced between reading its state and opening its writer decides nothing")
    func replacedBeforeItsWriter() throws {
        // The third score's transaction is not taken in: it holds the kept position in the scores back.
        try score(Plan(1, [0: 42, 1: 43, 2: 44], in: UInt16.self))
        try takeIn(0..<2, state())
        let frozen = try state()
        let successor = try state()
        try run(successor)
        try successor.checkpoint()
        // Its writer is the newest one. What it remembers is from before its successor's decisions.
        #expect(throws: LogError.fenced(writer: statePath)) { try run(frozen) }
        #expect(try decided() == ["t-0", "t-1"])
    }

    @Test("a partition whose writer a replaced agent fenced begins again, and loses and doubles nothing")
    func fencedByItsPredecessor() throws {
        try takeIn(0..<2, state())
        let frozen = try state()
        let store = try SQLiteStateStore(path: statePath, takingOver: true)
        let successor = try state(in: store)
        let pipeline = try pipeline(successor)
        try score(Plan(1, [0: 42], in: UInt16.self))
        try run(pipeline)
        #expect(throws: LogError.fenced(writer: statePath)) { try self.pipeline(frozen) }
        try score(Plan(2, [1: 43], in: UInt16.self))
        let fencing = LogError.fenced(writer: "\(sessions.member).decisions-0")
        #expect(throws: fencing) { try run(pipeline) }
        #expect(try decided() == ["t-0"])

        #expect(PartitionSequel(after: fencing, of: frozen) == .handedOver)
        #expect(PartitionSequel(after: fencing, of: successor) == .begunAgain)
        try run(state(in: store))
        #expect(try decided() == ["t-0", "t-1"])
    }

    @Test("what comes of a partition follows from its error")
    func sequels() throws {
        let state = try state()
        let position = Position(transactions, 0)
        for (error, sequel) in [
            (.unreachable(reason: ""), .begunAgain), (.unreadable(position, reason: ""), .stopped),
            (.wentBackwards(position, after: 1), .stopped), (.offsetOutOfRange(position, earliest: 1), .stopped),
            (.corrupted(reason: ""), .fatal), (.failed(reason: ""), .fatal), (.unknownTopic(""), .fatal),
        ] as [(LogError, PartitionSequel)] {
            #expect(PartitionSequel(after: error, of: state) == sequel, "\(error)")
        }
    }

    /// What became of the member's transactions by the parties' refusals: code by offset, in order.
    private func refused() throws -> [String] {
        let reader = try log.reader(at: [Position(TopicPartition(Topics.rejected(sessions.member)), 0)])
        return try reader.available(limit: 100).map { record in
            let wire = try #require(WireRejected(decoding: record.value ?? []))
            #expect(wire.stage == "decision" && wire.topic == transactions.topic && wire.sealedOriginal.isEmpty)
            return "\(wire.offset) \(wire.reason)"
        }
    }

    @Test("end what all three parties refuse: it is told by its code, kept no longer, and never decided")
    func partiesRefuse() throws {
        let metrics = Metrics()
        let state = try state()
        try takeIn(0..<3, state)
        let plan = Plan(1, [0: 42], refused: [1: .overBudget], in: UInt16.self)
        let scores = TopicPartition(Topics.scores(sessions.member))
        for party in [PartyID.zero, .two] {
            try log.append([NewRecord(scores, value: plan.bytes(party, sessions))])
        }
        let pipeline = try pipeline(state, metrics: metrics)
        try run(pipeline)
        // One of them has not said so.
        #expect(try refused().isEmpty && state.waiting == 3)
        try log.append([NewRecord(scores, value: plan.bytes(.one, sessions))])
        // A score that comes after it is of a transaction that nobody waits for.
        try score(Plan(2, [1: 43], in: UInt16.self))
        try run(pipeline)
        #expect(try refused() == ["1 over_budget"])
        #expect(try decided() == ["t-0"] && state.waiting == 1)
        #expect(metrics.value("cordon_rejected_total", .init("reason", "over_budget")) == 1)
        try state.checkpoint()
        // A successor neither has it nor tells it again.
        let successor = try self.state()
        try run(successor)
        #expect(try refused().count == 1 && successor.waiting == 1)
    }

    @Test("tell what was refused before its transaction was taken in, once that is")
    func refusedEarly() throws {
        try score(Plan(1, [:], refused: [0: .timeAhead], in: UInt16.self))
        let state = try state()
        let pipeline = try pipeline(state)
        try run(pipeline)
        #expect(try refused().isEmpty)
        try takeIn(0..<1, state)
        try run(pipeline)
        #expect(try refused() == ["0 time_ahead"] && state.waiting == 0)
    }

    @Test("say which rules matched; a challenge has no alert; rules in shadow change nothing; matches are counted")
    func rules() throws {
        func rule(_ id: String, _ mode: PolicyRule.Mode, _ amount: Int64, _ effect: PolicyRule.Effect) throws
            -> PolicyRule
        {
            let limits = try #require(Limits(lower: .inclusive(MinorUnits(amount)), upper: nil))
            return PolicyRule(id: id, mode: mode, reason: "why \(id)", condition: .amount(limits), effect: effect)
        }
        let policy = DecisionPolicy(
            bands: try ScoreBands(review: 0.5, decline: 0.9),
            rules: [
                try rule("one", .live, 101, .atLeast(.challenge)), try rule("two", .shadow, 102, .set(.approve)),
                try rule("three", .live, 103, .set(.decline)),
            ])
        let metrics = Metrics()
        try score(Plan(1, [0: 0, 1: 0, 2: 0, 3: 0], in: UInt16.self))
        try takeIn(0..<4, state())
        try run(state(), policy: policy, metrics: metrics)

        let decisions = try events(Topics.decisions(sessions.member)).map(\.data)
        try #require(decisions.map(\.transaction) == ["t-0", "t-1", "t-2", "t-3"])
        #expect(decisions.map(\.decision) == ["approve", "challenge", "challenge", "decline"])
        #expect(decisions.map(\.scoreDecision) == [nil, "approve", "approve", "approve"])
        #expect(decisions.map { $0.rules?.map(\.id) } == [nil, ["one"], ["one"], ["one", "three"]])
        #expect(decisions[3].rules?.map(\.reason) == ["why one", "why three"])
        #expect(decisions.map { $0.shadowRules?.map(\.decision) } == [nil, nil, ["approve"], ["decline"]])
        #expect(decisions[2].shadowRules?.map(\.id) == ["two"])
        let alerts = try events(Topics.alerts(sessions.member)).map(\.data)
        #expect(alerts.map(\.transaction) == ["t-3"])
        #expect(alerts.first?.rules == decisions[3].rules && alerts.first?.scoreDecision == "approve")
        func matches(_ id: String, _ mode: String) -> Double {
            metrics.value("cordon_rules_matched_total", .init("rule", id), .init("mode", mode))
        }
        #expect(matches("one", "live") == 3 && matches("two", "shadow") == 2 && matches("three", "live") == 1)
        #expect(metrics.value("cordon_decisions_total", .init("band", "challenge")) == 2)
    }
}
