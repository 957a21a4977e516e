/// A phone number as E.164 has it: a plus, the calling code and the rest, 7 to 15 digits.
enum PhoneNumber {
    /// The number with its plus. Spaces, hyphens, dots, slashes and brackets are left out.
    ///
    /// - Parameter plan: how national numbers are dialled; without one `00` is taken for the international prefix.
    /// - Throws: `callingCodeMissing` for a national number without a plan; `wrongForm` for other characters or another
    ///   number of digits.
    static func canonical(_ folded: [UInt8], _ plan: DiallingPlan?) throws(IdentifierError) -> [UInt8] {
        let text = folded.without(" -./")
        let bare = text.without("()")
        for prefix in [[UInt8(ascii: "+")], plan?.internationalPrefix ?? Array("00".utf8)]
        where bare.starts(with: prefix) {
            // A trunk prefix that is shown in brackets, as in `+44 (0)20`, is not dialled.
            let dialled = withoutFirst(Array("(0)".utf8), in: text).without("()")
            return try international(Array(dialled.dropFirst(prefix.count)))
        }
        guard bare.isDigits else { throw .wrongForm }
        guard let plan else { throw .callingCodeMissing }
        let isTrunk = !plan.trunkPrefix.isEmpty && bare.starts(with: plan.trunkPrefix)
        return try international(plan.callingCode + bare.dropFirst(isTrunk ? plan.trunkPrefix.count : 0))
    }

    /// - Parameter digits: after the plus.
    private static func international(_ digits: [UInt8]) throws(IdentifierError) -> [UInt8] {
        guard (7...15).contains(digits.count), digits.isDigits, digits[0] != UInt8(ascii: "0") else {
            throw .wrongForm
        }
        return [UInt8(ascii: "+")] + digits
    }

    private static func withoutFirst(_ part: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard let at = text.indices.first(where: { text[$0...].starts(with: part) }) else { return text }
        return Array(text[..<at] + text[(at + part.count)...])
    }
}
