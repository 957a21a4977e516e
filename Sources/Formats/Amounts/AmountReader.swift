import Records

/// Reads the amounts of a mapping's records: exactly, and in the consortium's currency beside their own.
struct AmountReader: Sendable {
    private let source: FieldSource
    private let currency: FieldSource?
    private let form: AmountForm
    private let rates: RateTable?
    /// A number that is there is the amount, without a look at sign or side.
    private let isSimple: Bool

    init(_ mapping: Mapping) {
        source = mapping.amount
        currency = mapping.extras[.currency]
        form = mapping.amountForm
        rates = mapping.rates
        isSimple = form.isPlain && form.side == nil && form.refundField == nil && !form.isPaymentNegative
    }

    /// Sets the transaction's amount, and beside it the record's own where that names a currency.
    ///
    /// - Returns: why the record is left out, for a refund of a mapping that does so.
    /// - Throws: what the text is not; `currencyUnknown`, `rateMissing`.
    func read(
        _ fields: [String: JSONScalar], of transaction: inout Transaction
    ) throws(Rejection) -> LeftOut? {
        let written = try written(fields)
        let code = try currency.flatMap { source throws(Rejection) in try fields.optional(source) }
        let currency = try code.map { code throws(Rejection) in try known(code) }
        let (units, isNegative) = try units(written, currency)
        if !isSimple || isNegative, try isRefund(fields, written, units: units, isNegative: isNegative) {
            switch form.refunds {
            case .reject: throw Rejection(reason: .amountNegative, field: written.field)
            case .leaveOut: return .refund
            case .absolute: break
            }
        }
        guard let currency else {
            transaction.amount = MinorUnits(units)
            return nil
        }
        let money = Money(units: units, currency: currency)
        transaction.original = money
        transaction.amount = try convert(money, at: transaction.time)
        return nil
    }

    /// What the record says, and where.
    private struct Written {
        var text: String
        /// The record's name of the field.
        var field: String
        /// The text stood where refunds do.
        var isRefund = false
    }

    /// The amount's text: of the field of payments or the one of refunds, where there are two.
    ///
    /// - Throws: `amountNotANumber` where both say something.
    private func written(_ fields: [String: JSONScalar]) throws(Rejection) -> Written {
        if let refund = form.refundField, let text = try fields.optional(refund), !Self.isZero(text) {
            if let payment = try fields.optional(source), !Self.isZero(payment) {
                throw Rejection(reason: .amountNotANumber, field: refund.name)
            }
            return Written(text: fields.exact(refund, text), field: refund.name, isRefund: true)
        }
        return Written(text: fields.exact(source, try fields.required(source)), field: source.name)
    }

    /// Zeros, marks and signs alone, whatever the exponent.
    private static func isZero(_ text: String) -> Bool {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        return parts[0].contains("0")
            && parts[0].unicodeScalars.allSatisfy {
                "0.,'\u{2019}+-\u{2212}()".unicodeScalars.contains($0) || $0.isSpace
            }
            && (parts.count == 1 || Int(parts[1]) != nil)
    }

    private func known(_ code: String) throws(Rejection) -> Currency {
        guard let known = Currency(code) else { throw Rejection(reason: .currencyUnknown, field: currency?.name) }
        return known
    }

    /// Units of the currency, or hundredths of the consortium's, and whether a minus stood with them.
    private func units(_ written: Written, _ currency: Currency?) throws(Rejection) -> (Int64, isNegative: Bool) {
        do throws(MinorUnits.ParseError) {
            if form.isPlain {
                do throws(MinorUnits.ParseError) {
                    return (try units(written.text, currency), false)
                } catch {
                    guard error == .notANumber || error == .negative else { throw error }
                }
            }
            guard let text = AmountText(written.text, form) else { throw .notANumber }
            return (try units(text.decimal, currency), text.isNegative)
        } catch {
            throw Rejection(reason: .init(error), field: written.field)
        }
    }

    private func units(_ decimal: String, _ currency: Currency?) throws(MinorUnits.ParseError) -> Int64 {
        let rounds = form.rounds
        switch (form.unit, currency) {
        case (.major, let currency?): return try Money(decimal: decimal, currency: currency, rounding: rounds).units
        case (.minor, let currency?): return try Money(minorUnits: decimal, currency: currency, rounding: rounds).units
        case (.major, nil): return try MinorUnits(decimal: decimal, rounding: rounds).value
        case (.minor, nil): return try MinorUnits(minorUnits: decimal, rounding: rounds).value
        }
    }

    /// Whether the money comes back to the customer, by the sign, the side, or the field that it stood in.
    ///
    /// - Throws: `amountNegative` where two of them say different things.
    private func isRefund(
        _ fields: [String: JSONScalar], _ written: Written, units: Int64, isNegative: Bool
    ) throws(Rejection) -> Bool {
        if written.isRefund || form.refundField != nil {
            guard !isNegative || units == 0 else { throw Rejection(reason: .amountNegative, field: written.field) }
            return written.isRefund
        }
        let byMinus = isNegative != form.isPaymentNegative && (units != 0 || isNegative)
        guard let side = form.side else { return byMinus }
        let bySide = try side.isCredit(fields)
        // An unsigned amount has its side alone to go by, unless payments have a minus.
        guard bySide == byMinus || (!isNegative && !form.isPaymentNegative) else {
            throw Rejection(reason: .amountNegative, field: written.field)
        }
        return bySide
    }

    /// The amount at the rate of the payment's day.
    ///
    /// - Throws: `rateMissing` without a table or a rate; `amountTooLarge` where the result is above the limit.
    private func convert(_ money: Money, at time: EventTime) throws(Rejection) -> MinorUnits {
        guard let rates else { throw Rejection(reason: .rateMissing, field: currency?.name) }
        do {
            return try rates.convert(money, at: time)
        } catch {
            switch error {
            case .noRate: throw Rejection(reason: .rateMissing, field: currency?.name)
            case .tooLarge: throw Rejection(reason: .amountTooLarge, field: source.name)
            }
        }
    }
}

extension AmountForm.Side {
    /// - Throws: `missingField` where no code is there, `valueInvalid` for one of neither list.
    fileprivate func isCredit(_ fields: [String: JSONScalar]) throws(Rejection) -> Bool {
        let code = try fields.required(field)
        if credit.contains(code) { return true }
        guard debit.contains(code) || debit.isEmpty else {
            guard credit.isEmpty else { throw Rejection(reason: .valueInvalid, field: field.name) }
            return true
        }
        return false
    }
}

extension [String: JSONScalar] {
    /// The text of a field, where it is a JSON number with an exponent without that: it is the same number.
    fileprivate func exact(_ source: FieldSource, _ text: String) -> String {
        guard case .number(let number) = self[first(of: source)], number == text,
            number.utf8.contains(where: { $0 | 32 == UInt8(ascii: "e") })
        else { return text }
        return ExactNumber(number)?.plain ?? text
    }
}
