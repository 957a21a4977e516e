/// An international bank account number (ISO 13616): two letters of a country, two check digits, and the account. Which
/// country has which length is not looked up.
package enum IBAN {
    /// Whether a text is an IBAN in any spelling whose check digits hold.
    package static func isValid(_ text: String) -> Bool {
        guard let folded = try? FoldedText(text).bytes, let iban = compact(folded) else { return false }
        return checks(iban)
    }

    /// The electronic form: capitals, without spaces, hyphens and the word `IBAN` that people write before it. Nil where
    /// the text is not of 15 to 34 letters and digits that begin as an IBAN does; check digits are not looked at.
    ///
    /// - Parameter folded: the bytes of a `FoldedText`.
    package static func compact(_ folded: [UInt8]) -> [UInt8]? {
        let text = withoutLabel(folded.uppercased).without(" -")
        guard (15...34).contains(text.count), begins(text), text.isUppercaseAlphanumeric else { return nil }
        return text
    }

    /// Whether the check digits of an electronic form hold (ISO 7064, MOD 97-10). They are 02 to 98: 00, 01 and 99 have
    /// the remainder of 97, 98 and 02, and are never given out.
    package static func checks(_ iban: [UInt8]) -> Bool {
        guard (2...98).contains(Int(iban[2] - 48) * 10 + Int(iban[3] - 48)) else { return false }
        var rest = 0
        for c in iban[4...] + iban[..<4] {
            rest = c.isDigit ? (rest * 10 + Int(c - 48)) % 97 : (rest * 100 + Int(c - 55)) % 97
        }
        return rest == 1
    }

    /// Whether a text in capitals begins with two letters and two digits.
    static func begins(_ text: [UInt8]) -> Bool {
        text.count >= 4 && text[0].isUppercase && text[1].isUppercase && text[2].isDigit && text[3].isDigit
    }

    /// The text without `IBAN` or `IBAN:` before it.
    static func withoutLabel(_ text: [UInt8]) -> [UInt8] {
        guard text.starts(with: Array("IBAN".utf8)) else { return text }
        var rest = Array(text.dropFirst(4))
        rest.trim { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
        return rest
    }
}
