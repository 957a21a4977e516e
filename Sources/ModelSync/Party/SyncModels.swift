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
        return try dealt.value(of: model) { record in
            guard let wire = WireModelManifest(decoding: record.value ?? []),
                let manifest = try? ModelManifest(
                    verifying: wire, consortium: terms.consortium, coordinator: terms.coordinator)
            else { return nil }
            return (manifest.digest, manifest)
        }
    }
}
