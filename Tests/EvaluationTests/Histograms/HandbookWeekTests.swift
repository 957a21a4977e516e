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

        func histogram(_ count: Int) throws -> ScoreHistogram {
            try ScoreHistogram(
                fractionBits: fractionBits,
                thresholds: ScoreHistogram.squareThresholds(fractionBits: fractionBits, count: count), counting: rows)
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
                let outcomes = testOutcomes(
                    transactions, train: train, test: test, scores: scores(of: of(test), by: model))
                let unit = Double(1 << model.forest.fractionBits)
                return Week(
                    fractionBits: model.forest.fractionBits, rows: outcomes.map { (Int64($0.score * unit), $0.fraud) })
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
        for (place, week) in try weeks(transactions, days: days, by: methods).enumerated() {
            print(try check(week, "\(firsts[place / methods.count]), method \(place % methods.count)"))
        }
    }
}
