import Evaluation
import Foundation
import Records
import Testing

@Suite("A bootstrap over a histogram's counts")
struct HistogramBootstrapTests {
    private let histogram: ScoreHistogram

    init() throws {
        histogram = try ScoreHistogram(
            fractionBits: 11, thresholds: [10, 100, 800], legitimate: [9_000, 700, 60, 4], frauds: [20, 30, 40, 60])
    }

    @Test("is the same for the same seed, and by default for the same histogram")
    func seeded() throws {
        let once = HistogramBootstrap(histogram, count: 20)
        #expect(HistogramBootstrap(histogram, count: 20).replicates == once.replicates)
        #expect(HistogramBootstrap(histogram, seed: histogram.digest, count: 20).replicates == once.replicates)
        #expect(Array(HistogramBootstrap(histogram, count: 30).replicates.prefix(20)) == once.replicates)
        #expect(HistogramBootstrap(histogram, seed: .zero, count: 20).replicates != once.replicates)
        #expect(Set(once.replicates).count == 20)
        let other = try ScoreHistogram(
            fractionBits: 11, thresholds: [10, 100, 800], legitimate: [9_000, 700, 60, 4], frauds: [20, 30, 40, 61])
        #expect(HistogramBootstrap(other, count: 20).replicates.map(\.legitimate) != once.replicates.map(\.legitimate))
    }

    @Test("draws each bin with its count for mean and variance", arguments: [0, 1, 4, 60, 399, 400, 9_000, 1_000_000])
    func poisson(mean: Int) {
        var numbers = DigestNumbers(seed: .zero)
        let drawn = (0..<4_000).map { _ in Double(numbers.poisson(mean)) }
        let average = drawn.reduce(0, +) / 4_000
        let variance = drawn.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 4_000
        // Four deviations of the mean and of the variance of so many draws.
        #expect(abs(average - Double(mean)) <= 4 * (Double(mean) / 4_000).squareRoot())
        let deviation = ((2 * Double(mean * mean) + Double(mean)) / 4_000).squareRoot()
        #expect(abs(variance - Double(mean)) <= 4 * deviation)
        #expect(drawn.allSatisfy { $0 >= 0 })
    }

    @Test("draws small counts as often as Poisson's law says")
    func law() {
        var numbers = DigestNumbers(seed: Digest32(of: [[1]]))
        var counts = [Int](repeating: 0, count: 40)
        for _ in 0..<20_000 { counts[numbers.poisson(2)] += 1 }
        var probability = exp(-2.0)
        for k in 0..<8 {
            let deviation = (20_000 * probability * (1 - probability)).squareRoot()
            #expect(abs(Double(counts[k]) - 20_000 * probability) < 4 * deviation, "\(k)")
            probability *= 2 / Double(k + 1)
        }
    }

    @Test("uniform numbers lie between 0 and 1, and follow from the digest")
    func uniform() {
        var (one, other) = (DigestNumbers(seed: .zero), DigestNumbers(seed: .zero))
        let drawn = (0..<10_000).map { _ in one.uniform() }
        #expect(drawn.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(drawn == (0..<10_000).map { _ in other.uniform() } && Set(drawn).count == drawn.count)
        #expect(abs(drawn.reduce(0, +) / 10_000 - 0.5) < 0.012)
    }

    @Test("its interval of a share is about the normal one")
    func share() throws {
        let bootstrap = HistogramBootstrap(histogram)
        let estimate = try #require(bootstrap.estimate(confidence: 0.95) { Double($0.fraudRows) / Double($0.rows) })
        let (n, p) = (Double(histogram.rows), 150.0 / 9_914)
        #expect(estimate.value == p)
        let half = 1.96 * (p * (1 - p) / n).squareRoot()
        #expect(isNear((estimate.high - p) / half, 1, 0.12) && isNear((p - estimate.low) / half, 1, 0.12))
    }

    @Test("its interval of AUC is about that of Hanley and McNeil (1982)")
    func auc() throws {
        // Two bins: AUC is (1 + a - b) / 2 for a of the frauds and b of the legitimate in the upper, whose variances add up.
        let two = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [900, 100], frauds: [30, 70])
        let estimate = try #require(HistogramBootstrap(two).estimate(confidence: 0.95) { $0.auc?.value })
        #expect(isNear(estimate.value, 0.8))
        let half = 1.96 / 2 * (0.7 * 0.3 / 100 + 0.1 * 0.9 / 1_000).squareRoot()
        #expect(isNear((estimate.high - estimate.low) / 2 / half, 1, 0.1))
    }

    @Test("a higher confidence has a wider interval, and replicates without a figure are left out")
    func confidence() throws {
        let bootstrap = HistogramBootstrap(histogram)
        let intervals = [0.5, 0.8, 0.95, 0.99].compactMap { confidence in
            bootstrap.estimate(confidence: confidence) { $0.averagePrecision?.value }
        }
        #expect(intervals.count == 4)
        for (narrow, wide) in zip(intervals, intervals.dropFirst()) {
            #expect(
                wide.low < narrow.low && narrow.low < narrow.value && narrow.value < narrow.high
                    && narrow.high < wide.high)
        }
        let rare = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [50, 0], frauds: [0, 1])
        let estimate = try #require(HistogramBootstrap(rare).estimate(confidence: 0.9) { $0.averagePrecision?.value })
        #expect(estimate == Estimate(value: 1, low: 1, high: 1))
        let empty = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [50, 0], frauds: [0, 0])
        #expect(HistogramBootstrap(empty, count: 5).estimate(confidence: 0.9) { $0.averagePrecision?.value } == nil)
    }

    @Test("an interval leaves the same part out on both sides")
    func nearestRank() {
        let values = (1...1_000).map { Double($0) }.reversed()
        #expect(interval(of: Array(values), around: 7, confidence: 0.95) == Estimate(value: 7, low: 26, high: 975))
        #expect(interval(of: Array(values), around: 7, confidence: 0) == Estimate(value: 7, low: 500, high: 501))
        #expect(interval(of: [3], around: 7, confidence: 0.5) == Estimate(value: 7, low: 3, high: 3))
        #expect(interval(of: [], around: 7, confidence: 0.5) == Estimate(value: 7, low: 7, high: 7))
    }
}
