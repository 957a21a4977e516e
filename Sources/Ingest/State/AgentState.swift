import Dispatch
package import EventLogs
package import Model
package import Records
import Synchronization

/// What a member's agent remembers: windows and known ids of recent transactions, those that wait for their score, and how
/// far it has read. Held in memory, shared by the ingest and decision threads, and kept in a `StateStore` twice a second
/// (`keep`): a successor begins where it was kept last, and the log has everything since.
///
/// Windows and ids are kept as blocks of keyed hashes (`StateBlock`); only a transaction that waits for its score is kept
/// by name. Restart reads the blocks back: ten million transactions take seconds.
package final class AgentState: Sendable {
    private struct Memory {
        var engine: FeatureEngine
        var known = KnownIDs()
        /// The newest block, which grows, and those that filled up since it was kept.
        var open = StateBlock(number: 0)
        var filled: [StateBlock] = []
        var isOpenChanged = false
        var pending: [SourcePosition: PendingTransaction] = [:]
        var ingested: Int64?
        var unkept = Unkept()
        /// Positions that were decided by a predecessor and that this agent has not taken in again.
        var decidedAhead: Set<SourcePosition> = []
        var latest: Int64 = .min
        var swept: Int64 = .min
        /// Nil where the consortium's features ask for no labels.
        var schedule: LabelSchedule?

        mutating func keep(_ row: StateBlock.Row, verdict: Bool? = nil) {
            if open.isComplete(before: row.event.time) {
                filled.append(open)
                open = StateBlock(number: open.number + 1)
            }
            open.append(row)
            isOpenChanged = true
            known.insert(KnownIDs.Entry(id: row.id, content: row.content, block: open.number, verdict: verdict))
            latest = max(latest, row.event.time)
        }

        /// Moves event time on; the labels that leave with that.
        mutating func advance(to time: Int64) -> [DueLabel] {
            (schedule?.advance(to: time) ?? []).map { DueLabel(id: $0, fraud: known[$0]?.fraud ?? false) }
        }

        /// Event time as it was written last, and the bucket that late events were removed up to.
        var written: Int64 = .min
        var removed: Int64 = .min

        mutating func scheduleWrites() -> [StateWrite] {
            guard let schedule, schedule.time != written else { return [] }
            written = schedule.time
            return [AgentState.write(schedule)]
        }

        /// The last bucket whose labels have left, where late events of before are to be removed.
        mutating func takeReleased() -> Int64? {
            guard let released = schedule?.released, released > removed else { return nil }
            removed = released
            return released
        }

        /// What blocks changed since they were written. Those that filled up stay until the store has them.
        mutating func blockWrites() -> [StateWrite] {
            let changed = filled + (isOpenChanged ? [open] : [])
            isOpenChanged = false
            return changed.map { .put(table: AgentState.blockTable, $0.entry) }
        }
    }

    /// What the store has not heard of yet, beside blocks.
    private struct Unkept {
        /// Transactions that wait; one that is decided soon enough is never written.
        var waiting: Set<SourcePosition> = []
        var decided: [SourcePosition] = []
        var writes: [StateWrite] = []
        var positions: [TopicPartition: Int64] = [:]
    }

    private static let blockTable = "blocks"
    private static let verdictTable = "verdicts"
    private static let pendingTable = "pending"
    /// Event time, under the key `time`: eight bytes, big-endian.
    private static let scheduleTable = "labels"
    /// Events whose bucket's labels had left when they came, ordered by the last bucket that had left.
    private static let lateTable = "labels-late"
    private let store: any StateStore
    /// The partition of the member's transactions that this is the state of.
    package let transactions: TopicPartition
    private let hasher: EntityHasher
    /// Of the values that the engine computes, how many are shared; the others are for the policy alone.
    private let shared: Int
    /// The names of those.
    private let own: [String]
    private let lateness: Int64
    /// Seconds of event time that ids and windows are known for.
    package let horizon: Int64
    /// Seconds of event time that they are kept for: the labels of what comes latest leave one bucket later.
    private let kept: Int64
    /// Whether the parties are told of every event what became of it.
    package let tellsLabels: Bool
    private let memory: Mutex<Memory>

    /// Reads the kept state back.
    ///
    /// - Parameters:
    ///   - own: windows of the member's policy, computed beside the consortium's features and never shared.
    ///   - hasher: turns names into what windows know of them; the same for all agents of a member, always.
    ///   - lateness: seconds behind the newest transaction from which on one is marked late.
    package init(
        spec: FeatureSpec, own: [Feature] = [], hasher: EntityHasher, lateness: Int64 = ValidationRules().late,
        transactions: TopicPartition, store: any StateStore
    ) throws {
        self.store = store
        self.transactions = transactions
        self.hasher = hasher
        self.lateness = lateness
        shared = spec.ownCount
        self.own = own.map(\.name)
        let all = FeatureSpec(name: spec.name, features: spec.own.features + own)
        var memory = Memory(engine: FeatureEngine(spec: all, hasher: hasher))
        tellsLabels = !spec.tokenEntities.isEmpty
        let (bucket, delay) = tellsLabels ? (spec.terms.bucket, spec.terms.labelDelay) : (0, 0)
        horizon = max(2 * memory.engine.retention, 30 * EventTime.day, delay + 2 * bucket)
        kept = horizon + bucket
        if tellsLabels { memory.schedule = LabelSchedule(spec.terms, time: try Self.eventTime(store)) }
        try Self.restore(&memory, store)
        try store.scan(Self.pendingTable) { entry in
            memory.pending[Self.position(transactions, entry)] = try PendingTransaction(decoding: entry.value)
        }
        memory.ingested = try store.position(transactions)
        self.memory = Mutex(memory)
    }

    /// The offset of the member's transactions to go on from; nil where nothing was taken in yet.
    package var ingested: Int64? { memory.withLock { $0.ingested } }
    /// Ids that are told from new ones, and a few that are about to be forgotten.
    package var knownIDs: Int { memory.withLock { $0.known.taken } }
    /// Whether a predecessor decided what this agent has not taken in again yet: only the decisions themselves tell that.
    package var isBehindDecisions: Bool { memory.withLock { !$0.decidedAhead.isEmpty } }
    package var waiting: Int { memory.withLock { $0.pending.count } }
    /// Events of which it is not said yet what became of them.
    package var unlabelled: Int { memory.withLock { $0.schedule?.count ?? 0 } }

    /// What belongs to one batch: to be kept once that is in the log.
    package struct Batch {
        fileprivate var waiting: [SourcePosition] = []
        fileprivate var writes: [StateWrite] = []
        fileprivate var labels: [DueLabel] = []
        package init() {}

        /// The labels that leave with what was taken in since the last call, in no order.
        package mutating func takeLabels() -> [DueLabel] {
            defer { labels = [] }
            return labels
        }
    }

    /// What windows say of a transaction.
    package struct Observation: Sendable, Hashable {
        /// The spec's features that a member computes, in order.
        package var features: [Double]
        package var isLate: Bool
    }

    /// Takes a transaction into windows and memory; nil where it is known: a duplicate.
    ///
    /// - Throws: `idConflict` where its id is another transaction's, `tooLate` where it is older than what ids and windows
    ///   are known for.
    package func observe(
        _ transaction: Transaction, at position: SourcePosition, event: EventID, received: Int64, marks: [Mark] = [],
        in batch: inout Batch
    ) throws(Rejection) -> Observation? {
        let row = row(of: transaction)
        let taken = memory.withLock { memory -> Result<(Observation, isPending: Bool)?, Rejection> in
            if let known = memory.known[row.id] {
                guard known.content == row.content else {
                    return .failure(Rejection(reason: .idConflict, field: nil))
                }
                return .success(nil)
            }
            let behind = memory.latest == .min ? 0 : memory.latest - row.event.time
            guard behind <= horizon else { return .failure(Rejection(reason: .tooLate, field: "time")) }
            memory.keep(row)
            memory.engine.add(row.event)
            Self.schedule(row, &memory, &batch)
            let values = memory.engine.features(of: transaction, row.event)
            let late = behind > lateness
            let observation = Observation(features: Array(values[..<shared]), isLate: late)
            guard memory.decidedAhead.remove(position) == nil else { return .success((observation, isPending: false)) }
            memory.pending[position] = PendingTransaction(
                transaction, event: event, received: received,
                windows: Dictionary(uniqueKeysWithValues: zip(own, values[shared...])),
                marks: late ? [.late] + marks : marks)
            return .success((observation, isPending: true))
        }
        guard let (observation, isPending) = try taken.get() else { return nil }
        if isPending { batch.waiting.append(position) }
        return observation
    }

    private static func schedule(_ row: StateBlock.Row, _ memory: inout Memory, _ batch: inout Batch) {
        guard memory.schedule != nil else { return }
        batch.labels += memory.advance(to: row.event.time)
        if memory.schedule?.add(row.id, at: row.event.time) == true, let released = memory.schedule?.released {
            batch.writes.append(.put(table: lateTable, StateEntry(key: key(row.id), value: [1], order: released)))
        }
    }

    /// Event time has come so far, says the member's system.
    package func pass(_ watermark: EventTime, in batch: inout Batch) {
        batch.labels += memory.withLock { $0.advance(to: watermark.seconds) }
    }

    package enum Confirmation: Sendable, Hashable {
        case taken
        /// The verdict's transaction is not known.
        case unknown
        /// What is to be taken back was taken back before.
        case repeated
    }

    /// Takes a verdict on an earlier transaction into the windows. Where that transaction's label has left and was another, the
    /// batch has a correction.
    package func confirm(_ verdict: Verdict, in batch: inout Batch) throws(LogError) -> Confirmation {
        let id = id(of: verdict.transaction)
        guard let known = memory.withLock({ $0.known[id] }), let row = try row(id, inBlock: known.block) else {
            return .unknown
        }
        if tellsLabels, !verdict.fraud, known.verdict == false { return .repeated }
        if known.verdict != verdict.fraud {
            let isCorrection = memory.withLock { memory in
                memory.known.mark(id, verdict: verdict.fraud)
                guard known.fraud != verdict.fraud else { return false }
                memory.engine.confirm(row.event, fraud: verdict.fraud)
                return memory.schedule?.hasLeft(id, at: row.event.time) ?? false
            }
            if isCorrection { batch.labels.append(DueLabel(id: id, fraud: verdict.fraud)) }
        }
        batch.writes.append(Self.write(verdict.fraud, on: row))
        return .taken
    }

    /// The transaction of a block in memory or in the store; nil where the block has expired.
    private func row(_ id: UInt64, inBlock number: UInt32) throws(LogError) -> StateBlock.Row? {
        let block = memory.withLock { memory in
            memory.open.number == number ? memory.open : memory.filled.first { $0.number == number }
        }
        if let block { return try block.row(id: id) }
        guard let bytes = try store.value(Self.blockTable, StateBlock(number: number).key) else { return nil }
        return try StateBlock.rows(bytes).first { $0.id == id }
    }

    private static func write(_ fraud: Bool, on row: StateBlock.Row) -> StateWrite {
        .put(
            table: verdictTable,
            StateEntry(key: key(row.id), value: [fraud ? 1 : 0], order: row.event.time))
    }

    private static func key(_ id: UInt64) -> [UInt8] { withUnsafeBytes(of: id.bigEndian) { Array($0) } }

    private static func write(_ schedule: LabelSchedule) -> StateWrite {
        .put(
            table: scheduleTable,
            StateEntry(key: timeKey, value: key(UInt64(bitPattern: schedule.time)), order: 0))
    }

    private static let timeKey = Array("time".utf8)

    private static func eventTime(_ store: any StateStore) throws(LogError) -> Int64 {
        guard let bytes = try store.value(scheduleTable, timeKey) else { return .min }
        return Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Takes note that a batch, and everything below `offset`, is in the log.
    package func take(_ batch: consuming Batch, ingested offset: Int64) {
        memory.withLock { memory in
            memory.ingested = offset
            memory.unkept.waiting.formUnion(batch.waiting)
            memory.unkept.writes += batch.writes
            memory.unkept.positions[transactions] = offset
            if !memory.decidedAhead.isEmpty {
                memory.decidedAhead = memory.decidedAhead.filter { $0.offset >= offset }
            }
        }
    }

    /// Writes down what changed since the last call, in one transaction. To be called by the thread that takes transactions in,
    /// between batches; after an error this state is done with, and its successor begins from the store.
    package func keep() throws(LogError) {
        let (unkept, writes, released) = memory.withLock { memory in
            let unkept = memory.unkept
            memory.unkept = Unkept()
            let waiting = unkept.waiting.compactMap { position in
                memory.pending[position].map { Self.write($0, position) }
            }
            return (unkept, waiting + memory.blockWrites() + memory.scheduleWrites(), memory.takeReleased())
        }
        let removals = unkept.decided.map { StateWrite.remove(table: Self.pendingTable, key: Self.key($0)) }
        let positions = unkept.positions.map { Position($0.key, $0.value) }
        let all = writes + removals + unkept.writes
        guard !all.isEmpty || !positions.isEmpty else { return }
        try store.commit(all, positions: positions)
        if let released { try store.removeAll(in: Self.lateTable, below: released) }
        try sweep()
    }

    /// Once a day of event time, forgets what is older than the horizon.
    private func sweep() throws(LogError) {
        let bound = memory.withLock { memory -> Int64? in
            memory.filled = []
            guard memory.latest != .min else { return nil }
            if memory.swept == .min { memory.swept = memory.latest }
            guard memory.latest >= memory.swept + EventTime.day else { return nil }
            memory.swept = memory.latest
            // The windows forget no sooner than the blocks that a restart fills them from, so that both give the same
            // features.
            let bound = memory.latest - kept
            memory.engine.expire(before: EventTime(seconds: bound + memory.engine.retention))
            return bound
        }
        guard let bound else { return }
        try store.removeAll(in: Self.verdictTable, below: bound)
        try store.removeAll(in: Self.blockTable, below: bound)
        let first = try store.firstKey(Self.blockTable).map(StateBlock.number)
        memory.withLock { $0.known.forget(before: first ?? $0.open.number) }
    }

    private static func write(_ pending: PendingTransaction, _ position: SourcePosition) -> StateWrite {
        .put(
            table: pendingTable, StateEntry(key: key(position), value: pending.encoded, order: position.offset))
    }

    /// History from before the agent went live: fills windows and known ids, and asks for no score.
    ///
    /// - Parameter end: what event time has come to; without it, the latest transaction's time. Labels of buckets that are due then
    ///   don't leave any more: `HistorySender` has told them.
    package func backfill(
        _ history: [(transaction: Transaction, fraud: Bool)], through end: EventTime? = nil
    ) throws(LogError) {
        if let end = end ?? history.map(\.transaction.time).max() {
            memory.withLock { _ = $0.schedule?.advance(to: end.seconds) }
        }
        for start in stride(from: 0, to: history.count, by: 10_000) {
            var writes: [StateWrite] = []
            for (transaction, fraud) in history[start..<min(start + 10_000, history.count)] {
                let row = row(of: transaction)
                memory.withLock { memory in
                    memory.keep(row, verdict: fraud ? true : nil)
                    memory.engine.add(row.event, fraud: fraud)
                    memory.schedule?.restore(row.id, at: row.event.time)
                }
                if fraud { writes.append(Self.write(true, on: row)) }
            }
            try store.commit(writes + memory.withLock { $0.blockWrites() + $0.scheduleWrites() }, positions: [])
            memory.withLock { $0.filled = [] }
        }
    }

    package func pending(_ position: SourcePosition) -> PendingTransaction? {
        memory.withLock { $0.pending[position] }
    }

    /// Decisions for these transactions are in the log.
    ///
    /// - Parameter positions: how far scores and decisions are taken into account with that.
    package func decided(_ sources: [SourcePosition], positions: [Position]) {
        memory.withLock { memory in
            for source in sources {
                if memory.pending.removeValue(forKey: source) == nil {
                    if source.offset >= memory.ingested ?? 0 { memory.decidedAhead.insert(source) }
                } else if memory.unkept.waiting.remove(source) == nil {
                    memory.unkept.decided.append(source)
                }
            }
            for position in positions { memory.unkept.positions[position.partition] = position.offset }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try store.position(partition)
    }

    private static func key(_ position: SourcePosition) -> [UInt8] {
        Array("\(position.offset)/\(position.index)".utf8)
    }

    private static func position(_ transactions: TopicPartition, _ entry: StateEntry) -> SourcePosition {
        let index = String(decoding: entry.key, as: UTF8.self).split(separator: "/").last.flatMap { Int($0) }
        return SourcePosition(partition: transactions.partition, offset: entry.order, index: index ?? 0)
    }

    // MARK: What is kept of a transaction

    /// What this agent knows a transaction by.
    package func id(of transaction: String) -> UInt64 { hasher.id(of: transaction) }

    private func row(of transaction: Transaction) -> StateBlock.Row {
        let event = hasher.event(of: transaction)
        let content = transaction.content.withUnsafeBufferPointer { hasher.hash($0, domain: 0xFE) }
        return StateBlock.Row(id: id(of: transaction.id), content: UInt32(truncatingIfNeeded: content), event: event)
    }
}

// MARK: Restart

extension AgentState {
    /// Fills ids and each entity's windows, which share nothing, side by side; some blocks at a time, so that memory
    /// holds no second copy of all.
    private static func restore(_ memory: inout Memory, _ store: any StateStore) throws {
        var verdicts: [UInt64: Bool] = [:]
        try store.scan(verdictTable) { entry in
            let id = entry.key.reduce(0) { $0 << 8 | UInt64($1) }
            verdicts[id] = entry.value == [1]
        }
        var newest: StateEntry?
        var chunk: [StateEntry] = []
        try store.scan(blockTable) { entry in
            if newest.map({ StateBlock.number($0.key) < StateBlock.number(entry.key) }) ?? true { newest = entry }
            chunk.append(entry)
            if chunk.count == 128 {
                try fill(&memory, chunk, verdicts)
                chunk = []
            }
        }
        try fill(&memory, chunk, verdicts)
        try restoreSchedule(&memory, store)
        if let newest { memory.open = try StateBlock(number: StateBlock.number(newest.key), decoding: newest.value) }
    }

    private static func restoreSchedule(_ memory: inout Memory, _ store: any StateStore) throws {
        guard let schedule = memory.schedule else { return }
        if schedule.time == .min, memory.latest != .min {
            // Of windows from before there was a schedule: the parties have not counted what is in them.
            _ = memory.schedule?.advance(to: memory.latest)
        }
        memory.written = schedule.time
        try store.scan(lateTable) { entry in
            // Of one below, the label has left.
            guard entry.order >= schedule.released else { return }
            memory.schedule?.restore(late: entry.key.reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    private static func fill(_ memory: inout Memory, _ blocks: [StateEntry], _ verdicts: [UInt64: Bool]) throws {
        var ids: [KnownIDs.Entry] = []
        var events: [(event: WindowEvent, fraud: Bool)] = []
        ids.reserveCapacity(blocks.count * StateBlock.capacity)
        events.reserveCapacity(blocks.count * StateBlock.capacity)
        for block in blocks {
            let number = StateBlock.number(block.key)
            for row in try StateBlock.rows(block.value) {
                let verdict = verdicts[row.id]
                ids.append(KnownIDs.Entry(id: row.id, content: row.content, block: number, verdict: verdict))
                events.append((row.event, verdict ?? false))
                memory.latest = max(memory.latest, row.event.time)
                memory.schedule?.restore(row.id, at: row.event.time)
            }
        }
        let known = Mutex(memory.known)
        memory.known = KnownIDs()
        memory.engine.withParts { parts in
            // Each iteration has a part of its own.
            nonisolated(unsafe) let parts = parts
            let (ids, events) = (ids, events)
            DispatchQueue.concurrentPerform(iterations: parts.count + 1) { index in
                if index < parts.count {
                    parts[index].add(events)
                } else {
                    known.withLock { known in
                        for entry in ids { known.insert(entry) }
                    }
                }
            }
        }
        memory.known = known.withLock { $0 }
    }
}

extension EntityHasher {
    /// Of a member's id of a transaction; never 0.
    package func id(of transaction: String) -> UInt64 {
        var name = transaction
        let id = name.withUTF8 { hash($0, domain: 0xFF) }
        return id == 0 ? 1 : id
    }
}
