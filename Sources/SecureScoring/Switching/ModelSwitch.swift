import Audit
package import EventLogs
import Logging
package import Manifests
import Records
package import Stages
import Telemetry
import ThreeParty

/// The switch between models on one partition: which model is in force at which offset, by the activations in the log; and with it
/// that between epochs of keys. It commits how far the partition is scored. Used by the partition's thread.
package final class ModelSwitch {
    private let context: PartitionContext
    private let models: ModelRegistry
    /// Which epoch of keys is in force where.
    package let epochs: EpochSwitch
    private var activations: ActivationHistory
    private let generations: GenerationSwitch
    private let specs: SpecSwitch

    package init(
        _ models: ModelRegistry, epochs: PartitionEpochs = PartitionEpochs(), state: any StateStore,
        in context: PartitionContext
    ) throws {
        self.context = context
        self.models = models
        self.epochs = try EpochSwitch(epochs, models: models, state: state, in: context)
        activations = try ActivationHistory(partition: context.partition, state: state)
        generations = try GenerationSwitch(partition: context.partition, state: state)
        specs = try SpecSwitch(models, state: state, in: context)
    }

    /// The offset below which everything is scored and in the log.
    package var committed: Int64 { activations.committed }
    /// The offset below which every activation is known.
    package var scanned: Int64 { activations.scanned }

    /// The model that the record at `offset` is scored by; throws where this party has none.
    package func model(at offset: Int64) throws -> ModelManifest {
        guard let digest = activations.model(at: offset) else { throw ScoringError.noModel(context.partition) }
        guard let model = try models.model(digest) else { throw ScoringError.modelNotDealt(digest) }
        return model.manifest
    }

    /// The generations of shares that the record at `offset` is scored with.
    package func shares(at offset: Int64, of model: ModelManifest) -> SharesInForce {
        generations.inForce(at: offset, model: model.digest)
    }

    /// The spec of which rows are collected beside those that a model scores, from the record at `offset` on.
    package func nextSpec(at offset: Int64, beside model: ModelManifest) -> NextSpec? {
        specs.next(at: offset, beside: model)
    }

    /// Puts a generation of shares in force behind the record at `offset`, by which the coordinator has said so. Nothing is
    /// refreshed here: the first batch behind it is computed with shares of the generation.
    ///
    /// - Returns: whether it is newer than the last.
    package func refresh(_ ready: ReadyGeneration, at offset: Int64) throws(LogError) -> Bool {
        guard try generations.switchTo(ready, at: offset) else { return false }
        context.metrics.set(.shareGeneration, to: Double(ready.generation.number))
        context.logger.notice(
            "generation of shares in force", metadata: ["generation": "\(ready.generation)", "offset": "\(offset)"])
        return true
    }

    /// Whether a model is in force at `offset`, known here or not.
    func isActivated(at offset: Int64) -> Bool { activations.model(at: offset) != nil }

    /// The model in force at `offset`; nil where this party has none.
    package func knownModel(at offset: Int64) throws(LogError) -> ModelManifest? {
        guard let digest = activations.model(at: offset) else { return nil }
        return try models.model(digest)?.manifest
    }

    /// Switches the model at a record, or the epoch of keys, or the next spec; one that the coordinator did not sign, that too few
    /// operators approve of, or an old one changes nothing.
    ///
    /// - Returns: whether the model was switched.
    package func apply(_ record: SealedRecord) throws -> Bool {
        try epochs.apply(record)
        try specs.apply(record)
        let offset = record.offset
        // A crash between the two has the record read again, and the generation put in force then.
        if let ready = try epochs.generation(at: offset) { _ = try refresh(ready, at: offset) }
        // One that is known is read again after a restart.
        guard !activations.isKnown(at: offset) else { return false }
        guard let wire = record.activation else { return false }
        let activation: ModelActivation
        do throws(ActivationError) {
            activation = try models.activation(wire, in: context.partition.partition)
        } catch {
            context.logger.error(
                "a model activation was refused", metadata: ["offset": "\(offset)", "reason": "\(error)"])
            refuse(offset, "\(error)")
            return false
        }
        guard activations.accepts(activation) else {
            context.logger.error("a repeated model activation was ignored", metadata: ["offset": "\(offset)"])
            refuse(offset, "it is not newer than the last")
            return false
        }
        let least = models.approvals.least
        guard activation.approving.count >= least || activations.isFree(activation.model) else {
            let reason = "\(activation.approving.count) operators approve of it, and the roster wants \(least)"
            context.logger.error(
                "a model activation was refused", metadata: ["offset": "\(offset)", "reason": "\(reason)"])
            refuse(offset, reason, of: activation.model)
            return false
        }
        if !activations.isFree(activation.model),
            let reason = try models.refusal(of: activation, at: record.record.timestamp / 1_000_000)
        {
            context.logger.error(
                "a model activation was refused", metadata: ["offset": "\(offset)", "reason": "\(reason)"])
            refuse(offset, reason, of: activation.model)
            return false
        }
        // Before it counts: a crash in between has it told again, and written once.
        context.audit.write(
            AuditEvent(
                .activation, of: activation.model,
                [
                    .version: activation.version, .sequence: "\(activation.sequence)",
                    .partition: "\(context.partition.partition)", .offset: "\(offset)",
                ]))
        try activations.add(activation, at: offset)
        context.logger.notice(
            "model activated", metadata: ["model": "\(activation.version)", "offset": "\(offset)"])
        return true
    }

    private func refuse(_ offset: Int64, _ reason: String, of model: Digest32? = nil) {
        context.audit.write(
            AuditEvent(
                .refused, of: model,
                [
                    .object: "model activation", .reason: reason, .partition: "\(context.partition.partition)",
                    .offset: "\(offset)",
                ]))
    }

    /// Applies every switch below `offset`; false where this party's log does not get there in time.
    package func scan(_ log: SealedLog, upTo offset: Int64, until deadline: Moment) throws -> Bool {
        guard activations.scanned < offset else { return true }
        try log.move(to: activations.scanned)
        while activations.scanned < offset {
            let records = try log.next(limit: Int(min(1024, offset - activations.scanned)), until: deadline)
            guard let last = records.last else { return false }
            for record in records where record.offset < offset && record.isSwitch { _ = try apply(record) }
            activations.scanned = min(offset, last.offset + 1)
        }
        return true
    }

    /// Notes that the records below `offset` were read, and that no activation was among them.
    package func passed(_ offset: Int64) { activations.scanned = max(activations.scanned, offset) }

    /// Commits that everything below `offset` is scored and in the log, and `writes` with it.
    package func commit(_ offset: Int64, _ writes: [StateWrite] = []) throws(LogError) {
        try activations.commit(offset, writes)
    }
}
