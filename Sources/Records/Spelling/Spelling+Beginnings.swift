extension Spelling {
    /// The beginnings that names in their one spelling have where they begin as a text does. Several, since how a name goes
    /// on decides how it is spelled: `00491` begins an account's number, or `+491`.
    ///
    /// - Parameter text: without the `*` that says it is a beginning.
    package func beginnings(_ text: String) -> Set<String> {
        guard self != .plain, self != .address, let folded = try? FoldedText(text).bytes else { return [text.composed] }
        let found =
            switch self {
            case .plain, .address: [[UInt8]]()
            case .card: Self.card(folded)
            case .name: name(folded)
            case .account: account(folded, isWord: text.hasSuffix(" "))
            }
        return found.isEmpty ? [text.composed] : Set(found.map { String(decoding: $0, as: UTF8.self) })
    }

    private static func card(_ folded: [UInt8]) -> [[UInt8]] {
        let marks = Array("*xX#".utf8)
        let digits = folded.without(" -").map { marks.contains($0) ? UInt8(ascii: "*") : $0 }
        return digits.contains(where: \.isDigit) && digits.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "*") }
            ? [digits] : []
    }

    /// Only what is written in an IBAN's groups, with a plus or as a mail address is respelled: other names differ by case.
    private func name(_ folded: [UInt8]) -> [[UInt8]] {
        let groups = folded.split(separator: UInt8(ascii: " ")).map(\.count)
        let iban = folded.uppercased.without(" ")
        if IBAN.begins(iban), iban.isUppercaseAlphanumeric, groups.count > 1, groups.dropLast().allSatisfy({ $0 == 4 })
        {
            return [iban]
        }
        if let phone = phoneBeginning(folded) { return [phone] }
        return folded.contains(UInt8(ascii: "@")) ? [folded, folded.lowercased] : []
    }

    /// - Parameter isWord: whether a space comes behind, so that a name of words has to go on with another word.
    private func account(_ folded: [UInt8], isWord: Bool) -> [[UInt8]] {
        let label = IBAN.withoutLabel(folded.uppercased)
        let text = label.isEmpty ? folded.uppercased : label
        var found: [[UInt8]] = []
        let compact = text.without(" -")
        if IBAN.begins(compact), compact.isUppercaseAlphanumeric { found.append(compact) }
        if CardNumber.isPrinted(text) { found.append(compact) }
        if let phone = phoneBeginning(folded) { found.append(phone) }
        if !folded.contains(UInt8(ascii: " ")) { found.append(folded.lowercased) }
        if text.count(where: \.isDigit) > text.count(where: \.isUppercase) {
            found.append(text.without(" "))
        } else {
            let words = Array(text.split(separator: UInt8(ascii: " ")).joined(separator: [UInt8(ascii: " ")]))
            found.append(isWord ? words + [UInt8(ascii: " ")] : words)
        }
        return found
    }

    /// Nil where the text begins no phone number, as `00` alone, which may go on as an account's.
    private func phoneBeginning(_ folded: [UInt8]) -> [UInt8]? {
        guard let dialled = dialled(folded), dialled.isDigits, !dialled.isEmpty || folded.contains(UInt8(ascii: "+"))
        else { return nil }
        return [UInt8(ascii: "+")] + dialled
    }
}
