package import EventLogs
package import Keys
package import Logging
import Manifests
import Model
package import Records

/// The public parts of the models on `consortium.manifests`. Used by one thread.
package final class ModelCards {
    private let consortium: String
    private let coordinator: VerifyingKey
    private let logger: Logger
    private var dealt: Announcements<Digest32, Model>

    private struct Model {
        var card: ModelCard
        var version: String
    }

    /// - Parameter consortium: its name in the roster.
    package init(
        consortium: String, coordinator: VerifyingKey, log: any EventLog, logger: Logger
    ) throws(LogError) {
        self.consortium = consortium
        self.coordinator = coordinator
        self.logger = logger
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// The feature specs of all models that were dealt, by their versions.
    package func featureSpecs() throws(LogError) -> [String: UInt64] {
        let models = try dealt.all { verified($0) }
        return Dictionary(models.map { ($0.version, $0.card.featureSpec) }) { $1 }
    }

    /// The card of a model; reads what was dealt since if it is not known yet.
    package func card(_ digest: Digest32) throws(LogError) -> ModelCard? {
        try dealt.value(of: digest) { verified($0) }?.card
    }

    private func verified(_ record: LogRecord) -> (key: Digest32, value: Model)? {
        let place: Logger.Metadata = ["offset": "\(record.position.offset)"]
        guard let wire = WireModelManifest(decoding: record.value ?? []) else {
            logger.error("a model manifest is unreadable: cut off, or of a newer version", metadata: place)
            return nil
        }
        do {
            let manifest = try ModelManifest(verifying: wire, consortium: consortium, coordinator: coordinator)
            let points = manifest.calibration.map {
                Calibration.Point(score: $0.score, probability: $0.probability)
            }
            let card = ModelCard(
                calibration: try Calibration(points: points), fractionBits: manifest.fractionBits,
                isRounded: manifest.rounding != nil, featureSpec: manifest.featureSpec)
            return (manifest.digest, Model(card: card, version: manifest.version))
        } catch {
            logger.error("a model manifest was refused", metadata: place.merging(["reason": "\(error)"]) { $1 })
            return nil
        }
    }
}
