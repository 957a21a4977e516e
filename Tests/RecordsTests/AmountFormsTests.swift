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

    @Test("reach up to a hundred thousand million, whatever the decimals", arguments: currencies)
    func limit(code: String, places: Int) throws {
        let most = Int64("100000000000" + String(repeating: "0", count: places))
        #expect(try Money(decimal: "100000000000", currency: currency(code)).units == most)
        #expect(try Money(decimal: "0000100000000000.000000", currency: currency(code)).units == most)
        #expect(try error("100000000001", code) == .tooLarge)
        #expect(try error("1000000000000", code) == .tooLarge)
        #expect(try error("9" + String(repeating: "0", count: 400), code) == .tooLarge)
        guard places > 0 else { return }
        let step = "." + String(repeating: "0", count: places - 1) + "1"
        #expect(try error("100000000000" + step, code) == .tooLarge)
        #expect(try Money(decimal: "99999999999" + step, currency: currency(code)).units > 0)
        #expect(try Money(decimal: step, currency: currency(code)).units == 1)
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
