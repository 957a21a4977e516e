import Foundation
import FoundationXML
import Plots
import Records
import Testing
import Worlds

@Suite("The report of a world")
struct WorldReportTests {
    private let statistics: WorldStatistics
    private let all: [SimulatedTransaction]

    init() throws {
        let rates = WorldPlan.usualTypologies.mapValues { $0 * 5 }
        all = Worlds.transactions(try Worlds.plan(customers: 1000, days: 60, typologies: rates))
        statistics = Self.count(all)
    }

    private static func count(_ all: some Sequence<SimulatedTransaction>) -> WorldStatistics {
        var statistics = WorldStatistics()
        for one in all { statistics.add(one) }
        return statistics
    }

    @Test("days counted apart and added up make the same page")
    func added() {
        var sum = WorldStatistics()
        for day in Dictionary(grouping: all, by: \.labelled.transaction.time.dayNumber).sorted(by: { $0.key < $1.key })
        {
            sum.add(Self.count(day.value))
        }
        #expect(sum.count == all.count && sum.frauds == all.count { $0.labelled.fraud })
        #expect(WorldReport(sum, title: "a").html == WorldReport(statistics, title: "a").html)
    }

    @Test("the page has all typologies, needs nothing from elsewhere, and its pictures are XML")
    func page() throws {
        let html = WorldReport(statistics, title: "A <world> & \"more\"").html
        #expect(html.contains("<h1>A &lt;world&gt; &amp; &quot;more&quot;</h1>"))
        for typology in Typology.allCases {
            #expect(html.contains("<h3>\(typology.rawValue.replacing("_", with: " "))</h3>"))
        }
        for elsewhere in ["src=", "href=", "@import", "url(", "<script", "<link"] {
            #expect(!html.contains(elsewhere))
        }
        let pictures = Self.pictures(html)
        #expect(pictures.count == 4 + Typology.allCases.count)
        for picture in pictures { #expect(XMLParser(data: Data(picture.utf8)).parse()) }
        #expect(html.components(separatedBy: "http").count == pictures.count + 1)
    }

    @Test("no label of a picture lies over another or outside of it", arguments: [1, 30, 60, 400])
    func labels(days: Int) throws {
        let rates = WorldPlan.usualTypologies.mapValues { $0 * 5 }
        let world = Worlds.transactions(
            try Worlds.plan(customers: 300, days: days, typologies: rates))
        let pattern = try Regex("<text x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" text-anchor=\"([a-z]+)\"[^>]*>([^<]*)<")
        let size = try Regex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"")
        for picture in Self.pictures(WorldReport(Self.count(world), title: "a").html) {
            let box = try #require(picture.firstMatch(of: size)?.output)
            let (width, height) = (Self.number(box[1]), Self.number(box[2]))
            var lines: [Double: [(left: Double, right: Double)]] = [:]
            for match in picture.matches(of: pattern) {
                let (x, y) = (Self.number(match.output[1]), Self.number(match.output[2]))
                // Digits and small letters of 12 pixels are 6.7 wide in common sans-serif fonts.
                let length = 6.7 * Double(match.output[4].substring?.count ?? 0)
                let left =
                    switch match.output[3].substring ?? "" {
                    case "end": x - length
                    case "middle": x - length / 2
                    default: x
                    }
                #expect(left >= 0 && left + length <= width && y > 0 && y < height)
                lines[y, default: []].append((left, left + length))
            }
            for line in lines.values {
                let sorted = line.sorted { $0.left < $1.left }
                for (one, next) in zip(sorted, sorted.dropFirst()) { #expect(one.right <= next.left) }
            }
        }
    }

    @Test("the summary counts kinds, banks and incidents")
    func summary() throws {
        let summary = WorldReport(statistics, title: "a").summary
        #expect(summary.contains("\(grouped(all.count)) transactions at 3 banks, 2026-01-01 to 2026-03-01"))
        let mule = all.filter { $0.typology == .mule }
        #expect(mule.count > 10)
        #expect(
            try summary.contains(
                Regex("mule +\(Set(mule.map(\.incident)).count)  incidents, \(mule.count) payments")))
        #expect(summary.contains("cash out"))
    }

    @Test("a world without anything has a page, too")
    func empty() {
        let report = WorldReport(WorldStatistics(), title: "nothing")
        #expect(report.html.contains("There are none.") && report.summary.contains("0 transactions at 0 banks"))
    }

    private static func number(_ text: AnyRegexOutput.Element) -> Double { Double(text.substring ?? "") ?? .nan }

    private static func pictures(_ html: String) -> [String] {
        html.components(separatedBy: "<svg").dropFirst().map {
            "<svg" + ($0.components(separatedBy: "</svg>").first ?? "") + "</svg>"
        }
    }
}
