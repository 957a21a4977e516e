import Records
import Support
import Testing

/// Decimal numerals as one reckons with them on paper: digits, the lowest first.
private struct Numeral {
    var digits: [Int]

    init(_ text: some StringProtocol) { digits = text.compactMap(\.wholeNumberValue).reversed() }

    mutating func multiply(by other: Numeral) {
        var sum = [Int](repeating: 0, count: digits.count + other.digits.count + 1)
        for (low, a) in digits.enumerated() {
            for (high, b) in other.digits.enumerated() { sum[low + high] += a * b }
        }
        digits = sum
        carry()
    }

    /// Leaves out the lowest digits; the nearest number, halves to the even one.
    mutating func round(off places: Int) {
        digits += [Int](repeating: 0, count: places + 2)
        let dropped = digits.prefix(places)
        digits.removeFirst(places)
        let isMore = dropped.dropLast().contains { $0 > 0 } || digits[0] % 2 == 1
        if let tenths = dropped.last, tenths > 5 || (tenths == 5 && isMore) { digits[0] += 1 }
        carry()
    }

    private mutating func carry() {
        for place in digits.indices.dropLast() {
            digits[place + 1] += digits[place] / 10
            digits[place] %= 10
        }
    }

    var text: String {
        let text = digits.reversed().map(String.init).joined().drop { $0 == "0" }
        return text.isEmpty ? "0" : String(text)
    }
}

@Suite("Amounts reckoned on paper")
struct ExactAmountTests {
    private static let currencies = [("KRW", 0), ("CHF", 2), ("TND", 3), ("UYW", 4)]

    @Test("a conversion is exact at every size of amount and rate", arguments: 1...20 as ClosedRange<UInt64>)
    func conversions(seed: UInt64) throws {
        var random = Respelling(seed: seed)
        let time = EventTime(seconds: 0)
        for _ in 0..<60 {
            let (code, decimals) = random.one(of: Self.currencies)
            let foreign = try #require(Currency(code))
            let units = random.one(of: [random.digits(random.one(of: 1...18)), "1" + String(repeating: "0", count: 18)])
            let places = random.one(of: 1...8)
            let whole = random.one(of: ["0", random.digits(random.one(of: 1...10))])
            let fraction = random.one(of: [random.digits(places), String(repeating: "0", count: places - 1) + "5"])
            // Of zeros alone it is none.
            guard let rate = RateTable.Rate("\(whole).\(fraction)") else { continue }
            var table = RateTable(currency: try #require(Currency("GBP")))
            table.add(rate, of: foreign, from: 0)

            var expected = Numeral(units)
            expected.multiply(by: Numeral(whole + fraction))
            expected.multiply(by: Numeral("100"))
            expected.round(off: decimals + places)
            let limit = String(MinorUnits.limit)
            let isLarge = (expected.text.count, expected.text) > (limit.count, limit)
            let money = Money(units: try #require(Int64(units)), currency: foreign)
            let place: Comment = "\(units) \(code) at \(whole).\(fraction)"
            if isLarge {
                #expect(throws: RateTable.ConversionError.tooLarge, place) { try table.convert(money, at: time) }
            } else {
                #expect(try String(table.convert(money, at: time).value) == expected.text, place)
            }
        }
    }

    /// The text with its point so many places further to the left.
    private func shifted(_ text: String, _ places: Int) -> String {
        let parts = text.split(separator: ".").map(String.init)
        let whole = String(repeating: "0", count: places) + parts[0]
        let fraction = whole.suffix(places) + (parts.count > 1 ? parts[1] : "")
        return whole.dropLast(places) + (fraction.isEmpty ? "" : "." + fraction)
    }

    @Test("minor units are major units with the point moved, rounded or refused alike", arguments: 1...10)
    func minorUnits(seed: UInt64) throws {
        var random = Respelling(seed: seed)
        for _ in 0..<60 {
            let fraction = random.one(of: ["", ".0", ".5", ".50", ".500001", ".25", ".4999", ".0005", ".000"])
            let text = random.digits(random.one(of: 1...20)) + fraction
            let rounding = random.one(of: [true, false])
            let (code, decimals) = random.one(of: Self.currencies)
            let currency = try #require(Currency(code))
            let minor = Result { () throws(MinorUnits.ParseError) in
                try Money(minorUnits: text, currency: currency, rounding: rounding)
            }
            let major = Result { () throws(MinorUnits.ParseError) in
                try Money(decimal: shifted(text, decimals), currency: currency, rounding: rounding)
            }
            #expect(minor == major, "\(text) \(code)")
            let hundredths = Result { () throws(MinorUnits.ParseError) in
                try MinorUnits(minorUnits: text, rounding: rounding)
            }
            let whole = Result { () throws(MinorUnits.ParseError) in
                try MinorUnits(decimal: shifted(text, 2), rounding: rounding)
            }
            #expect(hundredths == whole, "\(text)")
        }
    }
}
