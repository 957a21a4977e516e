import Records

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
        if let iban = IBAN.compact(folded) {
            guard IBAN.checks(iban) else { throw .checkFailed }
            return Array("iban:".utf8) + iban
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
