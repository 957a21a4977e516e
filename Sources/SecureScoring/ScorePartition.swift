import Audit
package import EventLogs
import Keys
import Manifests
import Records
package import Stages
import ThreeParty

/// The stage of a party that scores one partition of `consortium.sealed`.
///
///     read range → open boxes → score → seal shares → write → commit
///
/// The leader reads a range and proposes it (`BatchLeader`); the others read the range that was proposed (`ProposalCheck`).
/// Everything else is the same. While the messages of some batches are on the wire, the next ones are read and opened; results are
/// written and committed in the order of the log.
///
/// Where the model reads counts (docs/design/counting.md), labels are counted in batches of their own, between the transactions
/// that were in the log before and after them; and batches come one after the other, since each looks at what those before it left.
package final class ScorePartition: Stage {
    private let context: PartitionContext
    private let backend: any ScoringBackend
    private let models: ModelSwitch
    private let counting: PartitionCounting
    private let admission: Admission
    private let taken: TakenRecords
    private let replay: DecisionReplay
    private let leader: BatchLeader
    private let check: ProposalCheck
    private let rejections: Rejections
    private let receipts: LabelReceipts
    private let missing: MissingRecords
    private let evidence: EvidenceBook?
    private let state: any StateStore
    private let dealings: Dealings?
    private var report: BatchReport
    private var position: GroupPosition
    private var queue: BatchQueue
    private var isStopping = false
    /// Leader: whether all that was decided is counted here, also what an earlier process did not get to commit.
    private var isRecovered = false
    /// Leader: rejected labels whose records are not in the log yet.
    private var unwritten: [NewRecord] = []

    /// - Parameters:
    ///   - state: where the party keeps how far it is.
    ///   - models: the same as the backend's.
    ///   - epochs: what the party knows of the consortium's keys.
    ///   - queries: the limits of what members may ask.
    ///   - recipients: the members, and the keys that their rejected originals are sealed to.
    ///   - evidence: takes what the party is to sign for; nil where it signs for nothing.
    ///   - dealings: asks for what is dealt to another party's new host; nil where nothing is.
    package init(
        in context: PartitionContext, state: any StateStore, backend: any ScoringBackend, models: ModelRegistry,
        epochs: PartitionEpochs = PartitionEpochs(), counting terms: CountingTerms, queries: QueryLimits,
        recipients: any Recipients, limits: BatchLimits, evidence: EvidenceBook? = nil,
        dealings: Dealings? = nil
    ) throws {
        self.context = context
        self.state = state
        self.dealings = dealings
        self.evidence = evidence
        self.backend = backend
        self.models = try ModelSwitch(models, epochs: epochs, state: state, in: context)
        let sealed = try SealedLog(
            context.partition, log: context.log, at: self.models.scanned, clock: context.clock)
        counting = PartitionCounting(terms, in: context)
        taken = try TakenRecords(in: context, state: state, at: self.models.committed)
        admission = try Admission(queries, taken: taken, partition: context.partition, state: state)
        let reader = BatchReader(
            sealed, models: self.models, counting: counting, patience: limits.catchUp, in: context)
        replay = DecisionReplay(counting, reader: reader, backend: backend, in: context)
        leader = BatchLeader(
            sealed, models: self.models, counting: counting, backend: backend, taken: taken, limits: limits,
            in: context)
        check = ProposalCheck(
            models: self.models, reader: reader, replay: replay, counting: counting, taken: taken, backend: backend,
            patience: limits.catchUp)
        rejections = Rejections(recipients: recipients)
        let session = { (member: MemberID, epoch: UInt32) throws(LogError) in
            try backend.session(member, epoch: epoch)
        }
        receipts = LabelReceipts(party: backend.party, session: session)
        missing = MissingRecords(party: backend.party, partition: context.partition.partition, session: session)
        report = BatchReport(in: context)
        position = GroupPosition(
            of: context.partition, group: backend.party.name, in: context.log, clock: context.clock)
        queue = BatchQueue(limit: limits.batches)
    }

    // MARK: Turns

    /// Batches, and rejections of labels that are not in the log yet: those are in memory alone.
    package var isUnderWay: Bool { !queue.isEmpty || !unwritten.isEmpty }

    package func stop() { isStopping = true }

    /// Carries batches on until one has an event, or until `moment`. A batch that can't go on is abandoned, and the leader goes on
    /// from where the log is scored: so does it after an error.
    package func turn(until moment: Moment) throws -> Turn {
        do {
            return try work(until: moment)
        } catch let abort as BatchAbort {
            abandon()
            report.add(abort)
            // What stopped the batch seldom goes within milliseconds; a follower waits for the next proposal anyway.
            return backend.leads ? .rest(.milliseconds(50)) : .worked
        } catch let error as LogError {
            abandon()
            throw error
        }
    }

    package func finish() throws {
        // What is counted is committed before the snapshot says that it is counted: `recover` would not come to it any more.
        try commitPosition(models.committed)
        try position.commit()
        try counting.finish()
    }

    private func work(until moment: Moment) throws -> Turn {
        if queue.isEmpty { try deal() }
        if backend.leads, !isStopping { while !queue.isFull, try lead(until: moment) {} }
        let event = try backend.next(until: deadline(moment))
        switch event {
        case .proposed(let proposal, let digest): if !isStopping { try follow(proposal, digest) }
        case .computed(let scored): try write(scored)
        case .completed: try decide()
        case nil: if queue.isEmpty { try rest() }
        }
        try appendRejections()
        try appendReceipts()
        try counting.moveTokens()
        try endEpochs()
        return event == nil && queue.isEmpty ? .idle : .worked
    }

    /// Gives what this partition has to a deal to another party's new host, where one is asked for: with all that was decided.
    private func deal() throws {
        let partition = context.partition.partition
        guard let dealings, let deal = dealings.wanted(of: partition) else { return }
        if let model = try models.knownModel(at: models.committed), model.counts != nil {
            if backend.leads { if !isRecovered { try recover() } } else { try replay.countAll(for: model) }
            try counting.keep()
        }
        dealings.give(
            Dealings.Part(
                counts: try counting.dealt(), place: try HostDeal.Place(partition: partition, state: state)), to: deal)
    }

    /// The end of the wait for the other parties: a leader looks into the log, too.
    private func deadline(_ moment: Moment) -> Moment {
        guard backend.leads, !queue.isFull else { return moment }
        let now = context.clock.now
        return min(moment, queue.isEmpty ? max(leader.due ?? now, now) : now + .milliseconds(5))
    }

    /// Forgets what is under way.
    private func abandon() {
        backend.abandon()
        queue.removeAll()
        leader.forget()
        isRecovered = false
    }

    // MARK: Beginning batches

    /// Leader: proposes the next batch; false where there is none to propose yet.
    private func lead(until moment: Moment) throws -> Bool {
        if !isRecovered { try recover() }
        switch try leader.next(after: queue, until: moment) {
        case .wait: return false
        case .activation(let record):
            if try models.apply(record) { isRecovered = false }
            try commitPosition(record.offset + 1)
        case .repeats(let count, let end):
            report.add(repeats: count)
            try commitPosition(end)
        case .batch(let batch):
            let counts = try counting.counts(for: batch.model)
            try backend.propose(batch.plan, decisions: counts?.standing.decisions ?? 0)
            try begin(batch)
        }
        return true
    }

    /// Leader: counts and commits what was decided by an earlier process that ended before it committed, or by this one.
    private func recover() throws {
        if let model = try models.knownModel(at: models.committed), model.counts != nil {
            while let (batch, agreement) = try replay.next(for: model) {
                guard batch.plan.range.upperBound > models.committed else { continue }
                try commitPosition(batch, agreement)
            }
            // A commit that failed: a batch from below what is counted would be passed over by who reads decisions.
            if let end = counting.current?.standing.sealed, end > models.committed { try commitPosition(end) }
            // Read before it was known how far an earlier process had come; and the reader stands elsewhere now.
            leader.forget()
        }
        isRecovered = true
    }

    /// Follower: begins the batch that is proposed, where this party's own log has the same.
    private func follow(_ proposal: PlanProposal, _ digest: Digest32) throws {
        guard proposal.partition == context.partition.partition else {
            throw BatchAbort.protocolViolation(PlanProposal.leader, step: "proposal")
        }
        if try check.interrupts(queue, proposal) {
            queue.removeAll()
            backend.forgetOlder()
            report.add(.peerAborted(PlanProposal.leader))
        }
        let batch: SealedBatch
        do { batch = try check.batch(proposal, digest, after: queue) } catch let abort as BatchAbort {
            backend.refuse(digest)
            throw abort
        }
        try begin(batch)
    }

    private func begin(_ batch: SealedBatch) throws {
        queue.append(batch)
        try backend.begin(batch, counts: counting.counts(for: batch.model), admission: admission)
    }

    // MARK: Ending batches

    // The order of writes, on which correctness after a crash hangs:
    //
    //     all parties   1. scores are appended, and rows are kept
    //     leader        2. its statements on the scores are kept
    //     followers     3. the position is committed, with the sources that are scored and the statements on the scores
    //     followers     4. the leader is told
    //     leader        5. once both have told it: the decision, together with the rejections
    //     leader        6. the batch is counted
    //     leader        7. the position is committed, with the sources that are scored
    //     leader        8. rejections of labels are appended
    //
    // A batch that ends before 5 is computed again, to the same bytes, and the leader decides it then; a follower goes back to it
    // from 3 or 4, too. One that ends before 7 is counted again from its decision (`recover`), and computed again where nothing is
    // counted. One that ends before 8 is not taken up again: those rejections wait in memory. No party has to compute a batch again
    // that is decided: so all statements are kept before 5.

    /// Writes the scores of the oldest batch that has none in the log; a follower is done with it then.
    private func write(_ scored: ScoredBatch) throws {
        if !scored.scores.isEmpty { try context.log.append(scored.scores) }
        if backend.leads { try evidence?.keep(scored.statements) }
        if let counted = scored.counted { try counting.keepRows(of: counted) }
        queue.noteWritten(scored)
        guard !backend.leads, let (batch, scored) = queue.removeWritten() else { return }
        // It is decided later, and counted when that is known.
        if let counted = scored.counted { counting.hold(counted) }
        note(batch, scored.agreement)
        let end = batch.plan.range.upperBound
        try commit(end, scored.statements)
        backend.complete()
        try reach(end)
        report.add(batch, scored)
    }

    /// Leader: decides the oldest batch, whose scores are in the log at all parties, counts it, and is done with it.
    private func decide() throws {
        guard let (batch, scored) = queue.removeWritten() else { return }
        let rejected = rejections.records(of: batch, scored.agreement)
        if let counted = scored.counted {
            unwritten += try counting.decide(counted, with: rejected).map { rejections.record($0, of: batch) }
        } else if !rejected.isEmpty {
            try context.log.append(rejected)
        }
        try commitPosition(batch, scored.agreement)
        report.add(batch, scored)
    }

    /// Leader: appends the records of labels that are not counted.
    private func appendRejections() throws {
        guard !unwritten.isEmpty else { return }
        try context.log.append(unwritten)
        unwritten = []
    }

    /// Nothing is under way: what all computed is counted if it was decided, and the position committed.
    private func rest() throws {
        try counting.countHeldIfDecided()
        try counting.commitRows()
        try position.commit()
    }

    /// Tells the role of epochs whose keys are not needed on this partition any more: closed before what is scored here, and before
    /// what is counted, as it is written down. What was counted from boxes that nobody can open again must not be lost.
    private func endEpochs() throws {
        guard models.epochs.hasEnded(below: models.committed) else { return }
        if models.isActivated(at: models.committed) {
            // Behind a start, or a snapshot that failed, counts are as old as the last one.
            guard let model = try models.knownModel(at: models.committed) else { return }
            _ = try counting.counts(for: model)
        }
        let end = min(models.committed, counting.current?.standing.sealed ?? .max)
        guard models.epochs.hasEnded(below: end) else { return }
        try counting.keep()
        models.epochs.tellEnded(below: end)
    }

    /// Tells members how far their labels are counted, and which of their transactions are missing.
    private func appendReceipts() throws {
        let records = try missing.records(of: taken) + (counting.current.map(receipts.records) ?? [])
        if !records.isEmpty { try context.log.append(records) }
    }

    /// Commits that a batch is scored, with the sources of what the parties agreed on.
    private func commitPosition(_ batch: SealedBatch, _ agreement: Agreement) throws {
        note(batch, agreement)
        try commitPosition(batch.plan.range.upperBound)
    }

    private func commitPosition(_ offset: Int64) throws {
        try commit(offset)
        try reach(offset)
    }

    /// Notes what the parties agreed to take, for the next commit.
    private func note(_ batch: SealedBatch, _ agreement: Agreement) {
        taken.advance(batch, agreement)
        admission.settle(batch, agreement)
    }

    /// Commits that everything below an offset is scored, and `statements` on the last of it with that.
    private func commit(_ offset: Int64, _ statements: [BatchStatements] = []) throws(LogError) {
        let changes = taken.changes + admission.changes
        if let evidence, !statements.isEmpty {
            try evidence.keep(statements) { (rows) throws(LogError) in try models.commit(offset, changes + rows) }
        } else {
            try models.commit(offset, changes)
        }
        taken.areCommitted()
        admission.areCommitted()
    }

    /// Writes down the counts, and tells the log that everything below an offset is read, where it is time for that.
    private func reach(_ offset: Int64) throws {
        try counting.checkpoint()
        try position.reach(offset)
    }
}
