/// A phone number as E.164 has it: a plus, the calling code and the rest, 7 to 15 digits.
package enum PhoneNumber {
    /// Calling codes behind which a national number keeps its zero: Italy's with the Vatican, and San Marino's.
    private static let withZero = ["39", "378"].map { Array($0.utf8) }

    /// The digits of a text without spaces, hyphens, dots, slashes and brackets, where it begins with an international
    /// prefix; nil where it does not, as a national number. A trunk prefix that is shown in brackets behind the calling
    /// code, as in `+44 (0)20`, is not dialled and left out.
    ///
    /// - Parameters:
    ///   - folded: the bytes of a `FoldedText`.
    ///   - prefix: what is dialled in place of the plus.
    /// - Returns: what follows the prefix, of any length and characters; the text with its brackets where one of them parts
    ///   the prefix, as in `(0)044`, which is a national number to some.
    package static func dialled(_ folded: [UInt8], prefix: [UInt8]) -> [UInt8]? {
        let text = folded.without(" -./")
        let bare = text.without("()")
        guard let found = [[UInt8(ascii: "+")], prefix].first(where: { bare.starts(with: $0) }) else { return nil }
        let opened = text.drop { $0 == UInt8(ascii: "(") }
        guard opened.starts(with: found) else { return text }
        return withoutTrunk(Array(opened.dropFirst(found.count))).without("()")
    }

    /// The number with its plus; nil for another number of digits, other characters or a leading zero.
    ///
    /// - Parameter digits: calling code and number, without a plus.
    package static func international(_ digits: [UInt8]) -> [UInt8]? {
        guard (7...15).contains(digits.count), digits.isDigits, digits[0] != UInt8(ascii: "0") else { return nil }
        return [UInt8(ascii: "+")] + digits
    }

    private static func withoutTrunk(_ text: [UInt8]) -> [UInt8] {
        let trunk = Array("(0)".utf8)
        guard let at = text.indices.first(where: { text[$0...].starts(with: trunk) }) else { return text }
        let callingCode = Array(text[..<at]).without("()")
        guard (1...3).contains(callingCode.count), !withZero.contains(callingCode) else { return text }
        return Array(text[..<at] + text[(at + trunk.count)...])
    }
}
