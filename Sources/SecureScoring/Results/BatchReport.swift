import Audit
import EventLogs
import Logging
import Sealing
import Telemetry
import ThreeParty

/// The report of batches to metrics and the log. Sums alone leave a party.
struct BatchReport {
    private let context: PartitionContext
    /// The reason of the last abort, so that the same reason is logged once.
    private var lastAbort: BatchAbort?

    init(in context: PartitionContext) { self.context = context }

    /// Adds a batch that is done.
    mutating func add(_ batch: SealedBatch, _ scored: ScoredBatch) {
        lastAbort = nil
        let refusals = scored.agreement.refusals
        let refused = refusals.count { $0 != nil }
        add(repeats: batch.plan.repeats.count)
        switch batch.content {
        case .labels:
            context.metrics.add(1, to: .labelBatches)
            context.metrics.add(refused, to: .labelRecordsRefused)
        case .transactions:
            context.metrics.add(1, to: .batches)
            context.metrics.add(scored.rounds, to: .rounds)
            let repeated = refusals.count { $0?.refusal == .repeated }
            add(repeats: repeated)
            context.metrics.add(refusals.count - refused, to: .transactionsScored)
            context.metrics.add(refused - repeated, to: .transactionsRefused)
            for refusal in refusals.lazy.compactMap({ $0?.refusal }) where refusal.isOverLimit {
                context.metrics.add(1, to: .transactionsOverLimit, .init("reason", refusal.code))
            }
        }
    }

    /// Adds repeats that the leader dropped.
    func add(repeats: Int) { context.metrics.add(repeats, to: .repeatsDropped) }

    /// Adds a batch that was abandoned.
    mutating func add(_ abort: BatchAbort) {
        context.metrics.add(1, to: .batchesAborted)
        guard abort != lastAbort else { return }
        lastAbort = abort
        context.logger.error("batch stopped: \(abort)", metadata: ["partition": "\(context.partition)"])
        context.audit.write(
            AuditEvent(.batchAborted, [.partition: "\(context.partition.partition)", .reason: "\(abort)"]))
    }
}
