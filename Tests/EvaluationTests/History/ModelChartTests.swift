import Evaluation
import Foundation
import FoundationXML
import Model
import Testing

/// Attributes of the elements of a kind that have a colour, in order.
private func elements(_ kind: String, _ colour: String, _ svg: String) -> [[String: Double]] {
    svg.components(separatedBy: "<\(kind) ").dropFirst().map { String($0.prefix { $0 != ">" }) }
        .filter { $0.contains("\"\(colour)\"") }.map { text in
            var found: [String: Double] = [:]
            for match in text.matches(of: /([a-z0-9]+)="(-?[0-9.]+)"/) { found[String(match.1)] = Double(match.2) }
            return found
        }
}

/// Where pictures of 760 pixels with a legend of one line have a part of their axes.
private func x(_ part: Double) -> Double { 74 + part * 662 }
private func y(_ part: Double, height: Double) -> Double { height - 44 - part * (height - 90) }
private func isAt(_ one: Double?, _ other: Double) -> Bool { one.map { abs($0 - other) <= 0.051 } ?? false }

@Suite("Pictures of a model's page")
struct ModelChartTests {
    private let legitimate = ModelCharts.colours.legitimate
    private let fraud = ModelCharts.colours.fraud

    @Test("a histogram's bars are as high as the logarithms of its counts, in their bin's halves")
    func histogram() throws {
        let histogram = try ScoreHistogram(
            fractionBits: 2, thresholds: [1, 3], legitimate: [1000, 10, 0], frauds: [0, 1, 100])
        let svg = ModelCharts.histogram(histogram, title: "t")
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        // The first rectangle of each colour is the legend's.
        let (blue, red) = (elements("rect", legitimate, svg).dropFirst(), elements("rect", fraud, svg).dropFirst())
        #expect(blue.count == 2 && red.count == 2)
        let floor = log10(0.5)
        for (bar, bin, count, half) in [
            (blue.first, 0.0, 1000.0, 0.06), (blue.last, 1, 10, 0.06), (red.first, 1, 1, 0.5), (red.last, 2, 100, 0.5),
        ] {
            let bar = try #require(bar)
            let top = y((log10(count) - floor) / (3 - floor), height: 260)
            #expect(isAt(bar["x"], x((bin + half) / 3)) && isAt(bar["width"], 0.44 * 662 / 3))
            #expect(isAt(bar["y"], top) && isAt(bar["height"], y(0, height: 260) - top))
        }
        for label in [">0.25<", ">0.75<", ">1<", ">10<", ">100<", ">1,000<", ">legitimate<", ">fraud<"] {
            #expect(svg.contains(label))
        }
    }

    @Test("a histogram of nothing has axes and no bar", arguments: [1, 1024])
    func empty(thresholds: Int) throws {
        let none = [Int](repeating: 0, count: thresholds + 1)
        let histogram = try ScoreHistogram(
            fractionBits: 11, thresholds: (0..<thresholds).map { Int64($0) }, legitimate: none, frauds: none)
        let svg = ModelCharts.histogram(histogram, title: "t")
        #expect(elements("rect", legitimate, svg).count == 1 && elements("rect", fraud, svg).count == 1)
        #expect(!svg.contains("nan") && !svg.contains("inf") && svg.contains(">10<"))
        let curve = ModelCharts.Curve(name: "v", bootstrap: HistogramBootstrap(histogram, count: 5), colour: legitimate)
        let curves = ModelCharts.precisionRecall([curve], title: "t")
        #expect(!curves.contains("<polyline") && !curves.contains("<polygon") && !curves.contains("nan"))
    }

