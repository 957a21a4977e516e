import EventLogs
import Records
import Stages

/// The reader of the batches that a proposal or a decision names, from this party's own log. Used by the partition's thread.
package final class BatchReader {
    private let context: PartitionContext
    private let sealed: SealedLog
    private let models: ModelSwitch
    private let counting: PartitionCounting
    private let patience: Duration

    /// - Parameter patience: how long each wait for this party's log takes at most.
    package init(
        _ sealed: SealedLog, models: ModelSwitch, counting: PartitionCounting, patience: Duration,
        in context: PartitionContext
    ) {
        self.context = context
        self.sealed = sealed
        self.models = models
        self.counting = counting
        self.patience = patience
    }

    /// Applies every activation below `offset`; false where this party's log does not get there in time.
    func scan(upTo offset: Int64) throws -> Bool {
        try models.scan(sealed, upTo: offset, until: context.clock.now + patience)
    }

    /// The records of `consortium.sealed` in a range; nil where this party's log does not get them in time.
    func records(in range: Range<Int64>) throws(LogError) -> [SealedRecord]? {
        try sealed.records(in: range, until: context.clock.now + patience)
    }

    /// The batch of these ranges, planned on what is counted now; nil where this party's log does not get its records in time.
    ///
    /// - Parameters:
    ///   - range: of `consortium.sealed`.
    ///   - labels: of `consortium.labels`; the batch is of labels where this is not empty.
    ///   - tokenKeys: as the leader has them.
    /// - Throws: `BatchAbort.tokenKeyDiffers` where this party has others.
    package func batch(
        _ range: Range<Int64>, labels: Range<Int64>, repeats: [Int64], tokenKeys: TokenKeys = TokenKeys()
    ) throws -> SealedBatch? {
        guard try scan(upTo: range.lowerBound) else { return nil }
        let model = try models.model(at: range.lowerBound)
        let epochs = models.epochs.epochs(at: range.lowerBound)
        let counts = try counting.counts(for: model)
        if let epoch = counts?.difference(from: tokenKeys) { throw BatchAbort.tokenKeyDiffers(epoch) }
        let standing = counts?.standing
        let shares = models.shares(at: range.lowerBound, of: model)
        let deadline = context.clock.now + patience
        let partition = context.partition.partition
        if labels.isEmpty {
            guard let records = try sealed.records(in: range, until: deadline) else { return nil }
            return SealedBatch(
                partition: partition, transactions: records, in: range, repeats: repeats, model: model,
                standing: standing, tokenKeys: tokenKeys, epochs: epochs, shares: shares,
                nextSpec: models.nextSpec(at: range.lowerBound, beside: model))
        }
        guard let standing, let records = try counting.labels(labels, for: model, until: deadline) else { return nil }
        return SealedBatch(
            partition: partition, labels: records, in: labels, at: range.lowerBound, model: model, standing: standing,
            tokenKeys: tokenKeys, epochs: epochs, shares: shares)
    }
}
