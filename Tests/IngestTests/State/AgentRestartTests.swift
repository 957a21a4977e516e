import EventLogs
import Formats
import Ingest
import LocalStore
import Model
import Records
import Support
import Testing

private let day = EventTime.day

/// A store that fails to read one table.
private struct UnreadableTable: StoreDecorator {
    let store: any StateStore
    let table: String

    func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        if table == self.table { throw LogError.failed(reason: "\(table) can't be read") }
        try store.scan(table, body)
    }
}

@Suite("The restart of an agent")
struct AgentRestartTests {
    private let folder: TemporaryFolder
    private let store: SQLiteStateStore
    private let transactions: TopicPartition
    private let event: EventID

    init() throws {
        folder = try TemporaryFolder()
        store = try SQLiteStateStore(path: folder.path("agent.sqlite"))
        transactions = TopicPartition(Topics.transactions(try member("bank-a")), 3)
        event = try #require(EventID([UInt8](repeating: 7, count: 16)))
    }

    private func agent(_ store: (any StateStore)? = nil, spec: FeatureSpec = consortiumSpec()) throws -> AgentState {
        try AgentState(
            spec: spec, hasher: EntityHasher(k0: 1, k1: 2), lateness: 60 * day, transactions: transactions,
            store: store ?? self.store)
    }

    private func put(_ writes: StateWrite...) throws { try store.commit(writes, positions: []) }

    /// Ingests transactions of these ids and times, and writes a checkpoint.
    private func ingest(
        _ transactions: some Sequence<(id: String, time: Int64)>, into agent: AgentState, from offset: Int64 = 0
    ) throws {
        var batch = AgentState.Batch()
        var offset = offset
        for (id, time) in transactions {
            _ = try agent.observe(
                payment(id, seconds: time), at: SourcePosition(partition: 3, offset: offset), event: event, received: 5,
                in: &batch)
            offset += 1
        }
        agent.apply(batch, ingested: offset)
        try agent.checkpoint()
    }

    private func isKnown(_ id: String, _ time: Int64, to agent: AgentState) throws -> Bool {
        var batch = AgentState.Batch()
        let position = SourcePosition(partition: 3, offset: 1_000_000)
        return try agent.observe(
            payment(id, seconds: time), at: position, event: event, received: 5, in: &batch) == nil
    }

    /// The blocks in the store, in the order of a scan.
    private func blocks() throws -> [(number: UInt32, rows: Int)] {
        var found: [(number: UInt32, rows: Int)] = []
        try store.scan(AgentTables.blocks) { entry in
            found.append((entry.key.reduce(0) { $0 << 8 | UInt32($1) }, try StateBlock.rows(entry.value).count))
        }
        return found
    }

    @Test("goes on with the newest block, though an older one has later transactions")
    func newestBlock() throws {
        let late = (0..<3).map { (id: "late-\($0)", time: 100 * day - 7) }
        try ingest((0..<512).map { (id: "p\($0)", time: 100 * day) } + late, into: agent())
        // The store has them by their latest time.
        #expect(try blocks().map(\.number) == [1, 0])
        try ingest([(id: "next", time: 100 * day)], into: agent(), from: 515)
        let after = try blocks().sorted { $0.number < $1.number }
        #expect(after.map(\.rows) == [512, 4])
        let restarted = try agent()
        #expect(restarted.knownIDs == 516 && restarted.ingested == 516)
        for (id, time) in [("p0", 100 * day), ("p511", 100 * day), ("late-1", 100 * day - 7), ("next", 100 * day)] {
            #expect(try isKnown(id, time, to: restarted), "\(id)")
        }
    }

