/// Markup. What stands literally in an interpolated string is markup; every text that is put into one is escaped; so a name that
/// holds a script is shown, and never run. Attributes have to be in double quotes.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    package private(set) var text: String

    package init(stringLiteral text: String) { self.text = text }
    package init(stringInterpolation parts: StringInterpolation) { text = parts.text }
    private init(markup: String) { text = markup }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        package mutating func appendLiteral(_ markup: String) { text += markup }
        package mutating func appendInterpolation(_ markup: HTML) { text += markup.text }
        package mutating func appendInterpolation(_ value: String) { HTML.escape(value, into: &text) }
        package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
        package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
        /// Nothing where there is nothing.
        package mutating func appendInterpolation(_ markup: HTML?) { text += markup?.text ?? "" }
    }

    package static let nothing = HTML(markup: "")

    package static func + (left: HTML, right: HTML) -> HTML { HTML(markup: left.text + right.text) }

    /// Appends a text as it can stand in markup and in quoted attributes.
    private static func escape(_ value: String, into out: inout String) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            // Marks that turn the writing round would move what stands beside them.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}": out += "\u{FFFD}"
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
