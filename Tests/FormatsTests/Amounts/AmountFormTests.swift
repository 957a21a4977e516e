import Formats
import Records
import Support
import Testing

@Suite("Amounts as mappings say they are written")
struct AmountFormTests {
    private static let codes = [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)]

    private func part(_ amount: String, _ form: AmountForm, more: String = "", code: String = "EUR") throws
        -> RecordPart
    {
        var rates = RateTable(currency: try #require(Currency("EUR")))
        for (code, _) in Self.codes.dropFirst() {
            rates.add(try #require(RateTable.Rate("0.001")), of: try #require(Currency(code)), from: 0)
        }
        let mapping = Mapping(amountForm: form, extras: [.currency: "currency"], rates: rates)
        let fixed = #""id":"p","time":"2026-11-20","customer":"c","terminal":"t","currency":"\#(code)""#
        return RecordParser(mapping: mapping).parts(Array("{\(fixed),\"amount\":\(amount)\(more)}".utf8))[0]
    }

    private func form(_ change: (inout AmountForm) -> Void) -> AmountForm {
        var form = AmountForm()
        change(&form)
        return form
    }

    private func german(_ form: inout AmountForm) { (form.decimalMark, form.thousandsMark) = (.comma, .point) }

    /// The text of an amount as a person writes it: digits from behind, a mark after each three.
    private func written(_ units: Int64, _ places: Int, decimal: Character, thousands: Character?) -> String {
        var digits = Array(String(units))
        while digits.count <= places { digits.insert("0", at: 0) }
        var text = places == 0 ? "" : String(decimal) + String(digits.suffix(places))
        for (number, digit) in digits.dropLast(places).reversed().enumerated() {
            if number > 0, number % 3 == 0, let thousands { text = String(thousands) + text }
            text = String(digit) + text
        }
        return text
    }

    @Test("with marks are what they are without", arguments: 1...8 as ClosedRange<UInt64>)
    func marks(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let marks: [(AmountForm.ThousandsMark?, [Character?])] = [
            (nil, [nil]), (.point, [".", nil]), (.comma, [",", nil]), (.apostrophe, ["'", "\u{2019}", nil]),
            (.blank, [" ", "\u{A0}", "\u{202F}", "\u{2009}", nil]),
        ]
        for _ in 0..<60 {
            let (code, places) = Self.codes.randomElement(using: &random) ?? ("EUR", 2)
            let (thousands, characters) = marks.randomElement(using: &random) ?? marks[0]
            let decimal =
                AmountForm.DecimalMark.allCases.filter { $0.rawValue != thousands?.rawValue }
                .randomElement(using: &random) ?? .point
            let units = Int64.random(
                in: 0...MinorUnits.limit >> Int64.random(in: 0...40, using: &random), using: &random)
            let character = characters.randomElement(using: &random) ?? nil
            let text = written(units, places, decimal: Character(decimal.rawValue), thousands: character)
            let form = form { ($0.decimalMark, $0.thousandsMark) = (decimal, thousands) }
            let part = try part("\"\(text)\"", form, code: code)
            #expect(part.transaction?.original?.units == units, "\(text) \(code) \(form)")
        }
    }

    @Test(
        "whose marks are not where they belong are refused, not guessed",
        arguments: [
            "12.50", "1.23,4", "1.2345,00", "1234.567,00", ".123,00", "1..234", "1.234.56,00", "1,234.56", "1,2,3",
            "1 234,00", "1.234,", "12.5", "1,5e2", "12,50 EUR", "€12,50", "1.234.", "1'234,00", "12,50--", "-12,50-",
            "--1", "()", "-",
            "(1", "1)", "1.2345.678,00", "12.34.567.890,00", "123.45.678,00", "1.00", "0.125", "0.125,00", "012.500",
            "-0.500",
        ])
    func misplaced(text: String) throws {
        let part = try part("\"\(text)\"", form(german))
        #expect(part.rejection == Rejection(reason: .amountNotANumber, field: "amount"), "\(text)")
    }

    @Test(
        "with marks may have groups of two before the last, as in India, and signs before or behind",
        arguments: [
            ("12.34.567,89", "1234567.89"), ("1.23.456,00", "123456.00"), ("1.234,5", "1234.50"), ("+1.234", "1234.00"),
            ("12,50+", "12.50"), (",5", "0.50"), ("0,00", "0.00"), ("123.456.789", "123456789.00"),
            ("12", "12.00"), ("1234567,00", "1234567.00"),
        ])
    func groups(text: String, decimal: String) throws {
        #expect(try part("\"\(text)\"", form(german)).transaction?.original?.decimal == decimal, "\(text)")
    }

    @Test(
        "may have blanks between the digits and a sign or brackets",
        arguments: [" ", "\u{A0}", "\u{202F}", "\u{2009}", "  "])
    func spacedSigns(blank: String) throws {
        let blanks = form { ($0.decimalMark, $0.thousandsMark) = (.comma, .blank) }
        for form in [form(german), blanks, form { $0.decimalMark = .comma }] {
            var leaving = form
            leaving.refunds = .leaveOut
            for text in ["-_5,00", "5,00_-", "(_5,00_)", "(5,00_)", "\u{2212}_5,00"] {
                let text = text.replacing("_", with: blank)
                #expect(try part("\"\(text)\"", leaving).leftOut == .refund, "\(text)")
                #expect(try part("\"\(text)\"", form).rejection?.reason == .amountNegative, "\(text)")
            }
            for text in ["+_5,00", "5,00_+"] {
                let text = text.replacing("_", with: blank)
                #expect(try part("\"\(text)\"", form).transaction?.amount == MinorUnits(500), "\(text)")
            }
            for text in ["-_5,00_-", "(_-5,00_)", "-_-_5,00", "(_5,00", "5,00_)", "-_", "(_)", "-_+5,00", "5_-_5"] {
                let text = text.replacing("_", with: blank)
                let refused = Rejection(reason: .amountNotANumber, field: "amount")
                #expect(try part("\"\(text)\"", form).rejection == refused, "\(text)")
            }
        }
        #expect(try part("\"-\(blank)1 234,00\"", blanks).rejection?.reason == .amountNegative)
    }

    @Test("in minor units have the currency's exponent", arguments: codes)
    func minorUnits(code: String, places: Int) throws {
        let minor = form { $0.unit = .minor }
        for text in ["6540", "\"6540\"", "6540.00", "\"6540.0\"", "6.54e3", "654E+1"] {
            #expect(try part(text, minor, code: code).transaction?.original?.units == 6540, "\(text)")
        }
        #expect(try part("65.4", minor, code: code).rejection?.reason == .amountTooPrecise)
        #expect(try part("-1", minor, code: code).rejection?.reason == .amountNegative)
    }

    @Test(
        "that are numbers of JSON may have an exponent, which changes nothing of what they are",
        arguments: [
            ("1e3", "1000.00"), ("1.25E2", "125.00"), ("1250e-2", "12.50"), ("0e5", "0.00"), ("1.5e+1", "15.00"),
            ("5e-1", "0.50"), ("1.00e0", "1.00"),
        ])
    func exponents(text: String, decimal: String) throws {
        #expect(try part(text, AmountForm()).transaction?.original?.decimal == decimal)
        #expect(try part("\"\(text)\"", AmountForm()).rejection?.reason == .amountNotANumber)
    }

    @Test(
        "that are negative are refunds: refused, left out or taken, as the mapping says",
        arguments: ["-12.50", "\"-12.50\"", "\"12.50-\"", "\"(12.50)\"", "\"\\u221212.50\"", "-1.25e1"])
    func negative(text: String) throws {
        let refused = Rejection(reason: .amountNegative, field: "amount")
        #expect(try part(text, AmountForm()).rejection == refused)
        #expect(try part(text, form { $0.refunds = .leaveOut }).leftOut == .refund)
        let taken = try part(text, form { $0.refunds = .absolute })
        #expect(taken.transaction?.amount == MinorUnits(1250) && taken.transaction?.original?.units == 1250)
        let statement = form { $0.isPaymentNegative = true }
        #expect(try part(text, statement).transaction?.amount == MinorUnits(1250))
        #expect(try part("12.50", statement).rejection == refused)
        #expect(try part("0.00", statement).transaction?.amount == MinorUnits(0))
    }

    @Test(
        "have a side where a field says so, and a sign that contradicts it refuses them",
        arguments: [
            ("12.50", "S", true), ("12.50", "DBIT", true), ("12.50", "H", false), ("-12.50", "H", false),
            ("-12.50", "S", nil), ("0", "S", true),
        ] as [(String, String, Bool?)])
    func side(amount: String, code: String, isPayment: Bool?) throws {
        let form = form {
            $0.side = .init(field: "side", debit: ["S", "DBIT"], credit: ["H", "CRDT"])
            $0.refunds = .leaveOut
        }
        let part = try part(amount, form, more: ",\"side\":\"\(code)\"")
        #expect((part.transaction != nil) == (isPayment == true) && (part.leftOut == .refund) == (isPayment == false))
        if isPayment == nil { #expect(part.rejection == Rejection(reason: .amountNegative, field: "amount")) }
    }

    @Test("need a side that is known, and one list of codes is enough")
    func sideCodes() throws {
        func refused(_ more: String, _ side: AmountForm.Side) throws -> Rejection? {
            try part("1", form { $0.side = side }, more: more).rejection
        }
        let both = AmountForm.Side(field: "side", debit: ["D"], credit: ["C"])
        #expect(try refused(",\"side\":\"X\"", both) == Rejection(reason: .valueInvalid, field: "side"))
        #expect(try refused("", both) == Rejection(reason: .missingField, field: "side"))
        let credits = AmountForm.Side(field: "side", debit: [], credit: ["REFUND"])
        #expect(try refused(",\"side\":\"SALE\"", credits) == nil)
        #expect(try refused(",\"side\":\"REFUND\"", credits)?.reason == .amountNegative)
        let debits = AmountForm.Side(field: "side", debit: ["SALE"], credit: [])
        #expect(try refused(",\"side\":\"SALE\"", debits) == nil)
        #expect(try refused(",\"side\":\"OTHER\"", debits)?.reason == .amountNegative)
    }

    @Test(
        "of two columns are the one that says something, and both at once are refused",
        arguments: [
            ("\"12.50\"", "\"\"", "payment"), ("\"12.50\"", "\"0.00\"", "payment"), ("\"\"", "\"12.50\"", "refund"),
            ("\"0,00\"", "\"12.50\"", "refund"), ("\"1\"", "\"2\"", "not"), ("\"\"", "\"\"", "none"),
            ("\"\"", "\"-12.50\"", "negative"), ("\"-12.50\"", "null", "negative"),
            ("12.5", "-0.00", "payment"), ("12.5", "0e0", "payment"), ("12.5", "0E+2", "payment"),
            ("12.5", "\"0.00-\"", "payment"), ("12.5", "\"+0.00\"", "payment"), ("12.5", "\"\u{2212}0,00\"", "payment"),
            ("12.5", "\"(0.00)\"", "payment"), ("12.5", "\"- 0.00\"", "payment"), ("-0.0", "12.5", "refund"),
            ("0e5", "12.5", "refund"), ("\"0.00 -\"", "12.5", "refund"), ("-0.00", "\"\"", "zero"),
            ("-0.00", "-0.00", "zero"), ("0", "\"0.00-\"", "zero"), ("12.5", "\"0 EUR\"", "not"),
            ("12.5", "\"-\"", "not"),
            ("12.5", "\"0x\"", "not"), ("12.5", "-0.01", "not"), ("12.5", "1e-9", "not"),
        ])
    func columns(payment: String, refund: String, is what: String) throws {
        let form = form { ($0.refundField, $0.refunds) = ("back", .leaveOut) }
        let part = try part(payment, form, more: ",\"back\":\(refund)")
        switch what {
        case "payment": #expect(part.transaction?.amount == MinorUnits(1250))
        case "refund": #expect(part.leftOut == .refund)
        case "zero": #expect(part.transaction?.amount == MinorUnits(0))
        case "not": #expect(part.rejection == Rejection(reason: .amountNotANumber, field: "back"))
        case "none": #expect(part.rejection == Rejection(reason: .emptyField, field: "amount"))
        default: #expect(part.rejection?.reason == .amountNegative)
        }
    }

    @Test("are limited after the conversion, and before it by what 64 bits hold")
    func limits() throws {
        // A thousandth of a EUR each.
        let most = try part("100000000000000", AmountForm(), code: "JPY").transaction
        #expect(most?.amount == MinorUnits(MinorUnits.limit) && most?.original?.decimal == "100000000000000")
        for text in ["100000000000010", "999999999999999999", "1000000000000000001", "99999999999999999999999999"] {
            let refused = Rejection(reason: .amountTooLarge, field: "amount")
            #expect(try part(text, AmountForm(), code: "JPY").rejection == refused, "\(text)")
        }
    }

    @Test("are rounded where data went through floating point, halves to the even unit")
    func rounded() throws {
        let rounds = form { $0.rounds = true }
        for (text, units) in [
            ("85.64999999999999", 8565), ("\"0.125\"", 12), ("0.135", 14), ("1e-3", 0), ("117.187", 11719),
        ] {
            #expect(try part(text, rounds).transaction?.original?.units == Int64(units), "\(text)")
        }
        #expect(try part("85.64999999999999", AmountForm()).rejection?.reason == .amountTooPrecise)
    }
}
