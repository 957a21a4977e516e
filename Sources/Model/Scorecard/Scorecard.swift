/// An additive model beside a forest: points for every bin of every feature. The sum of a row's points comes close to its score, so
/// a feature's points say what it added: what reason codes are made of.
package struct Scorecard: Sendable, Hashable {
    /// By feature and bin, in units of 2^-fractionBits; a feature without bits has one bin.
    package let points: [[Int32]]
    /// The scale of the points, that of the forest's scores.
    package let fractionBits: Int

    package init(points: [[Int32]], fractionBits: Int) {
        self.points = points
        self.fractionBits = fractionBits
    }

    /// Whether there is one point a bin of features with so many edges, in units of a forest's scores.
    func fits(_ edges: [Int], fractionBits: Int) -> Bool {
        points.map(\.count) == edges.map { $0 + 1 } && fractionBits == self.fractionBits
    }

    /// The part of the variance of rows' scores that the sums of their points explain (r²): 1 where they are the scores but for a
    /// constant, and where all scores are equal.
    ///
    /// - Parameter rows: the score of each row, in the card's units, and its bins, one a feature.
    package func explained(of rows: some Sequence<(score: Int64, bins: [UInt8])>) -> Double {
        var (scores, rest) = ([Double](), [Double]())
        for row in rows {
            scores.append(Double(row.score))
            rest.append(Double(row.score - contributions(row.bins).reduce(0) { $0 + Int64($1) }))
        }
        let whole = Self.variance(scores)
        return whole > 0 ? 1 - Self.variance(rest) / whole : 1
    }

    private static func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }

    /// What each feature adds to a row's score, in units of 2^-fractionBits.
    ///
    /// - Parameter bins: of the row, one a feature.
    package func contributions(_ bins: some Collection<UInt8>) -> [Int32] { zip(points, bins).map { $0[Int($1)] } }
}
