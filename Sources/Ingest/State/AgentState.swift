package import EventLogs
package import Formats
package import Model
package import Records
package import Sealing
import Synchronization

/// The state of one partition of a member's agent: its memory (`AgentMemory`), shared by the ingest and decision stages, and the
/// store that holds a checkpoint of it, twice a second: a successor begins at the last checkpoint, and the log has everything
/// since.
///
/// Windows and ids are stored as blocks of keyed hashes (`StateBlock`); only a transaction that waits for its decision is stored
/// by name. Restart reads the blocks back: ten million transactions take seconds.
package final class AgentState: Sendable {
    private let store: any StateStore
    /// The partition of the member's transactions that this is the state of.
    package let transactions: TopicPartition
    private let hasher: EntityHasher
    /// Seconds of event time that ids and windows are known for.
    package let horizon: Int64
    /// Whether the parties are told of every event what became of it.
    package let tellsLabels: Bool
    private let memory: Mutex<AgentMemory>

    /// Reads the last checkpoint back.
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
        var memory = AgentMemory(spec: spec, own: own, hasher: hasher, lateness: lateness)
        horizon = memory.horizon
        tellsLabels = memory.schedule != nil
        try AgentRestart(store: store, transactions: transactions).restore(&memory)
        self.memory = Mutex(memory)
    }

    /// The offset of the member's transactions to go on from; nil before anything was ingested.
    package var ingested: Int64? { memory.withLock { $0.ingested } }
    /// Ids that are told from new ones, and a few that are about to be forgotten.
    package var knownIDs: Int { memory.withLock { $0.windows.count } }
    /// Whether a predecessor decided what this agent has not ingested again yet: only the decisions themselves tell that.
    package var isBehindDecisions: Bool { memory.withLock { $0.pending.isBehindDecisions } }
    /// The last records of the partition that are sealed and in the log.
    package var ends: SealedEnds { memory.withLock { $0.ends } }
    /// Transactions that wait for a decision.
    package var waiting: Int { memory.withLock { $0.pending.count } }
    /// Events of which it is not said yet what became of them.
    package var unlabelled: Int { memory.withLock { $0.unlabelled } }

    /// The transaction that waits for a decision at a position.
    package func pending(_ position: SourcePosition) -> PendingTransaction? {
        memory.withLock { $0.pending[position] }
    }

    /// The oldest transactions that are ingested and wait for a decision, in order.
    package func undecided(limit: Int) -> [SourcePosition] {
        memory.withLock { memory in
            let end = memory.ingested ?? 0
            return Array(memory.pending.positions { position, _ in position.offset < end }.prefix(limit))
        }
    }

    /// The position in a partition at the last checkpoint.
    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try store.position(partition)
    }

    /// The id that this agent knows a transaction by.
    package func id(of transaction: String) -> UInt64 { hasher.id(of: transaction) }

    // MARK: Events

    /// Adds a transaction to windows and memory; nil for a duplicate.
    ///
    /// - Throws: `idConflict` where its id is another transaction's, `tooLate` where it is older than what ids and windows
    ///   are known for.
    package func observe(
        _ transaction: Transaction, at position: SourcePosition, event: EventID, received: Int64, marks: [Mark] = [],
        in batch: inout Batch
    ) throws(Rejection) -> Observation? {
        let arrival = AgentMemory.Arrival(
            transaction: transaction, row: hasher.row(of: transaction), position: position, event: event,
            received: received, marks: marks)
        guard let effects = try memory.withLock({ memory throws(Rejection) in try memory.apply(arrival) }) else {
            return nil
        }
        batch.add(effects)
        return Observation(features: effects.features, isLate: effects.isLate, labels: effects.labels)
    }

    /// Moves event time on to where the member's system says it is; the labels that leave with that, in no order.
    package func pass(_ watermark: EventTime, in batch: inout Batch) -> [DueLabel] {
        let effects = memory.withLock { $0.apply(watermark: watermark) }
        batch.add(effects)
        return effects.labels
    }

    /// Applies a verdict on an earlier transaction to the windows.
    package func confirm(_ verdict: Verdict, in batch: inout Batch) throws(LogError) -> Confirmation {
        guard let row = try row(id(of: verdict.transaction)) else { return .unknown }
        guard let effects = memory.withLock({ $0.apply(verdict: verdict.fraud, on: row) }) else { return .repeated }
        batch.add(effects)
        return .applied(correction: effects.labels.first)
    }

    /// The row of a known transaction, from a block in memory or in the store; nil if the block has expired.
    private func row(_ id: UInt64) throws(LogError) -> StateBlock.Row? {
        let known = memory.withLock { memory in
            memory.windows[id].map { (number: $0.block, block: memory.windows.block($0.block)) }
        }
        guard let (number, block) = known else { return nil }
        if let block { return try block.row(id: id) }
        guard let bytes = try store.value(AgentTables.blocks, StateBlock(number: number).key) else { return nil }
        return try StateBlock.rows(bytes).first { $0.id == id }
    }

    // MARK: Progress

    /// Notes that a batch, and everything below `end`, is in the log.
    ///
    /// - Parameters:
    ///   - ends: the last records that are sealed; nil where there are no new ones.
    ///   - sent: label records among them.
    ///   - places: at which its transactions were sealed.
    package func apply(
        _ batch: consuming Batch, ingested end: Int64, after ends: SealedEnds? = nil, sent: [SentLabels.Record] = [],
        at places: [SealedPlace] = []
    ) {
        memory.withLock {
            $0.ingest(
                batch.pending, batch.writes, through: end, of: transactions, after: ends, sent: sent, at: places)
        }
    }

    /// Takes a party's word that transactions have not come to it, where it is of this partition.
    ///
    /// - Parameter end: of receipts that were read.
    package func take(_ receipt: MissingReceipt, through end: Position) {
        memory.withLock { $0.take(receipt.partition == transactions.partition ? receipt : nil, through: end) }
    }

    /// The transactions to be sealed again that parties have said to lack, in order; each word is good once.
    ///
    /// - Parameter partition: of `consortium.sealed`, for which an event is sealed.
    package func takeMissing(partition: (EventID) -> Int) -> [AgentMemory.Lost] {
        memory.withLock { $0.takeMissing(partition: partition) }
    }

    /// The first transactions to be sealed again that came behind the closing of their epoch of keys, in order.
    ///
    /// - Parameter partition: of `consortium.sealed`, for which an event is sealed.
    package func takeClosed(_ closings: EpochClosings, partition: (EventID) -> Int) -> [AgentMemory.Lost] {
        memory.withLock { $0.takeClosed(closings, partition: partition) }
    }

    /// Notes where records of pending transactions stand, which are in the log.
    package func note(_ sealed: [(source: SourcePosition, place: PendingTransaction.Sealed)]) {
        memory.withLock { $0.note(sealed) }
    }

    /// The next transactions to be sealed again that have had no answer for too long, in order.
    ///
    /// - Parameters:
    ///   - now: microseconds since 1970, by the log.
    ///   - patience: with one that was not sealed again yet, in microseconds; it doubles each time.
    package func takeOverdue(now: Int64, patience: Int64) -> [AgentMemory.Lost] {
        memory.withLock { $0.takeOverdue(now: now, patience: patience) }
    }

    /// What is to be told of lost transactions since the last call.
    package func takeWords() -> [LostTransactions.Word: [SourcePosition]] { memory.withLock { $0.takeWords() } }

    /// Takes a party's receipt; nil for one that is of another partition, or none.
    ///
    /// - Parameter end: of receipts that were read.
    package func take(_ receipt: LabelReceipt?, through end: Position) {
        memory.withLock { $0.take(receipt?.partition == transactions.partition ? receipt : nil, through: end) }
    }

    /// Notes whether the oldest label record waits for receipts for too long.
    package func note(areReceiptsOverdue isOverdue: Bool) { memory.withLock { $0.note(areReceiptsOverdue: isOverdue) } }

    /// Label records that not all parties have counted yet.
    package var sentLabels: SentLabels { memory.withLock { $0.sent } }

    /// Notes that decisions on these transactions are in the log.
    ///
    /// - Parameter positions: how far scores and decisions are taken into account with that.
    package func decided(_ sources: [SourcePosition], positions: [Position]) {
        memory.withLock { $0.decide(sources, positions) }
    }

    /// Writes what changed since the last checkpoint, in one transaction. To be called by the stage that ingests, between
    /// batches: memory has the events of a batch before the log has them. After an error this state is done with, and its
    /// successor begins from the store.
    package func checkpoint() throws(LogError) {
        let changes = memory.withLock { $0.takeChanges() }
        guard !changes.writes.isEmpty || !changes.positions.isEmpty else { return }
        try store.commit(changes.writes, positions: changes.positions)
        if let released = changes.released { try store.removeAll(in: AgentTables.late, below: released) }
        guard
            let bound = memory.withLock({ memory in
                memory.areWindowsStored()
                return memory.expire()
            })
        else { return }
        try store.removeAll(in: AgentTables.verdicts, below: bound)
        try store.removeAll(in: AgentTables.blocks, below: bound)
        let first = try store.firstKey(AgentTables.blocks).map(StateBlock.number)
        memory.withLock { $0.forgetIDs(before: first) }
    }

    /// Fills windows and known ids with history from before the agent went live, which asks for no decision.
    ///
    /// - Parameter end: what event time has come to; without it, the latest transaction's time. Labels of buckets that are due then
    ///   don't leave any more: `HistorySender` has told them.
    package func backfill(
        _ history: [(transaction: Transaction, fraud: Bool)], through end: EventTime? = nil
    ) throws(LogError) {
        if let end = end ?? history.map(\.transaction.time).max() { memory.withLock { $0.skipLabels(through: end) } }
        for start in stride(from: 0, to: history.count, by: 10_000) {
            var writes: [StateWrite] = []
            for (transaction, fraud) in history[start..<min(start + 10_000, history.count)] {
                let row = hasher.row(of: transaction)
                writes += memory.withLock { $0.apply(history: row, fraud: fraud).writes }
            }
            try store.commit(writes + memory.withLock { $0.takeWindowWrites() }, positions: [])
            memory.withLock { $0.areWindowsStored() }
        }
    }
}
