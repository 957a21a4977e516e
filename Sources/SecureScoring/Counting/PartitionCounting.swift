import EventLogs
import Foundation
import Keys
import Logging
import Records
import Telemetry
import ThreeParty
import Tokens

/// Counting as a part of one partition's way: keeps a party's counts where the leader's decisions are. Used by the partition's
/// thread.
///
/// The leader counts a batch when all three have its results in the log, and says so on `consortium.batches` first; the others
/// count it when the next proposal shows that it was decided. Who was away reads the decisions; so does who starts again, from its
/// last snapshot on.
final class PartitionCounting {
    private let partition: TopicPartition
    private let log: any EventLog
    private let backend: CellBackend
    private let state: any StateStore
    private let snapshots: CountSnapshots
    private let members: [MemberID]
    private let updates: TokenUpdates
    private let metrics: Metrics
    private let logger: Logger
    private var kept: (counts: PartitionCounts, log: CountedLog)?
    /// Computed by all, and not yet known to be decided.
    private var computed: PartitionCounts.Batch?
    /// Label records that are not counted yet.
    private var waiting: [LogRecord] = []

    init(
        partition: TopicPartition, log: any EventLog, backend: CellBackend, state: any StateStore, members: [MemberID],
        updates: TokenUpdates, metrics: Metrics, logger: Logger
    ) {
        self.partition = partition
        self.log = log
        self.backend = backend
        self.state = state
        snapshots = CountSnapshots(store: state)
        self.members = members
        self.updates = updates
        self.metrics = metrics
        self.logger = logger
    }

    /// The counts that a model reads; nil where it reads none.
    func counts(for model: ActiveModel) throws -> PartitionCounts? {
        guard let features = model.manifest.counts else { return nil }
        return try keep(features).counts
    }

    private func keep(_ features: CountFeatures) throws -> (counts: PartitionCounts, log: CountedLog) {
        if let kept {
            try kept.counts.use(features)
            return kept
        }
        guard try log.partitions(of: Topics.sealed) == 1, try log.partitions(of: Topics.labels) == 1 else {
            throw ScoringError.countsOverPartitions
        }
        let counts = try PartitionCounts(
            features: features, partition: partition.partition, members: members, updates: updates, state: state,
            metrics: metrics)
        let kept = (
            counts, try CountedLog(partition: partition.partition, log: log, backend: backend, from: counts.standing)
        )
        self.kept = kept
        return kept
    }

    /// Writes down what was counted, where it is time for that.
    func keepSnapshot() throws {
        do {
            guard let kept, try snapshots.isDue(changes: kept.counts.changes) else { return }
            snapshots.write(kept.counts.snapshot())
        } catch {
            forget()
            throw error
        }
    }

    /// Goes on with the move of what is counted to a newer token key, where there is one.
    func moveTokens() throws { try kept?.counts.moveTokens() }

    /// Writes down what was counted, at the end.
    func finish() throws(LogError) {
        if let kept { try snapshots.finish(kept.counts.snapshot()) }
    }

    /// What was counted is read again from the last snapshot and the decisions: after one that failed.
    private func forget() {
        snapshots.wait()
        kept = nil
        computed = nil
        waiting = []
    }

    // MARK: Leader

    /// The oldest label records that are not counted.
    func newLabels(for model: ActiveModel, limit: Int) throws -> [LogRecord] {
        guard let features = model.manifest.counts else { return [] }
        let (counts, log) = try keep(features)
        waiting.removeAll { $0.position.offset < counts.standing.labels }
        if waiting.isEmpty { waiting = try log.labels(from: counts.standing.labels, limit: limit) }
        return waiting
    }

    /// The oldest of those, as of the last look.
    var nextLabel: LogRecord? { waiting.first }

    /// Says in the log that a batch is decided, together with `records`, and counts it.
    ///
    /// - Returns: labels that were not counted.
    func decide(
        _ batch: PartitionCounts.Batch, with records: [NewRecord]
    ) throws -> [PartitionCounts.RefusedLabel] {
        guard let (counts, _) = kept else { preconditionFailure("a batch that is counted has counts") }
        let positions = try log.append(records + [BatchDecision(batch.plan, batch.agreement).record(backend)])
        if let position = positions.last { counts.skip(to: position.offset + 1) }
        return counts.count(batch)
    }

    // MARK: Others

    /// The label records of a range; nil where this party's log does not get them in time.
    func labels(_ range: Range<Int64>, for model: ActiveModel, patience: Duration) throws -> [LogRecord]? {
        guard let features = model.manifest.counts else { return nil }
        return try keep(features).log.labels(in: range, patience: patience)
    }

    /// Keeps what all parties computed until it is known to be decided.
    func hold(_ batch: PartitionCounts.Batch) { computed = batch }

    /// Counts up to where a proposal stands; false where this party's log does not get there in time.
    func catchUp(
        to proposal: PlanProposal, for model: ActiveModel, patience: Duration, open: Opening
    ) throws -> Bool {
        guard let features = model.manifest.counts else { return true }
        let (counts, _) = try keep(features)
        defer { computed = nil }
        if let computed, counts.standing.digest != proposal.counted,
            counts.digest(after: computed.agreement) == proposal.counted
        {
            _ = counts.count(computed)
        }
        let close = ContinuousClock.now + patience
        while counts.standing.digest != proposal.counted {
            if try recount(features, open) == 0 {
                guard .now < close else { return false }
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
        counts.skip(to: proposal.decisions)
        return true
    }

    /// Opens the records that a decision names; nil where they are not all here.
    typealias Opening = (BatchDecision, PartitionCounts, CountedLog) throws -> PartitionCounts.Batch?

    /// Counts what was decided and is not counted here; says how many batches, and calls `counted` after each.
    @discardableResult
    func recount(
        _ features: CountFeatures, _ open: Opening, counted: (PartitionCounts.Batch) throws -> Void = { _ in }
    ) throws -> Int {
        var count = 0
        while true {
            let (counts, log) = try keep(features)
            let decisions = try log.decisions(from: counts.standing.decisions)
            if decisions.isEmpty { return count }
            for (decision, next) in decisions {
                if counts.continues(decision) {
                    if let batch = try open(decision, counts, log) {
                        _ = counts.count(batch)
                        counts.skip(to: next)
                        try counted(batch)
                        count += 1
                        metrics.add(1, to: "cordon_batches_recounted_total")
                        continue
                    }
                    logger.error(
                        "a decision does not fit the records that it names, and is passed over",
                        metadata: ["partition": "\(partition)", "offset": "\(next - 1)"])
                }
                counts.skip(to: next)
            }
        }
    }
}
