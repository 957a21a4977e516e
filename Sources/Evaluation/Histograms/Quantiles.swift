import Foundation

/// A figure with an interval around it.
package struct Estimate: Sendable, Hashable, Codable {
    package var value: Double
    package var low: Double
    package var high: Double

    package init(value: Double, low: Double, high: Double) {
        self.value = value
        self.low = low
        self.high = high
    }

    /// A share with Wilson's score interval (Wilson 1927; Brown, Cai and DasGupta 2001), which is never empty and stays within 0
    /// and 1; nil of nothing.
    ///
    /// - Parameter confidence: of the interval, two-sided, above 0 and below 1.
    package static func share(_ part: Int, of all: Int, confidence: Double) -> Estimate? {
        guard all > 0 else { return nil }
        let (n, p, z) = (Double(all), Double(part) / Double(all), normalQuantile((1 + confidence) / 2))
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        // Rounding must not take the ends past the value where nothing, or all, is counted.
        return Estimate(value: p, low: min(p, max(0, middle - half)), high: max(p, min(1, middle + half)))
    }
}

/// The standard normal distribution's quantile, by halving: to about 1e-14.
///
/// - Parameter probability: above 0 and below 1.
package func normalQuantile(_ probability: Double) -> Double {
    quantile(probability, within: -40...40) { erfc(-$0 / 2.0.squareRoot()) / 2 }
}

/// Student's t distribution's quantile for whole degrees of freedom, by halving its closed form (Abramowitz and Stegun 1964,
/// 26.7.3 and 26.7.4).
///
/// - Parameters:
///   - probability: above 0 and below 1.
///   - degrees: 1 or more.
package func studentQuantile(_ probability: Double, degrees: Int) -> Double {
    quantile(probability, within: -1e6...1e6) { t in
        let angle = atan(t / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        // Odd: (2/π) (θ + sin θ (cos θ + 2/3 cos³ θ + ...)); even: sin θ (1 + 1/2 cos² θ + 3/8 cos⁴ θ + ...).
        let isOdd = degrees % 2 == 1
        var (term, sum) = (isOdd ? cosine : 1, 0.0)
        for k in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
            sum += term
            term *= cosine * cosine * Double(k + 1) / Double(k + 2)
        }
        let central = isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
        return (1 + central) / 2
    }
}

/// The chi-squared distribution's quantile by Wilson and Hilferty (1931): within 1 % from 3 degrees of freedom on.
///
/// - Parameters:
///   - probability: above 0 and below 1.
///   - degrees: 1 or more.
package func chiSquaredQuantile(_ probability: Double, degrees: Int) -> Double {
    let part = 2 / (9 * Double(degrees))
    return Double(degrees) * pow(max(0, 1 - part + normalQuantile(probability) * part.squareRoot()), 3)
}

/// Where a distribution function that never falls reaches a probability.
private func quantile(
    _ probability: Double, within range: ClosedRange<Double>, _ distribution: (Double) -> Double
) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    for _ in 0..<80 {
        let middle = (low + high) / 2
        if distribution(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}
