import Foundation

/// A figure of a histogram, and between what it lies whatever the order of scores within a bin is.
package struct Binned: Sendable, Hashable, Codable {
    /// The figure where all orders within a bin are alike likely.
    package var value: Double
    /// The figure where every bin has its legitimate transactions above its frauds.
    package var least: Double
    /// The figure where every bin has its frauds above its legitimate transactions.
    package var most: Double

    package init(value: Double, least: Double, most: Double) {
        self.value = value
        self.least = least
        self.most = most
    }

    /// All of it divided by a number above nothing.
    static func / (figure: Binned, divisor: Double) -> Binned {
        Binned(value: figure.value / divisor, least: figure.least / divisor, most: figure.most / divisor)
    }
}

extension ScoreHistogram {
    /// Area under the receiver operating characteristic, ties within a bin counting half (`rocAUC` of scores that are rounded to
    /// bins); nil where a class is missing.
    package var auc: Binned? {
        let (legitimate, frauds) = (legitimateRows, fraudRows)
        guard legitimate > 0, frauds > 0 else { return nil }
        var (right, tied, fraudsAbove) = (0, 0, 0)
        for bin in (0..<bins).reversed() {
            right += self.legitimate[bin] * fraudsAbove
            tied += self.legitimate[bin] * self.frauds[bin]
            fraudsAbove += self.frauds[bin]
        }
        return Binned(value: Double(right) + Double(tied) / 2, least: Double(right), most: Double(right + tied))
            / (Double(legitimate) * Double(frauds))
    }

    /// Average precision; nil without a fraud.
    ///
    /// Its value is the mean over all orders within bins, in closed form (McSherry and Najork, "Computing Information Retrieval
    /// Performance Measures Efficiently in the Presence of Tied Scores", 2008). Scores that are rounded to bins have less by
    /// `averagePrecision`, which looks at a whole tie at once.
    package var averagePrecision: Binned? {
        let all = fraudRows
        guard all > 0 else { return nil }
        var sum = Binned(value: 0, least: 0, most: 0)
        var (rows, found) = (0, 0)
        for bin in (0..<bins).reversed() {
            let (legitimate, frauds) = (self.legitimate[bin], self.frauds[bin])
            if frauds > 0 {
                let count = legitimate + frauds
                let (above, foundAbove) = (Double(rows), Double(found))
                // The k-th row of the bin is a fraud with probability frauds / count; then about slope (k - 1) of the k - 1 rows
                // above it are frauds, too. So the sum over k of (found + 1 + slope (k - 1)) / (rows + k).
                let slope = count > 1 ? Double(frauds - 1) / Double(count - 1) : 0
                let constant = foundAbove + 1 - slope - slope * above
                sum.value +=
                    Double(frauds) / Double(count)
                    * (slope * Double(count) + constant * reciprocals(after: rows, to: rows + count))
                sum.most += Double(frauds) + (foundAbove - above) * reciprocals(after: rows, to: rows + frauds)
                sum.least +=
                    Double(frauds)
                    + (foundAbove - above - Double(legitimate))
                    * reciprocals(after: rows + legitimate, to: rows + count)
            }
            rows += legitimate + frauds
            found += frauds
        }
        return sum / Double(all)
    }

    /// Recall and precision where all scores from a threshold on are flagged: exact. The highest threshold comes first; those
    /// above which nothing scores are left out, and the last point flags everything.
    package var precisionRecall: [(recall: Double, precision: Double)] {
        let all = Double(fraudRows)
        guard all > 0 else { return [] }
        var (rows, found) = (0, 0)
        var points: [(recall: Double, precision: Double)] = []
        for bin in (0..<bins).reversed() {
            rows += legitimate[bin] + frauds[bin]
            found += frauds[bin]
            if rows > 0 { points.append((Double(found) / all, Double(found) / Double(rows))) }
        }
        return points
    }

    /// Precision where so many transactions with the highest scores are flagged that this part of frauds is among them: exact at
    /// thresholds, and between two of them as if both classes came evenly (Davis and Goadrich, "The Relationship Between
    /// Precision-Recall and ROC Curves", 2006); nil without a fraud.
    ///
    /// - Parameter recall: above 0, at most 1.
    package func precision(atRecall recall: Double) -> Double? {
        let wanted = recall * Double(fraudRows)
        var (rows, found) = (0.0, 0.0)
        for bin in (0..<bins).reversed() {
            let (own, frauds) = (Double(legitimate[bin] + self.frauds[bin]), Double(self.frauds[bin]))
            if frauds > 0, found + frauds >= wanted { return wanted / (rows + own * (wanted - found) / frauds) }
            rows += own
            found += frauds
        }
        return nil
    }
}

/// 1 / (first + 1) + ... + 1 / last, to about 1e-14; nothing where `last` is not above `first`.
package func reciprocals(after first: Int, to last: Int) -> Double {
    // The difference of two harmonic numbers by Euler and Maclaurin, from where its remainder is below 1e-13.
    let direct = min(last, max(first, 64))
    var sum = 0.0
    for k in first..<max(first, direct) { sum += 1 / Double(k + 1) }
    guard last > direct else { return sum }
    func tail(_ n: Double) -> Double { 1 / (2 * n) - 1 / (12 * n * n) + 1 / (120 * n * n * n * n) }
    let (from, to) = (Double(direct), Double(last))
    return sum + log1p((to - from) / from) + tail(to) - tail(from)
}
