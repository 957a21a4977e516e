package import EventLogs
import Foundation
package import Keys
package import Logging
package import Records
package import Telemetry
package import ThreeParty

/// When a batch closes: on size, or when its first record has waited this long.
package struct BatchLimits: Sendable, Hashable {
    package var records: Int
    package var deadline: Duration
    /// How long a follower waits for its own log to have what was proposed.
    package var catchUp: Duration

    package init(
        records: Int = 256, deadline: Duration = .milliseconds(5), catchUp: Duration = .seconds(2)
    ) {
        self.records = records
        self.deadline = deadline
        self.catchUp = catchUp
    }
}

/// A party's work on one partition of `consortium.sealed`, on a thread of its own:
///
///     read range → open boxes → score → seal shares → write → commit
///
/// The leader reads a range and proposes it; the others read the range that was proposed. Everything else is the same.
package final class ScorePartition {
    private let log: any EventLog
    private let partition: TopicPartition
    private let backend: CellBackend
    private let models: ModelRegistry
    private let sessions: SessionRegistry
    private let recipients: [MemberID: HPKEPublicKey]
    private let limits: BatchLimits
    private let metrics: Metrics
    private let logger: Logger
    private let reader: any LogReader
    /// Where the reader stands. It is moved only when it has to be: on Kafka that costs a fetch.
    private var place: Int64
    private var activations: ActivationHistory
    /// Kept and used by the leader, which says what is left out.
    private var scored: SourcePositions
    /// Why the last batch was given up, so that the same reason is logged once.
    private var lastAbort: BatchAbort?

    package init(
        partition: TopicPartition, log: any EventLog, state: any StateStore, backend: CellBackend,
        models: ModelRegistry, sessions: SessionRegistry, recipients: [MemberID: HPKEPublicKey], limits: BatchLimits,
        metrics: Metrics, logger: Logger
    ) throws {
        self.log = log
        self.partition = partition
        self.backend = backend
        self.models = models
        self.sessions = sessions
        self.recipients = recipients
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
        activations = try ActivationHistory(partition: partition, state: state)
        scored = try SourcePositions(partition: partition, state: state)
        place = activations.scanned
        reader = try log.reader(at: [Position(partition, place)])
    }

    /// Works until `stop` says so. Throws only what makes going on senseless.
    package func run(until stop: () -> Bool) throws {
        while !stop() {
            do {
                if let batch = try backend.leads ? leadingBatch() : followingBatch() { try score(batch) }
                lastAbort = nil
            } catch let abort as BatchAbort {
                report(abort)
                // What stopped the batch seldom goes within milliseconds; a follower waits for the next proposal anyway.
                if backend.leads { Thread.sleep(forTimeInterval: 0.05) }
            } catch let error as LogError where error.mayRetry {
                logger.error("\(error)", metadata: ["partition": "\(partition)"])
                metrics.add(1, to: "cordon_log_errors_total")
            }
        }
    }

    private struct Batch {
        var plan: BatchPlan
        var records: [LogRecord]
        var model: ActiveModel
    }

    private func score(_ batch: Batch) throws {
        let opener = TransactionOpener(party: backend.party, model: batch.model, sessions: sessions)
        let sealer = ScoreSealer(
            party: backend.party, model: batch.model, sessions: sessions, recipients: recipients)

        let opened = try batch.records.map(opener.open)
        let result = try backend.run(batch.plan.digest, model: batch.model.prepared, inputs: opened.map(\.input))
        try log.append(sealer.scores(opened, result))
        if backend.leads {
            try backend.awaitCompletion(result)
            try log.append(sealer.rejections(batch.records, opened, result))
            try commit(batch.plan.range.upperBound, scored.advance(accepted(opened, result)))
        } else {
            backend.complete(result)
            try commit(batch.plan.range.upperBound)
        }
        count(batch, result)
    }

    private func accepted(
        _ opened: [OpenedTransaction], _ result: BatchResult
    ) -> [(member: MemberID, source: SourcePosition)] {
        zip(opened, result.refusals).compactMap { opened, refusal in
            refusal == nil ? opened.member.map { ($0, opened.source) } : nil
        }
    }

    // MARK: Leader

    /// Reads what came, closes a batch on size, time, or where the model changes, and proposes it.
    private func leadingBatch() throws -> Batch? {
        let from = activations.committed
        try move(to: from)
        var records = try next(limit: limits.records, timeout: .milliseconds(200))
        guard !records.isEmpty else { return nil }
        let clock = ContinuousClock()
        let close = clock.now + limits.deadline
        while records.count < limits.records, clock.now < close {
            records += try next(limit: limits.records - records.count, timeout: close - clock.now)
        }
        if let first = records.firstIndex(where: { activation(in: $0) != nil }) {
            if first == 0 {
                try activate(records[0])
                return nil
            }
            records.removeSubrange(first...)
        }
        let end = records[records.count - 1].position.offset + 1
        let repeats = try records.filter { try isRepeat($0, from: from) }
        if repeats.count == records.count {
            metrics.add(repeats.count, to: "cordon_repeats_dropped_total")
            try commit(end)
            return nil
        }
        let batch = try self.batch(records, from..<end, repeats: repeats.map(\.position.offset))
        try backend.propose(batch.plan)
        return batch
    }

    /// Whether a record repeats what is scored: by its header, and by its box, which only its member can have made. One
    /// that merely says so goes into the batch, and to the rejected records.
    private func isRepeat(_ record: LogRecord, from offset: Int64) throws -> Bool {
        guard let claim = TransactionOpener.claim(record), scored.isRepeat(claim.member, claim.source) else {
            return false
        }
        let opener = TransactionOpener(party: backend.party, model: try model(at: offset), sessions: sessions)
        guard case .shares = try opener.open(record).input else { return false }
        return true
    }

    // MARK: Follower

    /// Waits for a proposal, reads its range from this party's own log, and holds its digest against the leader's.
    private func followingBatch() throws -> Batch? {
        guard let (proposal, digest) = try backend.nextProposal(timeout: .milliseconds(200)) else { return nil }
        guard proposal.partition == partition.partition else {
            throw BatchAbort.protocolViolation(CellBackend.leader, step: "proposal")
        }
        guard try scanActivations(upTo: proposal.range.lowerBound), let records = try read(proposal.range) else {
            backend.abort(digest)
            throw BatchAbort.logBehind
        }
        guard records.allSatisfy({ activation(in: $0) == nil }) else {
            backend.abort(digest)
            throw BatchAbort.peerDisagrees(CellBackend.leader, step: "proposal")
        }
        let batch = try self.batch(records, proposal.range, repeats: proposal.repeats)
        guard batch.plan.digest == digest else {
            backend.abort(digest)
            throw BatchAbort.peerDisagrees(CellBackend.leader, step: "proposal")
        }
        return batch
    }

    /// All records of a range; nil where this party's log does not get them in time. Offsets may have gaps, but a
    /// leader's range ends with a record.
    private func read(_ range: Range<Int64>) throws -> [LogRecord]? {
        try move(to: range.lowerBound)
        var records: [LogRecord] = []
        let clock = ContinuousClock()
        let close = clock.now + limits.catchUp
        var end = range.lowerBound
        while end < range.upperBound {
            let more = try next(limit: Int(range.upperBound - end), timeout: close - clock.now)
            guard let last = more.last else { return nil }
            records += more.filter { range.contains($0.position.offset) }
            end = last.position.offset + 1
        }
        return records
    }

    /// Takes every activation below `offset`; false where this party's log does not get there in time.
    private func scanActivations(upTo offset: Int64) throws -> Bool {
        guard activations.scanned < offset else { return true }
        try move(to: activations.scanned)
        let clock = ContinuousClock()
        let close = clock.now + limits.catchUp
        while activations.scanned < offset {
            let records = try next(
                limit: Int(min(1024, offset - activations.scanned)), timeout: close - clock.now)
            guard let last = records.last else { return false }
            for record in records where record.position.offset < offset && activation(in: record) != nil {
                try activate(record)
            }
            activations.scanned = min(offset, last.position.offset + 1)
        }
        return true
    }

    private func move(to offset: Int64) throws(LogError) {
        guard offset != place else { return }
        try reader.seek(to: Position(partition, offset))
        place = offset
    }

    private func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        let records = try reader.next(limit: limit, timeout: timeout)
        if let last = records.last { place = last.position.offset + 1 }
        return records
    }

    // MARK: Both

    private func batch(_ all: [LogRecord], _ range: Range<Int64>, repeats: [Int64]) throws -> Batch {
        let dropped = Set(repeats)
        let records = all.filter { !dropped.contains($0.position.offset) }
        let model = try model(at: range.lowerBound)
        let plan = BatchPlan(
            partition: partition.partition, range: range, repeats: repeats, records: records,
            model: model.manifest.digest)
        return Batch(plan: plan, records: records, model: model)
    }

    private func model(at offset: Int64) throws -> ActiveModel {
        guard let digest = activations.model(at: offset) else { throw ScoringError.noModel(partition) }
        guard let model = try models.model(digest) else { throw ScoringError.modelNotDealt(digest) }
        return model
    }

    private func activation(in record: LogRecord) -> WireModelActivation? {
        guard let value = record.value, case .activation(let wire)? = WireSealedRecord(decoding: value)?.body else {
            return nil
        }
        return wire
    }

    /// Switches the model at a record; a record that the coordinator did not sign, or an old one, changes nothing.
    private func activate(_ record: LogRecord) throws {
        let offset = record.position.offset
        if activations.isKnown(at: offset) {
            // Read again after a restart.
        } else if let wire = activation(in: record), let activation = models.activation(wire),
            activations.accepts(activation)
        {
            try activations.add(activation, at: offset)
            logger.notice("model activated", metadata: ["model": "\(activation.version)", "offset": "\(offset)"])
        } else {
            logger.error("a forged or repeated model activation was ignored", metadata: ["offset": "\(offset)"])
        }
        if backend.leads { try commit(offset + 1) }
    }

    private func commit(_ offset: Int64, _ writes: [StateWrite] = []) throws {
        try activations.commit(offset, writes)
        try log.commit([Position(partition, offset)], group: backend.party.name)
    }

    private func count(_ batch: Batch, _ result: BatchResult) {
        let refused = result.refusals.count { $0 != nil }
        metrics.add(batch.plan.repeats.count, to: "cordon_repeats_dropped_total")
        metrics.add(1, to: "cordon_batches_total")
        metrics.add(2, to: "cordon_rounds_total")
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

/// What a party can't score without.
package enum ScoringError: Error, Sendable, Hashable, CustomStringConvertible {
    case noModel(TopicPartition)
    case modelNotDealt(Digest32)

    package var description: String {
        switch self {
        case .noModel(let partition):
            "there are transactions on \(partition) before any model was activated; run `cordon model deal` first"
        case .modelNotDealt(let digest):
            "the active model \(digest) is not on \(Topics.manifests), or this party can't open its share"
        }
    }
}
