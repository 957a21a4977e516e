import EventLogs
import Manifests
import Records
import Stages

/// The leader's choice of what comes next on a partition: reads the log, and closes batches of transactions and of labels. Used by
/// the partition's thread.
package final class BatchLeader {
    /// The next step of the leader.
    package enum Step {
        /// There is nothing to do yet.
        case wait
        /// The model, or the epoch of keys, is to be switched at this record.
        case activation(SealedRecord)
        /// All records up to `end` repeat what is scored: so many are dropped.
        case repeats(Int, end: Int64)
        /// This batch is to be proposed.
        case batch(SealedBatch)
    }

    private let context: PartitionContext
    private let limits: BatchLimits
    private let sealed: SealedLog
    private let models: ModelSwitch
    private let counting: PartitionCounting
    private let backend: any ScoringBackend
    private var gatherer: BatchGatherer
    private let taken: TakenRecords

    package init(
        _ sealed: SealedLog, models: ModelSwitch, counting: PartitionCounting, backend: any ScoringBackend,
        taken: TakenRecords, limits: BatchLimits, in context: PartitionContext
    ) {
        self.context = context
        self.limits = limits
        self.sealed = sealed
        self.models = models
        self.counting = counting
        self.backend = backend
        self.taken = taken
        gatherer = BatchGatherer(limit: limits.records, now: context.clock.now)
    }

    /// The moment at which there may be a batch to propose; nil where nothing was read for one.
    var due: Moment? { gatherer.isEmpty ? nil : gatherer.due }

    /// Forgets what was read: the log is read again from where it is scored.
    func forget() { gatherer.removeAll() }

    /// The next step behind the batches under way; waits for the log until `moment` where there is nothing else to do.
    func next(after queue: BatchQueue, until moment: Moment) throws -> Step {
        try gather(after: queue, until: moment)
        if queue.isEmpty, let labels = try labels() { return .batch(labels) }
        let from = queue.end ?? models.committed
        // Looked up once for all records of a batch.
        var inForce: (model: ModelManifest, counts: PartitionCounts?)?
        let step = try gatherer.next(after: queue, at: context.clock.now) {
            let model = try models.model(at: from)
            inForce = (model, try counting.counts(for: model))
            return BatchGatherer.Terms(
                isCounted: model.counts != nil, label: model.counts == nil ? nil : counting.nextLabel?.timestamp)
        } isRepeat: { record in
            guard let inForce else { preconditionFailure("terms are asked for before repeats are") }
            return try isRepeat(record, of: inForce.model, inForce.counts)
        }
        switch step {
        case .wait: return .wait
        case .activation(let record): return .activation(record)
        case .repeats(let count, let end): return .repeats(count, end: end)
        case .transactions(let records, let end, let repeats):
            gatherer.rest(until: context.clock.now + limits.beat.wait(by: context.clock))
            guard let (model, counts) = inForce else {
                preconditionFailure("terms are asked for before a batch closes")
            }
            return .batch(
                SealedBatch(
                    partition: context.partition.partition, transactions: records, in: from..<end, repeats: repeats,
                    model: model, standing: counts?.standing,
                    tokenKeys: counts?.tokenKeys(of: .transactions(records)) ?? TokenKeys(),
                    epochs: models.epochs.epochs(at: from), shares: models.shares(at: from, of: model),
                    nextSpec: models.nextSpec(at: from, beside: model)))
        }
    }

    private func gather(after queue: BatchQueue, until moment: Moment) throws {
        guard gatherer.room > 0 else { return }
        let isIdle = queue.isEmpty && gatherer.isEmpty
        if isIdle { try sealed.move(to: models.committed) }
        gatherer.add(try sealed.next(limit: gatherer.room, until: isIdle ? moment : context.clock.now))
    }

    /// The labels that were in the log before the next transaction was; nil where there are none. So a label comes behind its
    /// event, and before the transactions whose windows hold that; topics have no order among each other but their records' times.
    /// Of one time, events come first: an agent that has fallen behind seals an event and its label at once.
    private func labels() throws -> SealedBatch? {
        let offset = models.committed
        guard let model = try models.knownModel(at: offset) else { return nil }
        let waiting = try counting.newLabels(for: model, limit: limits.labels)
        guard !waiting.isEmpty else { return nil }
        // Events may have come since the last look at their topic, and their labels behind them.
        if gatherer.isEmpty { gatherer.add(try sealed.available(limit: gatherer.room)) }
        let next = gatherer.first?.record.timestamp ?? .max
        let records = waiting.prefix { $0.timestamp < next }
        guard let last = records.last, let counts = try counting.counts(for: model) else { return nil }
        let standing = counts.standing
        return SealedBatch(
            partition: context.partition.partition, labels: Array(records),
            in: standing.labels..<last.position.offset + 1, at: offset, model: model, standing: standing,
            tokenKeys: counts.tokenKeys(of: .labels(Array(records))), epochs: models.epochs.epochs(at: offset),
            shares: models.shares(at: offset, of: model))
    }

    /// Whether a record repeats what is taken: by its header, and by its box, which only its member can have made. One
    /// that merely says so goes into the batch, and to the rejected records.
    private func isRepeat(
        _ record: SealedRecord, of model: ModelManifest, _ counts: PartitionCounts?
    ) throws -> Bool {
        guard let claim = record.claim else { return false }
        let isTaken = counts?.hasTaken(claim) ?? taken.isRepeat(claim)
        return try isTaken && !models.epochs.isClosed(record) && backend.opens(record, of: model)
    }
}
