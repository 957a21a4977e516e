import Records

/// A scorecard's points as one party holds them: its components of a replicated sharing in Z_2^32, in units of the model's fraction
/// bits. Never printed.
package struct CardShares: Sendable, Unprinted {
    /// Thermometer bits of each feature, in order.
    package let features: [Int]
    /// By feature and bin: k + 1 of a feature of k bits, none of one without bits (`CardRule.bins`).
    package let points: AdditiveShares<UInt32>

    /// - Parameter points: one a bin of these features.
    init(features: [Int], points: AdditiveShares<UInt32>) {
        precondition(points.count == CardRule.bins(of: features), "one point a bin")
        self.features = features
        self.points = points
    }

    /// Nil where a component has another length than features say.
    ///
    /// - Parameters:
    ///   - first: component `i` of party i, little-endian elements.
    ///   - second: component `i + 1`.
    package init?(features: [Int], first: [UInt8], second: [UInt8]) {
        let bytes = Self.bytes(of: features)
        guard first.count == bytes, second.count == bytes else { return nil }
        self.init(
            features: features, points: AdditiveShares(first: UInt32.unpack(first), second: UInt32.unpack(second)))
    }

    /// Bytes of one component.
    package static func bytes(of features: [Int]) -> Int { CardRule.bins(of: features) * UInt32.byteCount }

    /// Component `i` of party i as little-endian elements.
    package var first: [UInt8] { UInt32.pack(points.first) }
    /// Component `i + 1`.
    package var second: [UInt8] { UInt32.pack(points.second) }

    package var description: String { "CardShares(\(points.count) bins)" }
}
