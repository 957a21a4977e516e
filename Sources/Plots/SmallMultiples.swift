import Foundation

/// Panels beside and below one another, each a curve on logarithmic axes; the panels of a row share their vertical axis, so
/// that they can be compared.
package struct SmallMultiples {
    package struct Point: Sendable {
        /// Above nothing, both.
        package var x: Double
        package var y: Double
        /// What stands below the axis at `x`.
        package var label: String

        package init(x: Double, y: Double, label: String) {
            self.x = x
            self.y = y
            self.label = label
        }
    }

    package struct Row: Sendable {
        package var yTitle: String
        /// One list a column.
        package var panels: [[Point]]

        package init(yTitle: String, panels: [[Point]]) {
            self.yTitle = yTitle
            self.panels = panels
        }
    }

    private static let panel = (width: 310.0, height: 190.0)
    private let xTitles: [String]
    private let rows: [Row]

    package init(xTitles: [String], rows: [Row]) {
        self.xTitles = xTitles
        self.rows = rows
    }

    package func svg(title: String) -> String {
        let (width, height) = (Self.panel.width, Self.panel.height)
        var out = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width) * xTitles.count) \(Int(height) * rows.count)" \
            role="img">
            <title>\(SVG.escape(title))</title>
            <rect width="100%" height="100%" fill="#ffffff"/>

            """
        for (number, row) in rows.enumerated() {
            for (column, points) in row.panels.enumerated() {
                out += "<g transform=\"translate(\(Int(width) * column),\(Int(height) * number))\">\n"
                out += panel(points, row: row, xTitle: xTitles[column]) + "</g>\n"
            }
        }
        return out + "</svg>\n"
    }

    private func panel(_ points: [Point], row: Row, xTitle: String) -> String {
        let xs = Self.around(points.map { log10($0.x) })
        let yTicks = Self.ticks(row.panels.joined().map(\.y))
        var plot = Plot(
            width: Self.panel.width, height: Self.panel.height, xs: xs,
            xTicks: points.map { Plot.Tick(value: log10($0.x), label: $0.label) }, xTitle: xTitle,
            ys: (yTicks.first?.value ?? 0)...(yTicks.last?.value ?? 1), yTicks: yTicks, yTitle: row.yTitle)
        let places = points.map { (log10($0.x), log10($0.y)) }
        plot.curve(places, Palette.colour(0))
        for place in places { plot.dot(place.0, place.1, Palette.colour(0)) }
        return plot.svg.element(title: "\(row.yTitle) by \(xTitle)")
    }

    /// A little more than the values span.
    private static func around(_ values: [Double]) -> ClosedRange<Double> {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let margin = max(0.05, (high - low) * 0.06)
        return low - margin...high + margin
    }

    /// From the step below the least value to the step above the greatest: by 1, 2, 5, 10, or by tens where that crowds.
    private static func ticks(_ values: [Double]) -> [Plot.Tick] {
        let (low, high) = (values.min() ?? 1, values.max() ?? 10)
        let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        let fine = powers.flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
        let first = fine.lastIndex { $0 <= low } ?? 0
        let last = fine.firstIndex { $0 >= high && $0 > fine[first] } ?? fine.count - 1
        let steps = last - first < 7 ? Array(fine[first...last]) : powers.map { pow(10, Double($0)) }
        return steps.map { value in
            Plot.Tick(
                value: log10(value), label: value < 1 ? String(format: "%g", value) : grouped(Int(value.rounded())))
        }
    }
}
