import Records
import Support
import Testing

@Suite("Amounts")
struct MoneyTests {
    private func error(_ text: String) -> MinorUnits.ParseError? {
        do {
            _ = try MinorUnits(decimal: text)
            return nil
        } catch { return error }
    }

    @Test("read back from their own text, exactly", arguments: 1...6 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<100 {
            let units = MinorUnits(
                Int64.random(in: 0...MinorUnits.limit, using: &random) >> Int64.random(in: 0...40, using: &random))
            #expect(try MinorUnits(decimal: units.decimal) == units)
        }
        for code in ["EUR", "JPY", "KWD", "CLF"] {
            let currency = try #require(Currency(code))
            let money = Money(units: Int64.random(in: 0...100_000_000_000, using: &random), currency: currency)
            #expect(try Money(decimal: money.decimal, currency: currency) == money)
        }
    }

    @Test(
        "are plain decimals",
        arguments: [
            ("57.16", 5716), ("57.1", 5710), ("57", 5700), ("0", 0), ("007.50", 750), ("1.2000000", 120), (".5", 50),
            ("100000000000", 10_000_000_000_000), ("100000000000.00", 10_000_000_000_000),
        ] as [(String, Int64)])
    func plain(text: String, units: Int64) throws { #expect(try MinorUnits(decimal: text).value == units) }

    @Test("say what is wrong with them")
    func wrong() {
        for text in ["", ".", "5.", "-", "1e3", "1,000", "+1", " 1", "1 ", "0x1", "1.2.3", "٣", "NaN"] {
            #expect(error(text) == .notANumber, "\(text)")
        }
        for text in ["-1", "-0", "-0.01"] { #expect(error(text) == .negative) }
        for text in ["1.001", "0.009"] { #expect(error(text) == .tooPrecise) }
        for text in ["100000000000.01", "100000000001", "99999999999999999999999999"] {
            #expect(error(text) == .tooLarge)
        }
    }

    @Test("come from numbers by the nearest hundredth, where there is one")
    func rounding() {
        #expect(MinorUnits(rounding: 85.64999999999999)?.value == 8565)
        #expect(MinorUnits(rounding: 0)?.value == 0 && MinorUnits(rounding: -0.001)?.value == 0)
        for bad in [-1, .nan, .infinity, 1e12] as [Double] { #expect(MinorUnits(rounding: bad) == nil) }
    }

    @Test("have as many decimals as their currency")
    func currencies() throws {
        func read(_ text: String, _ code: String) throws -> Int64 {
            try Money(decimal: text, currency: #require(Currency(code))).units
        }
        #expect(try read("1", "JPY") == 1 && read("1.5", "KWD") == 1500 && read("1.5", "EUR") == 150)
        #expect(try read("1.00", "JPY") == 1)
        #expect(throws: MinorUnits.ParseError.tooPrecise) { try read("1.5", "JPY") }
        #expect(Currency("XXX") == nil && Currency("eur") == nil && Currency("XAU") == nil && Currency("EURO") == nil)
        #expect(Currency("EUR")?.description == "EUR" && Currency("UYW")?.decimals == 4)
    }
}

@Suite("Rates")
struct RateTableTests {
    private let euro: Currency
    private let dollar: Currency
    private let yen: Currency

    init() throws {
        euro = try #require(Currency("EUR"))
        dollar = try #require(Currency("USD"))
        yen = try #require(Currency("JPY"))
    }

    private func day(_ number: Int) -> EventTime { EventTime(seconds: Int64(number) * EventTime.day + 5) }

    @Test(
        "are decimals above nothing, of up to ten digits before and eight behind the point",
        arguments: [
            ("1", true), ("0.00000001", true), ("9999999999.99999999", true), ("0", false), ("0.0", false),
            ("-1", false),
            ("", false), (".5", false), ("5.", false), ("1.123456789", false), ("12345678901", false), ("1e2", false),
            ("1.2.3", false),
        ])
    func forms(text: String, isRate: Bool) { #expect((RateTable.Rate(text) != nil) == isRate) }

    @Test("hold from their day on, until the next one")
    func days() throws {
        var table = RateTable(currency: euro)
        table.add(try #require(RateTable.Rate("0.5")), of: dollar, from: 20)
        table.add(try #require(RateTable.Rate("2")), of: dollar, from: 10)
        let money = Money(units: 100, currency: dollar)
        #expect(throws: RateTable.ConversionError.noRate) { try table.convert(money, at: day(9)) }
        #expect(try table.convert(money, at: day(10)).value == 200 && table.convert(money, at: day(19)).value == 200)
        #expect(try table.convert(money, at: day(20)).value == 50 && table.convert(money, at: day(99)).value == 50)
        #expect(throws: RateTable.ConversionError.noRate) {
            try table.convert(Money(units: 1, currency: yen), at: day(30))
        }
        #expect(try table.convert(Money(units: 7, currency: euro), at: day(0)).value == 7)
    }

    @Test("are exact, and round halves to the even hundredth")
    func exact() throws {
        var table = RateTable(currency: euro)
        table.add(try #require(RateTable.Rate("0.5")), of: dollar, from: 0)
        table.add(try #require(RateTable.Rate("0.00600001")), of: yen, from: 0)
        for (units, expected) in [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4)] as [(Int64, Int64)] {
            #expect(try table.convert(Money(units: units, currency: dollar), at: day(1)).value == expected)
        }
        #expect(try table.convert(Money(units: 1_000_000_000, currency: yen), at: day(1)).value == 600_001_000)
    }

    @Test("of more than an amount can be are refused")
    func large() throws {
        var table = RateTable(currency: euro)
        table.add(try #require(RateTable.Rate("9999999999.99999999")), of: dollar, from: 0)
        #expect(throws: RateTable.ConversionError.tooLarge) {
            try table.convert(Money(units: 10_000_000_000_000, currency: dollar), at: day(1))
        }
    }

    @Test("an outcome tells a fraud where money came back or was called back for one")
    func outcomes() {
        for kind in PaymentOutcome.Kind.allCases {
            for reason in [nil, "AC04", "FRAD", "FR01"] {
                let outcome = PaymentOutcome(kind: kind, transaction: "t", time: day(1), reason: reason)
                #expect(outcome.tellsFraud == (kind != .status && (reason == "FRAD" || reason == "FR01")))
            }
        }
    }
}
