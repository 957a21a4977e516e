import Foundation

/// A member's own score set beside the consortium's, at the member's side: logistic regression of its own labels on the logits
/// of both. Nothing of it leaves the member.
///
/// The weights are pulled towards those that take the consortium's score as it is (ridge regression: le Cessie and van
/// Houwelingen 1992), so few labels change little, and none change nothing.
package struct ScoreBlend: Sendable, Hashable {
    /// What is added to the weighted logits.
    package let intercept: Double
    /// The weight of the logit of the member's own score.
    package let own: Double
    /// The weight of the logit of the consortium's score.
    package let consortium: Double

    /// One transaction of the member's, scored by models that were not trained on it.
    package struct Row: Sendable, Hashable {
        /// Scores as their models' leaves add up, about the probability of fraud; need not lie in 0 to 1.
        package var own: Double
        package var consortium: Double
        /// Whether it turned out to be a fraud.
        package var fraud: Bool

        package init(own: Double, consortium: Double, fraud: Bool) {
            self.own = own
            self.consortium = consortium
            self.fraud = fraud
        }
    }

    /// The consortium's score as it is.
    package static let neutral = ScoreBlend(intercept: 0, own: 0, consortium: 1)

    /// A weight that is no finite number.
    package struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String { "a weight of the blend of scores is no finite number" }
    }

    private init(intercept: Double, own: Double, consortium: Double) {
        self.intercept = intercept
        self.own = own
        self.consortium = consortium
    }

    /// Takes weights that were learnt before.
    ///
    /// - Throws: `Invalid` where one is not finite.
    package init(checking intercept: Double, own: Double, consortium: Double) throws(Invalid) {
        guard intercept.isFinite, own.isFinite, consortium.isFinite else { throw Invalid() }
        self.init(intercept: intercept, own: own, consortium: consortium)
    }

    /// The probability of fraud by both scores, 0 to 1.
    package func probability(own: Double, consortium: Double) -> Double {
        Self.logistic(intercept + self.own * Self.logit(own) + self.consortium * Self.logit(consortium))
    }

    /// Scores below it, and above one less it, count as if at it: boosted scores pass 0 and 1, where logits end.
    package static let least = 0x1p-12

    private static func logit(_ score: Double) -> Double {
        let score = min(max(score, least), 1 - least)
        return log(score / (1 - score))
    }

    private static func logistic(_ logit: Double) -> Double { 1 / (1 + exp(-logit)) }
}

extension ScoreBlend {
    /// Learns a blend from a member's labels: the weights with the least Σ ln(1 + exp(-y z)) + ridge / 2 ‖w - (0, 0, 1)‖², y
    /// being 1 for a fraud and -1 else, by Newton's steps. There is one such minimum whatever the rows, and it is finite.
    ///
    /// - Parameters:
    ///   - rows: transactions that neither model was trained on, in any order; scores that are no numbers count as 0.
    ///   - ridge: how strongly weights are pulled, above 0.
    package static func fit(_ rows: [Row], ridge: Double = 10) -> ScoreBlend {
        precondition(ridge > 0, "without a ridge there may be no finite weights")
        let points = rows.map { row in
            (
                SIMD3(1, logit(row.own.isNaN ? 0 : row.own), logit(row.consortium.isNaN ? 0 : row.consortium)),
                row.fraud ? 1.0 : 0.0
            )
        }
        let start = SIMD3<Double>(0, 0, 1)
        func loss(_ weights: SIMD3<Double>) -> Double {
            points.reduce(ridge / 2 * ((weights - start) * (weights - start)).sum()) { sum, point in
                let logit = (weights * point.0).sum()
                // ln(1 + exp(-y z)) without overflow.
                let signed = point.1 > 0 ? logit : -logit
                return sum + max(-signed, 0) + log1p(exp(-abs(signed)))
            }
        }
        var weights = start
        var least = loss(weights)
        for _ in 0..<100 {
            var gradient = ridge * (weights - start)
            var curvature = [SIMD3<Double>](repeating: .zero, count: 3)
            for place in 0..<3 { curvature[place][place] = ridge }
            for (inputs, label) in points {
                let probability = logistic((weights * inputs).sum())
                gradient += (probability - label) * inputs
                let weight = probability * (1 - probability)
                for place in 0..<3 { curvature[place] += weight * inputs[place] * inputs }
            }
            let step = solve(curvature, gradient)
            // A whole step may overshoot far from the minimum; half of one, often enough, never does.
            var part = 1.0
            while part > 0x1p-40, loss(weights - part * step) > least { part /= 2 }
            let next = weights - part * step
            let reached = loss(next)
            guard reached < least else { break }
            (weights, least) = (next, reached)
        }
        return ScoreBlend(intercept: weights[0], own: weights[1], consortium: weights[2])
    }

    /// The solution of a positive definite system of three equations, by elimination; the matrix in rows.
    private static func solve(_ matrix: [SIMD3<Double>], _ right: SIMD3<Double>) -> SIMD3<Double> {
        var (matrix, right) = (matrix, right)
        for pivot in 0..<3 {
            for row in pivot + 1..<3 {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                matrix[row] -= factor * matrix[pivot]
                right[row] -= factor * right[pivot]
            }
        }
        var solution = SIMD3<Double>.zero
        for row in (0..<3).reversed() {
            solution[row] = (right[row] - (matrix[row] * solution).sum()) / matrix[row][row]
        }
        return solution
    }
}
