/// An amount in hundredths of the consortium's currency. Exact: amounts never pass through floating point on their way
/// in.
package struct MinorUnits: Hashable, Sendable, Comparable {
    /// Hundredths of the consortium's currency, whatever the decimals of its own minor unit are.
    package let value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: MinorUnits, right: MinorUnits) -> Bool { left.value < right.value }
}

extension MinorUnits {
    /// Why a text is not an amount.
    package enum ParseError: Error, Sendable, Hashable {
        /// In the order in which they are told, where a text is several.
        case notANumber, negative, tooLarge, tooPrecise
    }

    /// The largest amount that is let in: 10^13 minor units, a hundred thousand million.
    package static let limit: Int64 = 10_000_000_000_000

    /// Reads a plain decimal such as `57.16`, `57.1`, `.5`, `57`; no exponent, no grouping, no plus sign, at most two
    /// decimals that are not zero. A point has a digit behind it.
    ///
    /// - Parameter rounding: whether more decimals are rounded to the nearest hundredth, halves to the even one.
    /// - Throws: what is wrong with the text; `-0` is negative, too.
    package init(decimal text: some StringProtocol, rounding: Bool = false) throws(ParseError) {
        self.init(try readDecimal(text, places: 2, limit: Self.limit, rounding: rounding))
    }

    /// Reads a whole number of hundredths, such as `5716` for 57.16; zeros behind a point may follow.
    ///
    /// - Throws: as `init(decimal:rounding:)`; parts of a hundredth are too precise unless they are rounded.
    package init(minorUnits text: some StringProtocol, rounding: Bool = false) throws(ParseError) {
        self.init(try readDecimal(text, places: 0, limit: Self.limit, rounding: rounding))
    }

    /// The nearest hundredth to a number of major units, halves away from zero; nil where it is negative, not finite or
    /// above the limit. For simulated and replayed data that went through floating point, such as `85.64999999999999`.
    package init?(rounding amount: Double) {
        let units = (amount * 100).rounded()
        guard units >= 0, units <= Double(Self.limit) else { return nil }
        self.init(Int64(units))
    }

    /// The amount in major units, with two decimals: `57.16`.
    package var decimal: String { writeDecimal(value, places: 2) }
}

extension MinorUnits.ParseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notANumber: "the amount is not a plain decimal number"
        case .negative: "the amount is negative"
        case .tooLarge: "the amount is larger than a hundred thousand million"
        case .tooPrecise: "the amount has too many decimals"
        }
    }
}
