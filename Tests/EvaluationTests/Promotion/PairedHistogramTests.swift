import Evaluation
import Testing

/// Windows of transactions that two models score much alike: each adds noise of its own to what both see.
///
/// - Parameter better: how much of its noise the challenger has less, 0 to 1.
func pairedWindows(
    _ count: Int, seed: UInt64, frauds: Int = 30, legitimate: Int = 300, better: Double = 0
) throws -> [HistogramPair] {
    var random = SeededNumbers(seed)
    let thresholds = (0..<24).map { Int64($0 * 6) }
    func noise(_ far: Double) -> Double {
        (0..<4).reduce(0) { sum, _ in sum + Double.random(in: -far...far, using: &random) }
    }
    return try (0..<count).map { _ in
        var (champion, challenger): ([(score: Int64, fraud: Bool)], [(score: Int64, fraud: Bool)]) = ([], [])
        for row in 0..<frauds + legitimate {
            let isFraud = row < frauds
            let seen = (isFraud ? 80 : 30) + noise(20)
            champion.append((Int64(seen + noise(4)), isFraud))
            challenger.append((Int64(seen + noise(4) * (1 - better)), isFraud))
        }
        return try HistogramPair(
            champion: ScoreHistogram(fractionBits: 6, thresholds: thresholds, counting: champion),
            challenger: ScoreHistogram(fractionBits: 6, thresholds: thresholds, counting: challenger))
    }
}

@Suite("Two models on the same transactions")
struct PairedHistogramTests {
    private func histogram(_ thresholds: [Int64] = [1], _ legitimate: [Int], _ frauds: [Int]) throws -> ScoreHistogram {
        try ScoreHistogram(fractionBits: 2, thresholds: thresholds, legitimate: legitimate, frauds: frauds)
    }

