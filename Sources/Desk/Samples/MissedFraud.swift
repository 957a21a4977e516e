package import Records

/// What became of the samples that were drawn with one chance.
package struct SampleGroup: Hashable, Sendable {
    package var sample: Sample
    package var drawn: Int
    /// Those that a verdict says fraud or legitimate of.
    package var settled: Int
    /// Amounts of those that are frauds.
    package var frauds: [MinorUnits]
    /// The largest amount of those that are settled.
    package var largest: MinorUnits

    package init(_ sample: Sample, drawn: Int, settled: Int, frauds: [MinorUnits], largest: MinorUnits) {
        self.sample = sample
        self.drawn = drawn
        self.settled = settled
        self.frauds = frauds
        self.largest = largest
    }
}

/// How much fraud is among the payments of a stratum, by its samples.
///
/// Each sample stands for one over its chance (Horvitz and Thompson 1952), so the estimate is right on average whatever payments
/// there are, and whatever shares samples were drawn with over time. Samples without a verdict that says fraud or legitimate are
/// taken to be as those with one; `settled` beside `drawn` says how much rests on that.
package struct MissedFraud: Hashable, Sendable {
    package var drawn = 0
    package var settled = 0
    package var frauds = 0
    /// Payments that the samples stand for.
    package var payments = 0.0
    /// Frauds among them, and their amounts in hundredths of the consortium's currency; nil before a sample is settled.
    package var count: Estimate?
    package var value: Estimate?

    /// A figure with the interval that holds the truth in 95 of 100 cases, by gamma distributions (Fay and Feuer 1997): also where
    /// no fraud was found it says how many there may be. Where most of the payments are drawn, it is wider than need be.
    package struct Estimate: Hashable, Sendable {
        package var estimate: Double
        package var low: Double
        package var high: Double
    }

    /// - Parameter groups: of one stratum.
    package init(_ groups: [SampleGroup]) {
        drawn = groups.reduce(0) { $0 + $1.drawn }
        settled = groups.reduce(0) { $0 + $1.settled }
        frauds = groups.reduce(0) { $0 + $1.frauds.count }
        payments = groups.reduce(0) { $0 + $1.sample.weight * Double($1.drawn) }
        let known = groups.reduce(0) { $0 + $1.sample.weight * Double($1.settled) }
        guard known > 0 else { return }
        // Of a group that nothing is settled of the others speak.
        let rest = payments / known
        let settledGroups = groups.filter { $0.settled > 0 }
        count = Self.interval(
            groups.flatMap { group in group.frauds.map { _ in rest * group.sample.weight } },
            largest: settledGroups.map { rest * $0.sample.weight }.max() ?? 0)
        value = Self.interval(
            groups.flatMap { group in group.frauds.map { rest * group.sample.weight * Double($0.value) } },
            largest: settledGroups.map { rest * $0.sample.weight * Double($0.largest.value) }.max() ?? 0)
    }

    /// - Parameters:
    ///   - weights: of each that was found.
    ///   - largest: that one which was not found might have.
    private static func interval(_ weights: [Double], largest: Double) -> Estimate {
        let (sum, square) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
        let low = square > 0 ? bound(sum, square, 0.025) : 0
        let high = largest > 0 ? bound(sum + largest, square + largest * largest, 0.975) : 0
        return Estimate(estimate: sum, low: low, high: max(high, sum))
    }

    /// The quantile of the gamma distribution with this mean and variance.
    private static func bound(_ mean: Double, _ variance: Double, _ part: Double) -> Double {
        variance / mean * GammaDistribution.quantile(shape: mean * mean / variance, part)
    }
}
