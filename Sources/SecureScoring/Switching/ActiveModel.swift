package import Manifests
package import ThreeParty

/// A model that this party holds its share of.
package final class ActiveModel: Sendable {
    package let manifest: ModelManifest
    /// The generation of the share that `prepared` is of.
    package let generation: ShareGeneration
    package let prepared: PreparedModel

    init(manifest: ModelManifest, generation: ShareGeneration, prepared: PreparedModel) {
        self.manifest = manifest
        self.generation = generation
        self.prepared = prepared
    }
}
