import Dispatch
package import EventLogs
package import Model
package import Records
import Synchronization

/// What a member's agent remembers: recent transactions (for windows and duplicates), those that wait for their score,
/// and how far it has read. Held in memory, kept in a `StateStore`, shared by the ingest and decision threads.
package final class AgentState: Sendable {
    /// A transaction's id by its bytes: two spellings that Unicode calls equivalent are two transactions.
    private struct Key: Hashable {
        var id: String

        static func == (left: Key, right: Key) -> Bool { left.id.utf8.elementsEqual(right.id.utf8) }

        func hash(into hasher: inout Hasher) {
            var id = id
            id.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private struct Memory {
        var engine: FeatureEngine
        var recent: [Key: RecentTransaction] = [:]
        var pending: [Int64: PendingTransaction] = [:]
        var ingested: Int64?
        /// Offsets that were decided by a predecessor and that this agent has not taken in again.
        var decidedAhead: Set<Int64> = []
        var latest: Int64 = .min
        var swept: Int64 = .min
    }

    private static let recentTable = "recent"
    private static let pendingTable = "pending"
    private let store: any StateStore
    /// The partition of the member's transactions that this is the state of.
    package let transactions: TopicPartition
    private let memory: Mutex<Memory>

    /// Reads the kept state back.
    package init(spec: FeatureSpec, transactions: TopicPartition, store: any StateStore) throws {
        self.store = store
        self.transactions = transactions
        var rows: [(id: String, row: RecentTransaction)] = []
        try store.scan(Self.recentTable) { entry in
            rows.append((String(decoding: entry.key, as: UTF8.self), try RecentTransaction(decoding: entry.value)))
        }
        let (recent, engine) = Self.fill(rows, spec)
        var memory = Memory(engine: engine, recent: recent, latest: rows.last?.row.time ?? .min)
        try store.scan(Self.pendingTable) { entry in
            memory.pending[entry.order] = try PendingTransaction(decoding: entry.value)
        }
        memory.ingested = try store.position(transactions)
        self.memory = Mutex(memory)
    }

    /// Fills ids and windows, which share nothing, side by side: there may be millions.
    private static func fill(
        _ rows: [(id: String, row: RecentTransaction)], _ spec: FeatureSpec
    ) -> ([Key: RecentTransaction], FeatureEngine) {
        let recent = Mutex<[Key: RecentTransaction]>([:])
        let engine = Mutex(FeatureEngine(spec: spec))
        DispatchQueue.concurrentPerform(iterations: 2) { half in
            if half == 0 {
                recent.withLock { recent in
                    recent.reserveCapacity(rows.count)
                    for (id, row) in rows { recent[Key(id: id)] = row }
                }
            } else {
                engine.withLock { engine in
                    for (id, row) in rows { engine.add(row.transaction(id: id), fraud: row.fraud) }
                }
            }
        }
        return (recent.withLock { $0 }, engine.withLock { $0 })
    }

    /// The offset of the member's transactions to go on from; nil where nothing was taken in yet.
    package var ingested: Int64? { memory.withLock { $0.ingested } }
    package var waiting: Int { memory.withLock { $0.pending.count } }

    /// A change that belongs to one batch: collected in memory, then kept with the batch's position.
    package struct Batch {
        var writes: [StateWrite] = []
        package init() {}
    }

    /// Takes a transaction into windows and memory; nil where it is known: a duplicate.
    ///
    /// - Throws: `idConflict` where its id is another transaction's.
    package func observe(
        _ transaction: Transaction, offset: Int64, event: EventID, received: Int64, in batch: inout Batch
    ) throws(Rejection) -> [Double]? {
        let row = RecentTransaction(transaction, fraud: false)
        let pending = PendingTransaction(transaction, event: event, received: received)
        var waits = true
        var conflicts = false
        let values = memory.withLock { memory -> [Double]? in
            if let known = memory.recent[Key(id: transaction.id)] {
                conflicts = !known.isSame(as: row)
                return nil
            }
            memory.recent[Key(id: transaction.id)] = row
            memory.latest = max(memory.latest, row.time)
            waits = memory.decidedAhead.remove(offset) == nil
            if waits { memory.pending[offset] = pending }
            return memory.engine.observe(transaction)
        }
        if conflicts { throw Rejection(reason: .idConflict, field: nil) }
        guard let values else { return nil }
        batch.writes.append(.put(table: Self.recentTable, entry(transaction.id, row)))
        if waits {
            batch.writes.append(
                .put(
                    table: Self.pendingTable,
                    StateEntry(key: Array("\(offset)".utf8), value: pending.encoded, order: offset)))
        }
        return values
    }

    /// Takes a verdict on an earlier transaction into the windows; false where that transaction is not known.
    package func confirm(_ verdict: Verdict, in batch: inout Batch) -> Bool {
        let row = memory.withLock { memory -> RecentTransaction? in
            guard var row = memory.recent[Key(id: verdict.transaction)] else { return nil }
            if row.fraud != verdict.fraud {
                row.fraud = verdict.fraud
                memory.recent[Key(id: verdict.transaction)] = row
                memory.engine.confirm(row.transaction(id: verdict.transaction), fraud: verdict.fraud)
            }
            return row
        }
        guard let row else { return false }
        batch.writes.append(.put(table: Self.recentTable, entry(verdict.transaction, row)))
        return true
    }

    private func entry(_ id: String, _ row: RecentTransaction) -> StateEntry {
        StateEntry(key: Array(id.utf8), value: row.encoded, order: row.time)
    }

    /// Keeps a batch, and that everything below `offset` is in the log.
    package func commit(_ batch: consuming Batch, ingested offset: Int64) throws(LogError) {
        try store.commit(batch.writes, positions: [Position(transactions, offset)])
        let bound = memory.withLock { memory -> Int64? in
            memory.ingested = offset
            guard memory.latest != .min else { return nil }
            if memory.swept == .min { memory.swept = memory.latest }
            guard memory.latest >= memory.swept + EventTime.day else { return nil }
            memory.swept = memory.latest
            // Twice the windows' reach: late transactions and late verdicts still find what they need. The windows
            // forget no sooner than the rows that a restart fills them from, so that both give the same features.
            let bound = memory.latest - max(2 * memory.engine.retention, 30 * EventTime.day)
            memory.engine.expire(before: EventTime(seconds: bound + memory.engine.retention))
            memory.recent = memory.recent.filter { $0.value.time >= bound }
            return bound
        }
        if let bound { try store.removeAll(in: Self.recentTable, below: bound) }
    }

    /// History from before the agent went live: fills windows and known ids, and asks for no score.
    package func backfill(_ history: [(transaction: Transaction, fraud: Bool)]) throws(LogError) {
        for start in stride(from: 0, to: history.count, by: 10_000) {
            var writes: [StateWrite] = []
            for (transaction, fraud) in history[start..<min(start + 10_000, history.count)] {
                let row = RecentTransaction(transaction, fraud: fraud)
                memory.withLock { memory in
                    memory.recent[Key(id: transaction.id)] = row
                    memory.latest = max(memory.latest, row.time)
                    memory.engine.add(transaction, fraud: fraud)
                }
                writes.append(.put(table: Self.recentTable, entry(transaction.id, row)))
            }
            try store.commit(writes, positions: [])
        }
    }

    package func pending(_ offset: Int64) -> PendingTransaction? { memory.withLock { $0.pending[offset] } }

    /// Decisions for these transactions are in the log.
    ///
    /// - Parameter positions: how far scores and decisions are taken into account with that.
    package func decided(_ offsets: [Int64], positions: [Position]) throws(LogError) {
        try store.commit(
            offsets.map { .remove(table: Self.pendingTable, key: Array("\($0)".utf8)) }, positions: positions)
        memory.withLock { memory in
            for offset in offsets where memory.pending.removeValue(forKey: offset) == nil {
                if offset >= memory.ingested ?? 0 { memory.decidedAhead.insert(offset) }
            }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try store.position(partition)
    }
}
