/// An amount in hundredths of the consortium's currency. Exact: amounts never pass through floating point on their way
/// in.
package struct MinorUnits: Hashable, Sendable, Comparable {
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: MinorUnits, right: MinorUnits) -> Bool { left.value < right.value }
}

extension MinorUnits {
    /// Why a text is not an amount.
    package enum ParseError: Error, Sendable, Hashable {
        case notANumber, negative, tooLarge, tooPrecise
    }

    /// The largest amount that is let in: 10^13 minor units, a hundred thousand million.
    package static let limit: Int64 = 10_000_000_000_000

    /// Reads a plain decimal such as `57.16`, `57.1`, `57`; no exponent, no grouping, at most two decimals that are not
    /// zero.
    package init(decimal text: some StringProtocol) throws(ParseError) {
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
            if decimals >= 2 {
                guard c == 48 else { throw .tooPrecise }
                continue
            }
            if decimals >= 0 { decimals += 1 }
            units = units * 10 + Int64(c - 48)
            if units > Self.limit { overflow = true; units = Self.limit }
        }
        guard digits > 0, decimals != 0 else { throw .notANumber }
        if negative { throw .negative }
        if overflow { throw .tooLarge }
        for _ in max(decimals, 0)..<2 { units *= 10 }
        guard units <= Self.limit else { throw .tooLarge }
        self.init(units)
    }

    /// The nearest hundredth to a number of major units; nil where it is negative, not finite or above the limit. For
    /// simulated and replayed data that went through floating point, such as `85.64999999999999`.
    package init?(rounding amount: Double) {
        let units = (amount * 100).rounded()
        guard units >= 0, units <= Double(Self.limit) else { return nil }
        self.init(Int64(units))
    }

    /// `57.16`.
    package var decimal: String {
        let cents = value.magnitude % 100
        return "\(value < 0 ? "-" : "")\(value.magnitude / 100).\(cents < 10 ? "0" : "")\(cents)"
    }
}
