import Foundation

/// How far a histogram is from an earlier one: the population stability index, Σ (p - q) ln (p / q) over bins with the parts p
/// and q of both (Siddiqi, "Credit Risk Scorecards", 2006; the symmetric divergence of Jeffreys 1946).
///
/// By common usage below 0.1 nothing has changed, and from 0.25 on much. Small windows come to that by chance: where nothing has
/// changed, the index over 1/n + 1/m is about chi-squared with a degree of freedom less than bins (Yurdakul and Naranjo,
/// "Statistical Properties of the Population Stability Index", 2020).
package struct StabilityIndex: Sendable, Hashable {
    package let value: Double
    /// Bins that it was taken over: neighbours that have few transactions are one.
    package let bins: Int
    /// Transactions of the earlier histogram.
    package let reference: Int
    /// Transactions of the later one.
    package let current: Int

    /// Compares two histograms of equal bins.
    ///
    /// Bins are joined from the last down until each could be expected to have `leastCount` of both windows, were they alike; so
    /// what only one of them has counts fully. Half a transaction a bin is added, so that an empty one has a logarithm.
    ///
    /// - Parameters:
    ///   - reference: transactions a bin, none negative.
    ///   - current: as many bins.
    ///   - leastCount: 1 or more.
    /// - Returns: nil where bins differ in number, a count is negative, or fewer than two bins are left.
    package init?(reference: [Int], current: [Int], leastCount: Int = 20) {
        guard reference.count == current.count, (reference + current).allSatisfy({ (0..<1 << 40).contains($0) }) else {
            return nil
        }
        let (n, m) = (reference.reduce(0, +), current.reduce(0, +))
        guard n > 0, m > 0 else { return nil }
        let share = Double(min(n, m)) / Double(n + m)
        var joined: [(reference: Int, current: Int)] = []
        var isOpen = false
        for bin in reference.indices.reversed() {
            if isOpen {
                joined[joined.count - 1].reference += reference[bin]
                joined[joined.count - 1].current += current[bin]
            } else {
                joined.append((reference[bin], current[bin]))
            }
            let last = joined[joined.count - 1]
            isOpen = Double(last.reference + last.current) * share < Double(leastCount)
        }
        // What is left over belongs to the bin above it.
        if isOpen, joined.count > 1 {
            let last = joined.removeLast()
            joined[joined.count - 1].reference += last.reference
            joined[joined.count - 1].current += last.current
        }
        guard joined.count > 1 else { return nil }
        let added = 0.5 * Double(joined.count)
        value = joined.reduce(0) { sum, bin in
            let p = (Double(bin.current) + 0.5) / (Double(m) + added)
            let q = (Double(bin.reference) + 0.5) / (Double(n) + added)
            return sum + (p - q) * log(p / q)
        }
        (bins, self.reference, self.current) = (joined.count, n, m)
    }

    /// What the index comes to on average where nothing has changed: (bins - 1) (1/n + 1/m).
    package var noise: Double { Double(bins - 1) * scale }

    /// What it passes with this probability where nothing has changed.
    ///
    /// - Parameter probability: above 0 and below 1.
    package func level(ofChance probability: Double) -> Double {
        chiSquaredQuantile(1 - probability, degrees: bins - 1) * scale
    }

    private var scale: Double { 1 / Double(reference) + 1 / Double(current) }

    /// Transactions a bin of a feature, of the sums of its thermometer bits: each bit says how many are at or above one of its
    /// edges.
    ///
    /// - Returns: a bin more than bits; nil where a sum is more than the one before it, or than there are rows.
    package static func counts(ofThermometer sums: [Int], rows: Int) -> [Int]? {
        let all = [rows] + sums + [0]
        let counts = zip(all, all.dropFirst()).map { $0 - $1 }
        return counts.allSatisfy { $0 >= 0 } ? counts : nil
    }
}
