/// A number with or without an exponent, exactly: `digits` times 10^-places.
struct ExactNumber {
    private let digits: Int128
    private let places: Int

    /// Reads `12`, `12.5`, `-3`, `1e+05`, `1.5E3`. Nil for what is none, or has more than 25 digits or an exponent beyond
    /// 30.
    init?(_ text: String) {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard (1...2).contains(parts.count) else { return nil }
        let exponent = parts.count == 2 ? Int(parts[1]) : 0
        guard let exponent, (-30...30).contains(exponent) else { return nil }
        let isNegative = parts[0].hasPrefix("-")
        let number = (isNegative ? parts[0].dropFirst() : parts[0])
            .split(separator: ".", omittingEmptySubsequences: false)
        let written = number.joined()
        guard number.count <= 2, number.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            written.utf8.count <= 25, let value = Int128(written)
        else { return nil }
        digits = isNegative ? -value : value
        places = (number.count == 2 ? number[1].utf8.count : 0) - exponent
    }

    /// The number times a fraction, rounded down; nil where 64 bits don't hold it.
    func times(_ factor: Int64, dividedBy divisor: Int64 = 1) -> Int64? {
        var (numerator, denominator) = (digits, Int128(divisor))
        guard Self.scale(&numerator, by: Int128(factor)), Self.scale(&numerator, tens: -places),
            Self.scale(&denominator, tens: places)
        else { return nil }
        let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
        return Int64(exactly: rest < 0 ? quotient - 1 : quotient)
    }

    /// The number where it is whole.
    var whole: Int? {
        guard let floor = times(1), times(-1) == -floor else { return nil }
        return Int(floor)
    }

    /// The number without an exponent, such as `1500` for `1.5E3`; nil for one that is longer than amounts are.
    var plain: String? {
        let text = "\(digits.magnitude)"
        let sign = digits < 0 ? "-" : ""
        if places <= 0 { return digits == 0 ? "0" : sign + text + String(repeating: "0", count: -places) }
        let padded = String(repeating: "0", count: max(0, places + 1 - text.count)) + text
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// Multiplies by a power of ten; one that is not positive changes nothing. False where 128 bits are too few.
    private static func scale(_ number: inout Int128, tens: Int) -> Bool {
        for _ in 0..<max(0, tens) { guard scale(&number, by: 10) else { return false } }
        return true
    }

    private static func scale(_ number: inout Int128, by factor: Int128) -> Bool {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        number = product
        return !overflow
    }
}
