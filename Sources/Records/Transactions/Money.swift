/// An amount as it was agreed: minor units of its own currency (ISO 4217), exact.
package struct Money: Hashable, Sendable {
    /// Whole numbers of 10^-`currency.decimals`: cents of EUR, yen of JPY, thousandths of KWD.
    package var units: Int64
    package var currency: Currency

    package init(units: Int64, currency: Currency) {
        self.units = units
        self.currency = currency
    }

    /// Units that an amount may have: 10^18, which is a thousand million million of IDR. What is kept in the consortium's
    /// currency has the limit of `MinorUnits`, after the conversion.
    package static let limit: Int64 = 1_000_000_000_000_000_000

    /// Reads a plain decimal with no more decimals than the currency has, trailing zeros aside.
    ///
    /// - Parameter rounding: whether more decimals are rounded to the nearest unit, halves to the even one.
    /// - Throws: what is wrong with the text, as `MinorUnits` does; too large is what has more units than `limit`.
    package init(
        decimal text: some StringProtocol, currency: Currency, rounding: Bool = false
    ) throws(MinorUnits.ParseError) {
        let units = try readDecimal(text, places: currency.decimals, limit: Self.limit, rounding: rounding)
        self.init(units: units, currency: currency)
    }

    /// Reads a whole number of the currency's minor units, such as `5716` for 57.16 EUR; zeros behind a point may follow.
    ///
    /// - Throws: as `init(decimal:currency:rounding:)`; parts of a unit are too precise unless they are rounded.
    package init(
        minorUnits text: some StringProtocol, currency: Currency, rounding: Bool = false
    ) throws(MinorUnits.ParseError) {
        self.init(
            units: try readDecimal(text, places: 0, limit: Self.limit, rounding: rounding), currency: currency)
    }

    /// `57.16`, with all decimals of the currency.
    package var decimal: String { writeDecimal(units, places: currency.decimals) }
}

/// Reads a plain decimal such as `57.16` or `57` as a whole number of 10^-places; no exponent, no grouping.
///
/// - Parameters:
///   - limit: the largest number that is no `tooLarge`, at most 10^18.
///   - rounding: whether more decimals are rounded, halves to the even number; else all but zeros are `tooPrecise`.
/// - Throws: what is wrong with it, in the order of `ParseError`'s cases whichever stands first in the text.
func readDecimal(
    _ text: some StringProtocol, places: Int, limit: Int64, rounding: Bool = false
) throws(MinorUnits.ParseError) -> Int64 {
    var units: Int64 = 0
    var (digits, decimals) = (0, -1)
    var (isNegative, isTooLarge) = (false, false)
    var rest = DroppedDecimals()
    // An array, since a generic text is read byte by byte through tables of its functions.
    let bytes = Array(text.utf8)
    for (index, c) in bytes.enumerated() {
        switch c {
        case 48...57:
            digits += 1
            if decimals >= 0 { decimals += 1 }
            if decimals > places { rest.add(c) } else { add(Int64(c - 48)) }
        case UInt8(ascii: ".") where decimals < 0: decimals = 0
        case UInt8(ascii: "-") where index == 0: isNegative = true
        default: throw .notANumber
        }
    }
    func add(_ digit: Int64) {
        // Ten times 10^18 is above what 64 bits count.
        let (product, overflow) = units.multipliedReportingOverflow(by: 10)
        units = product &+ digit
        if overflow || units < 0 || units > limit { (isTooLarge, units) = (true, 0) }
    }
    guard digits > 0, decimals != 0 else { throw .notANumber }
    if isNegative { throw .negative }
    for _ in min(max(decimals, 0), places)..<places { add(0) }
    if isTooLarge { throw .tooLarge }
    if rounding { units += rest.isRoundedUp(units) ? 1 : 0 } else if rest.isSignificant { throw .tooPrecise }
    guard units <= limit else { throw .tooLarge }
    return units
}

/// Decimals beyond those that are kept.
private struct DroppedDecimals {
    /// The first one, as ASCII; zero before it came.
    private var first: UInt8 = 0
    /// A digit other than zero is among those after the first.
    private var hasMore = false

    mutating func add(_ digit: UInt8) {
        if first == 0 { first = digit } else if digit != 48 { hasMore = true }
    }

    var isSignificant: Bool { first > 48 || hasMore }

    /// Whether the nearest number is the next one, halves to the even one.
    func isRoundedUp(_ units: Int64) -> Bool { first > 53 || (first == 53 && (hasMore || units % 2 == 1)) }
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
