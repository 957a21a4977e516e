package import Records

/// What a person found. A raw value stands in records and forms.
package enum Finding: String, Sendable, Hashable, CaseIterable, Codable {
    case fraud
    case legitimate
    /// Not to be proved, and not dropped either.
    case suspicious
    /// Nothing more can be found out.
    case undecidable

    /// What a label says of it; nil where there is nothing that a model could learn from.
    package var label: Bool? {
        switch self {
        case .fraud: true
        case .legitimate: false
        case .suspicious, .undecidable: nil
        }
    }
}

/// The kind of fraud, as the EBA's guidelines on fraud reporting part it (EBA/GL/2018/05, table 2), with two that are outside of
/// that reporting. A raw value stands in records and forms.
package enum FraudType: String, Sendable, Hashable, CaseIterable, Codable {
    case lostOrStolen = "lost_stolen"
    case notReceived = "not_received"
    case counterfeit
    case cardDataTheft = "card_data_theft"
    /// An account taken over.
    case credentialTheft = "credential_theft"
    case otherUnauthorised = "other_unauthorised"
    case modifiedOrder = "modified_order"
    case impersonation, purchase, romance, investment, invoice
    case otherManipulation = "other_manipulation"
    case firstParty = "first_party"
    case muleAccount = "mule_account"

    /// The guidelines' group. A raw value is its name in messages.
    package enum Group: String, Sendable, Hashable, CaseIterable {
        /// The customer didn't order it.
        case unauthorised
        /// The order was changed on its way.
        case modified
        /// The customer ordered it and was deceived.
        case manipulated
        /// Not in the guidelines' tables.
        case unreported
    }

    package var group: Group {
        switch self {
        case .lostOrStolen, .notReceived, .counterfeit, .cardDataTheft, .credentialTheft, .otherUnauthorised:
            .unauthorised
        case .modifiedOrder: .modified
        case .impersonation, .purchase, .romance, .investment, .invoice, .otherManipulation: .manipulated
        case .firstParty, .muleAccount: .unreported
        }
    }
}

/// Where the knowledge comes from. Kinds of truth are kept apart: what analysts look at is chosen, what customers report is
/// late. A raw value stands in records and forms.
package enum KnowledgeSource: String, Sendable, Hashable, CaseIterable, Codable {
    case analyst
    case customerReport = "customer_report"
    case chargeback, recall, police, other
}

/// A verdict with what goes with it.
package struct Judgement: Hashable, Sendable {
    package var finding: Finding
    /// Of a fraud alone.
    package var fraudType: FraudType?
    package var source: KnowledgeSource
    /// What was lost and what came back, in hundredths of the consortium's currency; of a fraud alone.
    package var loss: MinorUnits?
    package var recovered: MinorUnits?

    package init(
        _ finding: Finding, fraudType: FraudType? = nil, source: KnowledgeSource = .analyst, loss: MinorUnits? = nil,
        recovered: MinorUnits? = nil
    ) {
        self.finding = finding
        self.fraudType = fraudType
        self.source = source
        self.loss = loss
        self.recovered = recovered
    }

    /// The first field that can't go with the others; nil where all do.
    package var fault: Fault? {
        if finding != .fraud {
            if fraudType != nil { return Fault(field: "fraud_type", reason: .typeWithoutFraud) }
            if loss != nil { return Fault(field: "loss", reason: .lossWithoutFraud) }
            if recovered != nil { return Fault(field: "recovered", reason: .recoveredWithoutFraud) }
        }
        for (field, amount) in [("loss", loss), ("recovered", recovered)] {
            if let amount, !(0...MinorUnits.limit).contains(amount.value) {
                return Fault(field: field, reason: .outOfRange)
            }
        }
        return nil
    }

    /// What is wrong with one field of a form or record.
    package struct Fault: Hashable, Sendable {
        package var field: String
        /// A sentence part for people; it never holds a value.
        package var reason: Mistake

        package init(field: String, reason: Mistake) {
            self.field = field
            self.reason = reason
        }
    }
}
