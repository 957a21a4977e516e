/// What the values of a training can at most be, from public numbers alone: rows, frauds, the rule and the bits' weights.
/// Checked before the first message, so that nothing ever leaves its ring.
///
/// Where no step of a group overshoots, the sum of squared residuals never grows: a leaf takes a part α of its rows' mean
/// away, and a group of trees lowers residuals by Σ α P with projections P on leaves' means, which no vector outgrows
/// while Σ α is at most 2. Rounding at most doubles α, as ⌊z + 1/2⌋ is between 0 and 2z. The rest is Cauchy-Schwarz.
///
/// A leaf's sum times its reciprocal needs no check: sums are below 2^30, and reciprocals at most 2^24 by the rule's ranges.
package struct TrainingBounds: Sendable, Hashable {
    /// The largest sum of residuals over any rows, in units of 2^-f, below 2^30: √N · ‖R‖, rounded up.
    package let sum: Int
    /// The largest score of a candidate, below 2^62.
    package let score: Int
    /// Bits that every number of rows fits: N < 2^d, at most 24.
    package let countBits: Int

    /// Which bound does not hold.
    package enum Exceeded: Error, Sendable, Hashable {
        /// There are not 1 to 2^24 - 1 rows, or more frauds than rows.
        case rows
        /// A group's trees together take more than twice of what is there, so residuals could grow.
        case step
        /// Sums of residuals could leave ±2^30.
        case sums
        /// A candidate's score could reach 2^62.
        case scores
        /// Sums of what a scorecard leaves could leave ±2^30.
        case card
    }

    /// - Parameters:
    ///   - rows: N.
    ///   - frauds: F.
    ///   - weights: of all thermometer bits.
    /// - Throws: the first bound that does not hold, in the order of the cases.
    package init(rows: Int, frauds: Int, rule: TrainingRule, weights: [BitWeights]) throws(Exceeded) {
        guard (1..<1 << 24).contains(rows), (0...rows).contains(frauds) else { throw .rows }
        countBits = Int.bitWidth - rows.leadingZeroBitCount
        let table = LeafTable(rows: rows, rule: rule)
        let step = rule.group * (table.reciprocals.indices.map { $0 * Int(table.reciprocals[$0]) }.max() ?? 0)
        guard step <= 2 << rule.tableBits else { throw .step }
        let base = rule.base(rows: rows, frauds: frauds)
        let squares =
            UInt128(frauds) * UInt128((rule.one - base) * (rule.one - base)) + UInt128(rows - frauds)
            * UInt128(base * base)
        // Where rounded steps can overshoot, each tree may add half a unit to each row.
        let drift = step <= 1 << rule.tableBits ? 0 : (rule.trees * rows + 1) / 2
        let sum = Self.rootAbove(UInt128(rows) * squares) + UInt128(drift)
        guard sum < 1 << 30 else { throw .sums }
        self.sum = Int(sum)
        // Σ (A x − C)² over rows: κ 4^t N by the plan's word, or what one row can at most come to by proof.
        let worst = weights.map { UInt128(max($0.all, $0.ones - $0.all)) }.max() ?? 0
        let score = sum * sum * min(UInt128(rule.spread) << UInt128(2 * rule.weightBits), worst * worst)
        guard score < 1 << 62 else { throw .scores }
        self.score = Int(score)
    }

    /// Whether scores of a forest are certain to fit 16 bits: the sum of trees' largest leaves is at most
    /// √(trees · Σ leaf²), which has to be below 2^15.
    ///
    /// - Parameter squares: Σ leaf² over all trees, those of the first with the forest's constant.
    package static func fitsSixteenBits(trees: Int, squares: UInt64) -> Bool {
        UInt128(trees) * UInt128(squares) < 1 << 30
    }

    private static func rootAbove(_ value: UInt128) -> UInt128 {
        let root = squareRoot(value)
        return root * root == value ? root : root + 1
    }
}

extension TrainingBounds.Exceeded: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rows: "training takes 1 to 16,777,215 rows, and no more frauds than rows: take part of the rows"
        case .step: "a group's trees overshoot together: lower the rate, or the trees of a group"
        case .sums: "sums of residuals could leave 31 bits: lower the fraction bits, or take fewer rows"
        case .scores: "candidates' scores could leave 63 bits: lower the weight bits, then the fraction bits"
        case .card: "sums of what a scorecard leaves could leave 31 bits: lower the fraction bits, or take fewer rows"
        }
    }
}
