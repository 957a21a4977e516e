package import Manifests
package import Model
package import Records

extension ModelManifest {
    /// What each bit of a row means that the model reads: spec, bits of each own feature, and the counts behind them with their cut
    /// points. Rows of one form can be trained on together, whatever models scored them.
    package var rowForm: Digest32 { Self.rowForm(featureSpec, ownFeatures, counts) }

    /// The same of a spec that no model reads yet.
    package static func rowForm(_ featureSpec: UInt64, _ ownFeatures: [Int], _ counts: CountFeatures?) -> Digest32 {
        var bytes = featureSpec.bigEndianBytes + UInt32(ownFeatures.count).bigEndianBytes
        for bits in ownFeatures { bytes += UInt32(bits).bigEndianBytes }
        guard let counts else { return Digest32(of: [Array("cordon/rows/form/v1".utf8), bytes]) }
        var behind = counts.bucket.bigEndianBytes + UInt32(counts.slots).bigEndianBytes
        for feature in counts.features {
            behind += UInt32(feature.slot).bigEndianBytes + feature.kind.rawValue.bigEndianBytes
            behind += feature.over.bigEndianBytes + feature.delay.bigEndianBytes
            behind += UInt32(feature.edges.count).bigEndianBytes
            for edge in feature.edges { behind += edge.bitPattern.bigEndianBytes }
        }
        return Digest32(of: [Array("cordon/rows/form/v1".utf8), bytes, behind])
    }

    /// This model's spec as the next one.
    package var nextSpec: NextSpec? { NextSpec(id: featureSpec, ownFeatures: ownFeatures, form: rowForm) }
}

extension NextSpec {
    /// Whether rows of it come about beside those of a model: that reads the same counts by the same cut points, which are then
    /// looked up for both at once, and is of another spec.
    package func isCollected(beside model: ModelManifest) -> Bool {
        id != model.featureSpec && model.counts != nil && ModelManifest.rowForm(id, ownFeatures, model.counts) == form
    }
}
