import Evaluation
import Testing

/// Small histograms, empty bins and classes among them.
func smallHistogram(_ random: inout SeededNumbers, most: Int = 3) throws -> ScoreHistogram {
    let bins = Int.random(in: 2...5, using: &random)
    func counts() -> [Int] { (0..<bins).map { _ in Int.random(in: 0...most, using: &random) } }
    return try ScoreHistogram(
        fractionBits: 2, thresholds: (1..<bins).map { Int64($0) }, legitimate: counts(), frauds: counts())
}

/// A score and a label for each transaction: the bin's number, and what it turned out to be.
func rows(_ histogram: ScoreHistogram) -> (scores: [Double], labels: [Bool]) {
    var (scores, labels): ([Double], [Bool]) = ([], [])
    for bin in 0..<histogram.bins {
        scores += [Double](repeating: Double(bin), count: histogram.counts[bin])
        labels += [Bool](repeating: true, count: histogram.frauds[bin])
        labels += [Bool](repeating: false, count: histogram.legitimate[bin])
    }
    return (scores, labels)
}

func isNear(_ one: Double?, _ other: Double?, _ far: Double = 1e-12) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) <= far
}

@Suite("Figures of a histogram, by their definitions")
struct BinnedFigureTests {
    @Test(
        "AUC is that of scores rounded to bins, and its bounds those of frauds first and last",
        arguments: 1...40 as ClosedRange<UInt64>)
    func auc(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try smallHistogram(&random)
        let (scores, labels) = rows(histogram)
        #expect(isNear(histogram.auc?.value, rocAUC(scores: scores, labels: labels)))
        let first = zip(scores, labels).map { $0 + ($1 ? 0.5 : 0) }
        let last = zip(scores, labels).map { $0 - ($1 ? 0.5 : 0) }
        #expect(isNear(histogram.auc?.most, rocAUC(scores: first, labels: labels)))
        #expect(isNear(histogram.auc?.least, rocAUC(scores: last, labels: labels)))
    }

    /// All orders of frauds and legitimate transactions that differ, as labels.
    private func orders(_ frauds: Int, _ legitimate: Int) -> [[Bool]] {
        if frauds == 0 { return [[Bool](repeating: false, count: legitimate)] }
        if legitimate == 0 { return [[Bool](repeating: true, count: frauds)] }
        return orders(frauds - 1, legitimate).map { [true] + $0 } + orders(frauds, legitimate - 1).map { [false] + $0 }
    }

    @Test(
        "average precision is the mean over all orders within bins, and bounded by all of them",
        arguments: 1...30 as ClosedRange<UInt64>)
    func averagePrecisionOverOrders(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try smallHistogram(&random, most: 2)
        // From the top bin down, each list so far with each order of the bin behind it.
        var all: [[Bool]] = [[]]
        for bin in (0..<histogram.bins).reversed() {
            let own = orders(histogram.frauds[bin], histogram.legitimate[bin])
            all = all.flatMap { before in own.map { before + $0 } }
        }
        let values = all.compactMap { labels in
            Evaluation.averagePrecision(scores: labels.indices.map { -Double($0) }, labels: labels)
        }
        let figure = histogram.averagePrecision
        #expect(isNear(figure?.value, values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)))
        #expect(isNear(figure?.least, values.min()) && isNear(figure?.most, values.max()))
    }

    /// The sums of the definition, one transaction after the other.
    private func slowly(_ histogram: ScoreHistogram) -> Binned {
        var sum = Binned(value: 0, least: 0, most: 0)
        var (rows, found) = (0.0, 0.0)
        for bin in (0..<histogram.bins).reversed() {
            let (legitimate, frauds) = (Double(histogram.legitimate[bin]), Double(histogram.frauds[bin]))
            let count = legitimate + frauds
            for k in 0..<histogram.counts[bin] where frauds > 0 {
                let others = count > 1 ? Double(k) * (frauds - 1) / (count - 1) : 0
                sum.value += frauds / count * (found + 1 + others) / (rows + Double(k) + 1)
            }
            for j in 0..<histogram.frauds[bin] {
                sum.most += (found + Double(j) + 1) / (rows + Double(j) + 1)
                sum.least += (found + Double(j) + 1) / (rows + legitimate + Double(j) + 1)
            }
            rows += count
            found += frauds
        }
        return Binned(value: sum.value / found, least: sum.least / found, most: sum.most / found)
    }

