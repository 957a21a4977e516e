import Records
import Support
import Testing

private func currency(_ code: String) throws -> Currency { try #require(Currency(code)) }
private func rate(_ text: String) throws -> RateTable.Rate { try #require(RateTable.Rate(text)) }

@Suite("Conversion of amounts")
struct RateConversionTests {
    /// A plain decimal as a fraction of whole numbers.
    private func fraction(_ text: String) throws -> (over: UInt128, under: UInt128) {
        let parts = text.split(separator: ".")
        let digits = try #require(UInt128(parts.joined()))
        return (digits, (0..<(parts.count == 2 ? parts[1].count : 0)).reduce(1) { power, _ in power * 10 })
    }

    @Test(
        "is the nearest hundredth to amount times rate, halves to the even one",
        arguments: 1...20 as ClosedRange<UInt64>)
    func nearest(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let euro = try currency("EUR")
        for _ in 0..<50 {
            let foreign = try currency(["USD", "JPY", "KWD", "CLF"].randomElement(using: &random) ?? "USD")
            let whole = String(UInt64.random(in: 0...9999, using: &random))
            let places = Int.random(in: 1...8, using: &random)
            let decimals = (0..<places).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            // Halves are met by rates of few digits.
            let text =
                Bool.random(using: &random)
                ? whole + "." + decimals
                : ["0.5", "0.25", "1.5", "0.125", "2.75"].randomElement(using: &random) ?? "0.5"
            guard let rate = RateTable.Rate(text) else { continue }
            var table = RateTable(currency: euro)
            table.add(rate, of: foreign, from: 0)
            let units = Int64.random(in: 0...1_000_000, using: &random) >> Int64.random(in: 0...19, using: &random)
            let money = Money(units: units, currency: foreign)
            let result = UInt128(try table.convert(money, at: EventTime(seconds: 0)).value)
            // Hundredths as over / under; the result is no further from it than a half.
            let (over, under) = try fraction(text)
            let one = (0..<foreign.decimals).reduce(UInt128(1)) { power, _ in power * 10 }
            let (wanted, unit) = (UInt128(units) * over * 100, one * under)
            let got = result * unit
            let twiceOff = 2 * (got > wanted ? got - wanted : wanted - got)
            #expect(twiceOff <= unit, "\(units) \(foreign) at \(text) is not \(result)")
            #expect(twiceOff != unit || result % 2 == 0, "\(units) \(foreign) at \(text) is a half: \(result)")
        }
    }

    @Test(
        "goes from any number of decimals to hundredths",
        arguments: [
            ("JPY", 1, "1", 100), ("EUR", 1, "1", 1), ("KWD", 1000, "3", 300), ("CLF", 10_000, "2.5", 250),
            ("KWD", 5, "1", 0), ("KWD", 15, "1", 2), ("KWD", 25, "1", 2), ("KWD", 35, "1", 4), ("CLF", 50, "1", 0),
            ("CLF", 51, "1", 1), ("CLF", 149, "1", 1), ("CLF", 150, "1", 2), ("JPY", 0, "9999999999.99999999", 0),
            ("JPY", 3, "0.00333333", 1), ("JPY", 1, "0.00500000", 0), ("JPY", 1, "0.00500001", 1),
            ("JPY", 1, "0.015", 2),
        ] as [(String, Int64, String, Int64)])
    func decimals(code: String, units: Int64, text: String, hundredths: Int64) throws {
        // In a currency that none of them is.
        var table = RateTable(currency: try currency("SEK"))
        table.add(try rate(text), of: try currency(code), from: 0)
        let converted = try table.convert(Money(units: units, currency: currency(code)), at: EventTime(seconds: 0))
        #expect(converted.value == hundredths)
    }

    @Test("needs no rate of the consortium's own currency, and uses none, whatever its decimals")
    func own() throws {
        for (code, units, hundredths) in [("EUR", 57, 57), ("JPY", 57, 5700), ("KWD", 575, 58), ("KWD", 565, 56)]
            as [(String, Int64, Int64)]
        {
            var table = RateTable(currency: try currency(code))
            #expect(table.currency.code == code)
            let money = Money(units: units, currency: try currency(code))
            #expect(try table.convert(money, at: EventTime(seconds: -1)).value == hundredths)
            table.add(try rate("7"), of: try currency(code), from: -1000)
            #expect(try table.convert(money, at: EventTime(seconds: 0)).value == hundredths)
        }
    }

    @Test("takes the rate of the payment's day in UTC, from its first second to its last")
    func days() throws {
        var table = RateTable(currency: try currency("EUR"))
        for day in [3, -2, 0, 7] { table.add(try rate(String(day + 3)), of: try currency("USD"), from: day) }
        let money = Money(units: 100, currency: try currency("USD"))
        func convert(day: Int, second: Int64) throws -> Int64 {
            try table.convert(money, at: EventTime(seconds: Int64(day) * 86_400 + second)).value
        }
        for (day, hundredths) in [
            (-2, 100), (-1, 100), (0, 300), (2, 300), (3, 600), (6, 600), (7, 1000), (40_000, 1000),
        ] {
            #expect(try convert(day: day, second: 0) == hundredths && convert(day: day, second: 86_399) == hundredths)
        }
        #expect(throws: RateTable.ConversionError.noRate) { try convert(day: -3, second: 86_399) }
        #expect(throws: RateTable.ConversionError.noRate) {
            try table.convert(Money(units: 1, currency: currency("GBP")), at: EventTime(seconds: 0))
        }
    }

    @Test("is the same in whatever order rates were added", arguments: 1...5 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let rows = try [("USD", 1), ("USD", 5), ("USD", 9), ("JPY", 2), ("JPY", 8)].map { code, day in
            (currency: try currency(code), day: day, rate: try rate("\(day).5"))
        }
        func table(_ order: [(currency: Currency, day: Int, rate: RateTable.Rate)]) throws -> RateTable {
            var table = RateTable(currency: try currency("EUR"))
            for row in order { table.add(row.rate, of: row.currency, from: row.day) }
            return table
        }
        #expect(try table(rows.shuffled(using: &random)) == table(rows))
        #expect(try table(rows.dropLast()) != table(rows))
    }

    @Test("ends at the largest amount that is let in")
    func limit() throws {
        var table = RateTable(currency: try currency("EUR"))
        table.add(try rate("1"), of: try currency("USD"), from: 0)
        table.add(try rate("0.99999999"), of: try currency("GBP"), from: 0)
        func convert(_ units: Int64, _ code: String) throws -> Int64 {
            try table.convert(Money(units: units, currency: currency(code)), at: EventTime(seconds: 0)).value
        }
        #expect(try convert(MinorUnits.limit, "USD") == MinorUnits.limit)
        #expect(try convert(MinorUnits.limit, "EUR") == MinorUnits.limit)
        #expect(try convert(MinorUnits.limit, "GBP") == 9_999_999_900_000)
        for code in ["USD", "EUR"] {
            #expect(throws: RateTable.ConversionError.tooLarge) { try convert(MinorUnits.limit + 1, code) }
        }
    }

    @Test(
        "knows a rate by plain digits alone",
        arguments: [
            "+1", " 1", "1 ", "1,5", "1_000", "٣", "½", "1e0", "0x1", "NaN", "inf", "1.-5", "-0.5", ".", "..", "1.",
        ])
    func forms(text: String) { #expect(RateTable.Rate(text) == nil) }
}