    @Test("fills in more blocks than it reads at once, with the verdict of each row", arguments: [127, 128, 129, 300])
    func manyBlocks(count: UInt32) throws {
        var writes: [StateWrite] = []
        for number in 0..<count {
            var block = StateBlock(number: number)
            for place in 0..<2 as Range<UInt32> {
                var row = EntityHasher(k0: 1, k1: 2).row(of: payment("\(number)/\(place)", seconds: 100 * day))
                row.event.time = 100 * day + Int64(number)
                block.append(row)
                if place == 1 {
                    writes.append(AgentTables.write(verdict: number % 2 == 0, on: row))
                }
            }
            writes.append(AgentTables.write(block))
        }
        try store.commit(writes, positions: [])
        let restarted = try agent()
        #expect(restarted.knownIDs == Int(count) * 2)
        for number in 0..<count {
            var batch = AgentState.Batch()
            // What was taken back before can't be taken back again; what has no verdict, or was a fraud, can.
            let repeated = try restarted.confirm(Verdict(transaction: "\(number)/1", fraud: false), in: &batch)
            #expect((repeated == .repeated) == (number % 2 == 1), "block \(number)")
            let first = try restarted.confirm(Verdict(transaction: "\(number)/0", fraud: false), in: &batch)
            #expect(first == .applied(correction: nil), "block \(number)")
        }
    }

    @Test("reads the position of its own partition, and pending transactions as that partition's")
    func partition() throws {
        try ingest([(id: "a", time: 100 * day)], into: agent())
        let other = TopicPartition(transactions.topic, 4)
        try store.commit([], positions: [Position(other, 77)])
        let restarted = try agent()
        #expect(restarted.ingested == 1 && restarted.waiting == 1)
        #expect(restarted.pending(SourcePosition(partition: 3, offset: 0))?.transaction.id == "a")
        #expect(restarted.pending(SourcePosition(partition: 4, offset: 0)) == nil)
        #expect(try restarted.position(other) == 77)
    }

    @Test("of an empty store is a beginning")
    func empty() throws {
        let fresh = try agent()
        #expect(fresh.ingested == nil && fresh.knownIDs == 0 && fresh.waiting == 0 && fresh.unlabelled == 0)
        #expect(!fresh.isBehindDecisions && fresh.tellsLabels)
        // Nothing has changed, so there is nothing to write.
        try fresh.checkpoint()
        #expect(try blocks().isEmpty)
    }

    /// Rows that no agent wrote, and what the restart says.
    private static let damaged: [(write: StateWrite, said: String)] = [
        (
            .put(table: "blocks", StateEntry(key: [0, 0, 0, 1], value: [1], order: 5)),
            "the agent's state holds a malformed block of transactions"
        ),
        (
            .put(table: "pending", StateEntry(key: Array("1/0".utf8), value: [0xFF], order: 1)),
            "the agent's state holds a malformed pending transaction"
        ),
    ]

    @Test("of a damaged store ends with a sentence, and not with less than there was", arguments: 0..<2)
    func damaged(number: Int) throws {
        let (write, said) = Self.damaged[number]
        try ingest([(id: "a", time: 100 * day)], into: agent())
        try put(write)
        #expect(throws: LogError.corrupted(reason: said)) { try agent() }
    }

    @Test("ends where a table can't be read", arguments: ["blocks", "verdicts", "pending", "labels-late"])
    func unreadable(table: String) throws {
        try ingest([(id: "a", time: 100 * day)], into: agent())
        #expect(throws: LogError.failed(reason: "\(table) can't be read")) {
            try agent(UnreadableTable(store: store, table: table))
        }
    }

    @Test("takes a late event's label for one that has left when its bucket has, and not before")
    func late() throws {
        let first = try agent()
        // Labels leave two days after their day; the bucket of day 97 has left when day 100 begins.
        try ingest([(id: "new", time: 100 * day), (id: "late", time: 90 * day)], into: first)
        var late: [(order: Int64, value: [UInt8])] = []
        try store.scan(AgentTables.late) { late.append(($0.order, $0.value)) }
        #expect(late.map(\.order) == [97] && first.unlabelled == 2)
        #expect(try agent().unlabelled == 2)
        // The same row from before a bucket that has left since says nothing any more.
        let id = first.id(of: "late")
        try put(AgentTables.write(late: id, after: 96))
        #expect(try agent().unlabelled == 1)
        try put(AgentTables.write(late: id, after: 97))
        let restarted = try agent()
        var batch = AgentState.Batch()
        #expect(restarted.pass(EventTime(seconds: 101 * day), in: &batch) == [DueLabel(id: id, fraud: false)])
    }
}
