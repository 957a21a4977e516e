import Evaluation
import Foundation
import FoundationXML
import Model
import Testing

/// A history with everything that one can have, all texts being the same.
func fullHistory(text: String = "june-2") throws -> ModelHistory {
    let pairs = try pairedWindows(6, seed: 4, better: 0.5)
    let window = ModelHistory.Window(from: 100, until: 90_000, labels: 80_000)
    let parts = pairs.map {
        ModelHistory.Validation.Part(window: window, days: 1, own: $0.challenger, other: $0.champion)
    }
    let own = try parts.dropFirst().reduce(parts[0].own) { try $0 + $1.own }
    let training = ModelHistory.Training(
        window: window, rows: 66_906, frauds: 631, spec: text, specDigest: text, coin: text, codeVersion: text,
        rule: [.init(name: text, value: text)], leftOut: [text])
    let told = [
        ModelHistory.Told(member: text, isWorse: true),
        .init(member: "bank-a", isWorse: false, averagePrecision: 0.71, otherAveragePrecision: 0.69),
    ]
    let counts = ModelHistory.Drift.Counts(reference: [500, 300, 200], current: [400, 300, 300])
    var version = ModelHistory.Version(text, .rolledBack)
    (version.manifest, version.previous, version.training) = (text, text, training)
    version.calibration = try own.calibration().points.map { .init(score: $0.score, probability: $0.probability) }
    version.validations = [
        .init(kind: .validation, beside: text, windows: parts, members: told),
        .init(kind: .shadow, beside: nil, windows: [.init(window: window, days: 7, own: parts[0].own)]),
        .init(kind: .probation, beside: text, windows: Array(parts.prefix(2))),
    ]
    version.decision = .init(outcome: .rolledBack, offset: 17, reason: text, approvals: [text])
    version.gains = [.init(feature: text, gain: 0.25)]
    return ModelHistory(
        consortium: text, alertsADay: 20, versions: [version],
        drift: try .init(
            rule: DriftRule(),
            weeks: [.init(week: text, scores: counts, features: [.init(feature: text, counts: counts)])]))
}

@Suite("A history of models")
struct ModelHistoryTests {
    @Test("reads as it was written, byte by byte, with names in snake_case")
    func roundTrip() throws {
        let history = try fullHistory()
        let json = try history.json()
        let read = try ModelHistory(json: json)
        #expect(try read == history && read.json() == json)
        let text = String(decoding: json, as: UTF8.self)
        for name in [
            "alerts_a_day", "fraction_bits", "left_out", "is_worse", "least_count", "code_version", "rolled_back",
        ] {
            #expect(text.contains("\"\(name)\""))
        }
    }

    private func refusal(_ change: (String) -> String) throws -> ModelHistoryError? {
        let text = change(String(decoding: try fullHistory().json(), as: UTF8.self))
        do {
            _ = try ModelHistory(json: Array(text.utf8))
            return nil
        } catch { return error }
    }

    @Test("that is none is refused, with the place and the reason")
    func refused() throws {
        #expect(try refusal { $0 } == nil)
        #expect(
            try refusal { _ in "" }
                == .malformed(place: "", reason: "it is not JSON, or has a number that does not fit"))
        #expect(
            try refusal { $0 + "}" }
                == .malformed(place: "", reason: "it is not JSON, or has a number that does not fit"))
        #expect(try refusal { _ in "{}" } == .malformed(place: "format", reason: "it is missing"))
        #expect(
            try refusal { $0.replacing("cordon/model-history/v1", with: "cordon/model-history/v2") }
                == .format("cordon/model-history/v2"))
        #expect(
            try refusal { $0.replacing("\"frauds\" : 631", with: "\"frauds\" : \"many\"") }
                == .malformed(place: "versions.0.training.frauds", reason: "it is of another type"))
        #expect(
            try refusal { $0.replacing("\"consortium\" : \"june-2\",", with: "") }
                == .malformed(place: "consortium", reason: "it is missing"))
        let histogram = try refusal { $0.replacing("\"fraction_bits\" : 6", with: "\"fraction_bits\" : 31") }
        guard case .malformed(let place, let reason)? = histogram else {
            Issue.record("it is read")
            return
        }
        #expect(place.hasPrefix("versions.0.validations.0.windows.0.o"))
        #expect(reason == "\(ScoreHistogram.Invalid.fractionBits)")
        #expect("\(ModelHistoryError.malformed(place: "a.b", reason: "it is null"))" == "at a.b: it is null")
        #expect("\(ModelHistoryError.format("v9"))".contains("v9"))
    }

    @Test("a number that is none is not written")
    func notANumber() throws {
        var history = try fullHistory()
        history.alertsADay = .nan
        #expect(throws: (any Error).self) { try history.json() }
    }

    @Test("windows of a validation are added up, and compared where both versions have all of them")
    func validation() throws {
        let version = try #require(try fullHistory().versions.first)
        let (first, alone, two) = (version.validations[0], version.validations[1], version.validations[2])
        let own = try first.windows.dropFirst().reduce(first.windows[0].own) { try $0 + $1.own }
        #expect(first.own == own && first.other?.rows == own.rows)
        #expect(first.comparison?.challenger == own && first.comparison?.windows.count == 6)
        #expect(alone.own?.rows == first.windows[0].own.rows && alone.other == nil && alone.comparison == nil)
        #expect(two.comparison?.windows.count == 2)
        var part = first
        part.windows[1].other = nil
        #expect(part.own == own && part.other == nil && part.comparison == nil)
        let none = ModelHistory.Validation(kind: .shadow, windows: [])
        #expect(none.own == nil && none.other == nil && none.comparison == nil && none.alerts(aDay: 5) == nil)
        #expect(first.alerts(aDay: 2.5) == 15 && first.alerts(aDay: nil) == nil && first.alerts(aDay: 0) == nil)
        #expect(
            first.alerts(aDay: .infinity) == nil && first.alerts(aDay: 1e300) == nil && first.alerts(aDay: .nan) == nil)
        var odd = first
        odd.windows[1].own = try ScoreHistogram(fractionBits: 6, thresholds: [1], legitimate: [1, 1], frauds: [1, 1])
        #expect(odd.own == nil && odd.comparison == nil)
    }

    @Test("figures are those of each validation that scored anything")
    func figures() throws {
        var history = try fullHistory()
        history.versions[0].validations.append(ModelHistory.Validation(kind: .shadow, windows: []))
        let figures = history.figures
        #expect(figures.map(\.kind) == [.validation, .shadow, .probation])
        let first = history.versions[0].validations[0]
        #expect(
            figures[0].own.averagePrecision == first.own?.averagePrecision && figures[0].own.rows == first.own?.rows)
        #expect(figures[0].other?.auc == first.other?.auc && figures[1].other == nil && figures[1].gain == nil)
        #expect(figures[0].gain == first.comparison?.gain(confidence: 0.9)?.estimate)
        #expect(figures[0].own.alerts?.alerts == 120 && figures[0].own.alerts == first.own?.found(by: 120))
        let interval = try #require(figures[0].own.averagePrecisionInterval)
        #expect(interval.low < interval.value && interval.value < interval.high)
        let text = String(decoding: try history.figuresJSON(), as: UTF8.self)
        #expect(text.contains("\"average_precision_interval\""))
    }
}

