/// The public table of reciprocals that leaves are made by, in units of 2^-s.
package struct LeafTable: Sendable, Hashable {
    /// T[n] = η · 2^s / (n + λ), rounded to the nearest, a half up; n = 0 to N. It descends, from 2^24 at most.
    package let reciprocals: [UInt32]
    /// s.
    package let tableBits: Int

    /// - Parameter rows: N, at least 0.
    package init(rows: Int, rule: TrainingRule) {
        self.init(rows: rows, rate: rule.rate, prior: rule.prior, tableBits: rule.tableBits)
    }

    /// - Parameters:
    ///   - rows: N, at least 0.
    ///   - rate: η.
    ///   - prior: λ, at least 1.
    ///   - tableBits: s.
    init(rows: Int, rate: Millionths, prior: Int, tableBits: Int) {
        let numerator = rate.count << tableBits
        reciprocals = (0...rows).map { count in
            let denominator = Millionths.one * (count + prior)
            return UInt32((2 * numerator + denominator) / (2 * denominator))
        }
        self.tableBits = tableBits
    }

    /// A leaf's value in units of 2^-f: ⌊(sum · T[rows] + 2^(s−1)) / 2^s⌋, which is to the nearest, a half up.
    ///
    /// - Parameters:
    ///   - sum: of the residuals of the leaf's rows, within ±2^30 (`TrainingBounds`).
    ///   - rows: n, within the table.
    package func leaf(sum: Int, rows: Int) -> Int {
        (sum * Int(reciprocals[rows]) + 1 << (tableBits - 1)) >> tableBits
    }

    /// Bits that every reciprocal fits, at least 1.
    package var width: Int { max(1, UInt32.bitWidth - (reciprocals.first ?? 0).leadingZeroBitCount) }
}
