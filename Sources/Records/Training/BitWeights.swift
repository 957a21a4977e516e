/// The constants of one thermometer bit in a condition's score, in units of 2^-t: with q its frequency held within
/// the rule's clip, 1 and q over the bit's standard deviation √(q (1 − q)).
///
/// A candidate scores Σ (A · G₁ − C · G)² over a level's nodes, where G is the sum of a node's residuals and G₁ of those
/// where the bit is set: the squared covariance of residual and bit over the bit's variance.
package struct BitWeights: Sendable, Hashable {
    /// A = 2^t / √(q (1 − q)), rounded to the nearest, a half up.
    package let ones: Int
    /// C = A · q, rounded likewise.
    package let all: Int

    /// Exact: a root of whole numbers is taken, and nothing in floating point.
    package init(frequency: Millionths, rule: TrainingRule) {
        let one = UInt64(Millionths.one)
        let clip = UInt64(rule.clip.count)
        let q = min(max(UInt64(frequency.count), clip), one - clip)
        // ⌊2A⌋ is the root of ⌊4 A²⌋, and ⌊A + 1/2⌋ is half of ⌊2A⌋ + 1. At most 2^18 × 10^12 < 2^58.
        let doubled = UInt64(squareRoot(UInt128((1 << UInt64(2 * rule.weightBits + 2)) * one * one / (q * (one - q)))))
        let ones = (doubled + 1) / 2
        self.ones = Int(ones)
        all = Int((2 * ones * q + one) / (2 * one))
    }

    /// A candidate's part of one node, whose square counts: `A · ones − C · all`.
    ///
    /// - Parameters:
    ///   - ones: G₁, the sum of residuals of the node's rows where the bit is set.
    ///   - all: G, the sum over all of the node's rows.
    package func covariance(ones: Int, all: Int) -> Int { self.ones * ones - self.all * all }
}

extension TrainingRule {
    /// The weights of all thermometer bits, one a frequency.
    package func weights(_ frequencies: BitFrequencies) -> [BitWeights] {
        frequencies.bits.map { BitWeights(frequency: $0, rule: self) }
    }
}

/// ⌊√value⌋, a digit at a time.
func squareRoot(_ value: UInt128) -> UInt128 {
    var rest = value
    var root: UInt128 = 0
    var digit =
        UInt128(1) << UInt128((UInt128.bitWidth - 1 - min(value.leadingZeroBitCount, UInt128.bitWidth - 1)) & ~1)
    while digit > 0 {
        if rest >= root + digit {
            rest -= root + digit
            root = root >> 1 + digit
        } else {
            root >>= 1
        }
        digit >>= 2
    }
    return root
}
