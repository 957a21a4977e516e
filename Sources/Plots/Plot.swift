import Foundation

/// The frame of a picture: axes with units, ticks that don't crowd, a legend above of as many lines as it takes.
package struct Plot: Sendable {
    /// A mark of an axis at a value.
    package struct Tick: Sendable {
        package var value: Double
        package var label: String

        package init(value: Double, label: String) {
            self.value = value
            self.label = label
        }
    }

    private static let left = 74.0
    private static let right = 24.0
    private static let bottom = 44.0
    private let top: Double
    package private(set) var svg: SVG
    private let xs: ClosedRange<Double>
    private let ys: ClosedRange<Double>

    /// - Parameters:
    ///   - xs: the values at the left and the right border.
    ///   - legend: names with colours; nothing is drawn for one name alone.
    package init(
        width: Double = 760, height: Double = 260, xs: ClosedRange<Double>, xTicks: [Tick], xTitle: String,
        ys: ClosedRange<Double>, yTicks: [Tick], yTitle: String, legend: [(name: String, colour: String)] = []
    ) {
        svg = SVG(width: width, height: height)
        self.xs = xs
        self.ys = ys
        // Colours are chosen on white, whatever page the picture is on.
        svg.rectangle(0, 0, width, height, "#ffffff")
        svg.write(yTitle, 4, 14)
        var (x, y) = (Self.left, 33.0)
        for entry in legend {
            let length = 34 + 7 * Double(entry.name.count)
            // What doesn't fit any more begins a new line.
            if x > Self.left, x + length > width { (x, y) = (Self.left, y + 18) }
            svg.rectangle(x, y - 10, 11, 11, entry.colour)
            svg.write(entry.name, x + 16, y)
            x += length
        }
        top = y + 13
        for tick in yTicks {
            svg.line(Self.left, self.y(tick.value), width - Self.right, self.y(tick.value), Palette.grid)
            svg.write(tick.label, Self.left - 6, self.y(tick.value) + 4, .end)
        }
        svg.line(Self.left, height - Self.bottom, width - Self.right, height - Self.bottom, Palette.axis)
        var free = -Double.infinity
        for tick in xTicks {
            let (x, half) = (self.x(tick.value), 3.6 * Double(tick.label.count))
            svg.line(x, height - Self.bottom, x, height - Self.bottom + 4, Palette.axis)
            guard x - half > free else { continue }
            svg.write(tick.label, x, height - Self.bottom + 18, .middle)
            free = x + half + 4
        }
        svg.write(xTitle, (Self.left + width - Self.right) / 2, height - 6, .middle)
    }

    package func x(_ value: Double) -> Double {
        let part = (value - xs.lowerBound) / max(xs.upperBound - xs.lowerBound, 1e-9)
        return Self.left + part * (svg.width - Self.left - Self.right)
    }

    package func y(_ value: Double) -> Double {
        let part = (value - ys.lowerBound) / max(ys.upperBound - ys.lowerBound, 1e-9)
        return svg.height - Self.bottom - part * (svg.height - Self.bottom - top)
    }

    package mutating func bar(from low: Double, to high: Double, left: Double, right: Double, _ colour: String) {
        svg.rectangle(x(left), y(high), max(0.5, x(right) - x(left)), max(0, y(low) - y(high)), colour)
    }

    package mutating func curve(_ points: [(Double, Double)], _ colour: String) {
        svg.polyline(points.map { (x($0.0), y($0.1)) }, colour)
    }

    package mutating func dot(_ at: Double, _ value: Double, _ colour: String) {
        svg.circle(x(at), y(value), 3, colour)
    }

    /// An area between two curves over the same values, through which others can be seen.
    package mutating func band(_ points: [(at: Double, low: Double, high: Double)], _ colour: String) {
        svg.polygon(
            points.map { (x($0.at), y($0.high)) } + points.reversed().map { (x($0.at), y($0.low)) }, colour,
            opacity: 0.2)
    }

    /// An interval: a line up and down, with a stroke at both ends.
    package mutating func interval(_ at: Double, from low: Double, to high: Double, _ colour: String) {
        let x = x(at)
        svg.line(x, y(low), x, y(high), colour)
        for end in [y(low), y(high)] { svg.line(x - 3, end, x + 3, end, colour) }
    }

    /// A straight line from one point to another.
    package mutating func line(_ from: (Double, Double), _ to: (Double, Double), _ colour: String) {
        svg.line(x(from.0), y(from.1), x(to.0), y(to.1), colour)
    }

    /// A payment: a stalk, and a head whose form says how it was paid.
    package mutating func stalk(_ at: Double, _ value: Double, _ colour: String, _ head: Head) {
        let (x, y) = (x(at), y(value))
        svg.line(x, self.y(ys.lowerBound), x, y, colour)
        switch head {
        case .circle: svg.circle(x, y, 4.5, colour)
        case .square: svg.rectangle(x - 4, y - 4, 8, 8, colour)
        case .triangle: svg.polygon([(x - 5, y + 4), (x + 5, y + 4), (x, y - 5)], colour)
        }
    }

    package enum Head { case circle, square, triangle }
}

extension Plot.Tick {
    /// Round values from 0 to a little above the greatest: 1, 2 or 5 times a power of ten apart.
    package static func round(upTo greatest: Double, unit: String = "") -> [Plot.Tick] {
        let rough = max(greatest, 1e-9) / 4
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        return (0...Int((greatest / step).rounded(.up))).map { number in
            let value = Double(number) * step
            return Plot.Tick(
                value: value, label: (step < 1 ? String(format: "%.1f", value) : grouped(Int(value))) + unit)
        }
    }
}

/// `1,234,567`.
package func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
