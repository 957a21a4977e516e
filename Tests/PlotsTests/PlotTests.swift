import Foundation
import Plots
import Support
import Testing

/// The numbers of an attribute, in order of the elements.
private func numbers(_ name: String, _ svg: String) -> [Double] {
    svg.components(separatedBy: " \(name)=\"").dropFirst().compactMap { Double($0.prefix { $0 != "\"" }) }
}

private func plot(
    width: Double = 760, xTicks: [Plot.Tick] = [], yTicks: [Plot.Tick] = [],
    legend: [(name: String, colour: String)] = []
) -> Plot {
    Plot(
        width: width, height: 260, xs: 0...10, xTicks: xTicks, xTitle: "days", ys: -1...1, yTicks: yTicks,
        yTitle: "sum",
        legend: legend)
}

@Suite("A plot")
struct PlotTests {
    @Test(
        "maps its borders to the corners of the picture's inside, and what is between in proportion",
        arguments: 1...5 as ClosedRange<UInt64>)
    func places(seed: UInt64) {
        var random = SplitMix64(seed)
        let plot = plot()
        #expect(plot.x(0) < plot.x(10) && plot.y(-1) > plot.y(1))
        #expect(plot.x(0) >= 0 && plot.x(10) <= 760 && plot.y(1) >= 0 && plot.y(-1) <= 260)
        for _ in 0..<20 {
            let part = Double.random(in: 0...1, using: &random)
            #expect(abs(plot.x(10 * part) - (plot.x(0) + part * (plot.x(10) - plot.x(0)))) < 1e-9)
            #expect(abs(plot.y(2 * part - 1) - (plot.y(-1) + part * (plot.y(1) - plot.y(-1)))) < 1e-9)
        }
    }

