import EventLogs
import Formats
import Ingest
import Keys
import LocalStore
import Logging
import Model
import Policy
import Records
import Sealing
import Secrets
import Simulation
import Support
import Synchronization
import Telemetry
import Testing

@Suite("What a policy tells others")
struct PolicyPrivacyTests {
    private static let features = FeatureSpec(name: "test", features: [Feature(name: "amount", kind: .amount)])
    private static let planted = [
        "planted-rule", "planted-reason", "planted-value", "planted-shadow", "planted-window",
    ]

    /// What an agent leaves behind when it takes four transactions in and decides them.
    private struct Traces {
        /// What the broker and the parties see of each record: its raw bytes, and header and opened boxes.
        var sealed: [[UInt8]] = []
        var opened: [[[UInt8]]] = []
        /// Of the member's own topics other than decisions and alerts.
        var own: [[UInt8]] = []
        var decisions: [[UInt8]] = []
        var lines = ""
        var metrics = ""
    }

    private func run(_ policy: DecisionPolicy, _ sessions: Sessions) throws -> Traces {
        let folder = try TemporaryFolder()
        let clock = SimulatedClock(start: 1_700_000_000_000_000)
        let log = try SQLiteEventLog(directory: folder.path, clock: clock)
        let source = TopicPartition(Topics.transactions(sessions.member))
        let own = [source.topic, Topics.scores(sessions.member), Topics.rejected(sessions.member)]
        let outcomes = [Topics.decisions(sessions.member), Topics.alerts(sessions.member)]
        try log.create((own + outcomes + [Topics.sealed]).map { TopicSettings(name: $0, partitions: 1) })
        let records = (0..<4).map { index in
            Array(
                #"{"id":"p\#(index)","time":"2018-03-02","customer":"c\#(index)","terminal":"t","amount":"5.00"}"#.utf8)
        }
        try log.append(records.map { NewRecord(source, value: $0) })
        for party in PartyID.allCases {
            let plan = Plan(1, [0: 0, 1: 0, 2: 0, 3: 0], in: UInt16.self)
            try log.append([
                NewRecord(TopicPartition(Topics.scores(sessions.member)), value: plan.bytes(party, sessions))
            ])
        }

        let lines = CapturedLines()
        let logger = lines.logger()
        let metrics = Metrics()
        let state = try AgentState(
            spec: Self.features, own: policy.windows, hasher: EntityHasher(), transactions: source,
            store: SQLiteStateStore(path: folder.path + "/state.sqlite"))
        let sealer = sessions.sealer(try BinnedSpec(spec: Self.features, edges: [[1.5]]), seed: 1)
        let ingest = try IngestPipeline(
            member: sessions.member, log: log, state: state, mapping: .canonical, rules: ValidationRules(),
            sealer: sealer,
            recipient: { HPKEPrivateKey().publicKey }, clock: clock, metrics: metrics)
        try ingest.run(by: clock, until: { state.ingested == Int64(records.count) })
        let card = ModelCard(
            calibration: try Calibration(points: [.init(score: 0, probability: 0.1)]), fractionBits: 14,
            featureSpec: 1)
        let decide = try DecisionPipeline(
            member: sessions.member, log: log, state: state,
            collector: ShareCollector(member: sessions.member, sessions: sessions.find), card: { _ in card },
            policy: PolicyInForce(policy), clock: clock, metrics: metrics, logger: logger)
        try decide.run(by: clock, until: { state.waiting == 0 })

        func values(_ topics: [String]) throws -> [[UInt8]] {
            var out: [[UInt8]] = []
            for topic in topics {
                for record in try log.reader(at: [Position(TopicPartition(topic), 0)]).available(limit: 100) {
                    out += [record.key ?? [], record.value ?? []]
                    out += record.headers.map(\.value)
                }
            }
            return out
        }
        let sealed = try values([Topics.sealed]).filter { !$0.isEmpty }
        return Traces(
            sealed: sealed, opened: try sealed.map { try open($0, sessions) }, own: try values(own),
            decisions: try values(outcomes), lines: lines.text, metrics: metrics.exposition)
    }

    /// A sealed record without the boxes' random nonces: its header, and what the parties find in its boxes.
    private func open(_ bytes: [UInt8], _ sessions: Sessions) throws -> [[UInt8]] {
        let record = try #require(WireSealedRecord(decoding: bytes))
        guard case .transaction(let wire)? = record.body else { throw SealedBox.OpenError.notAuthentic }
        let header = Array(wire.header)
        return try [header]
            + zip(PartyID.allCases, wire.boxes).map { party, box in
                try SealedBox.open(
                    Array(box), under: try #require(sessions.parties[party]).transactionBoxes,
                    associated: boxAssociatedData(header: header, party: party))
            }
    }

    private func planted(in bytes: [[UInt8]]) -> [String] {
        let texts = bytes.map { String(decoding: $0, as: UTF8.self) }
        return Self.planted.filter { word in texts.contains { $0.contains(word) } }
    }

    @Test(
        "nothing of its rules, lists and windows is in what leaves the member: sealed records stay the same, byte by byte"
    )
    func nothingLeaves() throws {
        let sessions = try Sessions()
        let plain = try DecisionPolicy(review: 0.5, decline: 0.9)
        let busy = Condition.window("planted-window", try #require(Limits(lower: .inclusive(0), upper: nil)))
        let ruled = DecisionPolicy(
            bands: try ScoreBands(challenge: 0.05, review: 0.5, decline: 0.9),
            windows: [Feature(name: "planted-window", kind: .count(.customer, .init(days: 1)))],
            lists: ["planted-value": 2],
            rules: [
                PolicyRule(
                    id: "planted-rule", mode: .live, reason: "planted-reason",
                    condition: .text(.customer, ValueSet(texts: ["c1", "planted-value"])), effect: .set(.decline)),
                PolicyRule(
                    id: "planted-shadow", mode: .shadow, reason: "why",
                    condition: .any([busy, .text(.customer, ValueSet(texts: ["c2"]))]), effect: .atLeast(.review)),
            ])
        let without = try run(plain, sessions)
        let with = try run(ruled, sessions)

        // The rules did something, which only the member's own decisions and alerts tell.
        #expect(planted(in: without.decisions).isEmpty)
        #expect(planted(in: with.decisions) == ["planted-rule", "planted-reason", "planted-shadow"])
        #expect(with.decisions.count > without.decisions.count)
        #expect(with.opened.count == 4 && with.opened == without.opened)
        #expect(with.sealed.map(\.count) == without.sealed.map(\.count))
        #expect(with.own == without.own)
        #expect(planted(in: with.sealed + with.own).isEmpty)
        // Logs say nothing of rules; metrics name them, and neither their reasons nor what they compare with.
        #expect(with.lines == without.lines)
        #expect(planted(in: [Array(with.metrics.utf8)]) == ["planted-rule", "planted-shadow"])
    }
}
