import Evaluation
import Foundation
import Model
import PipelineFiles
import Records
import Testing
import Worlds

/// What binning costs on transactions like real ones: figures of a histogram beside those of all scores.
@Suite("A histogram by the proposed thresholds, beside all scores")
struct HandbookWeekTests {
    private struct Silent: ProgressDisplay {
        func show(_ state: @autoclosure () -> String) {}
        func done(_ result: String) {}
    }

    /// One model's scores of a test week.
    private struct Week {
        var fractionBits: Int
        var rows: [(score: Int64, fraud: Bool)]
        /// Of each row.
        var days: [Int]
        var terminals: [String]

        func histogram(_ count: Int = 63, _ isIncluded: (Int) -> Bool = { _ in true }) throws -> ScoreHistogram {
            try ScoreHistogram(
                fractionBits: fractionBits,
                thresholds: ScoreHistogram.squareThresholds(fractionBits: fractionBits, count: count),
                counting: rows.indices.filter(isIncluded).map { rows[$0] })
        }

        /// The deviation of average precision where all transactions of a terminal are drawn together.
        func deviationByTerminals() throws -> Double {
            var random = SeededNumbers(1)
            let values = try (0..<100).map { _ in
                var weights: [String: Int] = [:]
                for terminal in Set(terminals).sorted() {
                    // Poisson of mean 1.
                    var (count, product) = (0, Double.random(in: 0..<1, using: &random))
                    while product > exp(-1.0) {
                        count += 1
                        product *= Double.random(in: 0..<1, using: &random)
                    }
                    weights[terminal] = count
                }
                let drawn = rows.indices.flatMap { [Int](repeating: $0, count: weights[terminals[$0]] ?? 0) }
                let histogram = try ScoreHistogram(
                    fractionBits: fractionBits,
                    thresholds: ScoreHistogram.squareThresholds(fractionBits: fractionBits),
                    counting: drawn.map { rows[$0] })
                return histogram.averagePrecision?.value ?? 0
            }
            let mean = values.reduce(0, +) / 100
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100).squareRoot()
        }

        /// Average precision where transactions of equal score are in any order, one after the other.
        var averagePrecision: Double {
            let groups = Dictionary(grouping: rows, by: \.score).sorted { $0.key > $1.key }.map(\.value)
            var (sum, above, found) = (0.0, 0, 0)
            for group in groups {
                let frauds = group.count { $0.fraud }
                for k in group.indices where frauds > 0 {
                    let others = group.count > 1 ? Double(k * (frauds - 1)) / Double(group.count - 1) : 0
                    sum += Double(frauds) / Double(group.count) * (Double(found) + 1 + others) / Double(above + k + 1)
                }
                above += group.count
                found += frauds
            }
            return sum / Double(found)
        }

