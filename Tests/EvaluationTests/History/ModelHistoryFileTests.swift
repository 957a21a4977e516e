import Evaluation
import Foundation
import Testing

/// A history as another program may write it, by docs/EVALUATION.md alone.
private let file = """
    {
      "format": "cordon/model-history/v1", "consortium": "cards", "alerts_a_day": 12.5,
      "versions": [
        { "version": "may-1", "standing": "retired", "calibration": [], "validations": [] },
        {
          "version": "june-1", "standing": "probation", "manifest": "ab12", "previous": "may-1",
          "training": {
            "window": { "from": 10, "until": 900, "labels": 800 }, "rows": 700, "frauds": 9, "spec": "card-consortium",
            "spec_digest": "c0ffee", "coin": "beef", "code_version": "1.2", "left_out": ["bank-c"],
            "rule": [{ "name": "trees", "value": "100" }, { "name": "stages", "value": "1 1 1 1" }]
          },
          "calibration": [{ "score": -1, "probability": 0.01 }, { "score": 4, "probability": 0.5 }],
          "validations": [
            {
              "kind": "probation", "beside": "may-1",
              "windows": [
                {
                  "window": { "from": 900, "until": 1000, "labels": 950 }, "days": 1.5,
                  "own": { "fraction_bits": 3, "thresholds": [4, 8], "legitimate": [50, 8, 1], "frauds": [1, 2, 6] },
                  "other": { "fraction_bits": 2, "thresholds": [5], "legitimate": [50, 9], "frauds": [4, 5] }
                }
              ],
              "members": [
                { "member": "bank-b", "is_worse": true },
                { "member": "bank-a", "is_worse": false, "average_precision": 0.7, "other_average_precision": 0.6 }
              ]
            }
          ],
          "decision": { "outcome": "promoted", "offset": 44, "reason": "better", "approvals": ["anna", "ben"] },
          "gains": [{ "feature": "amount", "gain": 0.25 }, { "feature": "night", "gain": 0.75 }]
        }
      ],
      "drift": {
        "alert": 0.1, "trigger": 0.25, "least_count": 20, "chance": 0.001,
        "weeks": [
          {
            "week": "2026-W05", "scores": { "reference": [500, 500], "current": [450, 550] },
            "features": [
              { "feature": "night", "counts": { "reference": [900, 100], "current": [900, 100] } },
              { "feature": "amount", "counts": { "reference": [500, 500], "current": [200, 800] } }
            ]
          }
        ]
      }
    }
    """

@Suite("A history's file, field by field")
struct ModelHistoryFileTests {
    private let history: ModelHistory

    init() throws { history = try ModelHistory(json: Array(file.utf8)) }

