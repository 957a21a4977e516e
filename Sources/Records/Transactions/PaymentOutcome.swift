/// What became of an earlier payment, as banks tell each other: its status, its return, or a request to recall it.
package struct PaymentOutcome: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case status, `return`, recall
    }

    package var kind: Kind
    /// The earlier transaction's id.
    package var transaction: String
    package var time: EventTime
    /// ISO 20022's code, such as `ACSC` or `RJCT`.
    package var status: String?
    /// ISO 20022's code, such as `AC04` or `FRAD`.
    package var reason: String?
    package var amount: Money?

    package init(
        kind: Kind, transaction: String, time: EventTime, status: String? = nil, reason: String? = nil,
        amount: Money? = nil
    ) {
        self.kind = kind
        self.transaction = transaction
        self.time = time
        self.status = status
        self.reason = reason
        self.amount = amount
    }

    /// The outcome says that the payment was a fraud: a return or recall for `FRAD` (fraudulent origin) or `FR01` (fraud).
    package var tellsFraud: Bool { kind != .status && (reason == "FRAD" || reason == "FR01") }
}
