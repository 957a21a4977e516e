/// An account: by IBAN (ISO 13616), or by its bank's code and a local number.
enum AccountNumber {
    /// `iban:` and the IBAN, or `local:`, the code, a slash and the number; letters in capitals.
    ///
    /// - Parameters:
    ///   - folded: the text, in ASCII. One slash parts a bank's code from the number.
    ///   - bankCode: the code for a local number that comes without one.
    /// - Throws: `checkFailed` for a text in an IBAN's form whose check digits are wrong; `bankCodeMissing` for a local
    ///   number without a code where `bankCode` is nil; `wrongForm` for anything else.
    static func canonical(_ folded: [UInt8], bankCode: String?) throws(IdentifierError) -> [UInt8] {
        let text = folded.uppercased
        let compact = withoutLabel(text).without(" -")
        if isFormOfIBAN(compact) {
            guard checksIBAN(compact) else { throw .checkFailed }
            return Array("iban:".utf8) + compact
        }
        let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
        switch parts.count {
        case 2: return try local(bank: parts[0], number: parts[1])
        case 1:
            guard let bankCode else { throw .bankCodeMissing }
            return try local(bank: Array(bankCode.utf8).uppercased, number: text)
        default: throw .wrongForm
        }
    }

    /// People write `IBAN` before one.
    private static func withoutLabel(_ text: [UInt8]) -> [UInt8] {
        guard text.starts(with: Array("IBAN".utf8)) else { return text }
        var rest = Array(text.dropFirst(4))
        rest.trim { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
        return rest
    }

    /// Whether a text without spaces has two letters, two digits and 11 to 30 letters and digits. Which country has
    /// which length is not looked up.
    private static func isFormOfIBAN(_ text: [UInt8]) -> Bool {
        (15...34).contains(text.count) && text[0].isUppercase && text[1].isUppercase && text[2].isDigit
            && text[3].isDigit && text.isUppercaseAlphanumeric
    }

    /// ISO 7064, MOD 97-10, with the first four characters last.
    private static func checksIBAN(_ iban: [UInt8]) -> Bool {
        var rest = 0
        for c in iban[4...] + iban[..<4] {
            rest = c.isDigit ? (rest * 10 + Int(c - 48)) % 97 : (rest * 100 + Int(c - 55)) % 97
        }
        return rest == 1
    }

    /// A bank's code of 3 to 11 letters and digits, and a number of 1 to 34, both without spaces, hyphens and dots. A
    /// number of digits alone loses its leading zeros and may not be zero.
    private static func local(bank: [UInt8], number: [UInt8]) throws(IdentifierError) -> [UInt8] {
        var bank = bank.without(" -.")
        var number = number.without(" -.")
        guard (3...11).contains(bank.count), bank.isUppercaseAlphanumeric, (1...34).contains(number.count),
            number.isUppercaseAlphanumeric
        else { throw .wrongForm }
        // A BIC's branch XXX is the bank itself (ISO 9362).
        if bank.count == 11, bank.suffix(3) == Array("XXX".utf8)[...] { bank.removeLast(3) }
        if number.isDigits {
            number = number.withoutLeadingZeros
            guard !number.isEmpty else { throw .wrongForm }
        }
        return Array("local:".utf8) + bank + [UInt8(ascii: "/")] + number
    }
}
