import Formats
package import Policy
package import Records

/// What the desk knows of an alert from its event on `<member>.alerts`. What else the page shows is joined by the source.
package struct AlertFacts: Hashable, Sendable {
    package var item: ItemID
    /// Where the transaction stands in the member's own topic.
    package var source: SourcePosition
    package var transaction: String
    /// `review` or `decline`.
    package var band: Band
    /// What the score alone would have led to, without rules.
    package var scoreBand: Band
    /// The probability of fraud, 0 to 1.
    package var probability: Double
    package var amount: MinorUnits
    package var customer: String
    package var terminal: String
    package var paidAt: EventTime
    /// When it was decided, in microseconds since 1970.
    package var decidedAt: Int64
    /// Ids of the live rules that matched, in the policy's order.
    package var rules: [String]
    /// Whether a person put it before the desk, and nothing alerted: somebody says that it is a fraud.
    package var isReported: Bool

    package init(
        item: ItemID, source: SourcePosition, transaction: String, band: Band, probability: Double, amount: MinorUnits,
        customer: String, terminal: String, paidAt: EventTime, decidedAt: Int64, rules: [String] = [],
        isReported: Bool = false, scoreBand: Band? = nil
    ) {
        self.item = item
        self.scoreBand = scoreBand ?? band
        self.source = source
        self.transaction = transaction
        self.band = band
        self.probability = probability
        self.amount = amount
        self.customer = customer
        self.terminal = terminal
        self.paidAt = paidAt
        self.decidedAt = decidedAt
        self.rules = rules
        self.isReported = isReported
    }

    /// The facts of an alert's event; nil where it is none, or of another version.
    package init?(_ event: CloudEvent) {
        let data = event.data
        guard event.type == CloudEvent.alert, let item = ItemID(event.id), let band = Band(rawValue: data.decision),
            (0...1).contains(data.probability), let amount = data.amount.flatMap({ try? MinorUnits(decimal: $0) }),
            let paidAt = EventTime(rfc3339: data.transactionTime)
        else { return nil }
        self.init(
            item: item, source: data.source.position, transaction: data.transaction, band: band,
            probability: data.probability, amount: amount, customer: data.customer ?? "", terminal: data.terminal ?? "",
            paidAt: paidAt, decidedAt: data.decidedAt, rules: (data.rules ?? []).map(\.id),
            scoreBand: data.scoreDecision.flatMap { Band(rawValue: $0) })
    }

    /// Whether it is an alert by its rules alone: the score would have let the payment go.
    package var isByRules: Bool { !rules.isEmpty && (scoreBand == .approve || scoreBand == .challenge) }

    /// Whether the payment waits for a person: it is neither gone nor stopped.
    package var isHeld: Bool { band == .review }

    /// What is lost on average if nobody looks: probability times amount, in hundredths of the consortium's currency, rounded to
    /// the nearest one. Of a payment that somebody reports it is the whole amount: the model missed it.
    package var expectedLoss: Int64 {
        isReported ? amount.value : Int64((probability * Double(amount.value)).rounded())
    }
}

extension AlertFacts {
    /// The facts of a payment that people or a sample put before the desk without an alert.
    ///
    /// - Parameters:
    ///   - band: of its decision, as is the probability.
    ///   - raised: as its item's work has it.
    package init(item: ItemID, payment: Transaction, band: Band, probability: Double, raised: Work.Raised) {
        self.init(
            item: item, source: raised.source, transaction: payment.id, band: band, probability: probability,
            amount: payment.amount, customer: payment.customer, terminal: payment.terminal, paidAt: payment.time,
            decidedAt: raised.at, isReported: raised.isReported)
    }
}