    @Test("has versions with what they were trained on")
    func training() throws {
        #expect(history.consortium == "cards" && history.alertsADay == 12.5)
        #expect(history.versions.map(\.version) == ["may-1", "june-1"])
        #expect(history.versions.map(\.standing) == [.retired, .probation])
        let (old, new) = (history.versions[0], history.versions[1])
        #expect(old.training == nil && old.manifest == nil && old.decision == nil && old.gains == nil)
        #expect(new.manifest == "ab12" && new.previous == "may-1")
        #expect(
            new.training
                == ModelHistory.Training(
                    window: .init(from: 10, until: 900, labels: 800), rows: 700, frauds: 9, spec: "card-consortium",
                    specDigest: "c0ffee", coin: "beef", codeVersion: "1.2",
                    rule: [.init(name: "trees", value: "100"), .init(name: "stages", value: "1 1 1 1")],
                    leftOut: ["bank-c"]))
        #expect(
            new.calibration == [.init(score: -1, probability: 0.01), .init(score: 4, probability: 0.5)])
        #expect(new.gains == [.init(feature: "amount", gain: 0.25), .init(feature: "night", gain: 0.75)])
        #expect(
            new.decision == .init(outcome: .promoted, offset: 44, reason: "better", approvals: ["anna", "ben"]))
    }

    @Test("has validations with both versions' histograms and members that told")
    func validation() throws {
        let validation = try #require(history.versions[1].validations.first)
        #expect(validation.kind == .probation && validation.beside == "may-1")
        let own = try ScoreHistogram(fractionBits: 3, thresholds: [4, 8], legitimate: [50, 8, 1], frauds: [1, 2, 6])
        let other = try ScoreHistogram(fractionBits: 2, thresholds: [5], legitimate: [50, 9], frauds: [4, 5])
        #expect(
            validation.windows == [
                .init(window: .init(from: 900, until: 1000, labels: 950), days: 1.5, own: own, other: other)
            ])
        #expect(
            validation.members == [
                .init(member: "bank-b", isWorse: true),
                .init(member: "bank-a", isWorse: false, averagePrecision: 0.7, otherAveragePrecision: 0.6),
            ])
        // 12.5 alerts in one and a half days.
        #expect(validation.alerts(aDay: history.alertsADay) == 19)
        #expect(validation.comparison?.frauds == 9)
    }

    @Test("has drift with its rule")
    func drift() throws {
        let drift = try #require(history.drift)
        #expect(try drift.rule == DriftRule() && drift.weeks.map(\.week) == ["2026-W05"])
        #expect(drift.weeks[0].scores == .init(reference: [500, 500], current: [450, 550]))
        #expect(drift.weeks[0].features.map(\.feature) == ["night", "amount"])
        var none = drift
        none.chance = 0
        #expect(none.rule == nil)
    }

    @Test("makes a page with the newest version first, and lists in the order that a reader looks for")
    func page() throws {
        let html = ModelReport(history).html
        func place(_ text: String) throws -> String.Index { try #require(html.range(of: text)?.lowerBound, "\(text)") }
        #expect(try place("<h2>june-1: probation</h2>") < place("<h2>may-1: retired</h2>"))
        #expect(try place("<td>bank-a</td>") < place("<td>bank-b</td>"))
        #expect(try place("<tr><td>night</td><td>75 %</td></tr>") < place("<tr><td>amount</td><td>25 %</td></tr>"))
        // The feature that changed most comes first.
        #expect(try place("<tr><td>amount</td><td>PSI") < place("<tr><td>night</td><td>PSI"))
        for words in [
            "It was promoted: better. Approved by anna, ben.", "<td>left out by the caps</td><td>bank-c</td>",
            "<td>trees 100, stages 1 1 1 1</td>", "transactions 10 to 900, labels before 800",
            "<td>frauds among 19 alerts</td>", "<td>bank-b</td><td>does worse</td><td>-</td><td>-</td>",
            "from both models&#39; histograms alone".replacing("&#39;", with: "'"), "<td>2026-W05</td>",
        ] {
            #expect(html.contains(words), "\(words)")
        }
        // Steps of -1 and 4: 51 transactions at 0.01, and 17 at 0.5, make 9.01 frauds of the 9 that there were.
        #expect(html.contains("foretells 9.0 frauds, and there were 9."))
    }

    @Test("of a drift whose rule is none has no picture of it")
    func noRule() throws {
        var odd = history
        odd.drift?.alert = -1
        #expect(ModelReport(odd).html.contains("No week has been compared yet"))
        odd.drift?.weeks = []
        #expect(ModelReport(odd).html.contains("No week has been compared yet"))
    }

    @Test("of an unnamed version beside one still shows its figures and its curve")
    func unnamed() throws {
        var odd = history
        odd.versions[1].validations[0].beside = nil
        let html = ModelReport(odd).html
        #expect(html.contains("<th>the version beside it</th>") && html.contains(">the version beside it</text>"))
        #expect(html.contains("<title>Scores of the version beside it</title>"))
    }

    @Test("names no alerts where the consortium has no budget for them")
    func noBudget() throws {
        var odd = history
        odd.alertsADay = nil
        #expect(!ModelReport(odd).html.contains("alerts"))
        #expect(odd.figures.allSatisfy { $0.own.alerts == nil })
    }

    @Test(
        "is refused with the place of each field that is missing or of another type",
        arguments: [
            ("\"version\": \"may-1\", ", "", "versions.0.version"), ("\"retired\"", "\"old\"", "versions.0.standing"),
            ("\"coin\": \"beef\", ", "", "versions.1.training.coin"),
            ("\"labels\": 800", "\"labels\": 1.5", ""),
            ("\"days\": 1.5", "\"days\": null", "versions.1.validations.0.windows.0.days"),
            ("\"thresholds\": [4, 8]", "\"thresholds\": [8, 4]", "versions.1.validations.0.windows.0.own"),
            ("\"frauds\": [1, 2, 6]", "\"frauds\": [1, -2, 6]", "versions.1.validations.0.windows.0.own"),
            ("\"is_worse\": true", "\"is_worse\": 1", "versions.1.validations.0.members.0.isWorse"),
            ("\"outcome\": \"promoted\"", "\"outcome\": \"perhaps\"", "versions.1.decision.outcome"),
            ("\"gain\": 0.75", "\"gain\": \"most\"", "versions.1.gains.1.gain"),
            ("\"current\": [450, 550]", "\"current\": 450", "drift.weeks.0.scores.current"),
        ])
    func refused(old: String, new: String, place: String) throws {
        let text = file.replacing(old, with: new)
        try #require(text != file)
        do {
            _ = try ModelHistory(json: Array(text.utf8))
            Issue.record("it is read")
        } catch {
            guard case .malformed(let found, let reason) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(found == place && !reason.isEmpty, "\(found): \(reason)")
        }
    }
}