        var auc: Double { rocAUC(scores: rows.map { Double($0.score) }, labels: rows.map(\.fraud)) ?? 0 }
    }

    /// Trained on a week, tested on the one that begins seven days after it.
    ///
    /// - Parameter days: from a training week's first day on.
    private func weeks(
        _ transactions: [LabelledTransaction], days: [Int], by methods: [TrainingMethod]
    ) throws -> [Week] {
        let spec = try readFeatureSpec(file: "pipelines/features/card-consortium.yaml")
        return try days.flatMap { day in
            let (train, test) = (day...day + 6, day + 14...day + 20)
            let rows = computeFeatures(transactions, spec, progress: { _ in Silent() }) {
                train.contains($0) || test.contains($0)
            }
            func of(_ days: ClosedRange<Int>) -> [FeatureRow] {
                rows.filter { days.contains(transactions[$0.index].transaction.time.dayNumber) }
            }
            return try methods.map { method in
                let model = try trainModel(
                    version: "v", spec: spec, by: method, rows: of(train), transactions: transactions,
                    progress: { _ in Silent() })
                let scores = scores(of: of(test), by: model)
                // The place of each transaction that counts, in the place of its score.
                let places = testOutcomes(
                    transactions, train: train, test: test,
                    scores: scores.reduce(into: [:]) { $0[$1.key] = Double($1.key) }
                ).map { Int($0.score) }
                let unit = Double(1 << model.forest.fractionBits)
                return Week(
                    fractionBits: model.forest.fractionBits,
                    rows: places.map { (Int64((scores[$0] ?? 0) * unit), transactions[$0].fraud) },
                    days: places.map { transactions[$0].transaction.time.dayNumber },
                    terminals: places.map { transactions[$0].transaction.terminal })
            }
        }
    }

    /// - Returns: for a reader, what each figure of the histogram is above that of all scores, and how far its bounds are.
    private func check(_ week: Week, _ name: String) throws -> String {
        let (precision, auc) = (week.averagePrecision, week.auc)
        let tied = averagePrecision(scores: week.rows.map { Double($0.score) }, labels: week.rows.map(\.fraud)) ?? 0
        var line = "\(name): AP \(decimal(precision)), ties at once \(decimal(tied - precision))"
        for (count, far) in [(31, 0.003), (63, 0.002)] {
            let histogram = try week.histogram(count)
            let binned = try #require(histogram.averagePrecision)
            let area = try #require(histogram.auc)
            #expect(abs(binned.value - precision) <= far, "\(name), \(count) thresholds")
            #expect(binned.least <= precision && precision <= binned.most)
            #expect(area.least <= auc && auc <= area.most)
            line += "; \(count) thresholds: AP \(decimal(binned.value - precision)) "
            line += "(\(decimal(binned.least - precision)) \(decimal(binned.most - precision))), "
            line += "AUC \(decimal(area.value - auc)) (\(decimal(area.least - auc)) \(decimal(area.most - auc)))"
        }
        return line
    }

    /// What days tell of two models' difference, beside what two figures tell: means of a 90 % interval's half.
    private func compare(_ champion: Week, _ challenger: Week, _ name: String) throws -> String {
        let pairs = try Set(champion.days).sorted().map { day in
            try HistogramPair(
                champion: champion.histogram { champion.days[$0] == day },
                challenger: challenger.histogram { challenger.days[$0] == day })
        }
        let byDays = try #require(PairedHistograms(pairs).gain(confidence: 0.9))
        let whole = try HistogramPair(champion: champion.histogram(), challenger: challenger.histogram())
        let apart = try #require(PairedHistograms([whole]).gain(confidence: 0.9))
        #expect(byDays.basis == .windows(7) && apart.basis == .independent)
        #expect(isNear(byDays.estimate.value, apart.estimate.value))
        func half(_ estimate: Estimate) -> Double { (estimate.high - estimate.low) / 2 }
        #expect(half(byDays.estimate) < half(apart.estimate) / 3, "\(name)")
        return "\(name): gain \(decimal(byDays.estimate.value)) ± \(decimal(half(byDays.estimate))) by days, "
            + "± \(decimal(half(apart.estimate))) by two figures"
    }

    private func decimal(_ value: Double) -> String { String(format: "%.4f", value) }

    @Test("has average precision within 0.003 by 31 thresholds and 0.002 by 63, on invented weeks")
    func invented() throws {
        let start = try #require(EventTime(rfc3339: "2026-01-05"))
        let members = try [("bank-a", 6.0), ("bank-b", 3), ("bank-c", 1)].map {
            BankShare(id: try member($0.0), share: $0.1)
        }
        let options = try HandbookOptions(
            seed: 1, customers: 1_500, terminals: 3_000, days: 56, startDay: start, members: members)
        let found = try weeks(
            HandbookWorld(options: options).transactions(), days: [start.dayNumber + 28, start.dayNumber + 35],
            by: [.shares(.standard, TrainingCoin(seed: 3))])
        for (place, week) in found.enumerated() { _ = try check(week, "invented week \(place)") }
    }

    private static let handbook = ProcessInfo.processInfo.environment["CORDON_HANDBOOK"]

    @Test(
        "has average precision within 0.003 by 31 thresholds and 0.002 by 63, on the handbook's weeks",
        .enabled(
            if: handbook != nil, "CORDON_HANDBOOK names no folder with the handbook's transactions (docs/DATASETS.md)"))
    func handbookWeeks() throws {
        let firsts = ["2018-05-24", "2018-05-31", "2018-06-07", "2018-06-14", "2018-06-21"]
        let days = try firsts.map { try DayRange($0).days.lowerBound }
        let (transactions, _) = try readReplay(file: "pipelines/replays/handbook.yaml").load(
            #require(Self.handbook), lastDay: DayRange("2018-07-11").days.lowerBound, progress: { _, _ in })
        let methods =
            [
                .gains(TrainingOptions()), .shares(.standard, TrainingCoin(seed: 3)),
                .shares(.standard, TrainingCoin(seed: 4)),
            ]
            as [TrainingMethod]
        let found = try weeks(transactions, days: days, by: methods)
        for (place, week) in found.enumerated() {
            print(try check(week, "\(firsts[place / methods.count]), method \(place % methods.count)"))
        }
        for (place, first) in firsts.enumerated() {
            let own = Array(found[place * methods.count..<(place + 1) * methods.count])
            print(try compare(own[1], own[2], "\(first), two seeds"))
            print(try compare(own[1], own[0], "\(first), two trainers"))
            let estimate = try HistogramBootstrap(own[1].histogram()).estimate(confidence: 0.683) {
                $0.averagePrecision?.value
            }
            let rows = try #require(estimate)
            print(
                "\(first): deviation of AP \(decimal((rows.high - rows.low) / 2)) by transactions, "
                    + "\(decimal(try own[1].deviationByTerminals())) by terminals")
        }
    }

    @Test(
        "is the same from week to week of the handbook, and another where amounts are doubled",
        .enabled(
            if: handbook != nil,
            "CORDON_HANDBOOK names no folder with the handbook's transactions (docs/DATASETS.md)"))
    func drift() throws {
        let first = try DayRange("2018-05-24").days.lowerBound
        let (transactions, _) = try readReplay(file: "pipelines/replays/handbook.yaml").load(
            #require(Self.handbook), lastDay: DayRange("2018-07-11").days.lowerBound, progress: { _, _ in })
        let spec = try readFeatureSpec(file: "pipelines/features/card-consortium.yaml")
        func rows(_ transactions: [LabelledTransaction], _ days: ClosedRange<Int>) -> [FeatureRow] {
            computeFeatures(transactions, spec, progress: { _ in Silent() }) { days.contains($0) }
        }
        let model = try trainModel(
            version: "v", spec: spec, by: .shares(.standard, TrainingCoin(seed: 3)),
            rows: rows(transactions, first...first + 6), transactions: transactions, progress: { _ in Silent() })
        let unit = Double(1 << model.forest.fractionBits)
        func histogram(_ transactions: [LabelledTransaction], week: Int) throws -> ScoreHistogram {
            let own = rows(transactions, first + 7 * week...first + 7 * week + 6)
            return try ScoreHistogram(
                fractionBits: model.forest.fractionBits,
                thresholds: ScoreHistogram.squareThresholds(fractionBits: model.forest.fractionBits),
                counting: scores(of: own, by: model).map { (Int64($0.value * unit), transactions[$0.key].fraud) })
        }
        let reference = try histogram(transactions, week: 2)
        for week in 3...6 {
            let verdict = try DriftRule().judge(reference: reference, current: histogram(transactions, week: week))
            print("week \(week): \(verdict)")
            guard case .stable = verdict else {
                Issue.record("\(verdict)")
                continue
            }
        }
        let doubled = transactions.map { labelled in
            var labelled = labelled
            if labelled.transaction.time.dayNumber >= first + 42 {
                labelled.transaction.amount = MinorUnits(labelled.transaction.amount.value * 2)
            }
            return labelled
        }
        let changed = try DriftRule().judge(reference: reference, current: histogram(doubled, week: 6))
        print("week 6, amounts doubled: \(changed)")
        #expect(changed.index.map { $0.value > 0.1 } == true)
    }
}
