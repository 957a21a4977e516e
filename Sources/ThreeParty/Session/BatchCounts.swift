/// What one party's counts say of a batch's transactions, before the batch: its shares of what is secret, and what is public among
/// the parties.
package struct BatchCounts: Sendable {
    package let features: CountFeatures
    /// Nil where nothing is secret.
    private(set) var queries: CountQueries?
    /// Bits of the features that are public among the parties; a row of `openBytes` a transaction.
    private(set) var open: [UInt8] = []
    let openBits: Int

    var openBytes: Int { (openBits + 7) / 8 }
    private let openFeatures: ArraySlice<CountFeatures.Feature>

    package init(_ features: CountFeatures) {
        self.features = features
        queries = features.shape.map { CountQueries(shape: $0) }
        openFeatures = features.features.drop(while: \.kind.isSecret)
        openBits = openFeatures.reduce(0) { $0 + $1.edges.count }
    }

    /// - Parameters:
    ///   - secret: for each lookup of the features, this party's share of its count, and the events it is a part of.
    ///   - open: a value for each feature that is public among the parties.
    package mutating func append(secret: [(share: CountShare, events: Int)], open values: [Int]) {
        precondition(secret.count == features.lookups.count && values.count == openFeatures.count)
        var thresholds: [UInt16] = []
        thresholds.reserveCapacity(queries?.shape.bits ?? 0)
        for (lookup, count) in zip(features.lookups, secret) {
            features.thresholds(lookup, events: count.events, into: &thresholds)
        }
        queries?.append(secret.lazy.map(\.share), thresholds: thresholds)
        var bit = open.count * 8
        open += repeatElement(0, count: openBytes)
        for (feature, value) in zip(openFeatures, values) {
            for edge in feature.edges {
                if Double(value) >= edge { open[bit >> 3] |= 1 << UInt8(bit & 7) }
                bit += 1
            }
        }
    }

    /// A transaction that this party can't use.
    package mutating func append(_ refusal: Refusal) {
        queries?.append(refusal)
        open += repeatElement(0, count: openBytes)
    }
}
