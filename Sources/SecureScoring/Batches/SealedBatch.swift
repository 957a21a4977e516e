import Audit
package import EventLogs
package import Manifests
import Records

/// A batch before any box is opened: its plan, the records that the plan is of, and the model that is in force at them.
package struct SealedBatch {
    package let plan: BatchPlan
    package let content: BatchContent
    /// What is asked of each transaction's record again and again; none in a batch of labels.
    let marks: [RecordMark]
    /// The records of the range that the leader leaves out as repeats.
    let repeated: [SealedRecord]
    package let model: ModelManifest
    package let epochs: BatchEpochs
    /// The generations of the shares that it is computed with.
    package let shares: SharesInForce
    /// The spec of which it collects rows beside those that are scored.
    package let nextSpec: NextSpec?

    /// A batch of transactions.
    ///
    /// - Parameters:
    ///   - range: of `consortium.sealed`.
    ///   - all: every record of the range.
    ///   - repeats: offsets of those that are left out.
    ///   - standing: of the counts before the batch; nil where the model reads none.
    ///   - tokenKeys: as the leader has them.
    ///   - epochs: of keys, where it begins.
    ///   - shares: in force where it begins.
    ///   - nextSpec: of which rows are collected where it begins.
    package init(
        partition: Int, transactions all: [SealedRecord], in range: Range<Int64>, repeats: [Int64],
        model: ModelManifest, standing: CountStanding?, tokenKeys: TokenKeys = TokenKeys(),
        epochs: BatchEpochs = BatchEpochs(), shares: SharesInForce = .dealt, nextSpec: NextSpec? = nil
    ) {
        self.nextSpec = nextSpec
        let dropped = Set(repeats)
        let records = dropped.isEmpty ? all : all.filter { !dropped.contains($0.offset) }
        content = .transactions(records)
        repeated = dropped.isEmpty ? [] : all.filter { dropped.contains($0.offset) }
        marks = records.map { RecordMark($0) }
        self.model = model
        self.shares = shares
        plan = BatchPlan(
            partition: partition, range: range,
            // Where nothing is read of `consortium.labels`, the plan says how far they are counted.
            labels: standing.map { $0.labels..<$0.labels } ?? 0..<0, repeats: repeats,
            times: marks.map { $0.arrival }, digests: marks.map { $0.digest }, model: model.digest,
            counted: standing?.digest ?? .zero, tokenKeys: tokenKeys, shares: shares.digest,
            nextSpec: nextSpec?.form, epoch: epochs.current)
        self.epochs = epochs
    }

    /// A batch of labels.
    ///
    /// - Parameters:
    ///   - range: of `consortium.labels`; `labels` are all of its records.
    ///   - at: the offset of `consortium.sealed` before which they are counted.
    ///   - standing: of the counts before the batch.
    ///   - tokenKeys: as the leader has them.
    ///   - epochs: of keys, where it begins.
    ///   - shares: in force where it begins.
    package init(
        partition: Int, labels: [LogRecord], in range: Range<Int64>, at offset: Int64, model: ModelManifest,
        standing: CountStanding, tokenKeys: TokenKeys = TokenKeys(), epochs: BatchEpochs = BatchEpochs(),
        shares: SharesInForce = .dealt
    ) {
        content = .labels(labels)
        marks = []
        nextSpec = nil
        repeated = []
        self.model = model
        self.shares = shares
        plan = BatchPlan(
            partition: partition, range: offset..<offset, labels: range, repeats: [], records: labels,
            model: model.digest, counted: standing.digest, tokenKeys: tokenKeys, shares: shares.digest,
            epoch: epochs.current)
        self.epochs = epochs
    }
}
