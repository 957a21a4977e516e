import Records

/// How many rows of each class have a score in each of some bins.
package struct ClassHistogram: Sendable, Hashable {
    /// By bin.
    package let legitimate: [UInt32]
    /// By bin, as many.
    package let fraud: [UInt32]

    /// - Parameter elements: of each bin, rows that are no frauds, and frauds.
    init(_ elements: some Collection<UInt32>) {
        let elements = Array(elements)
        legitimate = stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
        fraud = stride(from: 1, to: elements.count, by: 2).map { elements[$0] }
    }

    /// What three parties' shares of a member's histogram come to: nil where not each has the bytes of so many bins.
    ///
    /// - Parameter shares: as `HistogramShare.encoded`, one a party.
    package init?(adding shares: [[UInt8]], bins: Int) {
        guard shares.count == 3, shares.allSatisfy({ $0.count == HistogramShare.bytes(bins: bins) }) else {
            return nil
        }
        self.init(
            stride(from: 0, to: HistogramShare.bytes(bins: bins), by: 4).map { at in
                shares.reduce(0 as UInt32) { $0 &+ UInt32(bigEndianBytes: $1[at..<at + 4]) }
            })
    }

    /// Rows of both classes.
    package var rows: Int { (legitimate + fraud).reduce(0) { $0 + Int($1) } }
    package var frauds: Int { fraud.reduce(0) { $0 + Int($1) } }
}

/// One party's additive share of a member's own histogram, which goes to that member alone. Never printed.
package struct HistogramShare: Sendable, Unprinted {
    /// Of each bin, rows that are no frauds, and frauds.
    private let elements: [UInt32]

    init(_ elements: some Collection<UInt32>) { self.elements = Array(elements) }

    package static func bytes(bins: Int) -> Int { 8 * bins }

    /// For the member's box: of each bin, rows that are no frauds (4), and frauds (4), big-endian.
    package var encoded: [UInt8] { elements.flatMap(\.bigEndianBytes) }

    package var description: String { "HistogramShare(\(elements.count / 2) bins)" }
}

/// What a validation ends with at one party.
package struct ValidatedScores: Sendable {
    package struct Model: Sendable {
        /// Of all members' rows: what the parties opened.
        package let histogram: ClassHistogram
        /// This party's shares of each member's own, in the order of the plan's members.
        package let members: [HistogramShare]
    }

    /// Of the window, opened.
    package let frauds: Int
    /// In the order of the plan's.
    package let models: [Model]
}
