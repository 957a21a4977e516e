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
    private let coordinator: VerifyingKey
    private let reader: any LogReader
    private let logger: Logger
    private var models: [Digest32: ActiveModel] = [:]

    package init(
        party: PartyID, key: consuming HPKEPrivateKey, coordinator: VerifyingKey, log: any EventLog, logger: Logger
    ) throws(LogError) {
        self.party = party
        self.key = key
        self.coordinator = coordinator
        self.logger = logger
        reader = try log.reader(at: [Position(TopicPartition(Topics.manifests), 0)])
    }

    /// The model with this digest; reads what was dealt since, where it is not known yet.
    package func model(_ digest: Digest32) throws(LogError) -> ActiveModel? {
        if let model = models[digest] { return model }
        try refresh()
        return models[digest]
    }

    /// The activation in a record of `consortium.sealed`; nil where the coordinator did not make it.
    package func activation(_ wire: WireModelActivation) -> ModelActivation? {
        ModelActivation(verifying: wire, coordinator: coordinator)
    }

    private func refresh() throws(LogError) {
        while true {
            let records = try reader.available(limit: 16)
            if records.isEmpty { return }
            for record in records {
                guard let value = record.value else { continue }
                guard let wire = WireModelManifest(decoding: value) else {
                    logger.error(
                        "a model manifest is unreadable: cut off, or of a newer version",
                        metadata: ["offset": "\(record.position.offset)"])
                    continue
                }
                do {
                    let manifest = try ModelManifest(verifying: wire, coordinator: coordinator)
                    let components = try manifest.components(for: party, key: key)
                    models[manifest.digest] = ActiveModel(
                        manifest: manifest, prepared: PreparedModel(shape: manifest.shape, components: components))
                    logger.info("a model share was opened", metadata: ["model": "\(manifest.version)"])
                } catch {
                    logger.error(
                        "a model manifest was refused",
                        metadata: ["offset": "\(record.position.offset)", "reason": "\(error)"])
                }
            }
        }
    }
}
