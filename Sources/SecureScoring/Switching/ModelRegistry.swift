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
    private var dealt: Announcements<Digest32, ActiveModel>

    /// - Parameter consortium: its name in the roster.
    package init(
        party: PartyID, key: consuming HPKEPrivateKey, consortium: String, coordinator: VerifyingKey,
        approvals: ApprovalTerms = .none, log: any EventLog, logger: Logger
    ) throws(LogError) {
        self.party = party
        self.key = key
        self.consortium = consortium
        self.coordinator = coordinator
        self.approvals = approvals
        self.logger = logger
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// The model with this digest; reads what was dealt since, where it is not known yet.
    package func model(_ digest: Digest32) throws(LogError) -> ActiveModel? {
        try dealt.value(of: digest) { verified($0) }
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
            return nil
        }
        do {
            let manifest = try ModelManifest(verifying: wire, consortium: consortium, coordinator: coordinator)
            let components = try manifest.components(for: party, key: key)
            var about: Logger.Metadata = ["model": "\(manifest.version)"]
            if manifest.rounding != nil { about["scores"] = "steps" }
            logger.info("a model share was opened", metadata: about)
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
            return nil
        }
    }
}
