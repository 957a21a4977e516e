/// An international bank account number (ISO 13616): its check digits hold.
enum IBAN {
    /// Whether the form is that of an IBAN, with 15 to 34 characters, and the check digits hold (ISO 7064, MOD 97-10).
    /// Which country has which length is not looked up.
    ///
    /// - Parameter text: without spaces, in capitals, as messages have it.
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let letters: ClosedRange<UInt8> = 65...90
        let digits: ClosedRange<UInt8> = 48...57
        guard (15...34).contains(bytes.count), letters.contains(bytes[0]), letters.contains(bytes[1]),
            digits.contains(bytes[2]), digits.contains(bytes[3])
        else { return false }
        var rest = 0
        for c in bytes[4...] + bytes[..<4] {
            if digits.contains(c) {
                rest = (rest * 10 + Int(c - 48)) % 97
            } else if letters.contains(c) {
                rest = (rest * 100 + Int(c - 55)) % 97
            } else {
                return false
            }
        }
        return rest == 1
    }
}
