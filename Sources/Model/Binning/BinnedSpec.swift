package import Records

/// A feature spec with its public cut points: what members quantise by and models are trained on.
///
/// Feature `f` at value `x` sets thermometer bit `firstBit[f] + j` for every edge `j` with `x >= edges[f][j]`, so "feature
/// at or above threshold" is one bit.
package struct BinnedSpec: Sendable, Hashable {
    /// The features that the edges are of.
    package let spec: FeatureSpec
    /// One ascending list a feature, at most 31 edges (32 bins).
    package let edges: [[Double]]
    /// By feature, the number of its first thermometer bit; that of a feature without edges is the next one's.
    package let firstBit: [Int]
    /// Thermometer bits of a transaction. Those of a member's own features come first.
    package let bits: Int
    /// How often each thermometer bit is set, where somebody counted it: what training on shares weighs bits by.
    package let frequencies: BitFrequencies?
    /// First eight bytes, big-endian, of a SHA-256 digest of name, features and edges: what records carry as
    /// `feature_spec`. Frequencies are no part of it: they don't change a record's bits, so records of bins counted anew
    /// are scored as before. What is trained by them has them in its plan's digest.
    package let id: UInt64

    /// Edges that a feature may have: 32 bins.
    package static let mostEdges = 31

    /// Why edges don't fit a spec.
    package enum Invalid: Error, Sendable, Hashable {
        /// There is not one list of edges a feature.
        case featureCount
        /// More than 31 edges.
        case tooManyEdges(feature: String)
        /// Edges that are equal, descend, or are not finite.
        case notAscending(feature: String)
        /// Edges that are not those of the spec, where that has some.
        case otherEdges(feature: String)
        /// No feature has an edge, so there would be no bit to ask for.
        case noEdges
        /// The consortium's features are none that parties can count by these edges.
        case counts
        /// There is not one frequency a thermometer bit.
        case frequencies
    }

    /// Checks edges against features, and numbers the thermometer bits in the features' order.
    ///
    /// - Parameter frequencies: one a thermometer bit.
    /// - Throws: the first thing that is wrong, feature by feature; `noEdges`, `counts` and `frequencies` come last.
    package init(spec: FeatureSpec, edges: [[Double]], frequencies: BitFrequencies? = nil) throws(Invalid) {
        guard edges.count == spec.features.count else { throw .featureCount }
        for (feature, list) in zip(spec.features, edges) {
            guard list.count <= Self.mostEdges else { throw .tooManyEdges(feature: feature.name) }
            guard list.allSatisfy(\.isFinite), zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw .notAscending(feature: feature.name)
            }
            guard feature.edges == nil || feature.edges == list else { throw .otherEdges(feature: feature.name) }
        }
        self.spec = spec
        self.edges = edges
        self.frequencies = frequencies
        var first: [Int] = []
        var total = 0
        for list in edges {
            first.append(total)
            total += list.count
        }
        guard total > 0 else { throw .noEdges }
        firstBit = first
        bits = total
        var parts = [Array("cordon/feature-spec/v2".utf8), Array(spec.name.utf8)]
        for (feature, list) in zip(spec.features, edges) {
            parts.append(Array(FeatureForm(feature).line.utf8))
            parts.append(list.flatMap { edge in edge.bitPattern.bigEndianBytes })
        }
        if spec.tellsLabels { parts.append(Array(spec.terms.line.utf8)) }
        let digest = Digest32(of: parts)
        id = UInt64(bigEndianBytes: digest.bytes.prefix(8))
        guard !spec.tellsLabels || counts != nil else { throw .counts }
        guard frequencies == nil || frequencies?.bits.count == total else { throw .frequencies }
    }

    /// The same bins with other frequencies.
    ///
    /// - Throws: `frequencies` unless they are one a thermometer bit.
    package func with(_ frequencies: BitFrequencies) throws(Invalid) -> BinnedSpec {
        try BinnedSpec(spec: spec, edges: edges, frequencies: frequencies)
    }

    /// How many edges of `feature` are at or below `value`: 0 ... edges.count. A value that is not a number is in bin
    /// 0. Cost: a binary search.
    package func bin(_ value: Double, feature: Int) -> Int {
        let list = edges[feature]
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The bins of one transaction's features.
    ///
    /// - Parameter values: one a feature from the first on; there may be fewer than the spec has.
    package func bins(_ values: [Double]) -> [UInt8] {
        values.indices.map { UInt8(bin(values[$0], feature: $0)) }
    }

    /// Bins as packed thermometer bits, `(bits + 7) / 8` bytes, least significant bit first.
    ///
    /// - Parameter bins: one a feature from the first on, each at most the feature's number of edges.
    package func thermometer(_ bins: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: (bits + 7) / 8)
        for (feature, bin) in bins.enumerated() {
            for bit in firstBit[feature]..<firstBit[feature] + Int(bin) { out[bit >> 3] |= 1 << (bit & 7) }
        }
        return out
    }

    /// Thermometer bits of a member's own features; they come first.
    package var ownBits: Int { edges.prefix(spec.ownCount).reduce(0) { $0 + $1.count } }

    /// A member's own features as packed thermometer bits, `(ownBits + 7) / 8` bytes.
    ///
    /// - Parameter values: one value an own feature.
    package func ownThermometer(_ values: [Double]) -> [UInt8] {
        Array(thermometer(bins(values)).prefix((ownBits + 7) / 8))
    }

    /// What the parties add behind a member's bits, which may be nothing where they take labels alone; nil where they take none.
    package var counts: CountFeatures? {
        guard spec.tellsLabels else { return nil }
        let entities = spec.tokenEntities
        let features = zip(spec.features, edges).compactMap { feature, edges -> CountFeatures.Feature? in
            guard let shared = feature.shared, let slot = entities.firstIndex(of: shared.entity) else { return nil }
            return CountFeatures.Feature(
                slot: slot, kind: shared.signal.kind, over: shared.window.span, delay: shared.window.delay, edges: edges
            )
        }
        return CountFeatures(bucket: spec.terms.bucket, slots: entities.count, features: features)
    }

    /// The feature and edge that a thermometer bit stands for.
    package func meaning(ofBit bit: Int) -> (feature: Int, edge: Int) {
        let feature = firstBit.lastIndex { $0 <= bit } ?? 0
        // Features without edges share their first bit with the one after them; the last of those owns the bit.
        return (feature, bit - firstBit[feature])
    }
}