    @Test(
        "average precision of many transactions is the sum of its definition", arguments: 1...10 as ClosedRange<UInt64>)
    func closedForm(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let legitimate = (0..<8).map { Int.random(in: 0...(1 << (16 - 2 * $0)), using: &random) }
        let frauds = (0..<8).map { _ in Int.random(in: 1...300, using: &random) }
        let histogram = try ScoreHistogram(
            fractionBits: 11, thresholds: (1...7).map { Int64($0) }, legitimate: legitimate, frauds: frauds)
        let (fast, slow) = (try #require(histogram.averagePrecision), slowly(histogram))
        #expect(isNear(fast.value, slow.value, 1e-10))
        #expect(isNear(fast.least, slow.least, 1e-10) && isNear(fast.most, slow.most, 1e-10))
        #expect(fast.least <= fast.value && fast.value <= fast.most)
    }

    @Test("average precision lies above that of scores rounded to bins, and both meet where each bin has one class")
    func rounded() throws {
        let mixed = try ScoreHistogram(
            fractionBits: 0, thresholds: [1, 2], legitimate: [900, 30, 5], frauds: [2, 10, 20])
        let (scores, labels) = rows(mixed)
        let tied = Evaluation.averagePrecision(scores: scores, labels: labels) ?? 1
        let figure = try #require(mixed.averagePrecision)
        #expect(figure.value > tied && tied > figure.least)
        let pure = try ScoreHistogram(
            fractionBits: 0, thresholds: [1, 2], legitimate: [0, 30, 0], frauds: [2, 0, 20])
        let exact = try #require(pure.averagePrecision)
        #expect(isNear(exact.value, (20 + 21.0 / 51 + 22.0 / 52) / 22))
        #expect(isNear(exact.value, exact.least) && isNear(exact.value, exact.most))
    }

    @Test("there is no figure without a class that it is of")
    func none() throws {
        let empty = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [0, 0], frauds: [0, 0])
        #expect(empty.auc == nil && empty.averagePrecision == nil && empty.precisionRecall.isEmpty)
        let clean = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [5, 1], frauds: [0, 0])
        #expect(clean.auc == nil && clean.averagePrecision == nil && clean.precisionRecall.isEmpty)
        let frauds = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [0, 0], frauds: [5, 1])
        #expect(frauds.auc == nil && frauds.averagePrecision == Binned(value: 1, least: 1, most: 1))
    }

    @Test("the largest histogram's figures don't overflow")
    func largest() throws {
        let half = 1 << 30
        let largest = try ScoreHistogram(
            fractionBits: 0, thresholds: [1], legitimate: [half - 1, 0], frauds: [0, half])
        #expect(largest.auc?.value == 1 && isNear(largest.averagePrecision?.value, 1, 1e-9))
        let tied = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [half - 1, 0], frauds: [half, 0])
        #expect(tied.auc == Binned(value: 0.5, least: 0, most: 1))
        #expect(isNear(tied.averagePrecision?.value, 0.5, 1e-6))
    }

    @Test(
        "recall and precision at thresholds are those of flagging all from there on",
        arguments: 1...20 as ClosedRange<UInt64>)
    func precisionRecall(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try smallHistogram(&random)
        let (scores, labels) = rows(histogram)
        let frauds = labels.count { $0 }
        var expected: [(Double, Double)] = []
        for bin in (0..<histogram.bins).reversed() where frauds > 0 {
            let flagged = scores.indices.filter { scores[$0] >= Double(bin) }
            guard !flagged.isEmpty else { continue }
            let found = Double(flagged.count { labels[$0] })
            expected.append((found / Double(frauds), found / Double(flagged.count)))
        }
        #expect(histogram.precisionRecall.map(\.recall) == expected.map(\.0))
        #expect(histogram.precisionRecall.map(\.precision) == expected.map(\.1))
    }
}