    @Test("draws bands that can be seen through, intervals with a stroke at both ends, and straight lines")
    func intervals() {
        var plot = plot()
        plot.band([(2, -1, 0), (4, 0, 1)], "#000001")
        plot.interval(5, from: -0.5, to: 0.5, "#000002")
        plot.line((0, -1), (10, 1), "#000003")
        let svg = plot.svg.element(title: "t")
        func number(_ value: Double) -> String {
            let text = String(format: "%.1f", value)
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        func point(_ x: Double, _ y: Double) -> String { "\(number(plot.x(x))),\(number(plot.y(y)))" }
        let corners = [point(2, 0), point(4, 1), point(4, 0), point(2, -1)].joined(separator: " ")
        #expect(svg.contains("<polygon points=\"\(corners)\" fill=\"#000001\" fill-opacity=\"0.2\"/>"))
        let strokes = svg.split(separator: "\n").filter { $0.contains("#000002") }
        #expect(strokes.count == 3)
        let (x, low, high) = (number(plot.x(5)), number(plot.y(-0.5)), number(plot.y(0.5)))
        #expect(strokes[0].contains("x1=\"\(x)\" y1=\"\(low)\" x2=\"\(x)\" y2=\"\(high)\""))
        #expect(strokes[1].contains("y1=\"\(low)\"") && strokes[1].contains("y2=\"\(low)\""))
        #expect(strokes[2].contains("y1=\"\(high)\"") && strokes[2].contains("y2=\"\(high)\""))
        #expect(svg.contains("x1=\"\(number(plot.x(0)))\" y1=\"\(number(plot.y(-1)))\""))
        // What is full is written as ever.
        var full = SVG(width: 10, height: 10)
        full.polygon([(0, 0), (1, 1), (0, 1)], "#000004")
        #expect(full.element(title: "").contains("fill=\"#000004\"/>"))
    }

    @Test("of one value alone still has a place for it")
    func flat() {
        let flat = Plot(
            height: 260, xs: 3...3, xTicks: [], xTitle: "", ys: 5...5, yTicks: [], yTitle: "")
        #expect(flat.x(3).isFinite && flat.y(5).isFinite)
    }

    @Test("leaves out the words of ticks that would crowd, and keeps their marks")
    func crowded() {
        let ticks = (0...100).map { Plot.Tick(value: Double($0) / 10, label: "label \($0)") }
        let svg = plot(xTicks: ticks).svg.element(title: "t")
        let shown = svg.components(separatedBy: ">label ").count - 1
        #expect(shown > 3 && shown < 20)
        #expect(svg.components(separatedBy: "<line").count - 1 == 102)
        let few = plot(xTicks: [ticks[0], ticks[50], ticks[100]]).svg.element(title: "t")
        #expect(few.components(separatedBy: ">label ").count - 1 == 3)
    }

    @Test("begins another line of its legend where one is full, and stays below it")
    func legend() {
        let names = (0..<12).map { (name: "a series of number \($0)", colour: Palette.colour($0)) }
        let (short, long) = (plot(legend: Array(names.prefix(2))), plot(legend: names))
        #expect(long.y(1) > short.y(1) && long.y(-1) == short.y(-1))
        let svg = long.svg.element(title: "t")
        for (name, colour) in names { #expect(svg.contains(">\(name)<") && svg.contains(colour)) }
        #expect(numbers("x", svg).allSatisfy { $0 >= 0 && $0 <= 760 })
    }

    @Test("draws bars, curves, dots and stalks inside of it")
    func drawing() {
        var plot = plot()
        plot.bar(from: 0, to: 1, left: 2, right: 3, "#000001")
        plot.bar(from: 0, to: 0.5, left: 3, right: 3, "#000002")
        plot.curve([(0, 0), (5, 1), (10, -1)], "#000003")
        plot.dot(5, 0, "#000004")
        for head in [Plot.Head.circle, .square, .triangle] { plot.stalk(4, 0.5, "#000005", head) }
        let svg = plot.svg.element(title: "t")
        for colour in 1...5 { #expect(svg.contains("#00000\(colour)")) }
        #expect(svg.components(separatedBy: "<circle").count - 1 == 2)
        #expect(svg.components(separatedBy: "<polygon").count - 1 == 1)
        // A bar of no width can still be seen.
        #expect(numbers("width", svg).contains(0.5) && !numbers("width", svg).contains(0))
    }
}

@Suite("Ticks and numbers")
struct TickTests {
    @Test("are round, begin at nothing and reach the greatest value", arguments: 1...10 as ClosedRange<UInt64>)
    func round(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<30 {
            let greatest = Double.random(in: 0.001...1, using: &random) * [1, 100, 1e6].randomElement(using: &random)!
            let ticks = Plot.Tick.round(upTo: greatest, unit: " EUR")
            #expect(ticks.count >= 3 && ticks.count <= 6, "\(greatest)")
            #expect(ticks[0].value == 0 && ticks[ticks.count - 1].value >= greatest * (1 - 1e-12))
            #expect(ticks[ticks.count - 2].value < greatest)
            #expect(ticks.allSatisfy { $0.label.hasSuffix(" EUR") })
        }
        #expect(Plot.Tick.round(upTo: 4).map(\.label) == ["0", "1", "2", "3", "4"])
        #expect(Plot.Tick.round(upTo: 7000).map(\.label) == ["0", "2,000", "4,000", "6,000", "8,000"])
    }

    @Test(
        "group thousands",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (-1, "-1"), (-1234, "-1,234"), (1_234_567, "1,234,567"),
            (1_000_000_001, "1,000,000,001"), (Int.max, "9,223,372,036,854,775,807"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ])
    func grouping(number: Int, text: String) { #expect(grouped(number) == text) }

    @Test("colours begin again when they are used up, and differ until then")
    func colours() {
        #expect(Set(Palette.series).count == Palette.series.count)
        #expect(Palette.colour(Palette.series.count + 2) == Palette.colour(2))
    }
}

@Suite("A picture's text")
struct SVGTests {
    @Test("is escaped, wherever words stand")
    func escaped() {
        var svg = SVG(width: 10, height: 20)
        svg.write("<a href=\"x\">&", 1, 2)
        let text = svg.element(title: "a < b & c")
        #expect(text.contains(">&lt;a href=&quot;x&quot;&gt;&amp;</text>"))
        #expect(text.contains("<title>a &lt; b &amp; c</title>"))
        #expect(SVG.escape("plain") == "plain" && SVG.escape("&amp;") == "&amp;amp;")
    }

    @Test(
        "has numbers of at most one decimal, and signs",
        arguments: [
            (0.0, "0"), (1.04, "1"), (1.05, "1.1"), (-0.04, "0"), (-0.26, "-0.3"), (-2.5, "-2.5"), (759.96, "760"),
        ])
    func decimals(value: Double, text: String) {
        var svg = SVG(width: 10, height: 20)
        svg.circle(value, 0, 1, "#000000")
        #expect(svg.element(title: "").contains("cx=\"\(text)\""))
    }
}
