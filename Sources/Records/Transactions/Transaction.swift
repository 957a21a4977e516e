/// A payment as every later stage knows it: parsed, but not yet checked (see `Ingest`'s `ValidTransaction`). Field by field in
/// docs/CANONICAL.md; names are in their one spelling however they are set. It stays at its member: parties see shares of binned
/// features and entity tokens.
package struct Transaction: Sendable, Hashable {
    /// The member's own id, unique at that member.
    package var id: String
    /// When the payment happened, as its record says.
    package var time: EventTime
    /// Who pays: the member's own customer or card. Two members may use one text for different people.
    package var customer: String { didSet { customer = Spelling.name.canonical(customer) } }
    /// Where: a terminal or payee that other members may know too, by the same text.
    package var terminal: String { didSet { terminal = Spelling.name.canonical(terminal) } }
    /// Hundredths of the consortium's currency.
    package var amount: MinorUnits
    /// The amount as the record gave it; nil where the record names no currency.
    package var original: Money?
    /// How money moves; nil where the record does not say.
    package var kind: PaymentKind?
    /// Where it was ordered; nil where the record does not say.
    package var channel: PaymentChannel?
    /// Who and what else takes part, as far as the record says.
    package var entities: Entities

    /// - Parameters: names in any spelling.
    package init(
        id: String, time: EventTime, customer: String, terminal: String, amount: MinorUnits, original: Money? = nil,
        kind: PaymentKind? = nil, channel: PaymentChannel? = nil, entities: Entities = [:]
    ) {
        self.id = id
        self.time = time
        self.customer = Spelling.name.canonical(customer)
        self.terminal = Spelling.name.canonical(terminal)
        self.amount = amount
        self.original = original
        self.kind = kind
        self.channel = channel
        self.entities = entities
    }
}

/// What became of an earlier transaction, told by the member that sent it. A later verdict of the same transaction
/// takes the place of an earlier one.
package struct Verdict: Sendable, Hashable {
    /// The earlier transaction's id.
    package var transaction: String
    package var fraud: Bool

    package init(transaction: String, fraud: Bool) {
        self.transaction = transaction
        self.fraud = fraud
    }
}

/// A transaction with its ground truth: what simulators, replays and trainers in the clear work on, and nothing else.
/// No stage of the pipeline makes or reads one.
package struct LabelledTransaction: Sendable, Hashable {
    package var member: MemberID
    package var transaction: Transaction
    package var fraud: Bool
    /// Which scenario made it, 0 for a legitimate one. For reports only: no feature may use it.
    package var scenario: Int

    package init(member: MemberID, transaction: Transaction, fraud: Bool, scenario: Int) {
        self.member = member
        self.transaction = transaction
        self.fraud = fraud
        self.scenario = scenario
    }
}
