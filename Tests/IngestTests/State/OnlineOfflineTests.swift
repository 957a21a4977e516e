import EventLogs
import Ingest
import LocalStore
import Model
import Records
import Support
import Testing

@Suite("Online features")
struct OnlineOfflineTests {
    private static let kinds: [(String, Feature.Kind)] = [
        ("amount", .amount), ("n1h", .window(.count, .customer, .init(span: 3600))),
        ("sum1d", .window(.sum, .customer, .init(days: 1))), ("max3d", .window(.max, .customer, .init(days: 3))),
        ("since", .window(.secondsSinceLast, .payee, .init(days: 3))),
        ("payees", .window(.distinct(.payee), .customer, .init(days: 2))),
        ("customers", .window(.distinct(.customer), .device, .init(days: 2))),
        ("busy", .window(.countOverMean(history: 3 * EventTime.day), .customer, .init(days: 1))),
        ("unusual", .window(.maxOverMean(history: 2 * EventTime.day), .customer, .init(days: 1))),
        ("frauds", .window(.frauds, .terminal, .init(days: 2, delayDays: 1))),
    ]

    @Test("of a week, taken in by an agent that is restarted every day, equal those that a batch computes afterwards")
    func week() throws {
        let folder = try TemporaryFolder()
        let spec = FeatureSpec(name: "week", features: Self.kinds.map { Feature(name: $0.0, kind: $0.1) })
        let store = try SQLiteStateStore(path: folder.path + "/state.sqlite")
        let bank = try member("bank-a")
        func state() throws -> AgentState {
            try AgentState(
                spec: spec, hasher: EntityHasher(k0: 3, k1: 4), transactions: TopicPartition(Topics.transactions(bank)),
                store: store)
        }
        var random = SplitMix64(state: 1)
        let week = (0..<7000).map { number in
            var transaction = Transaction(
                id: "p\(number)", time: EventTime(seconds: 1_772_409_600 + Int64(number) * 86),
                customer: "c\(Int.random(in: 0..<60, using: &random))",
                terminal: "t\(Int.random(in: 0..<20, using: &random))",
                amount: MinorUnits(Int64.random(in: 1...90_000, using: &random)))
            if number % 3 > 0 { transaction.entities[.payee] = "y\(Int.random(in: 0..<40, using: &random))" }
            if number % 4 > 0 { transaction.entities[.device] = "d\(Int.random(in: 0..<70, using: &random))" }
            return LabelledTransaction(
                member: bank, transaction: transaction, fraud: Int.random(in: 0..<50, using: &random) == 0, scenario: 0)
        }
        // The bank knows of a fraud within the windows' delay of a day.
        var agent = try state()
        var online: [[Double]] = []
        let event = try #require(EventID([UInt8](repeating: 7, count: 16)))
        for day in 0..<7 {
            var batch = AgentState.Batch()
            for number in day * 1000..<(day + 1) * 1000 {
                let labelled = week[number]
                let seen = try agent.observe(
                    labelled.transaction, at: SourcePosition(offset: Int64(number)), event: event, received: 0,
                    in: &batch)
                online.append(try #require(seen).features)
                if labelled.fraud {
                    let verdict = Verdict(transaction: labelled.transaction.id, fraud: true)
                    #expect(try agent.confirm(verdict, in: &batch) == .applied(correction: nil))
                }
            }
            agent.apply(batch, ingested: Int64((day + 1) * 1000))
            try agent.checkpoint()
            agent = try state()
        }
        let offline = offlineFeatures(week, spec: spec, where: { _ in true }).map(\.values)
        #expect(online == offline)
    }
}
