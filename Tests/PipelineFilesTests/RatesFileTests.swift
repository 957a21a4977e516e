import PipelineFiles
import Records
import Testing

@Suite("The rate table")
struct RatesFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private func converted(_ table: RateTable, _ amount: String, _ code: String, on date: String) throws -> String? {
        let currency = try #require(Currency(code))
        let money = try Money(decimal: amount, currency: currency)
        return try table.convert(money, at: try #require(EventTime(rfc3339: date))).decimal
    }

    @Test("that is committed is read")
    func committed() throws {
        let table = try readRates(file: ConfigurationFixture.committed("rates.yaml"))
        #expect(table.currency == Currency("EUR"))
        #expect(try converted(table, "100.00", "USD", on: "2026-03-02") == "92.00")
    }

    @Test("converts exactly at the latest rate of a day, and rounds halves to the even hundredth")
    func converts() throws {
        try file.write(
            """
            currency: EUR
            rates:
              - { from: 2026-03-01, USD: 0.5, JPY: 0.00615, KWD: 3.00000001 }
              - { from: 2026-01-01, USD: 0.92 }
            """)
        let table = try readRates(file: file.path)
        #expect(try converted(table, "125.40", "EUR", on: "1999-01-01") == "125.40")
        #expect(try converted(table, "100.01", "USD", on: "2026-01-01") == "92.01")
        #expect(try converted(table, "100.01", "USD", on: "2026-02-28T23:59:59Z") == "92.01")
        for (given, expected) in [("0.01", "0.00"), ("0.03", "0.02"), ("0.05", "0.02"), ("0.07", "0.04")] {
            #expect(try converted(table, given, "USD", on: "2026-03-01") == expected)
        }
        #expect(try converted(table, "1000", "JPY", on: "2026-03-02") == "6.15")
        #expect(try converted(table, "0.001", "KWD", on: "2026-03-02") == "0.00")
        #expect(try converted(table, "1.667", "KWD", on: "2026-03-02") == "5.00")
        #expect(try converted(table, "33333333222", "KWD", on: "2026-03-02") == "99999999999.33")
        #expect(throws: RateTable.ConversionError.tooLarge) {
            try converted(table, "33333333333", "KWD", on: "2026-03-02")
        }
        #expect(throws: RateTable.ConversionError.noRate) { try converted(table, "1", "USD", on: "2025-12-31") }
        #expect(throws: RateTable.ConversionError.noRate) { try converted(table, "1", "GBP", on: "2026-03-01") }
    }

    @Test(
        "each mistake has its line",
        arguments: [
            ("rates: []\n", "1: `currency` is missing"),
            ("currency: eur\nrates: []\n", "1: currency: a currency code of ISO 4217 belongs here"),
            ("currency: KWD\nrates: []\n", "1: currency: a currency of at most two decimals belongs here"),
            ("currency: EUR\nrates:\n  - { USD: 1 }\n", "3: rates[0]: `from` is missing"),
            (
                "currency: EUR\nrates:\n  - { from: 2026-02-30, USD: 1 }\n",
                "3: rates[0].from: a date such as 2026-03-01 belongs here"
            ),
            (
                "currency: EUR\nrates:\n  - { from: 2026-02-01 }\n  - { from: 2026-02-01 }\n",
                "4: rates[1].from: the date is given twice"
            ),
            (
                "currency: EUR\nrates:\n  - { from: 2026-02-01,\n      EUR: 1 }\n",
                "4: rates[0]: the consortium's currency has no rate"
            ),
            (
                "currency: EUR\nrates:\n  - { from: 2026-02-01, USD: 0 }\n",
                "3: rates[0].USD: a plain decimal above zero with at most 8 decimals belongs here"
            ),
            (
                "currency: EUR\nrates:\n  - { from: 2026-02-01, USD: 1e-2 }\n",
                "3: rates[0].USD: a plain decimal above zero with at most 8 decimals belongs here"
            ),
        ])
    func mistakes(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readRates(file: path) } == mistake)
    }
}
