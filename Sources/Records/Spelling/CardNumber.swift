/// A primary account number (ISO/IEC 7812-1): 12 to 19 digits, the last of them Luhn's.
package enum CardNumber {
    /// The digits alone, without the spaces and hyphens that people write between them; nil for another number of digits,
    /// other characters or zeros alone. Luhn's digit is not looked at.
    ///
    /// - Parameter folded: the bytes of a `FoldedText`.
    package static func compact(_ folded: [UInt8]) -> [UInt8]? {
        let digits = folded.without(" -")
        // Zeros alone pass Luhn's check and stand for no card.
        guard (12...19).contains(digits.count), digits.isDigits, !digits.withoutLeadingZeros.isEmpty else { return nil }
        return digits
    }

    /// Whether the last digit is that of ISO/IEC 7812-1, annex B.
    package static func checks(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (at, byte) in digits.reversed().enumerated() {
            let digit = Int(byte - UInt8(ascii: "0"))
            let doubled = digit * 2
            sum += at % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// A number with digits left out (PCI DSS, requirement 3.4): 12 to 19 digits and marks, each mark an asterisk
    /// whichever of `*`, `x` and `#` it was. Nil without a mark, or with marks alone.
    static func masked(_ folded: [UInt8]) -> [UInt8]? {
        let marks = Array("*xX#".utf8)
        let text = folded.without(" -").map { marks.contains($0) ? UInt8(ascii: "*") : $0 }
        let digits = text.count(where: \.isDigit)
        guard (12...19).contains(text.count), (1..<text.count).contains(digits),
            text.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: "*") })
        else { return nil }
        return text
    }

    /// Whether a text is of digits alone, or of digits that one kind of separator, space or hyphen, parts as cards have
    /// them: in groups of four, three of them or more, or in four, six and the rest.
    static func isPrinted(_ folded: [UInt8]) -> Bool {
        guard let separator = folded.first(where: { !$0.isDigit }) else { return true }
        guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-"),
            folded.allSatisfy({ $0.isDigit || $0 == separator })
        else { return false }
        let groups = folded.split(separator: separator, omittingEmptySubsequences: false).map(\.count)
        return groups == [4, 6, 4] || groups == [4, 6, 5]
            || (groups.count >= 3 && groups.dropLast().allSatisfy { $0 == 4 } && (1...4).contains(groups.last ?? 0))
    }
}
