package import EventLogs
import Logging
package import Manifests
import Model
import Records
import Stages
import Telemetry
import ThreeParty

/// The counting on one partition's way: keeps a party's counts where the leader's decisions are. Used by the partition's thread.
///
/// The leader counts a batch when all three have its results in the log, and decides it on `consortium.batches` first; the others
/// count it when the next proposal shows that it was decided. A party that was away reads the decisions (`DecisionReplay`); so
/// does one that starts again, from its last snapshot on.
package final class PartitionCounting {
    private let context: PartitionContext
    private let terms: CountingTerms
    private let snapshots: CountSnapshots
    private var opened: (counts: PartitionCounts, log: CountedLog)?
    /// The batch that all have computed, and that is not yet known to be decided.
    private var computed: CountedBatch?
    /// The oldest label records that are not counted, as of the last look.
    private var waiting: [LogRecord] = []
    /// Nil where scored rows are not kept, or nothing was counted yet.
    private var rows: ScoredRowStore?
    /// The generation that all rows have come to; nil before a look.
    private var refreshedRows: ShareGeneration?
    private var cursor: ScoredRowStore.RefreshCursor?
    /// When the next rows may come to it.
    private var nextSlice: Moment?

    package init(_ terms: CountingTerms, in context: PartitionContext) {
        self.terms = terms
        self.context = context
        snapshots = CountSnapshots(store: terms.state, clock: context.clock, work: context.sideWork("cordon.counts"))
    }

    /// The counts that a model reads; nil where it reads none.
    package func counts(for model: ModelManifest) throws -> PartitionCounts? {
        try model.counts.map { try open($0).counts }
    }

    /// The counts, where there are any.
    var current: PartitionCounts? { opened?.counts }

    /// The log of labels and decisions beside the counts that a model reads; nil where it reads none.
    func log(for model: ModelManifest) throws -> CountedLog? { try model.counts.map { try open($0).log } }

    private func open(_ features: CountFeatures) throws -> (counts: PartitionCounts, log: CountedLog) {
        if let opened {
            try opened.counts.use(features)
            return opened
        }
        guard try context.log.partitions(of: Topics.sealed) == 1, try context.log.partitions(of: Topics.labels) == 1
        else { throw ScoringError.countsOverPartitions }
        let number = context.partition.partition
        if rows == nil, let terms = terms.rows { rows = try ScoredRowStore(terms, partition: number) }
        let counts = try PartitionCounts(
            terms, features: features, partition: number, rows: rows,
            metrics: context.metrics, clock: context.clock, work: context.sideWork("cordon.token-move"))
        let log = try CountedLog(
            partition: number, log: context.log, tag: terms.tag, from: counts.standing, clock: context.clock)
        opened = (counts, log)
        return (counts, log)
    }

    // MARK: Keeping

    /// Keeps the rows of a batch that is computed, before anybody is told that it is: what is decided then has its rows. Where no
    /// reasons are opened, nobody counts as knowing its tokens: if they are opened later, those are hidden.
    func keepRows(of batch: CountedBatch) throws(LogError) {
        guard let rows, let counts = current else { return }
        let slots = counts.features.slots
        let isCounted = terms.opensReasons()
        let nobody = [UInt8](repeating: 0, count: slots)
        guard
            let batch = RowBatch(
                batch, slots: slots,
                known: { isCounted ? counts.membersKnowing($0.tokens, of: batch.tokens, at: $0.time) : nobody })
        else { return }
        try rows.keep(batch)
    }

    /// Writes down what became of rows, and the labels that were counted.
    func commitRows() throws(LogError) {
        guard let rows else { return }
        try rows.commit(now: context.clock.microseconds / 1_000_000)
        context.metrics.set(.rowsKept, to: Double(rows.count))
        context.metrics.set(.rowLabelsKept, to: Double(rows.labels))
        context.metrics.set(.rowBytes, to: Double(rows.bytes))
    }

    /// Writes a snapshot of the counts, where it is time for that.
    package func checkpoint() throws {
        // A label that is counted in a snapshot is not read again.
        try commitRows()
        do {
            guard let opened, try snapshots.isDue(changes: opened.counts.changes) else { return }
            snapshots.write(opened.counts.snapshot())
        } catch {
            forget()
            throw error
        }
    }

    /// Goes on with the move of what is counted to a newer token key, and with that of its shares to a newer generation.
    func moveTokens() throws {
        try opened?.counts.moveTokens()
        opened?.counts.refreshRows()
        try refreshKeptRows()
    }

    /// Brings the next of the rows that are kept to the generation in force, where some are left and it is time.
    private func refreshKeptRows() throws {
        guard let rows, let (party, store) = terms.shares, let generation = opened?.counts.generation,
            nextSlice.map({ context.clock.now >= $0 }) ?? true
        else { return }
        let partition = context.partition.partition
        let done = try refreshedRows ?? store.rows(partition: partition) ?? .dealt
        refreshedRows = done
        guard done < generation else { return }
        // Rows that are not in the state yet are of an older generation: the refresh has to meet them there.
        if cursor?.generation != generation { try commitRows() }
        var next = cursor.flatMap { $0.generation == generation ? $0 : nil } ?? .init(generation)
        do {
            try rows.refreshNext(&next, by: store.rowRefresh(of: party), bytes: Self.sliceBytes)
            cursor = next
        } catch RowWindowError.otherGeneration {
            // As of a time at which this party kept none: nothing here leads to them, and whoever asks for them hears so.
            context.logger.error(
                "kept rows are of a generation of shares that no key leads on from: they can't be used any more")
            cursor = .done(generation)
        }
        nextSlice = context.clock.now + PartitionCounts.slicePause
        guard cursor?.isDone == true else { return }
        try store.noteRows(generation, partition: partition)
        refreshedRows = generation
    }

    /// Bytes of rows that come to a generation between two batches.
    private static let sliceBytes = 1 << 20

    /// What was counted, where anything was, as of a snapshot that was just written.
    func dealt() throws -> HostDeal.Counts? {
        guard let counts = opened?.counts else { return nil }
        return try HostDeal.Counts(
            partition: context.partition.partition, note: counts.standing.encoded, state: terms.state,
            counters: counts.counters)
    }

    /// Writes the last snapshot.
    package func finish() throws(LogError) { try keep() }

    /// Writes a snapshot now, and returns when it is written.
    func keep() throws(LogError) {
        try commitRows()
        guard let opened else { return }
        do { try snapshots.finish(opened.counts.snapshot()) } catch {
            forget()
            throw error
        }
    }

    /// Forgets the counts after a snapshot that failed: they are read again from the last one and the decisions.
    private func forget() {
        snapshots.wait()
        opened = nil
        computed = nil
        waiting = []
    }

    // MARK: Leader

    /// The oldest label records that are not counted.
    func newLabels(for model: ModelManifest, limit: Int) throws -> [LogRecord] {
        guard let features = model.counts else { return [] }
        let (counts, log) = try open(features)
        waiting.removeAll { $0.position.offset < counts.standing.labels }
        if waiting.isEmpty { waiting = try log.labels(from: counts.standing.labels, limit: limit) }
        return waiting
    }

    /// The oldest of those, as of the last look.
    var nextLabel: LogRecord? { waiting.first }

    /// Decides a batch in the log, together with `records`, and counts it.
    ///
    /// - Returns: labels that were not counted.
    func decide(_ batch: CountedBatch, with records: [NewRecord]) throws -> [RefusedLabel] {
        guard let (counts, _) = opened else { preconditionFailure("a batch that is counted has counts") }
        let positions = try context.log.append(
            records + [try BatchDecision(batch.plan, batch.agreement).record(terms.tag)])
        if let position = positions.last { counts.skip(to: position.offset + 1) }
        return counts.count(batch)
    }

    // MARK: Followers

    /// Holds a batch that all parties computed until it is known to be decided.
    func hold(_ batch: CountedBatch) { computed = batch }

    /// Counts the batch that is held, where a proposal shows that it was decided: whose counts are those after it.
    func countHeld(for proposal: PlanProposal, _ counts: PartitionCounts) {
        defer { computed = nil }
        guard let computed, counts.standing.digest != proposal.counted,
            counts.digest(after: computed.agreement) == proposal.counted
        else { return }
        _ = counts.count(computed)
    }

    /// Counts the batch that is held, where the log says that it was decided.
    func countHeldIfDecided() throws {
        guard let computed, let (counts, log) = opened,
            let (decision, next) = try log.decision(from: counts.standing.decisions),
            counts.continues(decision), decision.agreed == computed.agreement.digest
        else { return }
        self.computed = nil
        _ = counts.count(computed)
        counts.skip(to: next)
    }

    /// The label records of a range; nil where this party's log does not get them in time, or the model reads no counts.
    func labels(_ range: Range<Int64>, for model: ModelManifest, until deadline: Moment) throws -> [LogRecord]? {
        try log(for: model)?.labels(in: range, until: deadline)
    }
}
