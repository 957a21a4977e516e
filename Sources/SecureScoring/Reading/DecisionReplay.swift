import EventLogs
import Logging
package import Manifests
import Records
import Stages
import Telemetry
package import ThreeParty

/// The replay of the leader's decisions: counts the batches that they name again, from this party's own log. Used by the
/// partition's thread.
package final class DecisionReplay {
    private let context: PartitionContext
    private let counting: PartitionCounting
    private let reader: BatchReader
    private let backend: any ScoringBackend

    package init(
        _ counting: PartitionCounting, reader: BatchReader, backend: any ScoringBackend, in context: PartitionContext
    ) {
        self.context = context
        self.counting = counting
        self.reader = reader
        self.backend = backend
    }

    /// Counts the next batch that was decided and is not counted here; nil where the log has none now.
    ///
    /// - Parameter model: whose counts they are.
    /// - Throws: `BatchAbort.logBehind` where this party's log does not get in time what was decided: to be tried again.
    ///   `tokenKeyDiffers` where it was counted under other token keys than this party's.
    package func next(for model: ModelManifest) throws -> (batch: SealedBatch, agreement: Agreement)? {
        while let counts = try counting.counts(for: model), let log = try counting.log(for: model),
            let (decision, next) = try log.decision(from: counts.standing.decisions)
        {
            if counts.continues(decision) {
                if let (batch, counted) = try open(decision) {
                    _ = counts.count(counted)
                    counts.skip(to: next)
                    context.metrics.add(1, to: .batchesRecounted)
                    return (batch, counted.agreement)
                }
                context.logger.error(
                    "a decision does not fit the records that it names, and is passed over",
                    metadata: ["partition": "\(context.partition)", "offset": "\(next - 1)"])
            }
            counts.skip(to: next)
        }
        return nil
    }

    /// The batch that a decision names, opened; nil where the decision is of another.
    private func open(_ decision: BatchDecision) throws -> (batch: SealedBatch, counted: CountedBatch)? {
        let found = try reader.batch(
            decision.range, labels: decision.labels, repeats: decision.repeats, tokenKeys: decision.tokenKeys)
        guard let batch = found else { throw BatchAbort.logBehind }
        guard batch.model.digest == decision.model, let counts = try counting.counts(for: batch.model),
            let agreement = decision.agreement(plan: batch.plan.digest, records: batch.content.records.count)
        else { return nil }
        return (batch, try backend.reopen(batch, agreement, counts: counts))
    }

    /// Counts up to where a proposal stands; false where this party's log does not get there in time.
    ///
    /// - Parameters:
    ///   - model: in force where the proposal begins.
    ///   - patience: how long the log is waited for.
    func catchUp(to proposal: PlanProposal, for model: ModelManifest, patience: Duration) throws -> Bool {
        guard let counts = try counting.counts(for: model) else { return true }
        counting.countHeld(for: proposal, counts)
        let deadline = context.clock.now + patience
        while counts.standing.digest != proposal.counted {
            if try countAll(for: model) == 0 {
                guard context.clock.now < deadline else { return false }
                context.clock.wait(for: .milliseconds(10))
            }
        }
        counts.skip(to: proposal.decisions)
        return true
    }

    /// Counts all that was decided and is not counted here; the number of batches.
    @discardableResult
    func countAll(for model: ModelManifest) throws -> Int {
        try counting.countHeldIfDecided()
        var count = 0
        while try next(for: model) != nil { count += 1 }
        return count
    }
}
