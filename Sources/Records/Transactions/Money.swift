/// An amount as it was agreed: minor units of its own currency (ISO 4217), exact.
package struct Money: Hashable, Sendable {
    /// Whole numbers of 10^-`currency.decimals`: cents of EUR, yen of JPY, thousandths of KWD.
    package var units: Int64
    package var currency: Currency

    package init(units: Int64, currency: Currency) {
        self.units = units
        self.currency = currency
    }

    /// Reads a plain decimal with no more decimals than the currency has, trailing zeros aside.
    ///
    /// - Throws: what is wrong with the text, as `MinorUnits` does; what exceeds a hundred thousand million is too
    ///   large in every currency.
    package init(decimal text: some StringProtocol, currency: Currency) throws(MinorUnits.ParseError) {
        self.init(units: try readDecimal(text, places: currency.decimals), currency: currency)
    }

    /// `57.16`, with all decimals of the currency.
    package var decimal: String { writeDecimal(units, places: currency.decimals) }
}

/// Reads a plain decimal such as `57.16` or `57` as a whole number of 10^-places; no exponent, no grouping.
///
/// - Throws: what is wrong with it; too large is what exceeds a hundred thousand million.
func readDecimal(_ text: some StringProtocol, places: Int) throws(MinorUnits.ParseError) -> Int64 {
    let limit = 100_000_000_000 * powerOfTen(places)
    var units: Int64 = 0
    var decimals = -1
    var digits = 0
    var bytes = Array(text.utf8)[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative { bytes = bytes.dropFirst() }
    var overflow = false
    for c in bytes {
        if c == UInt8(ascii: "."), decimals < 0 {
            decimals = 0
            continue
        }
        guard (48...57).contains(c) else { throw .notANumber }
        digits += 1
        if decimals >= 0 { decimals += 1 }
        if decimals > places {
            guard c == 48 else { throw .tooPrecise }
            continue
        }
        units = units * 10 + Int64(c - 48)
        if units > limit { overflow = true; units = limit }
    }
    guard digits > 0, decimals != 0 else { throw .notANumber }
    if negative { throw .negative }
    for _ in min(max(decimals, 0), places)..<places {
        if units > limit / 10 { overflow = true } else { units *= 10 }
    }
    guard !overflow else { throw .tooLarge }
    return units
}

/// A whole number of 10^-places as a plain decimal.
func writeDecimal(_ units: Int64, places: Int) -> String {
    let scale = UInt64(powerOfTen(places))
    let whole = "\(units < 0 ? "-" : "")\(units.magnitude / scale)"
    guard places > 0 else { return whole }
    let rest = String(units.magnitude % scale)
    return whole + "." + String(repeating: "0", count: places - rest.count) + rest
}

/// 10 to the power of `exponent`, 0 to 18.
func powerOfTen(_ exponent: Int) -> Int64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
