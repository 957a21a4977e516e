/// A public monotone table from scores to probabilities of fraud: training then needs no sigmoid. Between two points
/// the probability is that of the lower one, so the table is a step function.
package struct Calibration: Sendable, Hashable {
    /// A step of the table.
    package struct Point: Sendable, Hashable {
        /// From this score on, in ring units.
        package var score: Int64
        /// The probability of fraud, 0 to 1.
        package var probability: Double

        package init(score: Int64, probability: Double) {
            self.score = score
            self.probability = probability
        }
    }

    /// Scores ascend strictly; probabilities never fall.
    package let points: [Point]

    /// No point at all, points that fall or share a score, or a probability outside of 0 to 1.
    package enum Invalid: Error, Sendable, Hashable {
        case empty, notMonotone, outOfRange
    }

    /// Takes a table that is checked.
    ///
    /// - Throws: `empty`, `outOfRange`, `notMonotone`, in this order.
    package init(points: [Point]) throws(Invalid) {
        guard !points.isEmpty else { throw .empty }
        guard points.allSatisfy({ (0...1).contains($0.probability) }) else { throw .outOfRange }
        guard zip(points, points.dropFirst()).allSatisfy({ $0.score < $1.score && $0.probability <= $1.probability })
        else { throw .notMonotone }
        self.points = points
    }

    /// The probability of the last point at or below `score`; the first point's below all of them. Cost: a binary
    /// search.
    package func probability(_ score: Int64) -> Double { points[place(of: score)].probability }

    /// The score that stands for a score's step: that of the last point at or below it; the first point's below all of them.
    package func step(_ score: Int64) -> Int64 { points[place(of: score)].score }

    private func place(of score: Int64) -> Int {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].score <= score { low = middle + 1 } else { high = middle }
        }
        return max(low - 1, 0)
    }
}

extension Calibration {
    /// Transactions whose scores count as one: those of equal score, or of one bin of a histogram.
    package struct Group: Sendable, Hashable {
        /// From this score on, in ring units.
        package var score: Int64
        package var frauds: Int
        /// All transactions, frauds among them.
        package var count: Int

        package init(score: Int64, frauds: Int, count: Int) {
            self.score = score
            self.frauds = frauds
            self.count = count
        }

        package var rate: Double { Double(frauds) / Double(count) }
    }

    /// Isotonic regression of outcomes on scores by pooling adjacent violators (Ayer et al. 1955).
    ///
    /// - Parameter groups: scores ascend; groups without a transaction count for nothing.
    /// - Returns: pools whose rates rise, each from its lowest group's score on.
    package static func pools(_ groups: [Group]) -> [Group] {
        var pools: [Group] = []
        for group in groups where group.count > 0 {
            pools.append(group)
            while pools.count > 1, pools[pools.count - 2].rate >= pools[pools.count - 1].rate {
                let last = pools.removeLast()
                pools[pools.count - 1].frauds += last.frauds
                pools[pools.count - 1].count += last.count
            }
        }
        return pools
    }

    /// Isotonic regression (`pools`), with `prior` pseudo outcomes at the overall rate in every pool so that no pool is certain.
    ///
    /// - Parameters:
    ///   - groups: scores ascend.
    ///   - prior: pseudo outcomes a pool; 0 leaves rates as they are.
    /// - Returns: a point for each pool, from its lowest score on.
    /// - Throws: `empty` without a transaction.
    package static func fit(groups: [Group], prior: Double = 1) throws(Invalid) -> Calibration {
        let (frauds, count) = groups.reduce((0, 0)) { ($0.0 + $1.frauds, $0.1 + $1.count) }
        guard count > 0 else { throw .empty }
        let base = Double(frauds) / Double(count)
        var points: [Point] = []
        for pool in pools(groups) {
            let probability = (Double(pool.frauds) + prior * base) / (Double(pool.count) + prior)
            points.append(Point(score: pool.score, probability: max(probability, points.last?.probability ?? 0)))
        }
        return try Calibration(points: points)
    }

    /// The same of transactions one by one.
    ///
    /// - Parameter sample: scores in ring units with outcomes, in any order.
    package static func fit(_ sample: [(score: Int64, fraud: Bool)], prior: Double = 1) throws(Invalid) -> Calibration {
        var groups: [Group] = []
        for (score, fraud) in sample.sorted(by: { $0.score < $1.score }) {
            if groups.last?.score != score { groups.append(Group(score: score, frauds: 0, count: 0)) }
            groups[groups.count - 1].frauds += fraud ? 1 : 0
            groups[groups.count - 1].count += 1
        }
        return try fit(groups: groups, prior: prior)
    }
}

extension Calibration.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "there is nothing to calibrate by: no scored transaction"
        case .notMonotone: "scores don't rise, or probabilities fall"
        case .outOfRange: "a probability is outside of 0 to 1"
        }
    }
}
