package import EventLogs
import Foundation
package import Keys
package import Logging
package import Records
package import Telemetry
import ThreeParty
package import Tokens

/// A party's work on one partition of `consortium.sealed`, on a thread of its own:
///
///     read range → open boxes → score → seal shares → write → commit
///
/// The leader reads a range and proposes it; the others read the range that was proposed. Everything else is the same.
/// While the messages of some batches are on the wire, the next ones are read and opened; results are written and committed
/// in the order of the log.
///
/// Where the model reads counts (docs/DESIGN.md 4.5), labels are counted in batches of their own, between the transactions that were
/// in the log before and after them; and batches come one after the other, since each looks at what those before it left.
package final class ScorePartition {
    private let log: any EventLog
    private let partition: TopicPartition
    private let backend: CellBackend
    private let models: ModelRegistry
    private let sessions: SessionRegistry
    private let opener: TransactionOpener
    private let labelOpener: LabelOpener
    private let counting: PartitionCounting
    private let recipients: [MemberID: HPKEPublicKey]
    private let limits: BatchLimits
    private let metrics: Metrics
    private let logger: Logger
    private let sealed: SealedLog
    private var position: GroupPosition
    /// Batches under way, in the order of the log.
    private var batches: [Batch] = []
    /// Leader: what was read for the next batch, and when that may leave though it is not full.
    private var gathered: [SealedRecord] = []
    private var due = ContinuousClock.now
    private var activations: ActivationHistory
    /// Kept and used by the leader, which says what is left out.
    private var scored: SourcePositions
    /// Leader: whether all that was decided is counted here, also what an earlier process did not get to commit.
    private var isRecovered = false
    /// Leader: rejections that are not in the log yet.
    private var untold: [NewRecord] = []
    /// Why the last batch was given up, so that the same reason is logged once.
    private var lastAbort: BatchAbort?

    /// - Parameters:
    ///   - counts: where snapshots of counts are kept; a store of its own.
    ///   - members: in the roster's order, which numbers them in counts.
    ///   - updates: the rotations of the token key that this party knows of; it may learn of others while this runs.
    package init(
        partition: TopicPartition, log: any EventLog, state: any StateStore, counts: any StateStore,
        backend: CellBackend,
        models: ModelRegistry, sessions: SessionRegistry, members: [MemberID], recipients: [MemberID: HPKEPublicKey],
        updates: TokenUpdates, limits: BatchLimits, metrics: Metrics, logger: Logger
    ) throws {
        self.log = log
        self.partition = partition
        self.backend = backend
        self.models = models
        self.sessions = sessions
        opener = TransactionOpener(party: backend.party, sessions: sessions)
        labelOpener = LabelOpener(party: backend.party, sessions: sessions)
        counting = PartitionCounting(
            partition: partition, log: log, backend: backend, state: counts, members: members, updates: updates,
            metrics: metrics, logger: logger)
        self.recipients = recipients
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
        activations = try ActivationHistory(partition: partition, state: state)
        scored = try SourcePositions(partition: partition, state: state)
        position = GroupPosition(of: partition, group: backend.party.name, in: log)
        sealed = try SealedLog(partition, log: log, at: activations.scanned)
    }

    /// Works until `stop` says so, and then until nothing is under way. Throws only what makes going on senseless.
    package func run(until stop: () -> Bool) throws {
        while !stop() || !batches.isEmpty {
            do {
                if backend.leads, !stop() { while batches.count < limits.batches, try lead() {} }
                if let event = try backend.next(timeout: wait) {
                    try take(event, isStopping: stop())
                } else if batches.isEmpty {
                    try position.tell()
                }
                try tell()
                try counting.moveTokens()
            } catch let abort as BatchAbort {
                giveUp()
                report(abort)
                // What stopped the batch seldom goes within milliseconds; a follower waits for the next proposal anyway.
                if backend.leads { Thread.sleep(forTimeInterval: 0.05) }
            } catch let error as LogError where error.mayRetry {
                giveUp()
                logger.error("\(error)", metadata: ["partition": "\(partition)"])
                metrics.add(1, to: "cordon_log_errors_total")
            }
        }
        try position.tell()
        try counting.finish()
    }

    private struct Batch {
        var plan: BatchPlan
        var records: [SealedRecord]
        var model: ActiveModel
        var opened: [OpenedTransaction]
        var labels: Labels
        /// Of its transactions, as they say.
        var sources: HighestSources
        /// Of the tokens that it was opened to; without meaning where nothing is counted.
        var tokens = TokenEpoch(0)
        /// Whether its scores are in the log.
        var isWritten = false

        func counted(_ result: BatchResult) -> PartitionCounts.Batch {
            PartitionCounts.Batch(
                plan: plan, transactions: opened, labels: labels.opened, agreement: result.agreement, tokens: tokens)
        }
    }

    /// The label records of a batch.
    private struct Labels {
        var records: [LogRecord] = []
        var opened: [OpenedLabels] = []
    }

    /// How long to wait for the other parties: a leader looks into the log, too.
    private var wait: Duration {
        guard backend.leads else { return .milliseconds(200) }
        guard batches.count < limits.batches else { return .milliseconds(200) }
        if !batches.isEmpty { return .milliseconds(5) }
        return gathered.isEmpty ? .zero : max(due - .now, .zero)
    }

    private func take(_ event: CellBackend.Event, isStopping: Bool) throws {
        switch event {
        case .proposed(let proposal, let digest): if !isStopping { try follow(proposal, digest) }
        case .computed(let result): try write(result)
        case .completed(let result): try complete(result)
        }
    }

    /// Begins a batch whose records are known.
    private func begin(
        _ plan: BatchPlan, _ records: [SealedRecord], labels: [LogRecord] = [], _ model: ActiveModel
    ) throws {
        let counts = try counting.counts(for: model)
        var inputs = BatchInputs(bits: model.manifest.ownBits, capacity: records.count)
        let opened = try records.map { try opener.open($0, for: model, counts: counts, into: &inputs) }
        var sources = HighestSources()
        for transaction in opened {
            if let member = transaction.member { sources.add(member, transaction.source) }
        }
        var batch = Batch(
            plan: plan, records: records, model: model, opened: opened, labels: Labels(), sources: sources)
        let work: BatchWork
        if let counts {
            batch.tokens = counts.standing.tokens
            if plan.labels.isEmpty {
                work = .count(model.prepared, inputs, counts.look(opened) { inputs.refusal($0) })
            } else {
                batch.labels.records = labels
                batch.labels.opened = try labels.map { try labelOpener.open($0, for: model, counts: counts) }
                work = .agree(refusals: batch.labels.opened.map { $0.refusal?.rawValue ?? 0 })
            }
        } else {
            work = .score(model.prepared, inputs)
        }
        batches.append(batch)
        try backend.begin(plan.digest, work)
    }

    /// Writes the scores of the oldest batch that has none in the log.
    private func write(_ result: BatchResult) throws {
        guard let index = batches.firstIndex(where: { !$0.isWritten }) else { return }
        let batch = batches[index]
        let scores = try sealer(batch.model).scores(batch.opened, result)
        if !scores.isEmpty { try log.append(scores) }
        batches[index].isWritten = true
        guard !backend.leads else { return }
        backend.complete(result)
        if batch.model.manifest.counts != nil { counting.hold(batch.counted(result)) }
        try commit(batch.plan.range.upperBound)
        end(batch, result)
    }

    /// Leader: ends the oldest batch, whose scores are in the log thrice.
    private func complete(_ result: BatchResult) throws {
        let batch = batches[0]
        let sealer = sealer(batch.model)
        // What the parties agreed on is of labels or of transactions, never of both.
        let told =
            batch.plan.labels.isEmpty
            ? sealer.rejections(batch.records.map(\.record), batch.opened, result)
            : sealer.rejections(batch.labels.records, batch.labels.opened, result)
        if batch.model.manifest.counts != nil {
            let refused = try counting.decide(batch.counted(result), with: told)
            untold += refused.map { sealer.rejection($0, of: batch.labels.records[$0.record]) }
        } else if !told.isEmpty {
            try log.append(told)
        }
        try commit(batch.plan.range.upperBound, scored.advance(accepted(batch.opened, result.refusals)))
        end(batch, result)
    }

    /// Leader: says which labels are not counted. Their batch is committed by then, so it is not taken up again where the log fails
    /// here.
    private func tell() throws {
        guard !untold.isEmpty else { return }
        try log.append(untold)
        untold = []
    }

    private func sealer(_ model: ActiveModel) -> ScoreSealer {
        ScoreSealer(party: backend.party, model: model, sessions: sessions, recipients: recipients)
    }

    private func end(_ batch: Batch, _ result: BatchResult) {
        batches.removeFirst()
        lastAbort = nil
        count(batch, result)
    }

    /// Forgets what is under way; the leader goes on from where the log is scored.
    private func giveUp() {
        backend.giveUp()
        batches = []
        gathered = []
        isRecovered = false
    }

    private func accepted(
        _ opened: [OpenedTransaction], _ refusals: [AgreedRefusal?]
    ) -> [(member: MemberID, source: SourcePosition)] {
        zip(opened, refusals).compactMap { opened, refusal in
            refusal == nil ? opened.member.map { ($0, opened.source) } : nil
        }
    }

    // MARK: Leader

    /// Proposes the next batch; false where there is none to propose yet.
    ///
    /// A batch closes where it is full, where the model changes, and on the beat after the one before, once that is done: so it is as
    /// large as the load needs, and an idle cell waits for nothing.
    private func lead() throws -> Bool {
        if !isRecovered { try recover() }
        try gather()
        if batches.isEmpty, try leadLabels() { return true }
        guard let first = gathered.first, gathered.count == limits.records || batches.isEmpty && .now >= due else {
            return false
        }
        let from = batches.last?.plan.range.upperBound ?? activations.committed
        if first.activation != nil {
            guard batches.isEmpty else { return false }
            try activate(first)
            gathered.removeFirst()
            return true
        }
        let counts = try model(at: from).manifest.counts
        // Each looks at what the one before it left.
        guard batches.isEmpty || counts == nil else { return false }
        let label = counts.flatMap { _ in counting.nextLabel?.timestamp } ?? .max
        let records = Array(gathered.prefix { $0.activation == nil && $0.record.timestamp < label })
        guard !records.isEmpty else { return false }
        var repeats: [Int64] = []
        for record in records {
            guard let claim = record.claim else { continue }
            if try isRepeat(record, claim, from: from) {
                repeats.append(record.offset)
            } else if batches.contains(where: { $0.sources.covers(claim.member, claim.source) }) {
                // Whether it repeats what is under way shows when that is scored.
                return false
            }
        }
        let end = records[records.count - 1].offset + 1
        if repeats.count == records.count {
            guard batches.isEmpty else { return false }
            metrics.add(repeats.count, to: "cordon_repeats_dropped_total")
            gathered.removeFirst(records.count)
            try commit(end)
            return true
        }
        let batch = try plan(records, from..<end, repeats: repeats)
        gathered.removeFirst(records.count)
        due = .now + limits.beat.wait
        try backend.propose(batch.plan, decisions: batch.counts?.standing.decisions ?? 0)
        try begin(batch.plan, batch.records, batch.model)
        return true
    }

    /// Proposes the labels that were in the log before the next transaction was; false where there are none. So a label comes behind
    /// its event, and before the transactions whose windows hold that; topics have no order among each other but their records' times.
    private func leadLabels() throws -> Bool {
        let at = activations.committed
        guard let digest = activations.model(at: at), let model = try models.model(digest) else { return false }
        let next = gathered.first?.record.timestamp ?? .max
        let records = try counting.newLabels(for: model, limit: limits.labels).prefix { $0.timestamp <= next }
        guard let last = records.last, let counts = try counting.counts(for: model) else { return false }
        let plan = BatchPlan(
            partition: partition.partition, range: at..<at,
            labels: counts.standing.labels..<last.position.offset + 1, repeats: [], records: Array(records),
            model: digest, counted: counts.standing.digest)
        try backend.propose(plan, decisions: counts.standing.decisions)
        try begin(plan, [], labels: Array(records), model)
        return true
    }

    /// Counts what was decided by an earlier process that ended before it committed.
    private func recover() throws {
        if let digest = activations.model(at: activations.committed), let model = try models.model(digest),
            let features = model.manifest.counts
        {
            try counting.recount(features, open) { batch in
                guard batch.plan.range.upperBound > activations.committed else { return }
                try commit(
                    batch.plan.range.upperBound,
                    scored.advance(accepted(batch.transactions, batch.agreement.refusals)))
            }
            // Read before it was known how far an earlier process had come; and the reader stands elsewhere now.
            gathered = []
        }
        isRecovered = true
    }

    /// Reads what is in the log for the next batch; waits for it where there is nothing else to do.
    private func gather() throws {
        guard gathered.count < limits.records else { return }
        if batches.isEmpty, gathered.isEmpty { try sealed.move(to: activations.committed) }
        let isIdle = batches.isEmpty && gathered.isEmpty
        gathered += try sealed.next(
            limit: limits.records - gathered.count, timeout: isIdle ? .milliseconds(200) : .zero)
    }

    /// Whether a record repeats what is scored: by its header, and by its box, which only its member can have made. One
    /// that merely says so goes into the batch, and to the rejected records.
    private func isRepeat(
        _ record: SealedRecord, _ claim: (member: MemberID, source: SourcePosition), from offset: Int64
    ) throws -> Bool {
        guard scored.isRepeat(claim.member, claim.source) else { return false }
        let model = try model(at: offset)
        var inputs = BatchInputs(bits: model.manifest.ownBits, capacity: 1)
        _ = try opener.open(record, for: model, into: &inputs)
        return inputs.refusal(0) == nil
    }

    // MARK: Follower

    /// Reads a proposal's range from this party's own log, and holds its digest against the leader's.
    private func follow(_ proposal: PlanProposal, _ digest: Digest32) throws {
        guard proposal.partition == partition.partition else {
            throw BatchAbort.protocolViolation(CellBackend.leader, step: "proposal")
        }
        let counts = try activations.model(at: proposal.range.lowerBound)
            .flatMap { try models.model($0) }?.manifest.counts
        if let last = batches.last, counts != nil || last.plan.range.upperBound != proposal.range.lowerBound {
            // The leader went back, so what is under way here is given up there.
            batches = []
            backend.forgetOlder()
            report(.peerAborted(CellBackend.leader))
        }
        guard try scanActivations(upTo: proposal.range.lowerBound) else {
            backend.abort(digest)
            throw BatchAbort.logBehind
        }
        guard
            try counting.catchUp(
                to: proposal, for: model(at: proposal.range.lowerBound), patience: limits.catchUp, open: open)
        else {
            backend.abort(digest)
            throw BatchAbort.countsBehind
        }
        guard let records = try sealed.records(in: proposal.range, patience: limits.catchUp),
            let labels = try readLabels(proposal)
        else {
            backend.abort(digest)
            throw BatchAbort.logBehind
        }
        guard records.allSatisfy({ $0.activation == nil }) else {
            backend.abort(digest)
            throw BatchAbort.peerDisagrees(CellBackend.leader, step: "proposal")
        }
        activations.scanned = max(activations.scanned, proposal.range.upperBound)
        let batch = try plan(records, proposal.range, labels, proposal.labels, repeats: proposal.repeats)
        guard batch.plan.digest == digest else {
            backend.abort(digest)
            throw BatchAbort.peerDisagrees(CellBackend.leader, step: "proposal")
        }
        try begin(batch.plan, batch.records, labels: labels, batch.model)
    }

    /// The labels of a proposal; nil where this party's log does not get them in time.
    private func readLabels(_ proposal: PlanProposal) throws -> [LogRecord]? {
        guard !proposal.labels.isEmpty else { return [] }
        return try counting.labels(
            proposal.labels, for: model(at: proposal.range.lowerBound), patience: limits.catchUp)
    }

    /// Takes every activation below `offset`; false where this party's log does not get there in time.
    private func scanActivations(upTo offset: Int64) throws -> Bool {
        guard activations.scanned < offset else { return true }
        try sealed.move(to: activations.scanned)
        let close = ContinuousClock.now + limits.catchUp
        while activations.scanned < offset {
            let records = try sealed.next(
                limit: Int(min(1024, offset - activations.scanned)), timeout: close - .now)
            guard let last = records.last else { return false }
            for record in records where record.offset < offset && record.activation != nil { try activate(record) }
            activations.scanned = min(offset, last.offset + 1)
        }
        return true
    }

    // MARK: Both

    /// - Parameter stretch: of `consortium.labels`; nil where the batch has transactions.
    private func plan(
        _ all: [SealedRecord], _ range: Range<Int64>, _ labels: [LogRecord] = [], _ stretch: Range<Int64>? = nil,
        repeats: [Int64]
    ) throws -> (plan: BatchPlan, records: [SealedRecord], model: ActiveModel, counts: PartitionCounts?) {
        let dropped = Set(repeats)
        let records = all.filter { !dropped.contains($0.offset) }
        let model = try model(at: range.lowerBound)
        let counts = try counting.counts(for: model)
        // Where nothing is read of `consortium.labels`, the plan says how far they are counted.
        let none = counts.map { $0.standing.labels..<$0.standing.labels } ?? 0..<0
        let plan = BatchPlan(
            partition: partition.partition, range: range, labels: stretch.flatMap { $0.isEmpty ? nil : $0 } ?? none,
            repeats: repeats, records: records.map(\.record) + labels, model: model.manifest.digest,
            counted: counts?.standing.digest ?? .zero)
        return (plan, records, model, counts)
    }

    /// The batch that a decision names, from this party's own log; nil where it is another.
    private func open(
        _ decision: BatchDecision, _ counts: PartitionCounts, _ log: CountedLog
    ) throws -> PartitionCounts.Batch? {
        guard try scanActivations(upTo: decision.range.lowerBound),
            let records = try sealed.records(in: decision.range, patience: limits.catchUp)
        else { return nil }
        let labels = decision.labels.isEmpty ? [] : try log.labels(in: decision.labels, patience: limits.catchUp)
        guard let labels else { return nil }
        let batch = try plan(records, decision.range, labels, decision.labels, repeats: decision.repeats)
        guard batch.model.manifest.digest == decision.model,
            let agreement = decision.agreement(
                plan: batch.plan.digest, records: batch.records.count + labels.count)
        else { return nil }
        var inputs = BatchInputs(bits: batch.model.manifest.ownBits, capacity: batch.records.count)
        let opened = PartitionCounts.Batch(
            plan: batch.plan,
            transactions: try batch.records.map {
                try opener.open($0, for: batch.model, counts: counts, into: &inputs)
            },
            labels: try labels.map { try labelOpener.open($0, for: batch.model, counts: counts) },
            agreement: agreement, tokens: counts.standing.tokens)
        let refused = batch.records.indices.map { inputs.refusal($0) } + opened.labels.map(\.refusal)
        guard zip(refused, agreement.refusals).allSatisfy({ $0 == nil || $1 != nil }) else {
            throw ScoringError.notOpenedAgain(partition, batch.plan.range.lowerBound)
        }
        return opened
    }

    private func model(at offset: Int64) throws -> ActiveModel {
        guard let digest = activations.model(at: offset) else { throw ScoringError.noModel(partition) }
        guard let model = try models.model(digest) else { throw ScoringError.modelNotDealt(digest) }
        return model
    }

    /// Switches the model at a record; a record that the coordinator did not sign, or an old one, changes nothing.
    private func activate(_ record: SealedRecord) throws {
        let offset = record.offset
        if activations.isKnown(at: offset) {
            // Read again after a restart.
        } else if let wire = record.activation, let activation = models.activation(wire),
            activations.accepts(activation)
        {
            try activations.add(activation, at: offset)
            isRecovered = false
            logger.notice("model activated", metadata: ["model": "\(activation.version)", "offset": "\(offset)"])
        } else {
            logger.error("a forged or repeated model activation was ignored", metadata: ["offset": "\(offset)"])
        }
        if backend.leads { try commit(offset + 1) }
    }

    private func commit(_ offset: Int64, _ writes: [StateWrite] = []) throws {
        try activations.commit(offset, writes)
        try counting.keepSnapshot()
        try position.reach(offset)
    }

    private func count(_ batch: Batch, _ result: BatchResult) {
        let refused = result.refusals.count { $0 != nil }
        metrics.add(batch.plan.repeats.count, to: "cordon_repeats_dropped_total")
        guard batch.plan.labels.isEmpty else {
            metrics.add(1, to: "cordon_label_batches_total")
            metrics.add(refused, to: "cordon_label_records_refused_total")
            return
        }
        metrics.add(1, to: "cordon_batches_total")
        metrics.add(result.rounds, to: "cordon_rounds_total")
        guard batch.plan.labels.isEmpty else { return }
        metrics.add(result.refusals.count - refused, to: "cordon_transactions_scored_total")
        metrics.add(refused, to: "cordon_transactions_refused_total")
    }

    private func report(_ abort: BatchAbort) {
        metrics.add(1, to: "cordon_batches_aborted_total")
        guard abort != lastAbort else { return }
        lastAbort = abort
        logger.error("batch stopped: \(abort)", metadata: ["partition": "\(partition)"])
    }
}
