package import Model
package import ThreeParty

extension CountFeatures {
    /// The public shape of the lookups of secret counts; nil where nothing is secret. `init` has checked that there is one.
    package var shape: CountShape? {
        lookups.isEmpty
            ? nil : CountShape(thresholds: lookups.map { $0.features.reduce(0) { $0 + features[$1].edges.count } })
    }

    /// The features that are public among the parties.
    package var open: ArraySlice<Feature> { features.drop(while: \.kind.isSecret) }
}

extension CountInputs {
    /// Inputs for a model that reads these features; no transaction yet.
    package init(_ features: CountFeatures) {
        self.init(shape: features.shape, openBits: features.open.reduce(0) { $0 + $1.edges.count })
    }

    /// A transaction's counts.
    ///
    /// - Parameters:
    ///   - features: those that these inputs were made for.
    ///   - secret: for each lookup of the features, this party's share of its count, and the events it is a part of.
    ///   - values: one for each feature that is public among the parties.
    package mutating func append(
        _ features: CountFeatures, secret: [(share: CountShare, events: Int)], open values: [Int]
    ) {
        precondition(secret.count == features.lookups.count)
        var thresholds: [UInt16] = []
        thresholds.reserveCapacity(secretBits)
        for (lookup, count) in zip(features.lookups, secret) {
            for feature in features.features[lookup.features] {
                for edge in feature.edges {
                    thresholds.append(
                        feature.kind == .rate
                            ? CountThreshold.rate(edge, of: count.events) : CountThreshold.count(edge))
                }
            }
        }
        append(secret.lazy.map(\.share), of: secret.lazy.map(\.events), thresholds: thresholds)
        var bit = 0
        for (feature, value) in zip(features.open, values) {
            for edge in feature.edges {
                if Double(value) >= edge { setOpen(bit) }
                bit += 1
            }
        }
    }
}
