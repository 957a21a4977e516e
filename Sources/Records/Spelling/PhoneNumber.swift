/// A phone number as E.164 has it: a plus, the calling code and the rest, 7 to 15 digits.
package enum PhoneNumber {
    /// The digits of a text without spaces, hyphens, dots, slashes and brackets, where it begins with an international
    /// prefix; nil where it does not, as a national number. A trunk prefix that is shown in brackets, as in
    /// `+44 (0)20`, is not dialled and left out.
    ///
    /// - Parameters:
    ///   - folded: the bytes of a `FoldedText`.
    ///   - prefix: what is dialled in place of the plus.
    /// - Returns: what follows the prefix, of any length and characters.
    package static func dialled(_ folded: [UInt8], prefix: [UInt8]) -> [UInt8]? {
        let text = folded.without(" -./")
        let bare = text.without("()")
        guard let found = [[UInt8(ascii: "+")], prefix].first(where: { bare.starts(with: $0) }) else { return nil }
        return Array(withoutFirst(Array("(0)".utf8), in: text).without("()").dropFirst(found.count))
    }

    /// The number with its plus; nil for another number of digits, other characters or a leading zero.
    ///
    /// - Parameter digits: calling code and number, without a plus.
    package static func international(_ digits: [UInt8]) -> [UInt8]? {
        guard (7...15).contains(digits.count), digits.isDigits, digits[0] != UInt8(ascii: "0") else { return nil }
        return [UInt8(ascii: "+")] + digits
    }

    private static func withoutFirst(_ part: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard let at = text.indices.first(where: { text[$0...].starts(with: part) }) else { return text }
        return Array(text[..<at] + text[(at + part.count)...])
    }
}
