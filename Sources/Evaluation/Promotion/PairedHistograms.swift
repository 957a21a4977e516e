import Records

/// Scores of the same transactions by two models: the one in force and another.
package struct HistogramPair: Sendable, Hashable {
    package let champion: ScoreHistogram
    package let challenger: ScoreHistogram

    /// Why two histograms are not of the same transactions.
    package enum Invalid: Error, Sendable, Hashable {
        /// One has more frauds, or more legitimate transactions.
        case otherRows
    }

    /// - Parameter champion: thresholds and scale may be others than the challenger's.
    package init(champion: ScoreHistogram, challenger: ScoreHistogram) throws(Invalid) {
        guard champion.fraudRows == challenger.fraudRows, champion.legitimateRows == challenger.legitimateRows else {
            throw .otherRows
        }
        self.champion = champion
        self.challenger = challenger
    }
}

/// By how much a challenger is better than the champion, over one window or several.
///
/// Two models of one kind rank the same transactions much alike, and a difference between them is far surer than either figure. Two
/// histograms of one window can't tell how alike. Several windows can: leaving one out changes both models' figures together, and
/// what their difference then changes by is its uncertainty (the delete-one jackknife; Efron 1982). On the handbook's weeks,
/// taken day by day, 90 % are ±0.002 to ±0.006, where two figures that are taken for independent have ±0.04 (docs/EVALUATION.md).
package struct PairedHistograms: Sendable, Hashable {
    package let windows: [HistogramPair]
    /// All windows of the model in force.
    package let champion: ScoreHistogram
    /// All windows of the other.
    package let challenger: ScoreHistogram

    /// Windows with frauds from which on the difference's interval is theirs.
    package static let leastWindows = 5

    /// - Parameter windows: at least one; no transaction is in two, and each model has the same thresholds in all.
    /// - Throws: `otherThresholds` where it has not, `counts` where there are too many transactions or no window.
    package init(_ windows: [HistogramPair]) throws(ScoreHistogram.Invalid) {
        guard let first = windows.first else { throw .counts }
        var (champion, challenger) = (first.champion, first.challenger)
        for window in windows.dropFirst() {
            champion = try champion + window.champion
            challenger = try challenger + window.challenger
        }
        self.windows = windows
        self.champion = champion
        self.challenger = challenger
    }

    /// Rows of all windows that are frauds.
    package var frauds: Int { champion.fraudRows }

    /// What a difference's interval is made of.
    package enum Basis: Sendable, Hashable {
        /// So many windows with frauds, each left out once.
        case windows(Int)
        /// A bootstrap of each model by itself, as if its transactions were others than the other's: far too wide where models
        /// are alike, never too narrow by that.
        case independent
    }

    /// The challenger's average precision less the champion's, within its interval.
    package struct Gain: Sendable, Hashable {
        package var estimate: Estimate
        package var basis: Basis
    }

    /// The gain; nil without a fraud.
    ///
    /// - Parameter confidence: one-sided, 0.5 to below 1: with it the truth is above the low end, and with it below the high end.
    package func gain(confidence: Double) -> Gain? {
        guard let gain = Self.gain(champion, challenger) else { return nil }
        let parts = windows.filter { $0.champion.fraudRows > 0 }
        guard parts.count >= Self.leastWindows else {
            return Gain(estimate: independent(gain, confidence: confidence), basis: .independent)
        }
        let others = parts.compactMap { part in
            Self.gain(Self.difference(champion, part.champion), Self.difference(challenger, part.challenger))
        }
        let (count, mean) = (Double(others.count), others.reduce(0, +) / Double(others.count))
        let squares = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let half =
            studentQuantile(confidence, degrees: others.count - 1) * (squares * (count - 1) / count).squareRoot()
        return Gain(
            estimate: Estimate(value: gain, low: gain - max(0, half), high: gain + max(0, half)),
            basis: .windows(others.count))
    }

    private static func gain(_ champion: ScoreHistogram, _ challenger: ScoreHistogram) -> Double? {
        guard let champion = champion.averagePrecision, let challenger = challenger.averagePrecision else { return nil }
        return challenger.value - champion.value
    }

    /// The transactions of a sum without those of a part of it.
    private static func difference(_ all: ScoreHistogram, _ part: ScoreHistogram) -> ScoreHistogram {
        ScoreHistogram(
            unchecked: all.fractionBits, all.thresholds, zip(all.legitimate, part.legitimate).map { $0 - $1 },
            zip(all.frauds, part.frauds).map { $0 - $1 })
    }

    private func independent(_ gain: Double, confidence: Double) -> Estimate {
        // Two models of equal histograms draw other numbers, too.
        func replicates(_ histogram: ScoreHistogram, _ name: String) -> [Double?] {
            HistogramBootstrap(histogram, seed: Digest32(of: [Array(name.utf8), histogram.digest.bytes])).replicates
                .map { $0.averagePrecision?.value }
        }
        let differences = zip(replicates(champion, "champion"), replicates(challenger, "challenger")).compactMap {
            pair in pair.0.flatMap { champion in pair.1.map { $0 - champion } }
        }
        // Replicates are less on average than what they are drawn from, so a narrow interval may lie beside it.
        let found = interval(of: differences, around: gain, confidence: 2 * confidence - 1)
        return Estimate(value: gain, low: min(gain, found.low), high: max(gain, found.high))
    }
}

extension HistogramPair.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .otherRows: "two models' histograms are of other transactions: their counts of frauds or of others differ"
        }
    }
}
