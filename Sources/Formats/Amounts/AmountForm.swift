/// How a member writes amounts (docs/CANONICAL.md, "Amounts"): as plain decimals of major units where nothing is said.
package struct AmountForm: Sendable, Hashable {
    /// What the text counts.
    package enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Units of the currency, such as euros.
        case major
        /// Its smallest units by ISO 4217, such as cents; of the consortium's currency, hundredths.
        case minor
    }

    /// What stands before the decimals.
    package enum DecimalMark: String, Sendable, Hashable, CaseIterable {
        case point = "."
        case comma = ","
    }

    /// What stands between thousands; a blank may be U+00A0, U+2009 or U+202F, an apostrophe U+2019.
    package enum ThousandsMark: String, Sendable, Hashable, CaseIterable {
        case point = "."
        case comma = ","
        case blank = " "
        case apostrophe = "'"
    }

    /// A field that says of an unsigned amount whether it is a payment or money that comes back.
    package struct Side: Sendable, Hashable {
        package var field: FieldSource
        /// Codes of payments; empty where every code that is not in `credit` is one.
        package var debit: Set<String>
        /// Codes of refunds; empty where every code that is not in `debit` is one.
        package var credit: Set<String>

        /// - Parameters:
        ///   - debit: codes of payments.
        ///   - credit: codes of refunds; one of both lists has to have a code.
        package init(field: FieldSource, debit: Set<String>, credit: Set<String>) {
            self.field = field
            self.debit = debit
            self.credit = credit
        }
    }

    /// What becomes of a refund: money that comes back to the customer.
    package enum Refunds: String, Sendable, Hashable, CaseIterable {
        /// Refused as `amount_negative`.
        case reject
        /// Neither taken nor refused, and counted.
        case leaveOut = "leave_out"
        /// Taken as a payment of the same amount.
        case absolute
    }

    package var unit = Unit.major
    package var decimalMark = DecimalMark.point
    package var thousandsMark: ThousandsMark?
    /// More decimals than the currency has are rounded, halves to the even unit; else they are refused.
    package var rounds = false
    package var side: Side?
    /// The field of refunds, where they stand in one of their own.
    package var refundField: FieldSource?
    /// Payments have a minus, as on statements of accounts, and refunds none.
    package var isPaymentNegative = false
    package var refunds = Refunds.reject

    package init() {}

    /// Plain decimals, as JSON and ISO 20022 have them: what needs no second look.
    var isPlain: Bool { unit == .major && decimalMark == .point && thousandsMark == nil }
}
