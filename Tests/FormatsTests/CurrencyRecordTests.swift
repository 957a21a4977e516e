import Formats
import Records
import Testing

@Suite("Records in currencies of ISO 4217")
struct CurrencyRecordTests {
    private func parser(_ rates: [(String, String, Int)] = []) throws -> RecordParser {
        var table = RateTable(currency: try #require(Currency("EUR")))
        for (code, rate, day) in rates {
            table.add(try #require(RateTable.Rate(rate)), of: try #require(Currency(code)), from: day)
        }
        var mapping = Mapping.canonical
        mapping.rates = table
        return RecordParser(mapping: mapping)
    }

    private func record(_ amount: String, _ currency: String, time: String = "2018-07-05") -> [UInt8] {
        let rest = #""id":"p","customer":"c","terminal":"t""#
        return Array("{\(rest),\"time\":\"\(time)\",\"amount\":\"\(amount)\",\"currency\":\"\(currency)\"}".utf8)
    }

    @Test(
        "an amount has the decimals of its currency's minor unit, and not one more",
        arguments: [
            ("EUR", 2), ("USD", 2), ("GBP", 2), ("CHF", 2), ("JPY", 0), ("KRW", 0), ("VND", 0), ("CLP", 0), ("ISK", 0),
            ("XAF", 0), ("XOF", 0), ("XPF", 0), ("UGX", 0), ("PYG", 0), ("KWD", 3), ("BHD", 3), ("OMR", 3), ("JOD", 3),
            ("TND", 3), ("IQD", 3), ("LYD", 3), ("CLF", 4), ("UYW", 4), ("HUF", 2), ("INR", 2), ("CNY", 2), ("BRL", 2),
        ])
    func decimals(code: String, places: Int) throws {
        let parser = try parser([(code, "1", 0)])
        let one = places == 0 ? "7" : "7." + String(repeating: "0", count: places - 1) + "1"
        let money = try #require(parser.parts(record(one, code))[0].transaction?.original)
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        #expect(money.units == Int64(places == 0 ? 7 : 7 * scale + 1) && money.currency.code == code)
        #expect(money.decimal == one)
        // Zeros at the end are no decimals.
        let padded = places == 0 ? "7.000" : one + "000"
        #expect(parser.parts(record(padded, code))[0].transaction?.original == money)
        let more = places == 0 ? "7.1" : one + "1"
        let expected = Rejection(reason: .amountTooPrecise, field: "amount")
        #expect(parser.parts(record(more, code))[0].rejection == expected)
    }

    @Test(
        "codes of funds, metals, tests and none, and codes otherwise spelt, are no currency",
        arguments: ["XAU", "XAG", "XDR", "XTS", "XXX", "XBA", "eur", "Eur", "EU", "EURO", "978", "€", "E UR", "ABC"])
    func unknown(code: String) throws {
        let expected = Rejection(reason: .currencyUnknown, field: "currency")
        #expect(try parser().parts(record("1", code))[0].rejection == expected)
    }

    @Test(
        "an amount is worth its product with the rate, rounded to the even hundredth",
        arguments: [
            ("1", "USD", "0.5", 50), ("0.01", "USD", "0.5", 0), ("0.03", "USD", "0.5", 2), ("0.05", "USD", "0.5", 2),
            ("0.07", "USD", "0.5", 4), ("0.01", "USD", "0.50000001", 1), ("0.01", "USD", "0.49999999", 0),
            ("100", "JPY", "0.0061", 61), ("1", "KWD", "3.0123", 301), ("0.001", "KWD", "5", 0),
            ("0.003", "KWD", "5", 2),
            ("0.005", "KWD", "3", 2), ("0.0001", "CLF", "50", 0), ("0.0003", "CLF", "50", 2), ("0", "USD", "9", 0),
            ("1", "USD", "9999999999", 999_999_999_900), ("12.34", "CHF", "1.00000000", 1234),
        ])
    func conversion(amount: String, code: String, rate: String, hundredths: Int64) throws {
        let transaction = try parser([(code, rate, 0)]).parts(record(amount, code))[0].transaction
        #expect(transaction?.amount == MinorUnits(hundredths))
    }

    @Test("the latest rate of a day up to the transaction's counts, by the day in UTC")
    func days() throws {
        // The 5th of July 2018 is day 17,717.
        let parser = try parser([("USD", "3", 17_718), ("USD", "1", 17_716), ("USD", "2", 17_717)])
        for (time, hundredths) in [
            ("2018-07-03T23:59:59Z", nil), ("2018-07-04", 100), ("2018-07-04T23:59:59Z", 100), ("2018-07-05", 200),
            ("2018-07-05T23:59:59.9Z", 200), ("2018-07-06", 300), ("2018-07-06T00:30:00+01:00", 200),
            ("2018-07-05T23:30:00-01:00", 300), ("2099-12-31", 300),
        ] as [(String, Int64?)] {
            let part = parser.parts(record("1", "USD", time: time))[0]
            #expect(part.transaction?.amount.value == hundredths, "\(time)")
            let missing = Rejection(reason: .rateMissing, field: "currency")
            #expect(part.rejection == (hundredths == nil ? missing : nil))
        }
    }

    @Test("what is too large in its own currency or in the consortium's is refused, and the largest is taken")
    func largest() throws {
        let parser = try parser([("USD", "1", 0), ("GBP", "1.00000001", 0), ("JPY", "1", 0), ("KWD", "1", 0)])
        for code in ["EUR", "USD", "JPY", "KWD"] {
            let most = parser.parts(record("100000000000", code))[0].transaction
            #expect(most?.amount == MinorUnits(MinorUnits.limit))
            #expect(parser.parts(record("100000000001", code))[0].rejection?.reason == .amountTooLarge)
        }
        let large = Rejection(reason: .amountTooLarge, field: "amount")
        #expect(parser.parts(record("100000000000", "GBP"))[0].rejection == large)
        #expect(parser.parts(record("99999999999", "GBP"))[0].rejection == large)
        #expect(parser.parts(record("99999998999", "GBP"))[0].rejection == nil)
    }

    @Test("a record without a currency is in the consortium's and keeps no other amount; without rates none is known")
    func none() throws {
        for raw in [#","currency":null"#, #","currency":"""#, ""] {
            let text = #"{"id":"p","customer":"c","terminal":"t","time":"2018-07-05","amount":"1.25"\#(raw)}"#
            let transaction = try #require(parser().parts(Array(text.utf8))[0].transaction)
            #expect(transaction.amount == MinorUnits(125) && transaction.original == nil)
        }
        let bare = RecordParser(mapping: .canonical)
        let missing = Rejection(reason: .rateMissing, field: "currency")
        for code in ["EUR", "USD"] { #expect(bare.parts(record("1", code))[0].rejection == missing) }
    }
}