@Suite("Precision at a recall")
struct PrecisionAtRecallTests {
    @Test(
        "is exact at thresholds, and between two of them as if both classes came evenly",
        arguments: 1...20 as ClosedRange<UInt64>)
    func interpolated(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try smallHistogram(&random)
        let frauds = Double(histogram.fraudRows)
        guard frauds > 0 else {
            #expect(histogram.precision(atRecall: 0.5) == nil)
            return
        }
        var (rows, found) = (0.0, 0.0)
        for bin in (0..<histogram.bins).reversed() {
            let (own, all) = (Double(histogram.frauds[bin]), Double(histogram.counts[bin]))
            for part in [0.25, 0.5, 1] where own > 0 {
                let expected = (found + part * own) / (rows + part * all)
                #expect(isNear(histogram.precision(atRecall: (found + part * own) / frauds), expected, 1e-9))
            }
            rows += all
            found += own
        }
    }
}

@Suite("Alerts and frauds among them")
struct AlertFigureTests {
    @Test("are exact where whole bins are looked at, and bounded within one", arguments: 1...30 as ClosedRange<UInt64>)
    func budgets(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try smallHistogram(&random, most: 5)
        let (scores, labels) = rows(histogram)
        let frauds = labels.count { $0 }
        for alerts in 1...40 {
            guard frauds > 0 else {
                #expect(histogram.found(by: alerts) == nil)
                continue
            }
            let figures = try #require(histogram.found(by: alerts))
            let taken = min(alerts, scores.count)
            #expect(figures.alerts == taken)
            func found(_ order: (Int, Int) -> Bool) -> Double {
                Double(scores.indices.sorted(by: order).prefix(taken).count { labels[$0] })
            }
            let most = found { (scores[$0], labels[$0] ? 1 : 0) > (scores[$1], labels[$1] ? 1 : 0) }
            let least = found { (scores[$0], labels[$0] ? 0 : 1) > (scores[$1], labels[$1] ? 0 : 1) }
            #expect(figures.found.most == most && figures.found.least == least)
            #expect(figures.found.value >= least && figures.found.value <= most)
            #expect(isNear(figures.recall.value, figures.found.value / Double(frauds)))
            #expect(isNear(figures.precision.value, figures.found.value / Double(taken)))
            #expect(figures.recall.most == most / Double(frauds) && figures.precision.least == least / Double(taken))
        }
    }

    @Test("within a bin frauds are as many as its part says")
    func part() throws {
        let histogram = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [100, 15], frauds: [4, 5])
        let figures = try #require(histogram.found(by: 8))
        #expect(figures.found == Binned(value: 2, least: 0, most: 5))
        #expect(histogram.found(by: 20)?.found == Binned(value: 5, least: 5, most: 5))
        #expect(histogram.found(by: 0) == nil && histogram.found(by: -3) == nil)
        #expect(histogram.found(by: Int.max)?.alerts == 124)
    }

    @Test("the base rate is the part of frauds with its interval; there is none of nothing")
    func baseRate() throws {
        let histogram = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [80, 10], frauds: [3, 7])
        let rate = try #require(histogram.baseRate(confidence: 0.95))
        #expect(rate == Estimate.share(10, of: 100, confidence: 0.95) && rate.value == 0.1)
        let empty = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [0, 0], frauds: [0, 0])
        #expect(empty.baseRate(confidence: 0.95) == nil)
    }
}
