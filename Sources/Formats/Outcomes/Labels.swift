/// How records that are labels look: a member's word on its earlier transactions.
package struct Labels: Sendable, Hashable {
    /// The value of the mapping's `type`, in letters of any case, that makes a record a label; nil where every record is one
    /// that `transaction` is there in.
    package var value: String?
    /// The field with the earlier transaction's id.
    package var transaction: String
    /// The field with the verdict: `true` or `false`, 1 or 0, or by codes, whose letters are small here.
    package var fraud: FieldSource

    package init(value: String? = "label", transaction: String = "transaction", fraud: FieldSource = "fraud") {
        self.value = value
        self.transaction = transaction
        self.fraud = fraud
    }
}

/// Fields of a transaction's own record that say what became of it: in files that replays and trainers read. The stream
/// scores a transaction before anybody knows, and does not look at them.
package struct OutcomeFields: Sendable, Hashable {
    /// As `Labels.fraud`.
    package var fraud: FieldSource
    /// The field with the number of the scenario that made it, for reports; nil where there is none.
    package var scenario: String?

    package init(fraud: FieldSource, scenario: String? = nil) {
        self.fraud = fraud
        self.scenario = scenario
    }
}

/// What a transaction's own record says became of it.
package struct LabelledOutcome: Sendable, Hashable {
    package var fraud: Bool
    /// The scenario that made it, 0 for none; 1 for a fraud of a mapping without the field.
    package var scenario: Int

    package init(fraud: Bool, scenario: Int) {
        self.fraud = fraud
        self.scenario = scenario
    }

    /// The number of a scenario, such as 3 for `3` or `3.0`; nil for what is no whole number, or below 0.
    package static func scenario(_ text: String) -> Int? { ExactNumber(text)?.whole.flatMap { $0 < 0 ? nil : $0 } }
}

/// Why a record is neither taken nor refused: its mapping says so. Codes are stable, as those of rejections.
package enum LeftOut: String, Sendable, Hashable, CaseIterable {
    /// Money that comes back to the customer.
    case refund
}
