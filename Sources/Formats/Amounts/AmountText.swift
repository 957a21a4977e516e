/// An amount's text with its sign taken off and its marks read: what is left is a plain decimal.
struct AmountText {
    /// Digits with a point where there are decimals; may still be no number.
    var decimal: String
    /// A minus stood before or behind the digits, or brackets around them.
    var isNegative: Bool

    /// Reads a text by its mapping's form. A sign may stand before or behind the digits, with blanks between.
    ///
    /// - Returns: nil where marks are not where they belong: a group of thousands has three digits, those before it may
    ///   have two, as in India, and the first one to three, with no zero before them.
    init?(_ text: String, _ form: AmountForm) {
        var characters = Array(text.unicodeScalars)[...]
        isNegative = Self.takeSign(&characters, pluses: !form.isPlain)
        characters = characters.drop { $0.isSpace }
        while characters.last?.isSpace == true { characters.removeLast() }
        guard characters.first.map({ !Self.isMinus($0) }) ?? false else { return nil }
        if form.isPlain {
            decimal = Self.string(characters)
            return
        }
        let mark: Unicode.Scalar = form.decimalMark == .comma ? "," : "."
        let parts = characters.split(separator: mark, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ Self.ungrouped($0, form.thousandsMark) }) else { return nil }
        decimal = parts.count == 2 ? whole + "." + Self.string(parts[1]) : whole
        // A point in another role than the form's is no decimal mark.
        guard parts.count == 1 || !parts[1].contains(".") else { return nil }
    }

    /// Takes one sign off, before or behind, or brackets around; true for a minus, as for brackets.
    private static func takeSign(_ characters: inout ArraySlice<Unicode.Scalar>, pluses: Bool) -> Bool {
        guard let first = characters.first, let last = characters.last, characters.count > 1 else { return false }
        if isMinus(first) || (pluses && first == "+") {
            characters.removeFirst()
            return isMinus(first)
        }
        if isMinus(last) || (pluses && last == "+") {
            characters.removeLast()
            return isMinus(last)
        }
        guard first == "(", last == ")" else { return false }
        characters = characters.dropFirst().dropLast()
        return true
    }

    private static func isMinus(_ scalar: Unicode.Scalar) -> Bool { scalar == "-" || scalar == "\u{2212}" }

    /// The digits of a whole number without its marks; nil where the groups are none.
    private static func ungrouped(
        _ whole: ArraySlice<Unicode.Scalar>, _ mark: AmountForm.ThousandsMark?
    ) -> String? {
        guard !whole.contains(".") || mark == .point else { return nil }
        guard let mark else { return string(whole) }
        let groups = whole.split(omittingEmptySubsequences: false) { mark.matches($0) }
        guard groups.count > 1 else { return string(whole) }
        // `0.125` with points between thousands is an eighth of someone who writes otherwise.
        guard groups[0].first != "0" else { return nil }
        let middle = Set(groups.dropFirst().dropLast().map(\.count))
        guard groups[groups.count - 1].count == 3, middle.isEmpty || middle == [3] || middle == [2],
            (1...(middle.first ?? 3)).contains(groups[0].count)
        else { return nil }
        return groups.map { string($0) }.joined()
    }

    private static func string(_ characters: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: characters)
        return String(text)
    }
}

extension Unicode.Scalar {
    /// A blank as amounts have them: an ordinary, a no-break or a thin one.
    var isSpace: Bool { self == " " || self == "\u{A0}" || self == "\u{2009}" || self == "\u{202F}" }
}

extension AmountForm.ThousandsMark {
    /// Whether a character is the mark, in one of its spellings.
    fileprivate func matches(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .point: scalar == "."
        case .comma: scalar == ","
        case .blank: scalar.isSpace
        case .apostrophe: scalar == "'" || scalar == "\u{2019}"
        }
    }
}
