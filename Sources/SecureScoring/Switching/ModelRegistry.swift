package import Audit
package import EventLogs
package import Keys
package import Logging
package import Manifests
package import Records
package import ThreeParty

/// The models dealt on `consortium.manifests`, with this party's shares of them. Used by one thread.
package final class ModelRegistry {
    private let shares: ModelShares
    private let consortium: String
    private let coordinator: VerifyingKey
    private let approvalTerms: @Sendable () -> ApprovalTerms
    private let logger: Logger
    private let audit: any AuditWriter
    /// Models as they were last prepared of a refreshed share.
    private var refreshed: [Digest32: (generation: ShareGeneration, model: PreparedModel)] = [:]
    private let isSealed: (Digest32) throws(LogError) -> Bool
    private let objection: (ModelManifest) throws(LogError) -> String?
    private let refusal: (ModelActivation, Int64) throws(LogError) -> String?
    /// Models that the parties trained and sealed, as far as that was asked.
    private var sealed: Set<Digest32> = []
    /// Those of which was said that they are not to be used.
    private var refused: Set<Digest32> = []
    private var dealt: Announcements<Digest32, ActiveModel>

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - approvals: asked for at each activation.
    ///   - isSealed: whether the three parties have sealed a model that they trained: asked of one whose manifest names an order,
    ///     since anybody can seal something to a party's key.
    ///   - objection: why the agreement does not allow a model; nil where it does.
    ///   - refusal: why the agreement does not allow that an activation, which came at a time of the log in seconds since 1970,
    ///     puts another model in force than one that was; nil where it does.
    package init(
        _ shares: ModelShares, consortium: String, coordinator: VerifyingKey,
        approvals: @escaping @autoclosure @Sendable () -> ApprovalTerms = .none, log: any EventLog, logger: Logger,
        audit: any AuditWriter = NoAudit(),
        isSealed: @escaping (Digest32) throws(LogError) -> Bool = { (_) throws(LogError) in false },
        objection: @escaping (ModelManifest) throws(LogError) -> String? = { (_) throws(LogError) in nil },
        refusal: @escaping (ModelActivation, Int64) throws(LogError) -> String? = { (_, _) throws(LogError) in nil }
    ) throws(LogError) {
        self.shares = shares
        self.consortium = consortium
        self.coordinator = coordinator
        approvalTerms = approvals
        self.logger = logger
        self.audit = audit
        self.isSealed = isSealed
        self.objection = objection
        self.refusal = refusal
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// The model with this digest; reads what was dealt since, where it is not known yet.
    package func model(_ digest: Digest32) throws(LogError) -> ActiveModel? {
        guard let model = try dealt.value(of: digest, verified: { (record) throws(LogError) in try verified(record) })
        else { return nil }
        if let objection = try objection(model.manifest) {
            refuse(model.manifest, objection)
            return nil
        }
        guard model.manifest.order != nil, !sealed.contains(digest) else { return model }
        guard try isSealed(digest) else {
            refuse(model.manifest, "it is not what the three parties trained and sealed")
            return nil
        }
        sealed.insert(digest)
        return model
    }

    /// A model as it is scored with in a generation.
    ///
    /// - Throws: `ScoringError.noShare` where this party's store has no share of it in the generation.
    package func prepared(_ model: ActiveModel, in generation: ShareGeneration) throws -> PreparedModel {
        if generation == model.generation { return model.prepared }
        let digest = model.manifest.digest
        if let known = refreshed[digest], known.generation == generation { return known.model }
        guard let share = try shares.store?.share(of: digest, in: generation) else {
            throw ScoringError.noShare(digest, generation)
        }
        let prepared = model.manifest.prepared(share.components)
        refreshed[digest] = (generation, prepared)
        return prepared
    }

    /// What brings kept rows to another generation.
    func rowRefresh() throws(LogError) -> RowRefresh { try shares.store?.rowRefresh(of: shares.party) ?? .none }

    /// Says once why a model is not used, which is asked for at every turn.
    private func refuse(_ manifest: ModelManifest, _ reason: String) {
        guard refused.insert(manifest.digest).inserted else { return }
        logger.error(
            "a model manifest was refused", metadata: ["model": "\(manifest.version)", "reason": "\(reason)"])
        audit.write(AuditEvent(.refused, of: manifest.digest, [.object: Self.object, .reason: reason]))
    }

    /// Whose approval an activation has to bring along.
    var approvals: ApprovalTerms { approvalTerms() }

    /// The activation in a record of a partition of `consortium.sealed`.
    package func activation(_ wire: WireModelActivation, in partition: Int) throws(ActivationError) -> ModelActivation {
        try ModelActivation(
            verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator,
            operators: approvals.operators)
    }

    /// Why the agreement does not allow an activation that came at a time of the log; nil where it does.
    func refusal(of activation: ModelActivation, at time: Int64) throws(LogError) -> String? {
        try refusal(activation, time)
    }

    /// The announcement of the next spec in such a record.
    func announcement(_ wire: WireSpecAnnouncement, in partition: Int) throws(ActivationError) -> SpecAnnouncement {
        try SpecAnnouncement(verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator)
    }

    /// The beginning of an epoch of keys in such a record.
    func epochActivation(_ wire: WireEpochActivation, in partition: Int) throws(EpochSwitchError) -> EpochActivation {
        try EpochActivation(verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator)
    }

    /// The end of one.
    func epochClosing(_ wire: WireEpochClosing, in partition: Int) throws(EpochSwitchError) -> EpochClosing {
        try EpochClosing(verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator)
    }

    private func verified(_ record: LogRecord) throws(LogError) -> (key: Digest32, value: ActiveModel)? {
        let place: Logger.Metadata = ["offset": "\(record.position.offset)"]
        guard let wire = WireModelManifest(decoding: record.value ?? []) else {
            logger.error("a model manifest is unreadable: cut off, or of a newer version", metadata: place)
            refuse(record, "unreadable")
            return nil
        }
        do {
            let manifest = try ModelManifest(verifying: wire, consortium: consortium, coordinator: coordinator)
            let (share, generation) = try shares.oldest(of: manifest)
            var about: Logger.Metadata = ["model": "\(manifest.version)"]
            if manifest.rounding != nil { about["scores"] = "steps" }
            logger.info("a model share was opened", metadata: about)
            audit.write(AuditEvent(.manifest, of: manifest.digest, [.version: manifest.version]))
            return (
                manifest.digest,
                ActiveModel(
                    manifest: manifest, generation: generation, prepared: manifest.prepared(share.components))
            )
        } catch let error as LogError {
            throw error
        } catch {
            logger.error("a model manifest was refused", metadata: place.merging(["reason": "\(error)"]) { $1 })
            refuse(record, "\(error)")
            return nil
        }
    }

    private static let object = "model manifest"

    private func refuse(_ record: LogRecord, _ reason: String) {
        audit.write(AuditEvent(.refused, record, Self.object, reason))
    }
}

extension ModelManifest {
    /// The model that one party's components are of, prepared to be scored with.
    fileprivate func prepared(_ components: borrowing ModelComponents) -> PreparedModel {
        PreparedModel(shape: shape, features: ownFeatures, components: components, rounding: rounding)
    }
}
