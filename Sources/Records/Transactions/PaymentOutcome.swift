/// What became of an earlier payment, as banks tell each other: its status, its return, or a request to recall it.
package struct PaymentOutcome: Sendable, Hashable {
    /// The message that tells it, of ISO 20022: a status (pacs.002), a return of the money (pacs.004), or a request for
    /// that (camt.056).
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case status, `return`, recall
    }

    package var kind: Kind
    /// The earlier transaction's id, at the same member.
    package var transaction: String
    /// When the message was made, and not the payment.
    package var time: EventTime
    /// ISO 20022's code of the payment's status, such as `ACSC` (settled) or `RJCT` (rejected).
    package var status: String?
    /// ISO 20022's code of the reason, such as `AC04` (account closed) or `FRAD`.
    package var reason: String?
    /// The amount that the message speaks of, where it names one with a known currency.
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

    /// The outcome says that the payment was a fraud: a return or recall for `FRAD` (fraudulent origin) or `FR01`
    /// (fraud).
    package var tellsFraud: Bool { kind != .status && reason.map(Self.fraudReasons.contains) ?? false }

    /// ISO 20022's codes of fraud: fraudulent origin and fraud.
    package static let fraudReasons: Set<String> = ["FRAD", "FR01"]
}
