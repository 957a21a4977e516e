package import Audit
package import EventLogs
package import Keys
package import Manifests
import Model
package import ModelSync
package import PipelineFiles
package import Records
import SecureScoring
package import Stages

/// The coordinator of trainings: reads `consortium.sync`, says what is next, and puts models on the log that the parties sealed. It
/// has no share of any model. Used by one thread.
package final class SyncCoordinator {
    package let roster: Roster
    package let log: any EventLog
    package let clock: any StageClock
    private let keystore: (any Keystore)?
    private let audit: any AuditWriter
    private let topic: SyncTopic
    private var models: SyncModels

    /// - Parameters:
    ///   - keystore: where the coordinator's private key is; nil for whoever only looks.
    ///   - audit: gets an entry of what it says before it is on the log.
    package init(
        _ roster: Roster, keystore: (any Keystore)?, log: any EventLog, clock: any StageClock = SystemClock(),
        audit: any AuditWriter = NoAudit()
    ) throws {
        self.roster = roster
        self.log = log
        self.clock = clock
        self.keystore = keystore
        self.audit = audit
        topic = try SyncTopic(roster.syncTerms, log: log, changes: TermsChanges(roster, log: log).read)
        models = try SyncModels(roster.syncTerms, log: log)
        if let keystore, try keystore.signingKey().verifyingKey != roster.coordinator {
            throw RoleError.notTheCoordinator(keys: keystore.place)
        }
        try topic.read()
    }

    package var history: SyncHistory { topic.history }
    package var now: Int64 { clock.microseconds / 1_000_000 }

    /// Takes what came into the log since.
    package func read() throws { try topic.read() }

    /// Waits for something new in the log; false where nothing came in that time.
    package func wait(_ time: Duration) throws -> Bool { try topic.wait(until: clock.now + time, clock) }

    /// Records that count for nothing, with why.
    package func takeRefused() -> [(offset: Int64, reason: SyncRefusal)] { topic.takeRefused() }

    /// A model's manifest; nil where the log has none.
    package func manifest(_ model: Digest32) throws -> ModelManifest? { try models.manifest(model) }

    /// The newest model that was dealt for a feature spec; nil where the log has none.
    package func newestModel(of spec: UInt64) throws -> ModelManifest? {
        try SyncModels.newest(of: spec, roster.syncTerms, log: log)
    }

    /// Whether a model reads rows of the feature spec of another one.
    package func reads(_ model: Digest32, rowsOf other: ModelManifest?) throws -> Bool {
        guard let other, let manifest = try manifest(model) else { return false }
        return manifest.featureSpec == other.featureSpec
    }

    /// How far later rows are from those that the model in force was made for.
    package func drift(from inForce: ModelManifest) throws -> SyncDrift {
        try SyncDrift(history, inForce: inForce.digest) { try reads($0, rowsOf: inForce) }
    }

    /// Announces the spec of a model as the next one, in every partition of `consortium.sealed`: from there on the parties keep
    /// rows of it beside those that they score.
    ///
    /// - Parameter form: a model of the spec, which was dealt; nil where no spec is next any more.
    /// - Throws: `SyncRefusal.unknownModel` where no model is in force; `RoleError.otherCounts` where rows of the spec would not
    ///   come about beside those of the model that is.
    package func announce(next form: ModelManifest?) throws {
        guard let keystore else { throw RoleError.notTheCoordinator(keys: "nothing") }
        guard let inForce = try modelInForce().flatMap({ try manifest($0) }) else { throw SyncRefusal.unknownModel }
        if let form, form.nextSpec?.isCollected(beside: inForce) != true {
            throw RoleError.otherCounts(form.version, inForce.version)
        }
        try topic.read()
        try log.append(
            announcements(
                of: form?.nextSpec, sequence: max(UInt64(clock.microseconds), history.lastSequence + 1),
                key: try keystore.signingKey()))
    }

    /// Announcements of a next spec, or of none any more, one a partition of `consortium.sealed`.
    private func announcements(
        of spec: NextSpec?, sequence: UInt64, key: borrowing SigningKey
    ) throws -> [NewRecord] {
        audit.write(AuditEvent(collecting: spec, sequence: sequence))
        var records: [NewRecord] = []
        for partition in 0..<(try log.partitions(of: Topics.sealed)) {
            var record = WireSealedRecord()
            record.specAnnouncement = try SpecAnnouncement.make(
                spec, sequence: sequence, consortium: roster.consortium, partition: partition, coordinator: key)
            records.append(NewRecord(TopicPartition(Topics.sealed, partition), value: record.encoded))
        }
        return records
    }

    /// The model that the next record is scored by.
    package func modelInForce() throws -> Digest32? { try LogWindows(log).modelInForce(of: roster) }

    // MARK: Saying

    /// Says something as the coordinator. What would not count is not written.
    ///
    /// - Throws: `SyncRefusal` where the history would refuse it.
    private func say(_ statement: SyncStatement) throws {
        guard let keystore else { throw RoleError.notTheCoordinator(keys: "nothing") }
        let record = try statement.record(
            by: .coordinator, consortium: roster.consortium, key: try keystore.signingKey())
        try topic.read()
        var tried = topic.history
        let message = try tried.apply(record, at: .max, time: now)
        tell(message)
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        try topic.read()
    }

    private func tell(_ message: SyncMessage) {
        switch message.statement {
        case .order(let order):
            audit.write(
                AuditEvent(
                    .order, of: message.digest,
                    [.order: "\(order.number)", .task: order.task.name, .outcome: "ordered"]))
        case .decision(let decision):
            audit.write(
                AuditEvent(
                    .decision, of: decision.model,
                    [.sequence: "\(decision.sequence)", .outcome: "\(decision.kind)", .reason: decision.reason]))
        case .report, .approval, .verdict: break
        }
    }

    /// Orders a task of all three parties, under the epoch of keys that is active.
    ///
    /// - Parameter seconds: until it expires.
    package func order(_ task: SyncOrder.Task, within seconds: Int64) throws -> SyncJob {
        try topic.read()
        let number = history.nextNumber
        let epochs = try EpochBook(roster, log: log).history
        let epoch = epochs.active.number == epochs.terms.founding.number ? nil : epochs.active.number
        var task = task
        if case .seal(let sealing) = task { task = .seal(try sealing.naming(epoch)) }
        try say(.order(SyncOrder(number: number, expires: now + seconds, task: task, epoch: epoch)))
        guard let job = history.jobs.last(where: { $0.order.number == number }), job.order.task == task else {
            throw SyncRefusal.forkedOrder(number)
        }
        return job
    }

    /// Puts the manifest of a version on the log that the parties have sealed, unless it is there.
    package func publish(_ version: SyncVersion) throws {
        guard let keystore, let sealed = version.sealed, try manifest(sealed.model) == nil else { return }
        let boxes = stride(from: 0, to: sealed.boxes.count, by: 2).map {
            (encapsulated: sealed.boxes[$0], box: sealed.boxes[$0 + 1])
        }
        let (manifest, digest) = try ModelManifest.make(
            header: sealed.header, boxes: boxes, coordinator: try keystore.signingKey())
        audit.write(AuditEvent(.manifest, of: digest, [.version: version.task.version]))
        try log.append([
            NewRecord(TopicPartition(Topics.manifests), key: digest.bytes, value: manifest.encoded)
        ])
    }

    /// Decides on a version; where it changes which model is in force, all partitions switch, each at one record.
    ///
    /// - Parameter rule: of a promotion, the rule by which it is one.
    /// - Throws: `SyncRefusal` where the history would refuse it; nothing is switched then.
    package func decide(
        _ kind: SyncDecision.Kind, model: Digest32, previous: Digest32?, reason: String, figures: [SyncFigure],
        rule: [UInt8] = []
    ) throws -> SyncDecision {
        guard try kind == .turnDown || manifest(model) != nil else { throw SyncRefusal.unknownModel }
        try topic.read()
        let sequence = max(UInt64(clock.microseconds), history.lastSequence + 1)
        let decision = try SyncDecision(
            kind, model: model, previous: previous, sequence: sequence, reason: reason, figures: figures,
            rule: rule)
        try say(.decision(decision))
        if kind != .turnDown { try activate(decision) }
        return decision
    }

    /// Carries out the last decision where the log has it alone: whoever decided ended before the activations were there.
    ///
    /// - Returns: the decision; nil where nothing is left to be done of it.
    package func resume() throws -> SyncDecision? {
        try topic.read()
        guard let last = history.decisions.last(where: { $0.kind != .turnDown }),
            try modelInForce() == last.previous, last.previous != last.model
        else { return nil }
        try activate(last)
        return last
    }

    /// Writes the activations of a decision, with the approvals that it rests on. Written again they change nothing: their number
    /// is the decision's.
    ///
    /// Where the model before was of another feature spec, that one is next from there on: both models can be held against each
    /// other on rows behind the switch, too, and the one before can come back.
    private func activate(_ decision: SyncDecision) throws {
        guard let keystore, let manifest = try manifest(decision.model) else { throw SyncRefusal.unknownModel }
        let last = history.decisions.last { $0.sequence < decision.sequence }?.sequence ?? 0
        let approvals = history.version(sealedAs: decision.model)?.approvals.filter { $0.after == last } ?? []
        let key = try keystore.signingKey()
        var records = try activations(
            of: decision.model, version: manifest.version, sequence: decision.sequence,
            approvals: approvals.map(\.record), roster: roster, key: key, log: log)
        if let before = try decision.previous.flatMap({ try self.manifest($0) })?.nextSpec,
            before.isCollected(beside: manifest)
        {
            records += try announcements(of: before, sequence: decision.sequence, key: key)
        }
        try log.append(records)
    }
}

/// Writes, in every partition of `consortium.sealed`, the record from which on a model is in force.
///
/// - Parameter approvals: operators' records of `consortium.sync`, where the roster wants any.
package func activateModel(
    _ model: Digest32, version: String, sequence: UInt64, approvals: [[UInt8]] = [], roster: Roster,
    key: borrowing SigningKey, log: any EventLog
) throws {
    try log.append(
        activations(
            of: model, version: version, sequence: sequence, approvals: approvals, roster: roster, key: key, log: log))
}

/// Those records, one a partition.
private func activations(
    of model: Digest32, version: String, sequence: UInt64, approvals: [[UInt8]], roster: Roster,
    key: borrowing SigningKey, log: any EventLog
) throws -> [NewRecord] {
    var records: [NewRecord] = []
    for partition in 0..<(try log.partitions(of: Topics.sealed)) {
        var record = WireSealedRecord()
        record.activation = try ModelActivation.make(
            model, version: version, sequence: sequence, consortium: roster.consortium, partition: partition,
            approvals: approvals, coordinator: key)
        records.append(NewRecord(TopicPartition(Topics.sealed, partition), value: record.encoded))
    }
    return records
}
