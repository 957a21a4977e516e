package import Model
package import Records

extension CountFeatures {
    /// The features that a model's header names; nil where parties can't count them
    /// (`CountFeatures.init(bucket:slots:features:)`) or a kind is unknown.
    package init?(_ wire: WireCountFeatures) {
        var features: [Feature] = []
        for feature in wire.features {
            guard let kind = Kind(rawValue: feature.kind) else { return nil }
            features.append(
                Feature(
                    slot: Int(feature.slot), kind: kind, over: feature.over, delay: feature.delay, edges: feature.edges)
            )
        }
        self.init(bucket: wire.bucket, slots: Int(wire.slots), features: features)
    }

    /// The features for a model's header, in their order: the order of their bits.
    package var wire: WireCountFeatures {
        var wire = WireCountFeatures()
        wire.bucket = bucket
        wire.slots = UInt32(slots)
        wire.features = features.map { feature in
            var each = WireCountFeature()
            each.slot = UInt32(feature.slot)
            each.kind = feature.kind.rawValue
            each.over = feature.over
            each.delay = feature.delay
            each.edges = feature.edges
            return each
        }
        return wire
    }
}