extension BinnedSpec {
    /// Bins learnt from a sample, but for features that the spec cuts itself.
    ///
    /// - Parameter rows: one value a feature of the spec, in order.
    /// - Throws: as `init(spec:edges:)`; `noEdges` for an empty sample where the spec cuts no feature.
    package init(fitting spec: FeatureSpec, to rows: [[Double]]) throws(Invalid) {
        try self.init(
            spec: spec,
            edges: spec.features.enumerated().map { place, feature in
                feature.edges ?? tailRefinedEdges(rows.map { $0[place] })
            })
    }
}

/// Public cut points from a sample: quantiles, with more of them in both tails, where fraud is (DESIGN section 4.2).
///
/// Quantiles interpolate linearly between order statistics (Hyndman and Fan 1996, type 7). Quantiles are at every
/// sixteenth and, with 32 bins, at 2^-2 to 2^-7 and at 1 - 2^-2 to 1 - 2^-15. Equal ones are taken once, so a feature
/// of few values has few edges.
///
/// - Parameters:
///   - sample: values of one feature, in any order.
///   - bins: how many bins there may be at most.
/// - Returns: ascending edges, at most `bins` less 1; none for an empty sample.
package func tailRefinedEdges(_ sample: [Double], bins: Int = 32) -> [Double] {
    guard !sample.isEmpty else { return [] }
    let sorted = sample.sorted()
    var levels = Set<Double>()
    for i in 1..<bins / 2 { levels.insert(Double(i) / Double(bins / 2)) }
    var power = 0.25
    for n in 2..<bins / 2 {
        levels.insert(1 - power)
        if n < bins / 4 { levels.insert(power) }
        power /= 2
    }
    var cuts: [Double] = []
    for level in levels.sorted() {
        let at = level * Double(sorted.count - 1)
        let low = Int(at)
        let high = min(low + 1, sorted.count - 1)
        let value = sorted[low] + (sorted[high] - sorted[low]) * (at - Double(low))
        if cuts.last != value { cuts.append(value) }
    }
    guard cuts.count >= bins else { return cuts }
    let step = Double(cuts.count - 1) / Double(bins - 2)
    return (0..<bins - 1).map { cuts[Int((Double($0) * step).rounded(.toNearestOrEven))] }
}

extension BinnedSpec.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .featureCount: "there is not one list of edges a feature"
        case .tooManyEdges(let feature): "feature `\(feature)` has more than \(BinnedSpec.mostEdges) edges"
        case .notAscending(let feature): "the edges of feature `\(feature)` are not finite numbers that rise"
        case .otherEdges(let feature): "the edges of feature `\(feature)` are not those that the spec has for it"
        case .noEdges: "no feature has an edge, so all transactions look alike"
        case .counts: "the consortium's features can't be counted by these edges"
        case .frequencies: "there is not one frequency a thermometer bit, in millionths from 0 to 1000000"
        }
    }
}
