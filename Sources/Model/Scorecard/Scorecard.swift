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

    /// What each feature adds to a row's score, in units of 2^-fractionBits.
    ///
    /// - Parameter bins: of the row, one a feature.
    package func contributions(_ bins: some Collection<UInt8>) -> [Int32] { zip(points, bins).map { $0[Int($1)] } }
}
