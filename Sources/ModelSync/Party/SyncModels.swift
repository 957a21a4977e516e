package import EventLogs
package import Manifests
package import Records

/// The manifests of models on `consortium.manifests`, verified. Used by one thread.
package struct SyncModels {
    private let terms: SyncTerms
    private var dealt: Announcements<Digest32, ModelManifest>

    package init(_ terms: SyncTerms, log: any EventLog) throws(LogError) {
        self.terms = terms
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// The manifest of a model; nil where the log has none that the coordinator signed.
    package mutating func manifest(_ model: Digest32) throws(LogError) -> ModelManifest? {
        let terms = terms
        return try dealt.value(of: model) { Self.verified($0, terms) }
    }

    private static func verified(_ record: LogRecord, _ terms: SyncTerms) -> (key: Digest32, value: ModelManifest)? {
        guard let wire = WireModelManifest(decoding: record.value ?? []),
            let manifest = try? ModelManifest(
                verifying: wire, consortium: terms.consortium, coordinator: terms.coordinator)
        else { return nil }
        return (manifest.digest, manifest)
    }

    /// The newest manifest on the log that is for a feature spec; nil where there is none.
    package static func newest(of spec: UInt64, _ terms: SyncTerms, log: any EventLog) throws(LogError)
        -> ModelManifest?
    {
        let topic = TopicPartition(Topics.manifests)
        let reader = try log.reader(at: [Position(topic, try log.earliest(of: topic))])
        var newest: ModelManifest?
        while case let records = try reader.available(limit: 64), !records.isEmpty {
            for record in records {
                if let (_, manifest) = verified(record, terms), manifest.featureSpec == spec { newest = manifest }
            }
        }
        return newest
    }
}