@Suite("A page about models")
struct ModelReportTests {
    private func pictures(_ html: String) -> [String] {
        html.components(separatedBy: "<svg").dropFirst().map {
            "<svg" + $0.components(separatedBy: "</svg>")[0] + "</svg>"
        }
    }

    @Test("has the figures, the pictures and the reason of each version, and nothing from elsewhere")
    func page() throws {
        let history = try fullHistory()
        let html = ModelReport(history).html
        let figures = try #require(history.figures.first)
        let precision = try #require(figures.own.averagePrecision)
        #expect(html.contains(String(format: "%.3f (", precision.value)))
        #expect(html.contains(String(format: "<b>%+.4f</b>", try #require(figures.gain).value)))
        #expect(html.contains("It was rolled back: june-2. Approved by june-2."))
        for words in [
            "<h1>Models of june-2</h1>", "transactions 100 to 90,000, labels before 80,000", "66,906, 631",
            "does worse",
            "<td>0.710</td><td>0.690</td>", "In shadow", "In probation", "Gain by feature", "<td>25 %</td>",
            "Card precision",
            "6 windows, each left out once", "frauds among 120 alerts", "prefers-color-scheme: dark",
        ] {
            #expect(html.contains(words), "\(words)")
        }
        for elsewhere in ["src=", "href=", "@import", "url(", "<script", "<link"] { #expect(!html.contains(elsewhere)) }
        let pictures = pictures(html)
        // Three validations: two histograms where two versions are, a curve and a calibration each; and drift.
        #expect(pictures.count == 4 + 3 + 4 + 1)
        for picture in pictures { #expect(XMLParser(data: Data(picture.utf8)).parse()) }
        #expect(html.components(separatedBy: "http").count == pictures.count + 1)
    }

    @Test("takes a hostile text for text, wherever it stands")
    func hostile() throws {
        let text = "</title></svg><script>alert(1)</script>\"'&<img src=x onerror=y>"
        let html = ModelReport(try fullHistory(text: text)).html
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("'&<"))
        #expect(html.components(separatedBy: "&lt;script&gt;").count > 25)
        for picture in pictures(html) { #expect(XMLParser(data: Data(picture.utf8)).parse()) }
    }

    @Test("of no model, no week, no transaction, no fraud or no calibration says so")
    func empty() throws {
        let none = ModelReport(ModelHistory(consortium: "c", versions: [])).html
        #expect(none.contains("There is no model yet") && none.contains("No week has been compared yet"))
        func page(_ legitimate: [Int], _ frauds: [Int], calibration: [ModelHistory.CalibrationPoint] = []) throws
            -> String
        {
            let histogram = try ScoreHistogram(
                fractionBits: 4, thresholds: [3], legitimate: legitimate, frauds: frauds)
            let part = ModelHistory.Validation.Part(
                window: .init(from: .min, until: .max, labels: 0), days: 7, own: histogram, other: histogram)
            var version = ModelHistory.Version("v", .candidate)
            version.calibration = calibration
            version.validations = [.init(kind: .validation, windows: [part])]
            return ModelReport(ModelHistory(consortium: "c", alertsADay: 1, versions: [version])).html
        }
        #expect(
            try page([0, 0], [0, 0]).contains("No transaction was scored") && pictures(page([0, 0], [0, 0])).isEmpty)
        let clean = try page([5, 1], [0, 0])
        #expect(pictures(clean).count == 2 && clean.contains("<td>average precision</td><td>-</td>"))
        #expect(try pictures(page([5, 1], [1, 1])).count == 3)
        #expect(
            try page([5, 1], [1, 1], calibration: [.init(score: 1, probability: 2)]).contains("The calibration is none")
        )
        let within = [(1, 0.1), (9, 0.2)].map { ModelHistory.CalibrationPoint(score: $0.0, probability: $0.1) }
        #expect(try page([5, 1], [1, 1], calibration: within).contains("begin within bins"))
        #expect(!clean.contains("nan") && !clean.contains("inf "))
    }
}
