import Foundation
import FoundationXML
import Plots
import Testing

@Suite("Small multiples")
struct SmallMultiplesTests {
    private func svg(_ panels: [[(Double, Double)]]) -> String {
        SmallMultiples(
            xTitles: panels.indices.map { "x \($0)" },
            rows: [
                .init(
                    yTitle: "y",
                    panels: panels.map { points in points.map { .init(x: $0.0, y: $0.1, label: "\(Int($0.0))") } })
            ]
        ).svg(title: "a < b")
    }

    /// Places of the dots, from the left and from above.
    private func dots(_ svg: String) -> [(x: Double, y: Double)] {
        svg.matches(of: /<circle cx="([0-9.]+)" cy="([0-9.]+)"/).map { (Double($0.1) ?? 0, Double($0.2) ?? 0) }
    }

    @Test("it is XML, with a panel for each list of points and a dot for each point")
    func wellFormed() throws {
        let svg = svg([[(1, 10), (10, 100), (100, 1000)], [(3, 50), (30, 20)]])
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(svg.contains("<title>a &lt; b</title>"))
        #expect(svg.matches(of: /<g transform/).count == 2)
        #expect(dots(svg).count == 5)
    }

    @Test("what grows as a power is a straight line, and panels of a row share their vertical axis")
    func logarithmic() throws {
        let dots = dots(svg([[(1, 10), (10, 100), (100, 1000)], [(1, 100), (2, 100)]]))
        try #require(dots.count == 5)
        #expect(abs((dots[1].x - dots[0].x) - (dots[2].x - dots[1].x)) < 0.2)
        #expect(abs((dots[0].y - dots[1].y) - (dots[1].y - dots[2].y)) < 0.2)
        #expect(dots[0].y > dots[1].y)
        #expect(dots[3].y == dots[1].y)
    }

    @Test("one value alone, or all the same, is drawn too", arguments: [[(5.0, 7.0)], [(1, 3253), (8, 3253)]])
    func flat(_ points: [(Double, Double)]) {
        let dots = dots(svg([points]))
        #expect(dots.count == points.count)
        #expect(dots.allSatisfy { $0.y > 40 && $0.y < 150 && $0.x > 70 && $0.x < 300 }, "\(dots)")
    }
}
