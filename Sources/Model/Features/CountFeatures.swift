/// What a model reads of the consortium's counts, and by which cut points: public, and part of the model's manifest. Its bits
/// stand behind a member's own (docs/DESIGN.md 4.5). One without features reads none: its parties take labels alone, so that they
/// can be trained by.
package struct CountFeatures: Sendable, Hashable {
    /// Raw values travel in manifests.
    package enum Kind: UInt32, Sendable {
        /// Confirmed frauds of the window.
        case frauds = 1
        /// Confirmed frauds over max(1, events).
        case rate = 2
        /// Events of the window, or of the last minute, hour or day where there is no delay.
        case events = 3
        /// Members that sent one of these.
        case members = 4

        /// Whether the parties hold it in shares alone, and so look it up by a secret index.
        package var isSecret: Bool { self == .frauds || self == .rate }
    }

    /// One feature that the parties compute of one token's counts.
    package struct Feature: Sendable, Hashable {
        /// Which of a transaction's tokens.
        package var slot: Int
        package var kind: Kind
        /// The window, in seconds.
        package var over: Int64
        package var delay: Int64
        /// Ascending; a bit each.
        package var edges: [Double]

        package init(slot: Int, kind: Kind, over: Int64, delay: Int64, edges: [Double]) {
            self.slot = slot
            self.kind = kind
            self.over = over
            self.delay = delay
            self.edges = edges
        }

        /// Whether both are read from one count, so that one lookup serves both.
        func isSameCount(as other: Feature) -> Bool {
            slot == other.slot && over == other.over && delay == other.delay
        }
    }

    /// One shared count that is looked up, and the features that are read from it, side by side.
    package struct Lookup: Sendable, Hashable {
        /// Which of a transaction's tokens.
        package var slot: Int
        /// The window, in seconds.
        package var over: Int64
        package var delay: Int64
        /// Places in `CountFeatures.features`.
        package var features: Range<Int>
    }

    /// Tokens that a transaction may have.
    package static let slotLimit = 4
    /// Buckets that a window may reach back.
    package static let bucketLimit: Int64 = 4096
    /// What the parties' lookup protocol takes (`ThreeParty.CountShape`): lookups, bits of one, bits of all.
    package static let lookupLimit = 64
    package static let lookupBitLimit = 1023
    package static let secretBitLimit = 16_384

    /// Seconds of event time that are counted as one.
    package let bucket: Int64
    /// Tokens of a transaction.
    package let slots: Int
    /// The secret ones first, those of one lookup side by side.
    package let features: [Feature]
    /// The lookups of a transaction in order; features without edges need none.
    package let lookups: [Lookup]
    /// Thermometer bits of all features.
    package let bits: Int
    /// Seconds back to the oldest event that is counted.
    package let reach: Int64

    /// Nil for what parties can't count: no feature of tokens that there are, no bit of a feature that there is, a window of other
    /// than whole buckets, more than `slotLimit` tokens.
    ///
    /// - Parameters:
    ///   - bucket: seconds, whole hours, at most ten years.
    ///   - slots: tokens of a transaction.
    ///   - features: the secret ones first, each with at most 31 edges. A window without a delay is public, of a
    ///     minute, an hour or a day.
    package init?(bucket: Int64, slots: Int, features: [Feature]) {
        guard ConsortiumTerms.isBucket(bucket), (0...Self.slotLimit).contains(slots), features.isEmpty == (slots == 0)
        else {
            return nil
        }
        var lookups: [Lookup] = []
        var reach: Int64 = 86_400
        for (index, feature) in features.enumerated() {
            guard (0..<slots).contains(feature.slot), feature.edges.count <= 31, feature.edges.allSatisfy(\.isFinite),
                zip(feature.edges, feature.edges.dropFirst()).allSatisfy(<)
            else { return nil }
            if feature.delay > 0 {
                guard feature.over > 0, feature.over % bucket == 0, feature.delay % bucket == 0,
                    feature.over <= Self.bucketLimit * bucket, feature.delay <= Self.bucketLimit * bucket
                else { return nil }
                reach = max(reach, feature.over + feature.delay + bucket)
            } else {
                guard !feature.kind.isSecret, [60, 3600, 86_400].contains(feature.over), feature.delay == 0 else {
                    return nil
                }
            }
            guard feature.kind.isSecret, !feature.edges.isEmpty else { continue }
            if let last = lookups.indices.last, features[lookups[last].features.lowerBound].isSameCount(as: feature),
                lookups[last].features.upperBound == index
            {
                lookups[last].features = lookups[last].features.lowerBound..<index + 1
            } else {
                lookups.append(
                    Lookup(
                        slot: feature.slot, over: feature.over, delay: feature.delay, features: index..<index + 1))
            }
        }
        let firstPublic = features.firstIndex { !$0.kind.isSecret } ?? features.count
        guard !features[firstPublic...].contains(where: \.kind.isSecret), reach <= Self.bucketLimit * bucket else {
            return nil
        }
        let secretBits = lookups.map { $0.features.reduce(0) { $0 + features[$1].edges.count } }
        guard lookups.count <= Self.lookupLimit, secretBits.allSatisfy({ $0 <= Self.lookupBitLimit }),
            secretBits.reduce(0, +) <= Self.secretBitLimit
        else { return nil }
        self.bucket = bucket
        self.slots = slots
        self.features = features
        self.lookups = lookups
        self.reach = reach
        bits = features.reduce(0) { $0 + $1.edges.count }
        guard bits > 0 || features.isEmpty else { return nil }
    }
}
