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

/// A member whose transactions are taken in, scored by whoever the test says, and decided; over a log of its own.
struct DecidingBank {
    let clock = SimulatedClock(start: 1_700_000_000_000_000)
    let folder: TemporaryFolder
    let sessions: Sessions
    let log: SQLiteEventLog
    let transactions: TopicPartition
    private let spec = FeatureSpec(name: "test", features: [Feature(name: "amount", kind: .amount)])
    /// The score at which the calibration's second step begins, at a probability of 0.2; the first has 0.1.
    private let step: Int64

    init(step: Int64 = 100) throws {
        self.step = step
        folder = try TemporaryFolder()
        sessions = try Sessions()
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        let member = sessions.member
        transactions = TopicPartition(Topics.transactions(member))
        let topics = [
            transactions.topic, Topics.scores(member), Topics.decisions(member), Topics.alerts(member),
            Topics.rejected(member),
        ]
        try log.create(topics.map { TopicSettings(name: $0) })
    }

    var statePath: String { folder.path + "/state.sqlite" }

    /// The kept state, as a process that begins finds it.
    func state(_ own: OwnModel? = nil, shadow: ShadowSpec? = nil) throws -> AgentState {
        try state(in: SQLiteStateStore(path: statePath, takingOver: true), own, shadow: shadow)
    }

    func state(in store: SQLiteStateStore, _ own: OwnModel? = nil, shadow: ShadowSpec? = nil) throws -> AgentState {
        try AgentState(
            spec: spec, own: (own?.windows ?? []) + (shadow?.windows ?? []), hasher: EntityHasher(),
            transactions: transactions, store: store)
    }

    /// Takes in transactions of one customer, a second and a cent apart.
    func takeIn(_ offsets: Range<Int64>, _ state: AgentState, keeping: Bool = true) throws {
        var batch = AgentState.Batch()
        for offset in offsets {
            let transaction = Transaction(
                id: "t-\(offset)", time: EventTime(seconds: 1_700_000_000 + offset), customer: "c", terminal: "x",
                amount: MinorUnits(100 + offset))
            let event = try #require(EventID([UInt8](repeating: UInt8(offset), count: 16)))
            let seen = try state.observe(
                transaction, at: SourcePosition(offset: offset), event: event, received: 1, in: &batch)
            // What is shared is the consortium's features alone.
            #expect(seen.map { $0.features == [Double(100 + offset) / 100] } ?? true)
        }
        state.apply(batch, ingested: offsets.upperBound)
        if keeping { try state.checkpoint() }
    }

    func score(_ plan: Plan) throws {
        let scores = TopicPartition(Topics.scores(sessions.member))
        for party in PartyID.allCases { try log.append([NewRecord(scores, value: plan.bytes(party, sessions))]) }
    }

    func pipeline(
        _ state: AgentState, policy: DecisionPolicy? = nil, own: OwnModel? = nil, metrics: Metrics = Metrics(),
        isRounded: Bool = false, featureSpec: UInt64 = 1, shadow: ShadowSpec? = nil, wantsReasons: Bool = false,
        participation: @escaping () -> Participation = { .takesPart }
    ) throws -> DecisionPipeline {
        let card = ModelCard(
            calibration: try Calibration(points: [
                .init(score: 0, probability: 0.1), .init(score: step, probability: 0.2),
            ]),
            fractionBits: 14, isRounded: isRounded, featureSpec: featureSpec)
        return try DecisionPipeline(
            member: sessions.member, log: log, state: state,
            collector: ShareCollector(member: sessions.member, sessions: sessions.find), card: { _ in card },
            policy: PolicyInForce(policy ?? DecisionPolicy(review: 0.5, decline: 0.9)), own: own, shadow: shadow,
            wantsReasons: wantsReasons, participation: participation, clock: clock, metrics: metrics, logger: .silent)
    }

    func run(_ pipeline: DecisionPipeline, turns: Int = 3) throws {
        for _ in 0..<turns { _ = try pipeline.turn(until: clock.now) }
    }

    /// Runs a pipeline for some turns, as a process that is then killed.
    func run(
        _ state: AgentState, turns: Int = 3, policy: DecisionPolicy? = nil, own: OwnModel? = nil,
        metrics: Metrics = Metrics(), isRounded: Bool = false
    ) throws {
        try run(pipeline(state, policy: policy, own: own, metrics: metrics, isRounded: isRounded), turns: turns)
    }

    func events(_ topic: String) throws -> [CloudEvent] {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        return try reader.available(limit: 100).map { try #require(CloudEvent(json: $0.value ?? [])) }
    }

    /// What all decisions so far say.
    func details() throws -> [CloudEvent.Detail] { try events(Topics.decisions(sessions.member)).map(\.data) }

    func decided() throws -> [String] { try details().map(\.transaction) }
}
