import Foundation

/// The gamma distribution with scale 1, whose quantiles bound sums of counts.
enum GammaDistribution {
    /// The part of the distribution up to `x`, by the series below its mean and the continued fraction above it (DLMF 8.11.4,
    /// 8.9.2).
    ///
    /// - Parameters: both above 0.
    static func part(shape: Double, upTo x: Double) -> Double {
        let front = exp(shape * log(x) - x - lgamma(shape))
        if x < shape + 1 {
            var (term, sum, divisor) = (1 / shape, 1 / shape, shape)
            while abs(term) > abs(sum) * 1e-15 {
                divisor += 1
                term *= x / divisor
                sum += term
            }
            return front * sum
        }
        // Lentz's way through the fraction, from its front on.
        let tiny = 1e-300
        var b = x + 1 - shape
        var (c, d) = (1 / tiny, 1 / b)
        var fraction = d
        for step in 1...10_000 {
            let a = -Double(step) * (Double(step) - shape)
            b += 2
            d = 1 / nonzero(a * d + b)
            c = nonzero(b + a / c)
            fraction *= c * d
            if abs(c * d - 1) < 1e-15 { break }
        }
        return 1 - front * fraction
    }

    private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

    /// The value that so large a part of the distribution lies below, to twelve digits.
    ///
    /// - Parameter part: above 0 and below 1.
    static func quantile(shape: Double, _ part: Double) -> Double {
        var (low, high) = (0.0, shape + 1)
        while self.part(shape: shape, upTo: high) < part { high *= 2 }
        for _ in 0..<200 where high - low > high * 1e-12 {
            let middle = (low + high) / 2
            if self.part(shape: shape, upTo: middle) < part { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
