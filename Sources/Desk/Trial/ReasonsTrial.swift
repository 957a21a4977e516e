import Records

/// A trial of whether reasons help: they are shown for half of the alerts, chosen by a digest of the alert's id that nobody at the
/// desk has a hand in, and what became of both halves is compared.
package enum ReasonsTrial {
    /// Whether an alert is of the half with reasons.
    package static func shows(_ item: ItemID) -> Bool {
        Digest32(of: [Array("cordon/desk/reasons-trial/v1".utf8), item.bytes]).bytes[0] & 1 == 0
    }

    /// What became of one alert.
    package struct Judged: Sendable, Hashable {
        package var item: ItemID
        /// From when somebody first took it to the verdict, in seconds.
        package var seconds: Double
        /// Whether the first verdict says what came to be known later; nil where nothing did, or the verdict says neither.
        package var agrees: Bool?

        package init(item: ItemID, seconds: Double, agrees: Bool?) {
            self.item = item
            self.seconds = seconds
            self.agrees = agrees
        }
    }

    /// One half.
    package struct Arm: Sendable, Hashable, Codable {
        package var judged: Int
        /// Median of the time to the verdict, in seconds; nil of none.
        package var medianSeconds: Double?
        /// Verdicts of which something came to be known later, and those that say so, too.
        package var known: Int
        package var agreed: Int

        init(_ judged: [Judged]) {
            self.judged = judged.count
            let times = judged.map(\.seconds).sorted()
            medianSeconds = times.isEmpty ? nil : (times[(times.count - 1) / 2] + times[times.count / 2]) / 2
            known = judged.count { $0.agrees != nil }
            agreed = judged.count { $0.agrees == true }
        }

        package var agreement: Double? { known > 0 ? Double(agreed) / Double(known) : nil }
    }

    /// Both halves, and what chance makes of such differences.
    package struct Report: Sendable, Hashable, Codable {
        package var with: Arm
        package var without: Arm
        /// How often chance alone parts two such samples of times further (Mann and Whitney 1947, two sides, by the normal
        /// distribution); nil below 20 in either.
        package var timeChance: Double?
        /// The same for agreement (two proportions, two sides); nil below 20 in either.
        package var agreementChance: Double?
    }

    package static func report(_ judged: [Judged]) -> Report {
        let (with, without) = (judged.filter { shows($0.item) }, judged.filter { !shows($0.item) })
        let (one, other) = (Arm(with), Arm(without))
        return Report(
            with: one, without: other, timeChance: rankChance(with.map(\.seconds), without.map(\.seconds)),
            agreementChance: shareChance((one.agreed, one.known), (other.agreed, other.known)))
    }

    private static let least = 20

    private static func rankChance(_ one: [Double], _ other: [Double]) -> Double? {
        guard one.count >= least, other.count >= least else { return nil }
        let all = (one.map { ($0, true) } + other.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var (ranks, ties) = (0.0, 0.0)
        var at = 0
        while at < all.count {
            var end = at
            while end < all.count, all[end].0 == all[at].0 { end += 1 }
            // Equal times have the mean of their ranks.
            let rank = Double(at + end + 1) / 2
            ranks += rank * Double(all[at..<end].count { $0.1 })
            let size = Double(end - at)
            ties += size * size * size - size
            at = end
        }
        let (n, m) = (Double(one.count), Double(other.count))
        let u = ranks - n * (n + 1) / 2
        let spread = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
        return spread > 0 ? twoSided((u - n * m / 2) / spread.squareRoot()) : 1
    }

    private static func shareChance(_ one: (Int, Int), _ other: (Int, Int)) -> Double? {
        guard one.1 >= least, other.1 >= least else { return nil }
        let (n, m) = (Double(one.1), Double(other.1))
        let (p, q) = (Double(one.0) / n, Double(other.0) / m)
        let all = Double(one.0 + other.0) / (n + m)
        let spread = all * (1 - all) * (1 / n + 1 / m)
        return spread > 0 ? twoSided((p - q) / spread.squareRoot()) : 1
    }

    /// Both tails of the normal distribution beyond z (Abramowitz and Stegun 7.1.26, to 10^-7).
    private static func twoSided(_ z: Double) -> Double {
        let x = abs(z) / 2.0.squareRoot()
        let t = 1 / (1 + 0.3275911 * x)
        let series =
            t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
        return min(1, series * exponential(-x * x))
    }

    /// e to the power of a number that is not positive.
    private static func exponential(_ x: Double) -> Double {
        // By halves until the series is short: no module of the platform is needed.
        var (y, halves) = (x, 0)
        while y < -0.5, halves < 64 { (y, halves) = (y / 2, halves + 1) }
        var (sum, term) = (1.0, 1.0)
        for n in 1..<20 {
            term *= y / Double(n)
            sum += term
        }
        for _ in 0..<halves { sum *= sum }
        return sum
    }
}
