/// Which days a comparison of members with their consortium trains on, measures, and learns from how to set a member's own score
/// beside the consortium's. Days are numbered as `EventTime.dayNumber` does.
package struct UpliftPlan: Sendable, Hashable {
    /// Days that all models learn from.
    package let train: ClosedRange<Int>
    /// Days that are compared.
    package let test: ClosedRange<Int>
    /// Customers are left out of the comparison whose fraud is known: one of these days, or a later one whose outcome is known by
    /// then (`KnownDefrauded`).
    package let known: ClosedRange<Int>
    /// Days between a transaction and its confirmed outcome.
    package static let labelDelay = 7
    /// How far back blends are learnt: a label's delay and the week before it.
    private static let back = labelDelay + 7

    /// - Parameters:
    ///   - test: days after the training days.
    ///   - knownFrom: the first day whose frauds count as known; that of the training days where it is nil. The same day for
    ///     training spans of several lengths has them compared on the same transactions.
    ///   - leavesOutKnown: false compares all customers.
    /// - Returns: nil where the test days don't follow the training days, or these end before `knownFrom`.
    package init?(train: ClosedRange<Int>, test: ClosedRange<Int>, knownFrom: Int? = nil, leavesOutKnown: Bool = true) {
        let knownFrom = knownFrom ?? train.lowerBound
        guard train.upperBound < test.lowerBound, knownFrom <= train.upperBound else { return nil }
        self.train = train
        self.test = test
        // No fraud comes so late.
        known = leavesOutKnown ? knownFrom...train.upperBound : .max ... .max
    }

    /// The newest week whose outcomes are known when the test begins: blends are learnt from it.
    package var blend: ClosedRange<Int> { test.lowerBound - Self.back...test.lowerBound - Self.labelDelay - 1 }

    /// Days that the models in force in that week had learnt from: as many as `train`, and as long before it as those are before
    /// the test.
    package var trainBefore: ClosedRange<Int> { train.lowerBound - Self.back...train.upperBound - Self.back }
}
