package import EventLogs
package import Formats
package import Model
package import Records
package import Sealing

/// The memory of a member's agent: windows and known ids of recent transactions, those that wait for a decision, and labels
/// that are due. It changes by events alone, the same events giving the same memory, and says what each one leads to.
package struct AgentMemory: Sendable {
    /// A transaction as it comes in, with what is hashed of it.
    package struct Arrival {
        var transaction: Transaction
        var row: StateBlock.Row
        var position: SourcePosition
        var event: EventID
        var received: Int64
        var marks: [Mark]

        /// - Parameter received: when the member's system handed it in: microseconds since 1970.
        package init(
            transaction: Transaction, row: StateBlock.Row, position: SourcePosition, event: EventID, received: Int64,
            marks: [Mark] = []
        ) {
            self.transaction = transaction
            self.row = row
            self.position = position
            self.event = event
            self.received = received
            self.marks = marks
        }
    }

    /// The consequences of an event, beside the change of memory.
    package struct Effects: Sendable {
        /// Labels that leave with it, in no order.
        package var labels: [DueLabel] = []
        /// Rows for the store.
        package var writes: [StateWrite] = []
        /// A transaction that waits for its decision from now on.
        package var pending: SourcePosition?
        /// The spec's features that a member computes, in order, of a transaction.
        package var features: [Double] = []
        /// Whether the transaction is late.
        package var isLate = false
    }

    /// The changes that the store lacks.
    package struct Changes {
        package var writes: [StateWrite]
        package var positions: [Position]
        /// The bucket that late events are removed up to; nil if none are.
        package var released: Int64?
    }

    private(set) var windows: WindowBlocks
    package private(set) var pending = PendingBook()
    /// The schedule of labels; nil for a spec without features of the consortium.
    private(set) var schedule: LabelSchedule?
    /// The last records that are sealed and in the log.
    package private(set) var ends = SealedEnds()
    /// Label records that not all parties have counted.
    package private(set) var sent = SentLabels()
    /// The choice of transactions that are sealed again.
    private var lost: LostTransactions
    /// The last records as the store has them.
    private var storedEnds = SealedEnds()
    /// The offset of the member's transactions to go on from; nil before anything was ingested.
    package private(set) var ingested: Int64?
    /// Seconds of event time that ids and windows are known for.
    package let horizon: Int64
    /// Seconds of event time that rows are kept for: the labels of what comes latest leave one bucket later.
    private let kept: Int64
    private let lateness: Int64
    /// The number of the engine's values that are shared; the others are for the policy alone.
    private let shared: Int
    /// What those that are shared are.
    private let featureDigest: UInt64
    /// The names of those others.
    private let own: [String]
    /// Rows and positions that the store lacks, beside those that the parts know of.
    private var writes: [StateWrite] = []
    private var positions: [TopicPartition: Int64] = [:]
    /// Event time as the store has it.
    private var storedTime: Int64 = .min
    /// The bucket that late events were removed up to.
    private var removed: Int64 = .min

    /// An empty memory.
    package init(spec: FeatureSpec, own: [Feature] = [], hasher: EntityHasher, lateness: Int64 = ValidationRules().late)
    {
        shared = spec.ownCount
        featureDigest = spec.ownDigest
        lost = LostTransactions(featureDigest: featureDigest)
        self.own = own.map(\.name)
        self.lateness = lateness
        windows = WindowBlocks(
            engine: FeatureEngine(
                spec: FeatureSpec(name: spec.name, features: spec.own.features + own), hasher: hasher))
        // Windows of twice their reach are there for a transaction that comes late.
        horizon = max(2 * windows.retention, 30 * EventTime.day, spec.labelHistory)
        kept = spec.tellsLabels ? horizon + spec.terms.bucket : horizon
        if spec.tellsLabels { schedule = LabelSchedule(spec.terms) }
    }

    /// Events whose labels have not left.
    package var unlabelled: Int { schedule?.count ?? 0 }

    // MARK: Events

    /// Applies a transaction that came in; nil for a duplicate.
    ///
    /// - Throws: `idConflict` where its id is another transaction's, `tooLate` where it is older than the horizon.
    package mutating func apply(_ arrival: Arrival) throws(Rejection) -> Effects? {
        let row = arrival.row
        if let known = windows[row.id] {
            guard known.content == row.content else { throw Rejection(reason: .idConflict, field: nil) }
            return nil
        }
        let behind = windows.latest == .min ? 0 : windows.latest - row.event.time
        guard behind <= horizon else { throw Rejection(reason: .tooLate, field: "time") }
        windows.append(row)
        var effects = scheduleLabel(of: row)
        effects.isLate = behind > lateness
        let values = windows.features(of: arrival.transaction, row.event)
        effects.features = Array(values[..<shared])
        let transaction = PendingTransaction(
            arrival.transaction, event: arrival.event, received: arrival.received,
            windows: Dictionary(uniqueKeysWithValues: zip(own, values[shared...])),
            marks: effects.isLate ? [.late] + arrival.marks : arrival.marks, features: effects.features,
            featureDigest: featureDigest)
        if pending.add(transaction, at: arrival.position) { effects.pending = arrival.position }
        return effects
    }

    /// Applies a verdict on an earlier transaction; nil for a reversal of what was reversed before. A correction is among the
    /// effects where the transaction's label has left and said another thing.
    package mutating func apply(verdict fraud: Bool, on row: StateBlock.Row) -> Effects? {
        let before = windows[row.id]
        if schedule != nil, !fraud, before?.verdict == false { return nil }
        var effects = Effects(writes: [AgentTables.write(verdict: fraud, on: row)])
        guard let before, before.verdict != fraud else { return effects }
        windows.mark(row, verdict: fraud)
        if before.fraud != fraud, schedule?.hasLeft(row.id, at: row.event.time) == true {
            effects.labels = [DueLabel(id: row.id, fraud: fraud)]
        }
        return effects
    }

    /// Applies a watermark: event time has come so far, says the member's system.
    package mutating func apply(watermark: EventTime) -> Effects { Effects(labels: advance(to: watermark.seconds)) }

    /// Applies a transaction from before the agent went live: it asks for no decision, and its label leaves only if its bucket's
    /// labels have not left.
    package mutating func apply(history row: StateBlock.Row, fraud: Bool) -> Effects {
        windows.append(row, verdict: fraud ? true : nil)
        schedule?.restore(row.id, at: row.event.time)
        return Effects(writes: fraud ? [AgentTables.write(verdict: true, on: row)] : [])
    }

    /// Moves event time on to where history was told: labels that are due by then do not leave any more.
    package mutating func skipLabels(through end: EventTime) { _ = schedule?.advance(to: end.seconds) }

    private mutating func scheduleLabel(of row: StateBlock.Row) -> Effects {
        guard schedule != nil else { return Effects() }
        var effects = Effects(labels: advance(to: row.event.time))
        if schedule?.add(row.id, at: row.event.time) == true, let released = schedule?.released {
            effects.writes.append(AgentTables.write(late: row.id, after: released))
        }
        return effects
    }

    /// Moves event time on; the labels that leave with that.
    private mutating func advance(to time: Int64) -> [DueLabel] {
        (schedule?.advance(to: time) ?? []).map { DueLabel(id: $0, fraud: windows[$0]?.fraud ?? false) }
    }

    // MARK: Progress

    /// Notes that a batch is in the log: the rows of its events are due for the store.
    package mutating func ingest(
        _ pending: [SourcePosition], _ writes: [StateWrite], through end: Int64, of transactions: TopicPartition,
        after ends: SealedEnds? = nil, sent labels: [SentLabels.Record] = [], at places: [SealedPlace] = []
    ) {
        sent.add(labels)
        if let ends { self.ends = ends }
        ingested = end
        positions[transactions] = end
        self.writes += writes
        self.pending.ingest(pending, through: end, at: places)
    }

    /// Notes that decisions are in the log.
    package mutating func decide(_ sources: [SourcePosition], _ positions: [Position]) {
        pending.decide(sources, ingested: ingested ?? 0)
        for position in positions { self.positions[position.partition] = position.offset }
    }

    /// The changes that the store lacks, each given once.
    package mutating func takeChanges() -> Changes {
        defer { (writes, positions, storedEnds) = ([], [:], ends) }
        return Changes(
            writes: pending.takeWrites() + sent.takeWrites() + takeWindowWrites() + writes
                + AgentTables.writes(ends, since: storedEnds),
            positions: positions.map { Position($0.key, $0.value) }, released: takeReleased())
    }

    /// The rows of windows and event time that the store lacks, each given once.
    package mutating func takeWindowWrites() -> [StateWrite] {
        let blocks = windows.takeChanged().map(AgentTables.write)
        guard let time = schedule?.time, time != storedTime else { return blocks }
        storedTime = time
        return blocks + [AgentTables.write(eventTime: time)]
    }

    private mutating func takeReleased() -> Int64? {
        guard let released = schedule?.released, released > removed else { return nil }
        removed = released
        return released
    }

    /// Notes that the store has all changes of windows.
    package mutating func areWindowsStored() { windows.areStored() }

    /// Forgets what is older than the horizon, once a day of event time.
    ///
    /// - Returns: the event time below which rows of the store are expired; nil if it is not time.
    package mutating func expire() -> Int64? { windows.expire(keeping: kept) }

    /// Forgets ids in blocks below the first that the store still has; nil if it has none.
    package mutating func forgetIDs(before block: UInt32?) { windows.forgetIDs(before: block) }

    // MARK: Restart

    /// Sets event time as it is stored, which says whose labels have left. To be called first.
    mutating func restore(eventTime: Int64) {
        schedule?.restore(time: eventTime)
        storedTime = eventTime
    }

    /// Fills in stored rows.
    mutating func restore(_ rows: [WindowBlocks.Restored]) {
        for restored in rows { schedule?.restore(restored.row.id, at: restored.row.event.time) }
        windows.fill(rows)
    }

    /// Goes on with the newest stored block.
    mutating func restore(open block: StateBlock) { windows.reopen(block) }

    /// Ends the restart of labels, when windows are filled: fills in events that came late.
    mutating func restore(late events: [(id: UInt64, released: Int64)]) {
        guard let stored = schedule else { return }
        if stored.time == .min, windows.latest != .min {
            // Windows from before there was a schedule: the parties have not counted what is in them.
            _ = schedule?.advance(to: windows.latest)
        }
        // The label of an event of a bucket below has left.
        for event in events where event.released >= stored.released { schedule?.restore(late: event.id) }
    }

    /// Fills in a pending transaction.
    mutating func restore(_ transaction: PendingTransaction, at position: SourcePosition) {
        pending.restore(transaction, at: position)
    }

    /// Takes a party's receipt.
    ///
    /// - Parameter end: of receipts that were read.
    package mutating func take(_ receipt: LabelReceipt?, through end: Position) {
        if let receipt { sent.take(receipt) }
        positions[end.partition] = end.offset
    }

    /// Takes a party's word that transactions have not come to it.
    ///
    /// - Parameter end: of receipts that were read.
    package mutating func take(_ receipt: MissingReceipt?, through end: Position) {
        if let receipt { lost.take(receipt) }
        positions[end.partition] = end.offset
    }

    /// The transactions to be sealed again that parties have said to lack, in order.
    package mutating func takeMissing(partition: (EventID) -> Int) -> [Lost] {
        lost.takeMissing(in: pending, below: ingested ?? 0, partition: partition).compactMap(lost)
    }

    /// The first transactions to be sealed again that came behind their epoch's closing, in order (`LostTransactions.takeClosed`).
    package mutating func takeClosed(_ closings: EpochClosings, partition: (EventID) -> Int) -> [Lost] {
        lost.takeClosed(closings, in: pending, below: ingested ?? 0, partition: partition).compactMap(lost)
    }

    /// Notes where records of pending transactions stand.
    package mutating func note(_ sealed: [(source: SourcePosition, place: PendingTransaction.Sealed)]) {
        pending.note(sealed)
    }

    /// The next transactions to be sealed again that have had no answer for too long, in order (`LostTransactions.takeOverdue`).
    package mutating func takeOverdue(now: Int64, patience: Int64) -> [Lost] {
        lost.takeOverdue(in: pending, below: ingested ?? 0, now: now, patience: patience).compactMap(lost)
    }

    /// A transaction to be sealed again, and where it came from.
    package typealias Lost = (source: SourcePosition, transaction: PendingTransaction)

    private func lost(_ position: SourcePosition) -> Lost? { pending[position].map { (position, $0) } }

    /// What is to be told of lost transactions since the last call.
    package mutating func takeWords() -> [LostTransactions.Word: [SourcePosition]] { lost.takeWords() }

    /// Notes whether the oldest label record waits for receipts for too long.
    package mutating func note(areReceiptsOverdue isOverdue: Bool) { sent.isOverdue = isOverdue }

    /// Fills in a label record that waits for receipts.
    mutating func restore(_ record: SentLabels.Record) { sent.restore(record) }

    mutating func areSentLabelsRestored() { sent.areRestored() }

    /// Fills in the last records that are sealed.
    mutating func restore(_ ends: SealedEnds) { (self.ends, storedEnds) = (ends, ends) }

    /// Sets the position.
    mutating func restore(ingested: Int64?) { self.ingested = ingested }
}
