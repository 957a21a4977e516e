package import Model

/// A calibration beside what a histogram says happened: step by step, and in two numbers.
package struct CalibrationCheck: Sendable, Hashable {
    /// What a step of the calibration says, and what its transactions turned out to be.
    package struct Step: Sendable, Hashable {
        /// From this score on, in units of the histogram.
        package var score: Int64
        /// What the calibration says of it.
        package var probability: Double
        package var frauds: Int
        /// All transactions that score within it.
        package var count: Int
        /// The part of them that are frauds, with Wilson's interval; nil without a transaction.
        package var observed: Estimate?

        package init(score: Int64, probability: Double, frauds: Int, count: Int, observed: Estimate?) {
            self.score = score
            self.probability = probability
            self.frauds = frauds
            self.count = count
            self.observed = observed
        }
    }

    package var steps: [Step]
    /// The mean distance between what a transaction's step says and the part of frauds among those of its step (expected
    /// calibration error; Naeini, Cooper and Hauskrecht 2015).
    package var error: Double
    /// About what the error comes to where the calibration is right, since counts vary: Σ √(2 p (1 - p) n / π) / N. An error of
    /// that size says nothing against a calibration.
    package var noise: Double
    /// Frauds that the calibration foretells; more than there were means that probabilities are too high.
    package var foretold: Double

    /// Takes a calibration's steps together from a histogram's bins.
    ///
    /// - Parameters:
    ///   - calibration: of the same scores.
    ///   - confidence: of each step's interval, two-sided.
    /// - Returns: nil where a step begins within a bin, or there is no transaction.
    package init?(of calibration: Calibration, by histogram: ScoreHistogram, confidence: Double) {
        let points = calibration.points
        // Below its first point a calibration says what the first point says.
        guard points.dropFirst().allSatisfy({ histogram.thresholds.contains($0.score) }), histogram.rows > 0 else {
            return nil
        }
        var steps = points.map {
            Step(score: $0.score, probability: $0.probability, frauds: 0, count: 0, observed: nil)
        }
        var place = 0
        for group in histogram.groups {
            while place + 1 < points.count, points[place + 1].score <= group.score { place += 1 }
            steps[place].frauds += group.frauds
            steps[place].count += group.count
        }
        (error, noise, foretold) = (0, 0, 0)
        for index in steps.indices {
            let (p, n) = (steps[index].probability, Double(steps[index].count))
            steps[index].observed = Estimate.share(steps[index].frauds, of: steps[index].count, confidence: confidence)
            error += abs(p * n - Double(steps[index].frauds)) / Double(histogram.rows)
            noise += (2 * p * (1 - p) * n / .pi).squareRoot() / Double(histogram.rows)
            foretold += p * n
        }
        self.steps = steps
    }
}

extension ScoreHistogram {
    /// Bins as a calibration is fitted to them: each from its threshold on, the lowest from just below the first.
    package var groups: [Calibration.Group] {
        (0..<bins).map { bin in
            Calibration.Group(
                score: bin > 0 ? thresholds[bin - 1] : thresholds[0] - 1, frauds: frauds[bin],
                count: legitimate[bin] + frauds[bin])
        }
    }

    /// The calibration that the window's outcomes give, by isotonic regression over bins, as a model's header has it: scores in
    /// units of 2^-fractionBits, each step but the first from a threshold on.
    ///
    /// - Throws: `empty` without a transaction.
    package func calibration(prior: Double = 1) throws(Calibration.Invalid) -> Calibration {
        try Calibration.fit(groups: groups, prior: prior)
    }
}
