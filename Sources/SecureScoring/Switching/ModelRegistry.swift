package import Audit
package import EventLogs
package import Keys
package import Logging
package import Manifests
package import Records
import ThreeParty

/// The models dealt on `consortium.manifests`, opened with this party's key. Used by one thread.
package final class ModelRegistry {
    private let party: PartyID
    private let key: HPKEPrivateKey
    private let consortium: String
    private let coordinator: VerifyingKey
    /// Whose approval an activation has to bring along.
    let approvals: ApprovalTerms
    private let logger: Logger
    private let audit: any AuditWriter
    private let isSealed: (Digest32) throws(LogError) -> Bool
    /// Models that the parties trained and sealed, as far as that was asked.
    private var sealed: Set<Digest32> = []
    /// Those of which was said that they did not seal them.
    private var unsealed: Set<Digest32> = []
    private var dealt: Announcements<Digest32, ActiveModel>

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - isSealed: whether the three parties have sealed a model that they trained: asked of one whose manifest names an order,
    ///     since anybody can seal something to a party's key.
    package init(
        party: PartyID, key: consuming HPKEPrivateKey, consortium: String, coordinator: VerifyingKey,
        approvals: ApprovalTerms = .none, log: any EventLog, logger: Logger,
        audit: any AuditWriter = NoAudit(),
        isSealed: @escaping (Digest32) throws(LogError) -> Bool = { (_) throws(LogError) in false }
    ) throws(LogError) {
        self.party = party
        self.key = key
        self.consortium = consortium
        self.coordinator = coordinator
        self.approvals = approvals
        self.logger = logger
        self.audit = audit
        self.isSealed = isSealed
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// The model with this digest; reads what was dealt since, where it is not known yet.
    package func model(_ digest: Digest32) throws(LogError) -> ActiveModel? {
        guard let model = try dealt.value(of: digest, verified: { verified($0) }) else { return nil }
        guard model.manifest.order != nil, !sealed.contains(digest) else { return model }
        guard try isSealed(digest) else {
            // Asked for at every turn until it is; said once.
            guard unsealed.insert(digest).inserted else { return nil }
            let reason = "it is not what the three parties trained and sealed"
            logger.error(
                "a model manifest was refused", metadata: ["model": "\(model.manifest.version)", "reason": "\(reason)"])
            audit.write(AuditEvent(.refused, of: digest, [.object: Self.object, .reason: reason]))
            return nil
        }
        sealed.insert(digest)
        return model
    }

    /// The activation in a record of a partition of `consortium.sealed`.
    package func activation(_ wire: WireModelActivation, in partition: Int) throws(ActivationError) -> ModelActivation {
        try ModelActivation(
            verifying: wire, consortium: consortium, partition: partition, coordinator: coordinator,
            operators: approvals.operators)
    }

    private func verified(_ record: LogRecord) -> (key: Digest32, value: ActiveModel)? {
        let place: Logger.Metadata = ["offset": "\(record.position.offset)"]
        guard let wire = WireModelManifest(decoding: record.value ?? []) else {
            logger.error("a model manifest is unreadable: cut off, or of a newer version", metadata: place)
            refuse(record, "unreadable")
            return nil
        }
        do {
            let manifest = try ModelManifest(verifying: wire, consortium: consortium, coordinator: coordinator)
            let components = try manifest.components(for: party, key: key)
            var about: Logger.Metadata = ["model": "\(manifest.version)"]
            if manifest.rounding != nil { about["scores"] = "steps" }
            logger.info("a model share was opened", metadata: about)
            audit.write(AuditEvent(.manifest, of: manifest.digest, [.version: manifest.version]))
            return (
                manifest.digest,
                ActiveModel(
                    manifest: manifest,
                    prepared: PreparedModel(
                        shape: manifest.shape, features: manifest.ownFeatures, components: components,
                        rounding: manifest.rounding))
            )
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
