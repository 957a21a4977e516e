import EventLogs
import Formats
import Ingest
import Model
import Records
import Support
import Testing

private let day = EventTime.day
private let hasher = EntityHasher(k0: 1, k1: 2)
private let source = TopicPartition("bank-a.transactions")

/// The memory of an agent, and what its events led to.
private final class Agent {
    var memory: AgentMemory
    private var offset: Int64 = 0

    init(spec: FeatureSpec = consortiumSpec(), own: [Feature] = []) {
        memory = AgentMemory(spec: spec, own: own, hasher: hasher)
    }

    func observe(_ transaction: Transaction, marks: [Mark] = []) throws -> AgentMemory.Effects? {
        defer { offset += 1 }
        let event = try #require(EventID([UInt8](repeating: 7, count: 16)))
        return try memory.apply(
            AgentMemory.Arrival(
                transaction: transaction, row: hasher.row(of: transaction), position: SourcePosition(offset: offset),
                event: event, received: 5, marks: marks))
    }

    func confirm(_ transaction: Transaction, fraud: Bool) -> AgentMemory.Effects? {
        memory.apply(verdict: fraud, on: hasher.row(of: transaction))
    }

    func pass(_ seconds: Int64) -> [DueLabel] {
        memory.apply(watermark: EventTime(seconds: seconds)).labels.sorted { $0.id < $1.id }
    }

    func add(history transaction: Transaction, fraud: Bool) -> [StateWrite] {
        memory.apply(history: hasher.row(of: transaction), fraud: fraud).writes
    }

    func expire() -> Int64? { memory.expire() }

    func label(_ id: String, _ fraud: Bool) -> DueLabel { DueLabel(id: hasher.id(of: id), fraud: fraud) }
}

extension [StateWrite] {
    /// The tables that rows are put into, in order.
    fileprivate var tables: [String] {
        compactMap { if case .put(let table, _) = $0 { table } else { nil } }
    }
}

@Suite("An agent's memory")
struct AgentMemoryTests {
    @Test("answers a transaction with its features, and has it wait for a decision")
    func transaction() throws {
        let agent = Agent()
        let effects = try #require(try agent.observe(payment("p1", seconds: 10 * day, amount: 1000)))
        #expect(effects.features == [10, 1] && !effects.isLate && effects.labels.isEmpty && effects.writes.isEmpty)
        #expect(effects.pending == SourcePosition(offset: 0))
        #expect(agent.memory.pending[SourcePosition(offset: 0)]?.transaction.id == "p1")
        #expect(agent.memory.unlabelled == 1)
    }

