import Records

/// Pictures of figures. Colours are classes of the style sheet, so that they follow light and dark; each mark says its value.
struct Chart {
    /// A part of a bar. A class says what it means: `open`, `fraud`, `legitimate`, `suspicious`, `undecidable`, `plain`.
    struct Part {
        var name: String
        var kind: String
        var value: Double
        /// The value as people read it.
        var words: String
    }

    struct Bar {
        var name: String
        var parts: [Part]

        var sum: Double { parts.reduce(0) { $0 + $1.value } }
    }

    /// What somebody hears who can't see it.
    var title: String
    var bars: [Bar]
    private static let width = 360.0

    /// Bars side by side, with the names below of some.
    ///
    /// - Parameter scale: how the greatest value is written at the axis.
    func columns(scale: (Double) -> String) -> HTML {
        let (top, bottom, left) = (16.0, 132.0, 4.0)
        let greatest = max(bars.map(\.sum).max() ?? 0, 1e-9)
        let step = (Self.width - left) / Double(max(bars.count, 1))
        let every = max(1, (bars.count + 4) / 5)
        var out: [HTML] = []
        for (place, bar) in bars.enumerated() {
            let x = left + Double(place) * step
            var y = bottom
            for part in bar.parts where part.value > 0 {
                let height = part.value / greatest * (bottom - top)
                y -= height
                out.append(mark(x, y, max(1, step * 0.8), height, bar, part))
            }
            if place % every == 0 {
                out.append("<text x=\"\(number(x))\" y=\"147\">\(bar.name)</text>")
            }
        }
        return svg(
            152,
            "<line x1=\"0\" x2=\"360\" y1=\"132.5\" y2=\"132.5\"/><text x=\"4\" y=\"11\">\(scale(greatest))</text>"
                as HTML,
            out)
    }

    /// Bars below one another, each with its name and the words of its parts.
    var rows: HTML {
        let greatest = max(bars.map(\.sum).max() ?? 0, 1e-9)
        var out: [HTML] = []
        for (place, bar) in bars.enumerated() {
            let y = Double(place) * 22 + 4
            var x = 120.0
            out.append("<text x=\"114\" y=\"\(number(y + 12))\" text-anchor=\"end\">\(bar.name)</text>")
            for part in bar.parts where part.value > 0 {
                let width = part.value / greatest * 160
                out.append(mark(x, y, max(0.5, width), 16, bar, part))
                x += width
            }
            let words = bar.parts.map(\.words).joined(separator: " · ")
            out.append("<text x=\"\(number(x + 5))\" y=\"\(number(y + 12))\">\(words)</text>")
        }
        return svg(Double(bars.count) * 22 + 6, .nothing, out)
    }

    private func mark(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ bar: Bar, _ part: Part) -> HTML {
        """
        <rect class="\(part.kind)" x="\(number(x))" y="\(number(y))" width="\(number(width))" height="\(number(height))"><title>\(
            bar.name): \(part.name) \(part.words)</title></rect>
        """
    }

    private func svg(_ height: Double, _ axis: HTML, _ marks: [HTML]) -> HTML {
        """
        <svg class="chart" viewBox="0 0 360 \(number(height))" role="img" aria-label="\(title)">\(axis)\(marks)</svg>
        """
    }

    /// A tenth of a unit is enough.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths) % 10)"
    }
}
