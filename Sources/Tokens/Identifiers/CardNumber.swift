/// A primary account number (ISO/IEC 7812-1): 12 to 19 digits, the last of them Luhn's.
enum CardNumber {
    /// The digits alone, without the spaces and hyphens that people write between them.
    ///
    /// - Throws: `wrongForm` for another number of digits, other characters or zeros alone; `checkFailed` where Luhn's
    ///   check does not hold.
    static func canonical(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        let digits = folded.without(" -")
        // Zeros alone pass Luhn's check and stand for no card.
        guard (12...19).contains(digits.count), digits.isDigits, !digits.withoutLeadingZeros.isEmpty else {
            throw .wrongForm
        }
        guard luhn(digits) else { throw .checkFailed }
        return digits
    }

    /// ISO/IEC 7812-1, annex B.
    private static func luhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (at, byte) in digits.reversed().enumerated() {
            let digit = Int(byte - UInt8(ascii: "0"))
            let doubled = digit * 2
            sum += at % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
