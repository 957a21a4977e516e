import Evaluation
import Foundation
import Model
import Testing

@Suite("What two models are worth to one member")
struct OwnFiguresTests {
    private let budget = AlertBudget(perThousand: 50)!

    /// One window: 400 transactions with 40 frauds, which the challenger ranks a little higher than the champion.
    private func comparison(windows: Int = 1) throws -> PairedHistograms {
        let champion = try ScoreHistogram(
            fractionBits: 4, thresholds: [10, 20, 30], legitimate: [250, 80, 25, 5], frauds: [4, 6, 10, 20])
        let challenger = try ScoreHistogram(
            fractionBits: 4, thresholds: [10, 20, 30], legitimate: [260, 80, 17, 3], frauds: [2, 4, 10, 24])
        return try PairedHistograms(
            Array(repeating: HistogramPair(champion: champion, challenger: challenger), count: windows))
    }

    private func figures(
        _ comparison: PairedHistograms, versions: (String, String) = ("v7", "sync-2"), perThousand: Double = 50,
        calibrations: (Calibration?, Calibration?) = (nil, nil), rule: MemberRule = .standard
    ) throws -> OwnFigures {
        OwnFigures(
            member: try member("bank-a"), versions: versions, comparison: comparison, calibrations: calibrations,
            budget: try #require(AlertBudget(perThousand: perThousand)), rule: rule)
    }

    private func json(_ figures: OwnFigures) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(figures.form)) as? [String: Any])
    }

    /// Whether a figure of a document is an estimate, as far as its digits are read.
    private func isNear(_ figure: Any?, _ estimate: Estimate?) -> Bool {
        guard let figure = figure as? [String: Double], let estimate else { return figure == nil && estimate == nil }
        let wanted = ["value": estimate.value, "low": estimate.low, "high": estimate.high]
        return figure.keys == wanted.keys && wanted.allSatisfy { abs((figure[$0.key] ?? .infinity) - $0.value) < 1e-12 }
    }

    private static func text(_ estimate: Estimate?) -> String {
        guard let estimate else { return "-" }
        return String(format: "%.4f (%.4f to %.4f)", estimate.value, estimate.low, estimate.high)
    }

    @Test("each model's are those of its own histogram by its own calibration, and the rule judges both")
    func parts() throws {
        let comparison = try comparison(windows: 3)
        let steps = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 20, probability: 0.5)])
        let rule = try MemberRule(leastFrauds: 10)
        let own = try figures(comparison, calibrations: (nil, steps), rule: rule)
        #expect(own.champion == MemberFigures(of: comparison.champion, budget: budget, calibration: nil))
        #expect(own.challenger == MemberFigures(of: comparison.challenger, budget: budget, calibration: steps))
        #expect(own.champion.calibration == nil && own.challenger.calibration != nil)
        #expect(own.opinion == rule.judge(comparison) && own.warning == nil)
        // Two-sided 95 % are one-sided 97.5 %.
        #expect(own.gain == comparison.gain(confidence: 0.975))
        #expect(try #require(own.gain).estimate.value > 0)
    }

    @Test("people read a table of both, a line a figure, with the rule's word behind it")
    func lines() throws {
        let comparison = try comparison(windows: 5)
        let own = try figures(comparison, rule: MemberRule(leastFrauds: 100))
        let lines = own.lines
        #expect(lines[0] == "bank-a: 5 windows, 2000 transactions, 200 frauds; with intervals of 95 %")
        let rows: [(String, (MemberFigures) -> Estimate?)] = [
            ("AUC", \.model.aucInterval), ("average precision", \.model.averagePrecisionInterval),
            ("frauds among 50 of 1,000", \.precision), ("frauds found by these alerts", \.recall),
        ]
        for (place, row) in rows.enumerated() {
            let line = lines[2 + place]
            #expect(line.hasPrefix(row.0 + " ") && line.hasSuffix(" " + Self.text(row.1(own.challenger))))
            #expect(line.contains(" " + Self.text(row.1(own.champion)) + " "), "\(line)")
        }
        #expect(lines[1].hasSuffix(" sync-2 (challenger)") && lines[1].contains(" v7 (champion) "))
        #expect(lines[6].hasPrefix("calibration error (by chance) ") && lines[6].hasSuffix(" -"))
        // All columns end in one place.
        #expect(Set(lines[1...6].map(\.count)).count == 1)
        let gain = try #require(own.gain)
        #expect(
            lines[7]
                == "average precision of the challenger beside the champion's: \(Self.text(gain.estimate)) (\(gain.basis))"
        )
        #expect(lines[8] == "-: no calibration of the model is known, or its steps begin within the histogram's bins")
        #expect(lines[9] == "rule: \(own.opinion)" && lines.count == 10)
    }

    @Test("a calibration that both have is told with what chance makes of it, and no line says that it lacks")
    func calibrations() throws {
        let steps = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 20, probability: 0.5)])
        let own = try figures(comparison(), calibrations: (steps, steps))
        let check = try #require(own.champion.calibration)
        #expect(own.lines[6].contains(String(format: " %.5f (%.5f) ", check.error, check.noise)))
        #expect(!own.lines.contains { $0.hasPrefix("-:") })
        let document = try json(own)
        let champion = try #require(document["champion"] as? [String: Any])
        for (field, value) in [("calibration_error", check.error), ("calibration_error_by_chance", check.noise)] {
            #expect(abs(try #require(champion[field] as? Double) - value) < 1e-12)
        }
        for calibrations in [(steps, nil), (nil, steps)] as [(Calibration?, Calibration?)] {
            #expect(try figures(comparison(), calibrations: calibrations).lines.contains { $0.hasPrefix("-:") })
        }
    }

    @Test("few frauds are warned of, and no verdict follows; of none there is no gain and no figure")
    func few() throws {
        let own = try figures(comparison(), rule: MemberRule(leastFrauds: 41))
        let warning = "40 frauds are few: below 41 these figures say little, and no verdict follows from them"
        #expect(own.warning == warning && own.lines.last == "warning: " + warning)
        #expect(try json(own)["warning"] as? String == warning && json(own)["verdict"] == nil)
        let enough = try figures(comparison(), rule: MemberRule(leastFrauds: 40))
        #expect(enough.warning == nil && !enough.lines.contains { $0.hasPrefix("warning") })
        let none = try ScoreHistogram(fractionBits: 2, thresholds: [1], legitimate: [3, 4], frauds: [0, 0])
        let nothing = try figures(PairedHistograms([HistogramPair(champion: none, challenger: none)]))
        #expect(nothing.gain == nil && nothing.lines.filter { $0.hasSuffix(" -") }.count == 5)
        #expect(!nothing.lines.contains { $0.hasPrefix("average precision of the challenger") })
        let document = try json(nothing)
        #expect(document["ap_gained"] == nil && document["verdict"] == nil && document["frauds"] as? Int == 0)
        #expect(Set((document["champion"] as? [String: Any] ?? [:]).keys) == ["version", "alerts"])
    }

    @Test("programs read the same figures, with a verdict by the rule")
    func form() throws {
        let comparison = try comparison(windows: 6)
        let turned = try PairedHistograms(
            comparison.windows.map { try HistogramPair(champion: $0.challenger, challenger: $0.champion) })
        for (comparison, verdict) in [(comparison, "no_worse"), (turned, "worse")] {
            let own = try figures(comparison, rule: MemberRule(leastFrauds: 1, leastLoss: 0.01, confidence: 0.5))
            let document = try json(own)
            #expect(document["member"] as? String == "bank-a" && document["windows"] as? Int == 6)
            #expect(document["transactions"] as? Int == 2_400 && document["frauds"] as? Int == 240)
            #expect(document["confidence"] as? Double == 0.95 && document["verdict"] as? String == verdict)
            #expect(document["warning"] == nil)
            #expect(isNear(document["ap_gained"], try #require(own.gain).estimate))
            for (name, version, figures) in [
                ("champion", "v7", own.champion), ("challenger", "sync-2", own.challenger),
            ] {
                let one = try #require(document[name] as? [String: Any])
                #expect(one["version"] as? String == version && one["alerts"] as? Int == 120)
                for (field, estimate) in [
                    ("auc", figures.model.aucInterval), ("ap", figures.model.averagePrecisionInterval),
                    ("precision_at_budget", figures.precision), ("recall_at_budget", figures.recall),
                ] { #expect(isNear(one[field], estimate), "\(name) \(field)") }
            }
        }
    }

    @Test("a budget is said with the digits that it has, and long names of versions leave the columns apart")
    func widths() throws {
        for (perThousand, text) in [(5, "5"), (2.5, "2.5"), (0.25, "0.25"), (0.04, "0.04"), (1000, "1000")] {
            let lines = try figures(comparison(), perThousand: perThousand).lines
            #expect(lines[4].hasPrefix("frauds among \(text) of 1,000 "), "\(lines[4])")
        }
        let (champion, challenger) = (String(repeating: "c", count: 64), String(repeating: "d", count: 40))
        let lines = try figures(comparison(), versions: (champion, challenger)).lines
        #expect(lines[1].contains(" \(champion) (champion)  ") && lines[1].hasSuffix(" \(challenger) (challenger)"))
        #expect(Set(lines[1...6].map(\.count)).count == 1)
    }
}
