package import Records

/// How many legitimate transactions and how many frauds score within each of some public ranges: what three parties open of a
/// window's scores, and all that figures of a model which nobody can read are made of.
///
/// At the thresholds themselves recall and precision are exact. What lies within one bin has no order, so that figures over all
/// thresholds are bounded, not exact (`Binned`). Who scored is not in it: figures by card (`cardPrecision`) need each card's
/// highest score of a day, which only the card's own member has.
package struct ScoreHistogram: Sendable, Hashable {
    /// Scores are whole numbers of 2^-fractionBits, 0 to 30.
    package let fractionBits: Int
    /// 1 to `mostThresholds`, ascending strictly, in units of 2^-fractionBits. Bin 0 is below the first; bin i begins at
    /// threshold i - 1, and the last has no end.
    package let thresholds: [Int64]
    /// Legitimate transactions a bin, one bin more than thresholds.
    package let legitimate: [Int]
    /// Frauds a bin.
    package let frauds: [Int]

    /// As many thresholds as a calibration may have steps.
    package static let mostThresholds = 1024
    /// Scores fit 32 bits, and so do thresholds.
    private static let range = Int64(Int32.min) + 1...Int64(Int32.max)
    /// Products of both classes fit 63 bits.
    private static let mostRows = 1 << 31

    /// Why counts are no histogram, in the order in which it is checked.
    package enum Invalid: Error, Sendable, Hashable {
        /// Not 0 to 30.
        case fractionBits
        /// None, too many, not ascending, or beyond 32 bits.
        case thresholds
        /// Not one bin more than thresholds.
        case bins
        /// A negative count, or 2^31 transactions or more.
        case counts
        /// Two histograms with other thresholds or another scale can't be added or compared bin by bin.
        case otherThresholds
    }

    /// Takes counts that are checked.
    package init(fractionBits: Int, thresholds: [Int64], legitimate: [Int], frauds: [Int]) throws(Invalid) {
        guard (0...30).contains(fractionBits) else { throw .fractionBits }
        guard (1...Self.mostThresholds).contains(thresholds.count), thresholds.allSatisfy(Self.range.contains),
            zip(thresholds, thresholds.dropFirst()).allSatisfy(<)
        else { throw .thresholds }
        guard legitimate.count == thresholds.count + 1, frauds.count == legitimate.count else { throw .bins }
        var rows = 0
        for count in legitimate + frauds {
            guard count >= 0, count < Self.mostRows - rows else { throw .counts }
            rows += count
        }
        self.init(unchecked: fractionBits, thresholds, legitimate, frauds)
    }

    /// Counts scores that are known in the clear.
    ///
    /// - Parameter rows: scores in units of 2^-fractionBits, and what the transactions turned out to be.
    package init(
        fractionBits: Int, thresholds: [Int64], counting rows: some Sequence<(score: Int64, fraud: Bool)>
    ) throws(Invalid) {
        var legitimate = [Int](repeating: 0, count: thresholds.count + 1)
        var frauds = legitimate
        for (score, fraud) in rows {
            let bin = Self.bin(of: score, thresholds)
            if fraud { frauds[bin] += 1 } else { legitimate[bin] += 1 }
        }
        try self.init(fractionBits: fractionBits, thresholds: thresholds, legitimate: legitimate, frauds: frauds)
    }

    /// Counts that are of these thresholds and no more than a checked histogram's.
    init(unchecked fractionBits: Int, _ thresholds: [Int64], _ legitimate: [Int], _ frauds: [Int]) {
        (self.fractionBits, self.thresholds) = (fractionBits, thresholds)
        (self.legitimate, self.frauds) = (legitimate, frauds)
    }

    /// How many thresholds are at or below the score.
    private static func bin(of score: Int64, _ thresholds: [Int64]) -> Int {
        var (low, high) = (0, thresholds.count)
        while low < high {
            let middle = (low + high) / 2
            if thresholds[middle] <= score { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The transactions of both.
    package static func + (left: Self, right: Self) throws(Invalid) -> Self {
        guard left.hasThresholds(of: right) else { throw .otherThresholds }
        func sum(_ one: [Int], _ other: [Int]) -> [Int] { zip(one, other).map { $0 + $1 } }
        return try Self(
            fractionBits: left.fractionBits, thresholds: left.thresholds,
            legitimate: sum(left.legitimate, right.legitimate), frauds: sum(left.frauds, right.frauds))
    }

    /// Whether bins are the same.
    package func hasThresholds(of other: Self) -> Bool {
        fractionBits == other.fractionBits && thresholds == other.thresholds
    }
}

extension ScoreHistogram {
    package var bins: Int { legitimate.count }
    package var legitimateRows: Int { legitimate.reduce(0, +) }
    package var fraudRows: Int { frauds.reduce(0, +) }
    package var rows: Int { legitimateRows + fraudRows }

    /// Both classes a bin.
    package var counts: [Int] { zip(legitimate, frauds).map { $0 + $1 } }

    /// Binds scale, thresholds and counts: what a bootstrap draws by.
    package var digest: Digest32 {
        let numbers =
            [Int64(fractionBits), Int64(thresholds.count)] + thresholds + (legitimate + frauds).map { Int64($0) }
        return Digest32(of: [Array("cordon/score-histogram/v1".utf8), numbers.flatMap(\.bigEndianBytes)])
    }
}

extension ScoreHistogram {
    /// Thresholds for scores that are about probabilities, as forests of squared loss have them: at squares, ⌊2^fractionBits (10
    /// k / 9 count)²⌋ for k from 1 to count, those that are equal once. Most transactions score near 0, so bins are narrow there;
    /// the last threshold is at 1.23, above most frauds.
    ///
    /// They hang on no data. With 63, average precision lies within 0.002 of that of all scores (docs/EVALUATION.md).
    ///
    /// - Parameters:
    ///   - fractionBits: 0 to 30.
    ///   - count: 1 to `mostThresholds`.
    package static func squareThresholds(fractionBits: Int, count: Int = 63) -> [Int64] {
        var thresholds: [Int64] = []
        for k in 1...count {
            let (part, whole) = (100 * Int64(k) * Int64(k), 81 * Int64(count) * Int64(count))
            let threshold = (part << Int64(fractionBits)) / whole
            if threshold != thresholds.last { thresholds.append(threshold) }
        }
        return thresholds
    }
}

extension ScoreHistogram.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fractionBits: "its scale is not 0 to 30 fraction bits"
        case .thresholds:
            "its thresholds are none, more than \(ScoreHistogram.mostThresholds), don't ascend, or are no numbers of 32 bits"
        case .bins: "it has not one bin more than thresholds"
        case .counts: "a count is negative, or there are 2^31 transactions or more"
        case .otherThresholds: "two histograms have other thresholds"
        }
    }
}
