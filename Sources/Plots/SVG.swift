import Foundation

/// Writes one picture, in pixels from the upper left corner.
package struct SVG: Sendable {
    package enum Anchor: String { case start, middle, end }

    package let width: Double
    package let height: Double
    private var body = ""

    package init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    package mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: String) {
        body += "<rect x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" width=\"\(Self.text(width))\" "
        body += "height=\"\(Self.text(height))\" fill=\"\(colour)\"/>\n"
    }

    package mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, thick: Double = 1
    ) {
        body += "<line x1=\"\(Self.text(x1))\" y1=\"\(Self.text(y1))\" x2=\"\(Self.text(x2))\" y2=\"\(Self.text(y2))\" "
        body += "stroke=\"\(colour)\" stroke-width=\"\(Self.text(thick))\"/>\n"
    }

    package mutating func polyline(_ points: [(Double, Double)], _ colour: String) {
        let list = points.map { "\(Self.text($0.0)),\(Self.text($0.1))" }.joined(separator: " ")
        body += "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
    }

    /// - Parameter opacity: 0 to 1; what is below 1 lets other areas be seen through.
    package mutating func polygon(_ points: [(Double, Double)], _ colour: String, opacity: Double = 1) {
        let list = points.map { "\(Self.text($0.0)),\(Self.text($0.1))" }.joined(separator: " ")
        let part = opacity < 1 ? " fill-opacity=\"\(Self.text(opacity))\"" : ""
        body += "<polygon points=\"\(list)\" fill=\"\(colour)\"\(part)/>\n"
    }

    package mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ colour: String) {
        body +=
            "<circle cx=\"\(Self.text(x))\" cy=\"\(Self.text(y))\" r=\"\(Self.text(radius))\" fill=\"\(colour)\"/>\n"
    }

    package mutating func write(
        _ words: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, colour: String = Palette.text
    ) {
        body += "<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" text-anchor=\"\(anchor.rawValue)\" "
        body += "fill=\"\(colour)\">\(Self.escape(words))</text>\n"
    }

    /// The element, with a title for those who can't see it.
    package func element(title: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.text(width)) \(Self.text(height))" \
        width="\(Self.text(width))" height="\(Self.text(height))" role="img" font-family="sans-serif" font-size="12">
        <title>\(Self.escape(title))</title>
        \(body)</svg>

        """
    }

    /// A tenth of a pixel is enough.
    private static func text(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    package static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008), on white.
package enum Palette {
    package static let text = "#222222"
    package static let axis = "#888888"
    package static let grid = "#e4e4e4"
    package static let series = [
        "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7f7f7f", "#bcbd22", "#8c564b", "#111111",
    ]

    package static func colour(_ number: Int) -> String { series[number % series.count] }
}