    @Test("have as many of each class, in whatever bins")
    func rows() throws {
        let one = try histogram([1], [5, 2], [1, 3])
        #expect(
            try HistogramPair(champion: one, challenger: histogram([3, 4], [0, 7, 0], [0, 0, 4])).champion == one)
        for (legitimate, frauds) in [([5, 3], [1, 3]), ([5, 2], [1, 4]), ([5, 3], [1, 2])] {
            #expect(throws: HistogramPair.Invalid.otherRows) {
                try HistogramPair(champion: one, challenger: histogram([1], legitimate, frauds))
            }
        }
        #expect("\(HistogramPair.Invalid.otherRows)".contains("other transactions"))
    }

    @Test("are added up window by window, each model by itself")
    func windows() throws {
        let first = try HistogramPair(
            champion: histogram([1], [5, 2], [1, 3]), challenger: histogram([3], [6, 1], [2, 2]))
        let second = try HistogramPair(
            champion: histogram([1], [1, 0], [0, 1]), challenger: histogram([3], [0, 1], [1, 0]))
        let both = try PairedHistograms([first, second])
        #expect(
            try both.champion == histogram([1], [6, 2], [1, 4]) && both.challenger == histogram([3], [6, 2], [3, 2]))
        #expect(both.frauds == 5 && both.windows == [first, second])
        let odd = try HistogramPair(
            champion: histogram([2], [1, 0], [0, 1]), challenger: histogram([3], [0, 1], [1, 0]))
        #expect(throws: ScoreHistogram.Invalid.otherThresholds) { try PairedHistograms([first, odd]) }
        #expect(throws: ScoreHistogram.Invalid.counts) { try PairedHistograms([]) }
    }

    private func precision(_ histograms: [ScoreHistogram]) throws -> Double {
        let sum = try histograms.dropFirst().reduce(histograms[0]) { try $0 + $1 }
        return try #require(sum.averagePrecision).value
    }

    @Test("differ by what is left out with each window, by Student's quantile", arguments: [5, 6, 9])
    func jackknife(count: Int) throws {
        let windows = try pairedWindows(count, seed: 11, better: 0.5)
        let comparison = try PairedHistograms(windows)
        let gain = try #require(comparison.gain(confidence: 0.9))
        #expect(gain.basis == .windows(count))
        let all = try precision(windows.map(\.challenger)) - precision(windows.map(\.champion))
        #expect(isNear(gain.estimate.value, all))
        let others = try windows.indices.map { left in
            let rest = windows.indices.filter { $0 != left }.map { windows[$0] }
            return try precision(rest.map(\.challenger)) - precision(rest.map(\.champion))
        }
        let mean = others.reduce(0, +) / Double(count)
        let variance = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * Double(count - 1) / Double(count)
        // One-sided 90 % of 4, 5 and 8 degrees of freedom.
        let t = count == 5 ? 1.533206 : count == 6 ? 1.475884 : 1.396815
        #expect(isNear(gain.estimate.high - all, t * variance.squareRoot(), 1e-6))
        #expect(isNear(all - gain.estimate.low, t * variance.squareRoot(), 1e-6))
    }

    @Test("fewer windows, or windows without frauds, are taken for independent figures")
    func independent() throws {
        let windows = try pairedWindows(4, seed: 3)
        #expect(try PairedHistograms(windows).gain(confidence: 0.9)?.basis == .independent)
        let clean = try HistogramPair(
            champion: ScoreHistogram(
                fractionBits: 6, thresholds: windows[0].champion.thresholds, counting: [(3, false)]),
            challenger: ScoreHistogram(
                fractionBits: 6, thresholds: windows[0].champion.thresholds, counting: [(3, false)]))
        #expect(try PairedHistograms(windows + [clean, clean]).gain(confidence: 0.9)?.basis == .independent)
        #expect(try PairedHistograms([clean]).gain(confidence: 0.9) == nil)
        let more = try pairedWindows(5, seed: 3)
        #expect(try PairedHistograms(more + [clean]).gain(confidence: 0.9)?.basis == .windows(5))
    }

    @Test("independent figures of equal histograms differ by nothing, with an interval around it")
    func equal() throws {
        let champion = try #require(try pairedWindows(1, seed: 5).first).champion
        let same = try PairedHistograms([HistogramPair(champion: champion, challenger: champion)])
        let gain = try #require(same.gain(confidence: 0.9))
        #expect(gain.estimate.value == 0 && gain.estimate.low < -0.01 && gain.estimate.high > 0.01)
        // Two independent figures' deviations add up to √2 of one's.
        let one = try #require(HistogramBootstrap(champion).estimate(confidence: 0.8) { $0.averagePrecision?.value })
        let ratio = (gain.estimate.high - gain.estimate.low) / (one.high - one.low)
        #expect(ratio > 1.25 && ratio < 1.6)
        #expect(same.gain(confidence: 0.9) == gain)
    }

    @Test("a gain is within its interval, however narrow that is", arguments: [1, 4, 5])
    func within(windows: Int) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            for confidence in [0.5, 0.5001, 0.51] {
                let comparison = try PairedHistograms(pairedWindows(windows, seed: seed, better: 0.5))
                let estimate = try #require(comparison.gain(confidence: confidence)).estimate
                #expect(estimate.low <= estimate.value && estimate.value <= estimate.high)
            }
        }
        let champion = try pairedWindows(5, seed: 5).map(\.champion)
        let same = try PairedHistograms(champion.map { try HistogramPair(champion: $0, challenger: $0) })
        #expect(same.gain(confidence: 0.5)?.estimate == Estimate(value: 0, low: 0, high: 0))
    }

    @Test("windows tell a difference far more surely than two figures do")
    func narrow() throws {
        let sums = try PairedHistograms(pairedWindows(8, seed: 8, better: 0.3))
        let paired = try #require(sums.gain(confidence: 0.9)).estimate
        let whole = try PairedHistograms([HistogramPair(champion: sums.champion, challenger: sums.challenger)])
        let apart = try #require(whole.gain(confidence: 0.9)).estimate
        #expect(isNear(paired.value, apart.value))
        #expect(paired.high - paired.low < (apart.high - apart.low) / 2)
    }

    @Test("of two models that are as good, the interval leaves nothing out about as often as it says")
    func coverage() throws {
        var (above, below) = (0, 0)
        for seed in 1...150 as ClosedRange<UInt64> {
            let estimate = try #require(
                PairedHistograms(pairedWindows(7, seed: seed * 31, frauds: 15, legitimate: 120)).gain(confidence: 0.9)
            )
            .estimate
            above += estimate.low > 0 ? 1 : 0
            below += estimate.high < 0 ? 1 : 0
        }
        // 15 expected on each side; three deviations of a binomial are 11.
        #expect((4...26).contains(above) && (4...26).contains(below), "\(above) \(below)")
    }
}
