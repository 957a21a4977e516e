import EventLogs
import Formats
import Ingest
import LocalStore
import Model
import Records
import Support
import Testing

private let day = EventTime.day
private let stateSpec = FeatureSpec(
    name: "test",
    features: [
        Feature(name: "amount", kind: .amount),
        Feature(name: "count", kind: .count(.customer, .init(days: 7))),
        Feature(name: "mean", kind: .meanAmount(.customer, .init(days: 7))),
        Feature(name: "over", kind: .amountOverMean(.customer, .init(days: 2))),
        Feature(name: "seen", kind: .count(.terminal, .init(days: 7))),
        Feature(name: "frauds", kind: .frauds(.terminal, .init(days: 5, delayDays: 2))),
        Feature(name: "rate", kind: .fraudRate(.terminal, .init(days: 5, delayDays: 2))),
    ])

extension StoredAgent {
    fileprivate convenience init(_ folder: TemporaryFolder, name: String = "agent") throws {
        try self.init(folder, name: name, spec: stateSpec)
    }

    fileprivate func observe(_ transaction: Transaction) throws -> [Double]? { try take(transaction)?.features }

    fileprivate func confirms(_ id: String, fraud: Bool) throws -> Bool {
        try confirm(id, fraud: fraud) == .applied(correction: nil)
    }
}

