/// What amounts of other currencies are worth in the consortium's, by date: public, and the same at every member. So is
/// what is computed with it: conversion is exact, and rounds once.
package struct RateTable: Sendable, Hashable {
    /// A positive decimal, exact: `digits` times 10^-places.
    package struct Rate: Sendable, Hashable {
        fileprivate let digits: UInt64
        fileprivate let places: Int

        /// Reads a plain decimal above zero with at most 10 digits before and 8 after the point.
        package init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard let whole = parts.first, parts.count <= 2, (1...10).contains(whole.utf8.count),
                parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
                parts.count == 1 || (1...8).contains(parts[1].utf8.count),
                let digits = UInt64(parts.joined()), digits > 0
            else { return nil }
            self.digits = digits
            places = parts.count == 2 ? parts[1].utf8.count : 0
        }
    }

    /// Why an amount has no value in the consortium's currency.
    package enum ConversionError: Error, Sendable, Hashable {
        /// The table has no rate of the currency on or before that day.
        case noRate
        /// The result is above `MinorUnits.limit`.
        case tooLarge
    }

    /// The consortium's currency: amounts count its hundredths.
    package let currency: Currency
    /// By currency, by the day from which on each holds.
    private var rates: [Currency: [Row]] = [:]

    package init(currency: Currency) { self.currency = currency }

    /// One unit of `currency` is worth `rate` units of the consortium's from `day` (days since 1970, UTC) on, until the
    /// next day that has a rate of it. Days may come in any order, each once a currency.
    package mutating func add(_ rate: Rate, of currency: Currency, from day: Int) {
        rates[currency, default: []].append(Row(day: day, rate: rate))
        rates[currency]?.sort { $0.day < $1.day }
    }

    /// The amount in hundredths of the consortium's currency at the latest rate of a day up to that of `time`, UTC:
    /// exact, then rounded to the nearest hundredth, halves to the even one. The consortium's own currency has the rate
    /// 1.
    ///
    /// - Parameters:
    ///   - money: not negative, and of at most `Money.limit` units.
    ///   - time: when the payment happened.
    /// - Throws: `noRate`, or `tooLarge`.
    package func convert(_ money: Money, at time: EventTime) throws(ConversionError) -> MinorUnits {
        let rate: Rate
        if money.currency == currency {
            rate = Rate("1")!
        } else {
            guard let found = rates[money.currency]?.last(where: { $0.day <= time.dayNumber }) else { throw .noRate }
            rate = found.rate
        }
        // At most 10^18 units (`Money.limit`) times 10^18 digits times 100: 10^38 fits 128 bits.
        let numerator = UInt128(money.units.magnitude) * UInt128(rate.digits) * 100
        let denominator = UInt128(powerOfTen(money.currency.decimals)) * UInt128(powerOfTen(rate.places))
        let (quotient, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
        let up = rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 == 1)
        let units = quotient + (up ? 1 : 0)
        guard units <= UInt128(MinorUnits.limit) else { throw .tooLarge }
        return MinorUnits(Int64(units))
    }

    private struct Row: Hashable {
        var day: Int
        var rate: Rate
    }
}

extension RateTable.ConversionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noRate: "the rate table has no rate of the currency for that day"
        case .tooLarge: "the converted amount is larger than a hundred thousand million"
        }
    }
}
