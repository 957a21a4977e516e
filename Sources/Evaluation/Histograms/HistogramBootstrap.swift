import Foundation
package import Records

/// Intervals of a histogram's figures by drawing its transactions anew (Efron 1979), each a Poisson number of times, so that bins
/// are drawn one by one (Hanley and MacGibbon 2006).
///
/// It takes transactions for independent of each other. Frauds of one terminal or card come together, so that what another week
/// would bring may lie further away: docs/EVALUATION.md has by how much.
package struct HistogramBootstrap: Sendable {
    package let original: ScoreHistogram
    package let replicates: [ScoreHistogram]

    /// - Parameters:
    ///   - seed: equal seeds give equal replicates; by default the histogram's own digest.
    ///   - count: replicates, at least 1.
    package init(_ original: ScoreHistogram, seed: Digest32? = nil, count: Int = 1_000) {
        self.original = original
        var numbers = DigestNumbers(seed: seed ?? original.digest)
        replicates = (0..<count).map { _ in
            ScoreHistogram(
                unchecked: original.fractionBits, original.thresholds,
                original.legitimate.map { numbers.poisson($0) }, original.frauds.map { numbers.poisson($0) })
        }
    }

    /// A figure with the interval that holds this part of what replicates come to, those left out for which there is no figure;
    /// nil where the histogram itself has none.
    ///
    /// - Parameter confidence: two-sided, above 0 and below 1.
    package func estimate(confidence: Double, of figure: (ScoreHistogram) -> Double?) -> Estimate? {
        guard let value = figure(original) else { return nil }
        return interval(of: replicates.compactMap(figure), around: value, confidence: confidence)
    }
}

/// The interval that leaves the same part of the values out below and above it (nearest ranks).
package func interval(of values: [Double], around value: Double, confidence: Double) -> Estimate {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return Estimate(value: value, low: value, high: value) }
    let out = min((sorted.count - 1) / 2, Int((1 - confidence) / 2 * Double(sorted.count)))
    return Estimate(value: value, low: sorted[out], high: sorted[sorted.count - 1 - out])
}

/// Numbers that follow from a digest alone.
package struct DigestNumbers {
    private let seed: Digest32
    private var block: UInt64 = 0
    private var words: [UInt64] = []

    package init(seed: Digest32) { self.seed = seed }

    /// Uniform between 0 and 1, neither of them.
    package mutating func uniform() -> Double {
        if words.isEmpty {
            let bytes = Digest32(of: [Array("cordon/bootstrap/v1".utf8), seed.bytes, block.bigEndianBytes]).bytes
            words = stride(from: 0, to: 32, by: 8).map { UInt64(bigEndianBytes: bytes[$0..<$0 + 8]) }
            block += 1
        }
        return (Double(words.removeLast() >> 12) + 0.5) * 0x1p-52
    }

    /// Poisson by inversion; from means of 400 on, where both are alike to a hundredth of a deviation, a rounded normal.
    package mutating func poisson(_ mean: Int) -> Int {
        guard mean > 0 else { return 0 }
        let (mean, uniform) = (Double(mean), uniform())
        guard mean < 400 else {
            return max(0, Int((mean + mean.squareRoot() * normalQuantile(uniform)).rounded()))
        }
        var (count, part) = (0, exp(-mean))
        var sum = part
        // No number of this size is further away than 20 deviations; rounding may leave the sum below the uniform.
        while sum < uniform, Double(count) < mean + 20 * mean.squareRoot() + 20 {
            count += 1
            part *= mean / Double(count)
            sum += part
        }
        return count
    }
}
