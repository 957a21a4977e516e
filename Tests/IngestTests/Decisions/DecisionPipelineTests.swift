import EventLogs
import Ingest
import LocalStore
import Logging
import Model
import Records
import Telemetry
import Testing
import ThreeParty

@Suite("Decisions")
struct DecisionPipelineTests {
    private struct FixedClock: WallClock {
        let microseconds: Int64 = 1_700_000_000_000_000
    }

    private let folder: TemporaryFolder
    private let sessions: Sessions
    private let log: SQLiteEventLog
    private let transactions: TopicPartition
    private let spec = FeatureSpec(name: "test", features: [Feature(name: "amount", kind: .amount)])

    init() throws {
        folder = try TemporaryFolder()
        sessions = try Sessions()
        log = try SQLiteEventLog(directory: folder.path, clock: FixedClock())
        transactions = TopicPartition(Topics.transactions(sessions.member))
        let topics = [
            transactions.topic, Topics.scores(sessions.member), Topics.decisions(sessions.member),
            Topics.alerts(sessions.member),
        ]
        try log.create(topics.map { TopicSettings(name: $0) })
    }

    /// The kept state, as a process that begins finds it.
    private func state() throws -> AgentState {
        try AgentState(
            spec: spec, hasher: EntityHasher(), transactions: transactions,
            store: SQLiteStateStore(path: folder.path + "/state.sqlite", takingOver: true))
    }

    /// Runs a pipeline for some turns of reading, as a process that is then killed.
    private func run(_ state: AgentState, turns: Int = 3) throws {
        let card = ModelCard(
            calibration: try Calibration(points: [
                .init(score: 0, probability: 0.1), .init(score: 100, probability: 0.2),
            ]),
            fractionBits: 14)
        let pipeline = try DecisionPipeline(
            member: sessions.member, log: log, state: state, sessions: sessions.find, card: { _ in card },
            policy: DecisionPolicy(review: 0.5, decline: 0.9), clock: FixedClock(), metrics: Metrics(),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        var left = turns
        try pipeline.run {
            left -= 1
            return left < 0
        }
    }

    private func decided() throws -> [String] {
        let reader = try log.reader(at: [Position(TopicPartition(Topics.decisions(sessions.member)), 0)])
        return try reader.available(limit: 100).compactMap { CloudEvent(json: $0.value ?? [])?.data.transaction }
    }

    private func score(_ plan: Plan) throws {
        for party in PartyID.allCases {
            let scores = TopicPartition(Topics.scores(sessions.member))
            try log.append([NewRecord(scores, value: plan.bytes(party, sessions))])
        }
    }

    private func takeIn(_ offsets: Range<Int64>, _ state: AgentState) throws {
        var batch = AgentState.Batch()
        for offset in offsets {
            let transaction = Transaction(
                id: "t-\(offset)", time: EventTime(seconds: 1_700_000_000 + offset), customer: "c", terminal: "x",
                amount: MinorUnits(100))
            let event = try #require(EventID([UInt8](repeating: UInt8(offset), count: 16)))
            _ = try state.observe(
                transaction, at: SourcePosition(offset: offset), event: event, received: 1, in: &batch)
        }
        try state.commit(batch, ingested: offsets.upperBound)
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
}
