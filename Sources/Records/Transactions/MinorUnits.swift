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
        /// In the order in which they are told, where a text is several: a character that does not belong there or a
        /// digit too many, whichever comes first; then the sign; then the size.
        case notANumber, negative, tooLarge, tooPrecise
    }

    /// The largest amount that is let in: 10^13 minor units, a hundred thousand million.
    package static let limit: Int64 = 10_000_000_000_000

    /// Reads a plain decimal such as `57.16`, `57.1`, `.5`, `57`; no exponent, no grouping, no plus sign, at most two
    /// decimals that are not zero. A point has a digit behind it.
    ///
    /// - Throws: what is wrong with the text; `-0` is negative, too.
    package init(decimal text: some StringProtocol) throws(ParseError) { self.init(try readDecimal(text, places: 2)) }

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
