package import EventLogs
package import Keys
package import Logging
import Manifests
import Model
package import Records

/// The public parts of the models on `consortium.manifests`. Used by one thread.
package final class ModelCards {
    private let coordinator: VerifyingKey
    private let reader: any LogReader
    private let logger: Logger
    private var cards: [Digest32: ModelCard] = [:]
    private var specs: [String: UInt64] = [:]

    package init(coordinator: VerifyingKey, log: any EventLog, logger: Logger) throws(LogError) {
        self.coordinator = coordinator
        self.logger = logger
        reader = try log.reader(at: [Position(TopicPartition(Topics.manifests), 0)])
    }

    /// The feature specs of all models that were dealt, by their versions.
    package func featureSpecs() throws(LogError) -> [String: UInt64] {
        try readOn()
        return specs
    }

    /// The card of a model; reads what was dealt since if it is not known yet.
    package func card(_ digest: Digest32) throws(LogError) -> ModelCard? {
        if let card = cards[digest] { return card }
        try readOn()
        return cards[digest]
    }

    private func readOn() throws(LogError) {
        while case let records = try reader.available(limit: 16), !records.isEmpty {
            for record in records { add(record) }
        }
    }

    private func add(_ record: LogRecord) {
        guard let value = record.value else { return }
        guard let wire = WireModelManifest(decoding: value) else {
            logger.error(
                "a model manifest is unreadable: cut off, or of a newer version",
                metadata: ["offset": "\(record.position.offset)"])
            return
        }
        do {
            let manifest = try ModelManifest(verifying: wire, coordinator: coordinator)
            let points = manifest.calibration.map {
                Calibration.Point(score: $0.score, probability: $0.probability)
            }
            specs[manifest.version] = manifest.featureSpec
            cards[manifest.digest] = ModelCard(
                calibration: try Calibration(points: points), fractionBits: manifest.fractionBits)
        } catch {
            logger.error(
                "a model manifest was refused",
                metadata: ["offset": "\(record.position.offset)", "reason": "\(error)"])
        }
    }
}
