package import EventLogs
import Manifests
package import Records
import Stages

/// The check of a follower on a proposal: reads its range from this party's own log, counts up to where it stands, and holds its
/// digest against the leader's. Used by the partition's thread.
package struct ProposalCheck {
    private let models: ModelSwitch
    private let reader: BatchReader
    private let replay: DecisionReplay
    private let counting: PartitionCounting
    private let taken: TakenRecords
    private let backend: any ScoringBackend
    private let patience: Duration

    /// - Parameter patience: how long each wait for this party's log takes at most.
    package init(
        models: ModelSwitch, reader: BatchReader, replay: DecisionReplay, counting: PartitionCounting,
        taken: TakenRecords, backend: any ScoringBackend, patience: Duration
    ) {
        self.models = models
        self.reader = reader
        self.replay = replay
        self.counting = counting
        self.taken = taken
        self.backend = backend
        self.patience = patience
    }

    /// Whether this party must have ended what is under way before the batch that is proposed begins: where the leader goes back,
    /// and where each batch looks at what the one before it left.
    package func interrupts(_ queue: BatchQueue, _ proposal: PlanProposal) throws(LogError) -> Bool {
        guard let end = queue.end else { return false }
        guard end == proposal.range.lowerBound else { return true }
        return try models.knownModel(at: end)?.counts != nil
    }

    /// The batch that is proposed, as this party's own log has it.
    ///
    /// - Parameter queue: of what is under way here.
    /// - Throws: a `BatchAbort` where this party's log or counts are not there in time, or lead to another plan; and where the
    ///   leader passes over, or leaves out as a repeat, what this party has not taken.
    package func batch(
        _ proposal: PlanProposal, _ digest: Digest32, after queue: BatchQueue
    ) throws -> SealedBatch {
        guard try reader.scan(upTo: proposal.range.lowerBound) else { throw BatchAbort.logBehind }
        if queue.isEmpty {
            try taken.pass(to: proposal.range.lowerBound) {
                try reader.records(in: $0)
            } isOpened: { record in
                guard !models.epochs.isClosed(record) else { return false }
                return try models.knownModel(at: record.offset).map { try backend.opens(record, of: $0) } ?? false
            }
        }
        let epoch = models.epochs.epoch(at: proposal.range.lowerBound)
        guard proposal.epoch == epoch else { throw BatchAbort.keyEpochDiffers(proposal.epoch, own: epoch) }
        let model = try models.model(at: proposal.range.lowerBound)
        guard try replay.catchUp(to: proposal, for: model, patience: patience) else { throw BatchAbort.countsBehind }
        let shares = models.shares(at: proposal.range.lowerBound, of: model)
        guard shares.digest == proposal.shares else { throw BatchAbort.sharesDiffer(shares.counts) }
        guard
            let batch = try reader.batch(
                proposal.range, labels: proposal.labels, repeats: proposal.repeats, tokenKeys: proposal.tokenKeys)
        else { throw BatchAbort.logBehind }
        try Self.check(batch, against: digest)
        let counts = try counting.counts(for: model)
        // What the leader has taken this party has: by the same counts, or since it ended each batch before the leader did.
        guard
            batch.repeated.allSatisfy({ record in
                record.claim.map { counts?.mayHaveTaken($0) ?? taken.mayRepeat($0) } ?? false
            })
        else { throw BatchAbort.peerDisagrees(PlanProposal.leader, step: "repeats") }
        models.passed(proposal.range.upperBound)
        return batch
    }

    /// Holds a batch against what the leader proposed: the same plan, and nothing in it that switches model or keys.
    package static func check(_ batch: SealedBatch, against digest: Digest32) throws(BatchAbort) {
        if case .transactions(let records) = batch.content, records.contains(where: { $0.isSwitch }) {
            throw .peerDisagrees(PlanProposal.leader, step: "proposal")
        }
        guard batch.plan.digest == digest else { throw .peerDisagrees(PlanProposal.leader, step: "proposal") }
    }
}
