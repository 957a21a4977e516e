package import Records

/// A transaction that passed every check; only the parser makes one.
package struct ValidTransaction: Sendable, Hashable {
    /// Its amount is in hundredths of the consortium's currency, whatever the record named.
    package let transaction: Transaction
    /// What the record itself says became of it, where the mapping has fields for that.
    package let outcome: LabelledOutcome?
    /// Fields that the record has and the transaction has not, since what stood there can't be. Validation rules say
    /// whether it goes on without them.
    package let faults: [FieldFault]

    init(_ transaction: Transaction, outcome: LabelledOutcome? = nil, faults: [FieldFault] = []) {
        self.transaction = transaction
        self.outcome = outcome
        self.faults = faults
    }
}

/// What is wrong with an optional field.
package struct FieldFault: Sendable, Hashable {
    package var extra: Mapping.Extra
    package var rejection: Rejection
}

/// What one part of a record turned out to be.
package enum ParsedRecord: Sendable, Hashable {
    /// A payment to be scored; validation rules and windows have not been asked yet.
    case transaction(ValidTransaction)
    /// A label: the member's word on one of its earlier transactions.
    case verdict(Verdict)
    /// What an ISO 20022 message says became of an earlier payment.
    case outcome(PaymentOutcome)
    /// The member's system says that event time has come so far: no transaction is needed for that.
    case watermark(EventTime)
    /// Neither taken nor refused, as the mapping says: to be counted.
    case leftOut(LeftOut)
}

/// What a record holds at one place: one transaction of a batch, or the whole record.
package struct RecordPart: Sendable {
    /// From 0, within the record.
    package var index: Int
    /// Bytes of the record's text, as UTF-8, before the part or before what is wrong; nil where no place is at fault.
    package var at: Int?
    /// What the part is, or why it can't be used.
    package var result: Result<ParsedRecord, Rejection>
    /// What a message of ISO 20022 says, by its fields' names; empty for other formats.
    package var message: [String: String] = [:]
    /// What is not right with the message as a whole, and was let in.
    package var notes: [RejectionReason] = []
    /// What validation rules let in with a mark, where they were asked (`checked`).
    package var marks: [Mark] = []

    /// The part's transaction; nil where it is something else, as with the properties below.
    package var transaction: Transaction? { valid?.transaction }
    package var valid: ValidTransaction? { if case .success(.transaction(let valid)) = result { valid } else { nil } }
    package var labelled: LabelledOutcome? { valid?.outcome }
    package var outcome: PaymentOutcome? { if case .success(.outcome(let outcome)) = result { outcome } else { nil } }
    package var watermark: EventTime? { if case .success(.watermark(let time)) = result { time } else { nil } }
    package var verdict: Verdict? { if case .success(.verdict(let verdict)) = result { verdict } else { nil } }
    package var leftOut: LeftOut? { if case .success(.leftOut(let reason)) = result { reason } else { nil } }
    package var rejection: Rejection? { if case .failure(let rejection) = result { rejection } else { nil } }
}
