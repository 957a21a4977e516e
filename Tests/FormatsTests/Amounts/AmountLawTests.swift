import Formats
import Records
import Support
import Testing

@Suite("Laws of amounts")
struct AmountLawTests {
    private func part(_ raw: String, _ form: AmountForm, side: String? = nil) -> RecordPart {
        let text = BadJSON.record(["amount": raw, "side": side.map { "\"\($0)\"" }])
        return RecordParser(mapping: Mapping(amountForm: form)).parts(Array(text.utf8))[0]
    }

    /// Every form whose two marks differ.
    private static let forms = AmountForm.DecimalMark.allCases.flatMap { decimal -> [AmountForm] in
        let marks: [AmountForm.ThousandsMark?] = [nil, .point, .comma, .blank, .apostrophe]
        return marks.compactMap { thousands -> AmountForm? in
            guard thousands?.rawValue != decimal.rawValue else { return nil }
            var form = AmountForm()
            (form.decimalMark, form.thousandsMark) = (decimal, thousands)
            return form
        }
    }

    /// Hundredths as a form has them, with its marks or without.
    private func written(_ units: Int64, _ form: AmountForm, grouped: Bool) -> String {
        let mark = grouped ? form.thousandsMark?.rawValue ?? "" : ""
        let whole = String(units / 100)
        var text = ""
        for (place, digit) in whole.enumerated() {
            if place > 0, (whole.count - place) % 3 == 0 { text += mark }
            text.append(digit)
        }
        return text + form.decimalMark.rawValue + (units % 100 < 10 ? "0" : "") + String(units % 100)
    }

    @Test("an amount with two decimals is the same by each form that takes it, and every other form refuses it")
    func neverAnother() {
        var random = SplitMix64(41)
        for run in 0..<60 {
            let units = Int64.random(in: 0...10_000_000_000_000 >> Int64(run % 40), using: &random)
            for writer in Self.forms {
                let text = written(units, writer, grouped: run % 2 == 0)
                #expect(part("\"\(text)\"", writer).transaction?.amount == MinorUnits(units), "\(text)")
                for reader in Self.forms {
                    let read = part("\"\(text)\"", reader)
                    let refused = read.rejection == Rejection(reason: .amountNotANumber, field: "amount")
                    #expect(refused || read.transaction?.amount == MinorUnits(units), "\(text) by \(reader)")
                }
            }
        }
    }

    @Test("a point that is moved and an exponent that moves it back leave the amount as it is")
    func exponents() {
        var random = SplitMix64(42)
        for _ in 0..<300 {
            let most: Int64 = 10_000_000_000_000 >> Int64.random(in: 0...43, using: &random)
            let units = Int64.random(in: 0...most, using: &random)
            // So many digits of the hundredths stand behind the point.
            let behind = Int.random(in: 0...16, using: &random)
            let digits = String(repeating: "0", count: max(0, behind + 1 - String(units).count)) + String(units)
            let point = behind == 0 ? "" : "." + digits.suffix(behind)
            let number = "\(digits.dropLast(behind))\(point)E\(behind - 2)"
            #expect(part(number, AmountForm()).transaction?.amount == MinorUnits(units), "\(number)")
            var minor = AmountForm()
            minor.unit = .minor
            let whole = "\(digits.dropLast(behind))\(point)e\(behind)"
            #expect(part(whole, minor).transaction?.amount == MinorUnits(units), "\(whole)")
        }
    }

    private enum Meaning { case payment, refund, contradiction }

    /// What a minus, a convention and a side say together.
    private static let meanings: [(minus: Bool, statement: Bool, side: String?, Meaning)] = [
        (false, false, nil, .payment), (true, false, nil, .refund),
        (false, true, nil, .refund), (true, true, nil, .payment),
        (false, false, "OUT", .payment), (true, false, "OUT", .contradiction),
        (false, true, "OUT", .contradiction), (true, true, "OUT", .payment),
        (false, false, "IN", .refund), (true, false, "IN", .refund),
        (false, true, "IN", .refund), (true, true, "IN", .contradiction),
    ]

    @Test(
        "sign, convention and side say together what an amount is, wherever the sign stands",
        arguments: AmountForm.Refunds.allCases)
    func meanings(refunds: AmountForm.Refunds) {
        for (minus, statement, side, meaning) in Self.meanings {
            var form = AmountForm()
            (form.isPaymentNegative, form.refunds) = (statement, refunds)
            form.side = side.map { _ in .init(field: "side", debit: ["OUT"], credit: ["IN"]) }
            for text in minus ? ["\"-73.10\"", "-73.1", "\"73.10-\"", "\"(73.1)\"", "\"\u{2212}73.1\""] : ["73.1"] {
                let part = part(text, form, side: side)
                switch (meaning, refunds) {
                case (.payment, _), (.refund, .absolute): #expect(part.transaction?.amount == MinorUnits(7310))
                case (.refund, .leaveOut): #expect(part.leftOut == .refund)
                default: #expect(part.rejection == Rejection(reason: .amountNegative, field: "amount"), "\(text)")
                }
            }
        }
    }

    @Test("an amount is let in up to the limit and refused a hundredth above, in each form and unit")
    func limits() {
        let limit: Int64 = 10_000_000_000_000
        let above = Rejection(reason: .amountTooLarge, field: "amount")
        for form in Self.forms {
            #expect(part("\"\(written(limit, form, grouped: true))\"", form).transaction?.amount == MinorUnits(limit))
            #expect(part("\"\(written(limit + 1, form, grouped: true))\"", form).rejection == above)
        }
        var minor = AmountForm()
        minor.unit = .minor
        #expect(part("\(limit)", minor).transaction?.amount == MinorUnits(limit))
        #expect(part("\(limit + 1)", minor).rejection == above)
        #expect(part("1e13", minor).transaction?.amount == MinorUnits(limit))
    }
}
