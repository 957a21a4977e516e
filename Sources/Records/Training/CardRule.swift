/// The rule by which a scorecard is fitted to a forest's scores so that three parties can follow it on shares: points for every bin
/// of every feature, whose sum over a row's bins comes close to the row's score (docs/TRAINING.md).
///
/// Additive models are usually fitted one feature after the other (backfitting; Buja, Hastie and Tibshirani 1989), which on shares
/// costs a dozen rounds a feature. Here every pass moves all features at once, and goes on half as far as it went before (heavy
/// ball; Polyak 1964). A feature's step is its bins' mean rest, drawn towards zero: a symmetric operator between 0 and 1, so that
/// of F features together lies between 0 and F. With momentum 1/2 a rate below 3 / F converges whatever the features have in
/// common.
package struct CardRule: Sendable, Hashable {
    /// Thermometer bits of each feature, in order; a feature of k bits has k + 1 bins.
    package let features: [Int]
    /// Passes over all features: 1 to 20.
    package let passes: Int
    /// The part of a bin's mean rest that a pass takes: 2.8 / F, at most 1.
    package let rate: Millionths

    /// Passes where nothing else is said: on the handbook's week of 66,906 rows they explain 0.947 of the variance of scores.
    package static let standardPasses = 10

    /// Nil for no feature with a bit, for a negative number of bits, or other than 1 to 20 passes.
    package init?(features: [Int], passes: Int = standardPasses) {
        let counted = features.count { $0 > 0 }
        guard counted > 0, features.allSatisfy({ $0 >= 0 }), (1...20).contains(passes),
            let rate = Millionths(part: min(28, 10 * counted), of: 10 * counted)
        else { return nil }
        self.features = features
        self.passes = passes
        self.rate = rate
    }

    /// Thermometer bits of a row.
    package var bits: Int { features.reduce(0, +) }

    /// Bins of all features that have a bit: as many as the card has points.
    package var bins: Int { Self.bins(of: features) }

    /// Bins of features of so many thermometer bits, those without a bit not counted.
    package static func bins(of features: [Int]) -> Int { features.reduce(0) { $1 > 0 ? $0 + $1 + 1 : $0 } }

    /// What bins hold, from what thermometer bits hold: bin j has what bit j - 1 has and bit j lacks.
    ///
    /// - Parameters:
    ///   - ones: one a thermometer bit.
    ///   - all: what all bins of a feature hold together.
    /// - Returns: by feature and bin; differences wrap.
    package func held<Number: FixedWidthInteger>(byBits ones: [Number], all: Number) -> [Number] {
        var (first, out) = (0, [Number]())
        for bits in features where bits > 0 {
            let held = [all] + ones[first..<first + bits] + [0]
            out += (0...bits).map { held[$0] &- held[$0 + 1] }
            first += bits
        }
        return out
    }

    /// The points of each feature's first bin, of points by feature and bin. A row has them, and of each thermometer bit that is
    /// set what `rises` has.
    package static func firsts<Number>(_ points: [Number], features: [Int]) -> [Number] {
        var at = 0
        return features.filter { $0 > 0 }.map { bits in
            defer { at += bits + 1 }
            return points[at]
        }
    }

    /// How many more points the bin above each thermometer bit has than the one below; differences wrap.
    package static func rises<Number: FixedWidthInteger>(_ points: [Number], features: [Int]) -> [Number] {
        var (at, out) = (0, [Number]())
        for bits in features where bits > 0 {
            out += (at..<at + bits).map { points[$0 + 1] &- points[$0] }
            at += bits + 1
        }
        return out
    }

    /// The reciprocals of bins' rows, with the training's prior and table bits.
    package func table(rows: Int, rule: TrainingRule) -> LeafTable {
        LeafTable(rows: rows, rate: rate, prior: rule.prior, tableBits: rule.tableBits)
    }

    /// What a pass adds to a bin's points: ⌊(sum · T[rows] + last · 2^(s−1) + 2^(s−1)) / 2^s⌋, its part of the bin's mean rest and
    /// half of what the pass before added.
    ///
    /// - Parameters:
    ///   - sum: of the rest over the bin's rows, within ±2^30.
    ///   - last: what the pass before added; 0 at first.
    package static func step(sum: Int, rows: Int, last: Int, table: LeafTable) -> Int {
        (sum * Int(table.reciprocals[rows]) + (last + 1) << (table.tableBits - 1)) >> table.tableBits
    }

    /// Whether no sum of a rest can leave ±2^30.
    ///
    /// A row's rest begins as what the forest learnt, R − R', of which neither part outgrows R (`TrainingBounds.sum`). Passes are a
    /// polynomial of a symmetric operator whose values stay below 2 in magnitude between 0 and 2.8, and rounding adds to it less
    /// than two units a feature and pass.
    package func fits(_ bounds: TrainingBounds, rows: Int) -> Bool {
        4 * bounds.sum + rows * features.count * passes * 2 < 1 << 30
    }

    /// Bytes for the digest of a training plan: a mark, passes, the number of features and the bits of each, four bytes each,
    /// big-endian.
    package var encoded: [UInt8] {
        Array("cordon/train/card/v1".utf8)
            + ([passes, features.count] + features).flatMap { UInt32($0).bigEndianBytes }
    }
}
