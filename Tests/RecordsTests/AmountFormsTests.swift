import Records
import Support
import Testing

private func currency(_ code: String) throws -> Currency { try #require(Currency(code)) }

@Suite("Texts of amounts")
struct AmountFormsTests {
    /// Currencies of 0, 2, 3 and 4 decimals.
    private static let currencies = [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)]

    private func error(_ text: String, _ code: String) throws -> MinorUnits.ParseError? {
        let currency = try currency(code)
        do {
            _ = try Money(decimal: text, currency: currency)
            return nil
        } catch { return error }
    }

    @Test("are read by their digits alone", arguments: 1...12 as ClosedRange<UInt64>)
    func digits(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<100 {
            let (code, places) = Self.currencies.randomElement(using: &random) ?? ("EUR", 2)
            func digits(_ counts: ClosedRange<Int>) -> String {
                (0..<Int.random(in: counts, using: &random)).map { _ in
                    String(Int.random(in: 0...9, using: &random))
                }.joined()
            }
            let whole = digits(1...11)
            let fraction = digits(0...places)
            let zeros = String(repeating: "0", count: Int.random(in: 0...5, using: &random))
            let text = fraction.isEmpty && zeros.isEmpty ? whole : "\(whole).\(fraction)\(zeros)"
            // Digits one behind the other, filled up to the currency's decimals.
            let filled = whole + fraction + String(repeating: "0", count: places - fraction.count)
            #expect(try Money(decimal: text, currency: currency(code)).units == Int64(filled), "\(text) \(code)")
            // A digit more than the currency has is refused where it says something.
            if fraction.count == places {
                let precise = text.contains(".") ? text + "1" : text + ".1"
                #expect(try error(precise, code) == .tooPrecise, "\(precise)")
            }
        }
    }

    @Test("reach up to 10^18 of the smallest units, whatever the decimals", arguments: currencies)
    func limit(code: String, places: Int) throws {
        let whole = "1" + String(repeating: "0", count: 18 - places)
        #expect(try Money(decimal: whole, currency: currency(code)).units == Money.limit)
        #expect(try Money(decimal: "0000\(whole).000000", currency: currency(code)).units == Money.limit)
        #expect(try error(whole.dropLast() + "1", code) == .tooLarge)
        #expect(try error(whole + "0", code) == .tooLarge)
        for digits in 18...40 { #expect(try error(String(repeating: "9", count: digits + 1), code) == .tooLarge) }
        #expect(try error("9" + String(repeating: "0", count: 400), code) == .tooLarge)
        #expect(try Money(minorUnits: String(Money.limit), currency: currency(code)).units == Money.limit)
        #expect(throws: MinorUnits.ParseError.tooLarge) {
            try Money(minorUnits: String(Money.limit + 1), currency: currency(code))
        }
        guard places > 0 else { return }
        let step = "." + String(repeating: "0", count: places - 1) + "1"
        #expect(try error(whole + step, code) == .tooLarge)
        #expect(try Money(decimal: step, currency: currency(code)).units == 1)
    }

    @Test("of the consortium's currency reach up to a hundred thousand million")
    func consortiumLimit() throws {
        #expect(try MinorUnits(decimal: "100000000000").value == MinorUnits.limit)
        for text in ["100000000000.01", "100000000001", "1000000000000"] {
            #expect(throws: MinorUnits.ParseError.tooLarge) { try MinorUnits(decimal: text) }
        }
        #expect(throws: MinorUnits.ParseError.tooLarge) { try MinorUnits(decimal: "100000000000.0051", rounding: true) }
        #expect(try MinorUnits(decimal: "99999999999.995", rounding: true).value == MinorUnits.limit)
    }

    @Test(
        "are wrong for the same reason, whatever stands first in them",
        arguments: [
            ("1.2345x", MinorUnits.ParseError.notANumber), ("x1.2345", .notANumber), ("1.234,56", .notANumber),
            ("1,234.56", .notANumber), ("12,50", .notANumber), ("-1.234,5", .notANumber), ("1.234.56", .notANumber),
            ("-1.2345", .negative), ("-99999999999999999999", .negative), ("99999999999999999999.999", .tooLarge),
            ("1.999", .tooPrecise), ("1e400", .notANumber), ("9999999999999999999999x", .notANumber),
        ] as [(String, MinorUnits.ParseError)])
    func reasons(text: String, reason: MinorUnits.ParseError) throws { #expect(try error(text, "EUR") == reason) }

    @Test("are rounded where that is asked for, halves to the even unit", arguments: 1...6 as ClosedRange<UInt64>)
    func rounding(seed: UInt64) throws {
        var random = SplitMix64(seed)
        for _ in 0..<300 {
            let (code, places) = Self.currencies.randomElement(using: &random) ?? ("EUR", 2)
            // Tenths of a unit up to thousandths, many of them halves.
            let digits = Int.random(in: 1...3, using: &random)
            let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
            let half = Bool.random(using: &random) ? scale / 2 : Int.random(in: 0..<scale, using: &random)
            let units = Int.random(in: 0...5000, using: &random)
            let text = Self.decimal(units * scale + half, places: places + digits)
            let up = half * 2 > scale || (half * 2 == scale && units % 2 == 1)
            #expect(
                try Money(decimal: text, currency: currency(code), rounding: true).units == Int64(units + (up ? 1 : 0)),
                "\(text) \(code)")
        }
    }

    private static func decimal(_ number: Int, places: Int) -> String {
        let text = String(repeating: "0", count: max(0, places + 1 - String(number).count)) + String(number)
        return text.dropLast(places) + "." + text.suffix(places)
    }

    @Test(
        "are written with all decimals of their currency",
        arguments: [
            ("EUR", 0, "0.00"), ("EUR", 5, "0.05"), ("EUR", 50, "0.50"), ("EUR", 5716, "57.16"), ("EUR", -5, "-0.05"),
            ("EUR", -100, "-1.00"), ("EUR", .max, "92233720368547758.07"), ("EUR", .min, "-92233720368547758.08"),
            ("JPY", 0, "0"), ("JPY", 57, "57"), ("JPY", -57, "-57"), ("JPY", .min, "-9223372036854775808"),
            ("KWD", 1, "0.001"), ("KWD", 12_345, "12.345"), ("KWD", -12_345, "-12.345"), ("CLF", 10, "0.0010"),
            ("CLF", .max, "922337203685477.5807"),
        ] as [(String, Int64, String)])
    func written(code: String, units: Int64, text: String) throws {
        #expect(try Money(units: units, currency: currency(code)).decimal == text)
        if code == "EUR" { #expect(MinorUnits(units).decimal == text) }
    }

    @Test("with any other character in any place are no numbers", arguments: Array(" ,'_eE+xX٣½\n\u{0}"))
    func others(character: Character) throws {
        let text = Array("123.45")
        for at in 0...text.count {
            let changed = String(text[..<at] + [character] + text[at...])
            #expect(try error(changed, "EUR") == .notANumber, "\(changed)")
        }
    }

    @Test("are read from a part of a text as from the whole")
    func parts() throws {
        let record = "amount=57.16;57.1"
        let part = try #require(record.split(separator: ";").first).dropFirst(7)
        #expect(try MinorUnits(decimal: part).value == 5716)
        #expect(Currency("EURUSD".prefix(3)) == Currency("EUR") && Currency("EURUSD".suffix(3)) == Currency("USD"))
    }

    @Test(
        "come from numbers by the nearest hundredth, halves away from zero",
        arguments: [
            (0.004, 0), (0.005, 1), (0.0149, 1), (-0.004, 0), (57.16, 5716), (1e11, 10_000_000_000_000),
            (99_999_999_999.99, 9_999_999_999_999), (.leastNonzeroMagnitude, 0), (-0.0, 0),
        ] as [(Double, Int64)])
    func nearest(number: Double, units: Int64) { #expect(MinorUnits(rounding: number)?.value == units) }

    @Test(
        "do not come from numbers below zero, above the limit, or from none",
        arguments: [
            -0.005, -0.01, -1e300, 1e11 + 0.01, 1e17, 1e300, .infinity, -.infinity, .nan, .signalingNaN,
            .greatestFiniteMagnitude,
        ] as [Double])
    func refused(number: Double) { #expect(MinorUnits(rounding: number) == nil) }

    @Test("are ordered as numbers")
    func order() {
        let units = [Int64.min, -1, 0, 1, 99, 100, .max].map { MinorUnits($0) }
        #expect(units.shuffled().sorted() == units)
        #expect(MinorUnits.limit == 10_000_000_000_000)
    }
}