    @Test("knows a duplicate, refuses another transaction of the same id, and what is older than its horizon")
    func refusals() throws {
        let agent = Agent()
        #expect(try agent.observe(payment("p1", seconds: 100 * day)) != nil)
        #expect(try agent.observe(payment("p1", seconds: 100 * day)) == nil)
        #expect(throws: Rejection(reason: .idConflict, field: nil)) {
            try agent.observe(payment("p1", seconds: 100 * day, amount: 7))
        }
        let old = 100 * day - agent.memory.horizon
        #expect(throws: Rejection(reason: .tooLate, field: "time")) {
            try agent.observe(payment("p2", seconds: old - 1))
        }
        let late = try agent.observe(payment("p2", seconds: old), marks: [.clockSkew])
        #expect(late?.isLate == true)
        // After each occasion its position: the fifth.
        #expect(agent.memory.pending[SourcePosition(offset: 4)]?.marks == [.late, .clockSkew])
        #expect(agent.memory.pending.count == 2)
    }

    @Test("keeps the policy's windows from what is shared")
    func policy() throws {
        let own = Feature(name: "own", kind: .count(.customer, .init(days: 1)))
        let agent = Agent(own: [own])
        #expect(try agent.observe(payment("p1", seconds: 10 * day))?.features.count == 2)
        #expect(agent.memory.pending[SourcePosition(offset: 0)]?.windows == ["own": 1])
    }

    @Test("lets labels leave when event time comes to their time, by a watermark or a transaction")
    func labels() throws {
        let agent = Agent()
        let fraud = payment("a", seconds: 10 * day)
        _ = try agent.observe(fraud)
        #expect(agent.confirm(fraud, fraud: true)?.labels.isEmpty == true)
        #expect(agent.pass(13 * day - 1).isEmpty)
        #expect(agent.pass(13 * day) == [agent.label("a", true)])
        _ = try agent.observe(payment("b", seconds: 13 * day))
        #expect(try agent.observe(payment("c", seconds: 16 * day))?.labels == [agent.label("b", false)])
        #expect(agent.memory.unlabelled == 1)
    }

    @Test("an event that comes when its bucket's labels have left is a row of its own until they leave")
    func late() throws {
        let agent = Agent()
        _ = try agent.observe(payment("a", seconds: 14 * day))
        let effects = try #require(try agent.observe(payment("late", seconds: 10 * day)))
        #expect(effects.writes.tables == ["labels-late"] && effects.labels.isEmpty)
        #expect(agent.pass(15 * day) == [agent.label("late", false)])
    }

    @Test("a verdict changes windows once, is a row each time, and corrects a label that has left")
    func verdicts() throws {
        let agent = Agent()
        let paid = payment("a", seconds: 10 * day)
        _ = try agent.observe(paid)
        #expect(agent.confirm(paid, fraud: false)?.writes.tables == ["verdicts"])
        // What was taken back can't be taken back again.
        #expect(agent.confirm(paid, fraud: false) == nil)
        _ = agent.pass(13 * day)
        #expect(agent.confirm(paid, fraud: true)?.labels == [agent.label("a", true)])
        let again = try #require(agent.confirm(paid, fraud: true))
        #expect(again.labels.isEmpty && again.writes.tables == ["verdicts"])
        #expect(agent.confirm(paid, fraud: false)?.labels == [agent.label("a", false)])
    }

    @Test("without features of the consortium there are no labels, and a verdict may be taken back twice")
    func alone() throws {
        let agent = Agent(spec: consortiumSpec().own)
        let paid = payment("a", seconds: 10 * day)
        _ = try agent.observe(paid)
        for _ in 0..<2 { #expect(agent.confirm(paid, fraud: false)?.labels.isEmpty == true) }
        #expect(agent.pass(40 * day).isEmpty && agent.memory.unlabelled == 0)
    }

    @Test("history asks for no decision, and its labels leave only where they were not told")
    func history() {
        let agent = Agent()
        let told = payment("told", seconds: 10 * day)
        let untold = payment("untold", seconds: 12 * day)
        agent.memory.skipLabels(through: EventTime(seconds: 13 * day))
        #expect(agent.add(history: told, fraud: true).tables == ["verdicts"])
        #expect(agent.add(history: untold, fraud: false).isEmpty)
        #expect(agent.memory.pending.count == 0 && agent.memory.unlabelled == 1)
        #expect(agent.pass(15 * day) == [agent.label("untold", false)])
    }

    @Test("gives each change to the store once: pending rows, blocks, event time and what a batch brought")
    func changes() throws {
        let agent = Agent()
        let first = try #require(try agent.observe(payment("a", seconds: 14 * day)))
        let late = try #require(try agent.observe(payment("late", seconds: 10 * day)))
        let pending = [first, late].compactMap(\.pending)
        agent.memory.ingest(pending, first.writes + late.writes, through: 2, of: source)
        #expect(agent.memory.ingested == 2)
        let changes = agent.memory.takeChanges()
        #expect(changes.writes.tables.sorted() == ["blocks", "labels", "labels-late", "pending", "pending"])
        #expect(changes.positions == [Position(source, 2)])
        // Labels had left through the bucket of day 11.
        #expect(changes.released == 11)
        let rest = agent.memory.takeChanges()
        // A block that filled up would stay until the store has it; this one has not changed.
        #expect(rest.writes.isEmpty && rest.positions.isEmpty && rest.released == nil)
    }

    @Test("a decision ends the wait, and the position of the scores goes to the store with it")
    func decisions() throws {
        let agent = Agent()
        let effects = try #require(try agent.observe(payment("a", seconds: 10 * day)))
        agent.memory.ingest([try #require(effects.pending)], [], through: 1, of: source)
        let scores = TopicPartition("bank-a.scores")
        agent.memory.decide([SourcePosition(offset: 0), SourcePosition(offset: 5)], [Position(scores, 9)])
        #expect(agent.memory.pending.count == 0 && agent.memory.pending.isBehindDecisions)
        let changes = agent.memory.takeChanges()
        #expect(!changes.writes.tables.contains("pending"))
        #expect(Set(changes.positions) == [Position(source, 1), Position(scores, 9)])
    }

    @Test("forgets once a day of event time")
    func expiry() throws {
        let agent = Agent()
        _ = try agent.observe(payment("a", seconds: 100 * day))
        #expect(agent.expire() == nil)
        _ = try agent.observe(payment("b", seconds: 101 * day))
        // The horizon, and the bucket by which the latest labels leave later.
        #expect(agent.expire() == 101 * day - agent.memory.horizon - day)
        #expect(agent.expire() == nil)
    }

    @Test("is a function of its events: alike after the same ones, whenever changes were given to the store")
    func replay() throws {
        var random = SplitMix64(state: 3)
        let (one, two) = (Agent(), Agent())
        for number in 0..<400 {
            let transaction = payment(
                "p\(number)", seconds: 100 * day + Int64(number) * 900, customer: "c\(number % 7)",
                terminal: "t\(number % 5)")
            let (first, second) = (try one.observe(transaction), try two.observe(transaction))
            #expect(first?.features == second?.features && first?.labels.count == second?.labels.count)
            if Bool.random(using: &random) {
                let fraud = Bool.random(using: &random)
                let confirmed = one.confirm(transaction, fraud: fraud) != nil
                #expect((two.confirm(transaction, fraud: fraud) != nil) == confirmed)
            }
            if number % 50 == 0 { _ = one.memory.takeChanges() }
        }
        #expect(one.pass(200 * day) == two.pass(200 * day))
    }
}
