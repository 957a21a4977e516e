package import Model
package import Records

extension CountFeatures {
    /// Nil where they are none that parties can count.
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