    @Test("a curve has each recall's precision, and a band around it")
    func precisionRecall() throws {
        let histogram = try ScoreHistogram(
            fractionBits: 2, thresholds: [1, 3], legitimate: [900, 50, 10], frauds: [20, 30, 50])
        let bootstrap = HistogramBootstrap(histogram, count: 200)
        let svg = ModelCharts.precisionRecall(
            [
                .init(name: "a", bootstrap: bootstrap, colour: "#0000aa"),
                .init(name: "b", bootstrap: bootstrap, colour: "#0000bb"),
            ],
            title: "t")
        #expect(XMLParser(data: Data(svg.utf8)).parse() && svg.contains(">a<") && svg.contains(">b<"))
        let lists = svg.matches(of: /points="([^"]+)" fill="none"/)
        try #require(lists.count == 2)
        let points = lists[0].1.split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
        try #require(points.count == 200)
        // At the thresholds: 50 of 60, 80 of 140, 100 of 1,060; within the second bin 65 of 60 + 40.
        for (recall, precision) in [(0.5, 50.0 / 60), (0.8, 80.0 / 140), (1.0, 100.0 / 1060), (0.65, 65.0 / 100)] {
            let point = points[Int((recall * 200).rounded()) - 1]
            #expect(isAt(point[0], x(recall)) && isAt(point[1], y(precision, height: 320)))
        }
        let bands = svg.matches(of: /<polygon points="([^"]+)"/).map { $0.1.split(separator: " ") }
        try #require(bands.count == 2 && bands[0].count == 100)
        let band = bands[0].map { $0.split(separator: ",").compactMap { Double($0) } }
        for step in 0..<50 {
            let (high, low) = (band[step], band[99 - step])
            #expect(high[0] == low[0] && high[1] <= low[1])
            #expect(high[1] <= points[4 * step + 3][1] + 0.1 && low[1] >= points[4 * step + 3][1] - 0.1)
        }
        let alone = ModelCharts.precisionRecall(
            [.init(name: "<only>", bootstrap: bootstrap, colour: "#0000aa")], title: "t")
        #expect(!alone.contains("only"))
    }

    @Test(
        "a calibration's dots stand at what it says and what came, with their intervals, and none where nothing scored")
    func calibration() throws {
        let steps = [(0.001, 0, 2000), (0.1, 30, 200), (0.5, 0, 0)].map { probability, frauds, count in
            CalibrationCheck.Step(
                score: 0, probability: probability, frauds: frauds, count: count,
                observed: Estimate.share(frauds, of: count, confidence: 0.95))
        }
        var check = try #require(
            CalibrationCheck(
                of: .init(points: [.init(score: 0, probability: 0.1)]),
                by: ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [1, 1], frauds: [0, 0]),
                confidence: 0.95))
        check.steps = steps
        let svg = ModelCharts.calibration(check, title: "t")
        #expect(XMLParser(data: Data(svg.utf8)).parse())
        let dots = elements("circle", ModelCharts.versions.own, svg)
        try #require(dots.count == 2)
        #expect(isAt(dots[0]["cx"], x(0.25)) && isAt(dots[0]["cy"], y(0, height: 320)))
        #expect(isAt(dots[1]["cx"], x(0.75)) && isAt(dots[1]["cy"], y((log10(0.15) + 4) / 4, height: 320)))
        let lines = elements("line", ModelCharts.versions.own, svg)
        try #require(lines.count == 6)
        let observed = try #require(steps[1].observed)
        #expect(isAt(lines[3]["y1"], y((log10(observed.low) + 4) / 4, height: 320)))
        #expect(isAt(lines[3]["y2"], y((log10(observed.high) + 4) / 4, height: 320)))
    }

    @Test("weeks of drift stand at their index beside the rule's bands; a week that tells nothing is left out")
    func drift() throws {
        let rule = try DriftRule(alert: 0.1, trigger: 0.4)
        let counts = [[500, 500], [500, 500], [1, 2], [300, 700]]
        let weeks = counts.enumerated().map { week, current in
            (name: "<week \(week)>", verdict: rule.judge(reference: [5_000, 5_000], current: current))
        }
        let svg = ModelCharts.drift(weeks, rule: rule, title: "t")
        #expect(XMLParser(data: Data(svg.utf8)).parse() && svg.contains("&lt;week 3&gt;"))
        let dots = elements("circle", ModelCharts.versions.own, svg)
        try #require(dots.count == 3)
        let value = try #require(weeks[3].verdict.index).value
        // The axis goes to 0.6 in steps of 0.2.
        #expect(isAt(dots[0]["cx"], x(0.5 / 4)) && isAt(dots[0]["cy"], y(0, height: 260)))
        #expect(isAt(dots[2]["cx"], x(3.5 / 4)) && isAt(dots[2]["cy"], y(value / 0.6, height: 260)))
        #expect(svg.contains(">0.6<"))
        let red = elements("line", "#d55e00", svg)
        #expect(red.count == 1 && isAt(red.first?["y1"], y(0.4 / 0.6, height: 260)))
        #expect(ModelCharts.drift([], rule: rule, title: "t").contains("<svg"))
    }
}