@Suite("A member's state")
struct AgentStateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("gives a transaction's features once, and nil for its repeat, before and after a restart")
    func duplicates() throws {
        let agent = try StoredAgent(folder)
        let first = payment("p1", seconds: 10 * day, amount: 1000)
        #expect(try agent.observe(first) == [10, 1, 10, 1, 1, 0, 0])
        #expect(try agent.observe(first) == nil)
        #expect(try agent.observe(payment("p2", seconds: 10 * day + 5, amount: 2000)) == [20, 2, 15, 20 / 15, 2, 0, 0])
        try agent.commit()
        try agent.restart()
        #expect(try agent.observe(first) == nil)
        #expect(agent.state.waiting == 2)
    }

    @Test("tells ids apart that look alike: composed and decomposed letters are other bytes")
    func spelling() throws {
        let agent = try StoredAgent(folder)
        #expect(try agent.observe(payment("caf\u{E9}", seconds: 10 * day)) != nil)
        #expect(try agent.observe(payment("cafe\u{301}", seconds: 10 * day)) != nil)
        #expect(try agent.observe(payment("caf\u{E9}", seconds: 10 * day)) == nil)
        try agent.commit()
        try agent.restart()
        #expect(try agent.observe(payment("cafe\u{301}", seconds: 10 * day)) == nil)
    }

    @Test("takes again what a crash took before the commit")
    func uncommitted() throws {
        let agent = try StoredAgent(folder)
        #expect(try agent.observe(payment("p1", seconds: 10 * day)) != nil)
        try agent.commit()
        let second = payment("p2", seconds: 10 * day + 1)
        let features = try agent.observe(second)
        try agent.restart()
        #expect(agent.state.ingested == 1 && agent.state.waiting == 1)
        agent.offset = 1
        #expect(try agent.observe(second) == features)
    }

    @Test("gives the same features with restarts as without, late ones and verdicts included")
    func restarts() throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            let steady = try StoredAgent(folder, name: "steady-\(seed)")
            let restarted = try StoredAgent(folder, name: "restarted-\(seed)")
            var now = 100 * day
            for number in 0..<600 {
                // Now and then nothing comes for days, and some transactions are hours or days late.
                now += Int64.random(in: 0...4000, using: &generator)
                if number % 97 == 96 { now += Int64.random(in: 3...12, using: &generator) * day }
                let late = number % 5 == 0 ? Int64.random(in: 0...3 * day, using: &generator) : 0
                let transaction = payment(
                    "p\(number)", seconds: now - late, customer: "c\(Int.random(in: 0..<9, using: &generator))",
                    terminal: "t\(Int.random(in: 0..<30, using: &generator))",
                    amount: Int64.random(in: 1...9, using: &generator) * 100)
                #expect(
                    try restarted.observe(transaction) == (try steady.observe(transaction)),
                    "seed \(seed), transaction \(number)")
                let old = "p\(Int.random(in: max(0, number - 60)...number, using: &generator))"
                let fraud = Bool.random(using: &generator)
                #expect(try restarted.confirms(old, fraud: fraud) == (try steady.confirms(old, fraud: fraud)))
                if number % 10 == 9 {
                    try steady.commit()
                    try restarted.commit()
                }
                if number % 50 == 49 { try restarted.restart() }
            }
        }
    }

    @Test("lets a late transaction see the same history whether or not the agent was restarted since")
    func lateAfterSilence() throws {
        let steady = try StoredAgent(folder, name: "steady")
        let restarted = try StoredAgent(folder, name: "restarted")
        let late = payment("late", seconds: 106 * day, terminal: "quiet")
        var seen: [[Double]?] = []
        for agent in [steady, restarted] {
            _ = try agent.observe(payment("old", seconds: 100 * day, terminal: "quiet"))
            try agent.commit()
            // A day that sweeps what is beyond the windows of the newest transaction.
            _ = try agent.observe(payment("new", seconds: 108 * day, customer: "c2", terminal: "busy"))
            try agent.commit()
            if agent === restarted { try agent.restart() }
            seen.append(try agent.observe(late))
        }
        #expect(seen[0] == seen[1])
        #expect(seen[0]?[1] == 2 && seen[0]?[4] == 2)
    }

    @Test("a verdict changes the terminal's windows once its delay is over, and another verdict changes them back")
    func verdicts() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe(payment("p1", seconds: 10 * day))
        _ = try agent.observe(payment("p2", seconds: 10 * day + 1, customer: "c2"))
        #expect(try agent.confirms("p1", fraud: true))
        #expect(try agent.observe(payment("soon", seconds: 11 * day))?[5] == 0)
        #expect(try agent.observe(payment("a", seconds: 12 * day + 2)).map { [$0[5], $0[6]] } == [1, 0.5])
        #expect(try agent.observe(payment("else", seconds: 12 * day + 2, terminal: "t2"))?[5] == 0)
        #expect(try agent.confirms("p1", fraud: true))
        #expect(try agent.observe(payment("b", seconds: 12 * day + 3))?[5] == 1)
        try agent.commit()
        try agent.restart()
        #expect(try agent.observe(payment("c", seconds: 12 * day + 4))?[5] == 1)
        #expect(try agent.confirms("p1", fraud: false))
        #expect(try agent.observe(payment("d", seconds: 12 * day + 5))?[5] == 0)
    }

    @Test("does not know a verdict's transaction that it has not seen")
    func unknownVerdict() throws {
        let agent = try StoredAgent(folder)
        #expect(try !agent.confirms("p1", fraud: true))
        _ = try agent.observe(payment("p1", seconds: 10 * day))
        #expect(try agent.confirms("p1", fraud: true))
    }

    @Test("remembers who waits for a score until it is decided, with the position of the scores")
    func pending() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe(payment("p0", seconds: 10 * day))
        _ = try agent.observe(payment("p1", seconds: 10 * day, customer: "c9", terminal: "t9", amount: 77))
        try agent.commit()
        try agent.restart()
        let pending = try #require(agent.state.pending(SourcePosition(offset: 1)))
        #expect(
            pending.transaction == payment("p1", seconds: 10 * day, customer: "c9", terminal: "t9", amount: 77))
        #expect(pending.received == 5 && pending.event.count == 16)
        let scores = TopicPartition(Topics.scores(try member("bank-a")))
        #expect(try agent.state.position(scores) == nil)
        agent.state.decided([SourcePosition(offset: 1)], positions: [Position(scores, 44)])
        try agent.state.checkpoint()
        try agent.restart()
        #expect(
            agent.state.pending(SourcePosition(offset: 1)) == nil
                && agent.state.pending(SourcePosition(offset: 0))?.transaction.id == "p0" && agent.state.waiting == 1)
        #expect(try agent.state.position(scores) == 44)
    }

    @Test("never writes down a transaction that is decided before the state is kept")
    func decidedInTime() throws {
        let agent = try StoredAgent(folder)
        for id in ["p0", "p1"] { _ = try agent.observe(payment(id, seconds: 10 * day)) }
        agent.state.apply(agent.batch, ingested: 2)
        agent.state.decided([SourcePosition(offset: 1)], positions: [])
        try agent.state.checkpoint()
        var kept: [Int64] = []
        try agent.store.scan("pending") { kept.append($0.order) }
        #expect(kept == [0])
    }

    @Test("refuses another transaction under an id that it knows, before and after a restart, and keeps the first")
    func conflicts() throws {
        let agent = try StoredAgent(folder)
        let first = payment("p1", seconds: 10 * day, amount: 1000)
        _ = try agent.observe(first)
        let others = [
            payment("p1", seconds: 10 * day + 1, amount: 1000), payment("p1", seconds: 10 * day, amount: 1001),
            payment("p1", seconds: 10 * day, customer: "c9", amount: 1000),
            payment("p1", seconds: 10 * day, terminal: "t9", amount: 1000),
        ]
        for _ in 0..<2 {
            for other in others {
                #expect(throws: Rejection(reason: .idConflict, field: nil)) { try agent.observe(other) }
            }
            #expect(try agent.observe(first) == nil)
            try agent.commit()
            try agent.restart()
        }
        #expect(agent.state.waiting == 1)
        // A verdict is no other transaction.
        #expect(try agent.confirms("p1", fraud: true))
        #expect(try agent.observe(first) == nil)
    }

    @Test("history fills windows and known ids, and asks for no score")
    func backfill() throws {
        let agent = try StoredAgent(folder)
        try agent.state.backfill([
            (payment("h1", seconds: 10 * day, amount: 3000), true), (payment("h2", seconds: 11 * day), false),
        ])
        for _ in 0..<2 {
            #expect(agent.state.waiting == 0)
            #expect(try agent.observe(payment("h1", seconds: 10 * day, amount: 3000)) == nil)
            #expect(try agent.observe(payment("p1", seconds: 13 * day)) == [10, 3, 50 / 3, 1, 3, 1, 0.5])
            try agent.restart()
        }
    }

    @Test("forgets what no window and no late verdict can reach any more")
    func expiry() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe(payment("old", seconds: 100 * day))
        try agent.commit()
        for number in 1...40 as ClosedRange<Int64> {
            _ = try agent.observe(payment("p\(number)", seconds: (100 + number) * day))
            try agent.commit()
        }
        try agent.restart()
        #expect(try !agent.confirms("old", fraud: true))
        #expect(try agent.confirms("p20", fraud: true))
    }

    @Test("marks a transaction that is late, and rejects one that is older than what it knows")
    func late() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe(payment("p1", seconds: 100 * day))
        func marks(_ id: String, _ seconds: Int64) throws -> [Mark]? {
            _ = try agent.observe(payment(id, seconds: seconds))
            return agent.state.pending(SourcePosition(offset: agent.offset - 1))?.marks
        }
        #expect(try marks("p2", 100 * day - 3600) == [])
        #expect(try marks("p3", 100 * day - 3601) == [.late])
        #expect(try marks("p4", 70 * day) == [.late])
        #expect(agent.state.horizon == 30 * day)
        #expect(throws: Rejection(reason: .tooLate, field: "time")) {
            try agent.observe(payment("p5", seconds: 70 * day - 1))
        }
        // What was rejected is not known: a corrected record may come.
        #expect(try agent.observe(payment("p5", seconds: 100 * day)) != nil)
    }

    @Test("knows thousands of ids, their content and their verdicts after a restart, in blocks old and new")
    func manyBlocks() throws {
        let agent = try StoredAgent(folder)
        func number(_ index: Int) -> Transaction {
            payment(
                "p\(index)", seconds: 10 * day + Int64(index), customer: "c\(index % 700)", terminal: "t\(index % 9)")
        }
        for index in 0..<3000 {
            _ = try agent.observe(number(index))
            if index % 7 == 0 { #expect(try agent.confirms("p\(index)", fraud: true)) }
            if index % 61 == 0 { try agent.commit() }
        }
        try agent.commit()
        let later = (0..<9).map { payment("later-\($0)", seconds: 13 * day, customer: "x", terminal: "t\($0)") }
        let steady = try later.map { try agent.observe($0) }
        try agent.restart()
        #expect(agent.state.knownIDs == 3000)
        for index in stride(from: 0, to: 3000, by: 13) {
            #expect(try agent.observe(number(index)) == nil)
            #expect(throws: Rejection(reason: .idConflict, field: nil)) {
                try agent.observe(payment("p\(index)", seconds: 10 * day + Int64(index), customer: "other"))
            }
        }
        #expect(try later.map { try agent.observe($0) } == steady)
        // Taken back, in a block long written.
        #expect(try agent.confirms("p7", fraud: false))
        #expect(
            try agent.observe(payment("z", seconds: 13 * day, customer: "y", terminal: "t7"))?[5] == steady[7]![5] - 1)
    }

    @Test("its folder holds no name of a customer, terminal or transaction once all is decided")
    func noNames() throws {
        let agent = try StoredAgent(folder)
        let planted = payment(
            "planted-id", seconds: 10 * day, customer: "planted-customer", terminal: "planted-terminal")
        _ = try agent.observe(planted)
        try agent.commit()
        agent.state.decided([SourcePosition(offset: 0)], positions: [])
        try agent.state.checkpoint()
        var found: [String] = []
        for table in ["blocks", "verdicts", "pending"] {
            try agent.store.scan(table) { entry in
                let text = String(decoding: entry.key + entry.value, as: UTF8.self)
                if text.contains("planted") { found.append(table) }
            }
        }
        #expect(found == [])
    }
}
