package import Manifests
package import ThreeParty

/// A model that this party holds its share of.
package final class ActiveModel: Sendable {
    package let manifest: ModelManifest
    package let prepared: PreparedModel

    init(manifest: ModelManifest, prepared: PreparedModel) {
        self.manifest = manifest
        self.prepared = prepared
    }
}
