/// The kinds of fraud that a world knows, by the names that the ground truth and world files use.
///
/// Their order numbers them from 1 (`scenario`): the first three are the fraud handbook's scenarios.
package enum Typology: String, Sendable, Hashable, CaseIterable {
    case overLimitAmount = "over_limit_amount"
    case compromisedTerminal = "compromised_terminal"
    case compromisedCard = "compromised_card"
    case cardTesting = "card_testing"
    case accountTakeover = "account_takeover"
    case authorisedPushPayment = "authorised_push_payment"
    case mule
    case bustOut = "bust_out"
    case syntheticIdentity = "synthetic_identity"
    case layeringRing = "layering_ring"

    package var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    package init?(number: Int) {
        guard (1...Self.allCases.count).contains(number) else { return nil }
        self = Self.allCases[number - 1]
    }

    /// Incidents in thirty days for 10,000 customers, where a world file says nothing: about three payments in a thousand
    /// are frauds then.
    package var usualRate: Double { pattern.rate }

    /// What happens in one incident.
    var pattern: any FraudPattern.Type {
        switch self {
        case .overLimitAmount: OverLimitAmount.self
        case .compromisedTerminal: CompromisedTerminal.self
        case .compromisedCard: CompromisedCard.self
        case .cardTesting: CardTesting.self
        case .accountTakeover: AccountTakeover.self
        case .authorisedPushPayment: AuthorisedPushPayment.self
        case .mule: Mule.self
        case .bustOut: BustOut.self
        case .syntheticIdentity: SyntheticIdentity.self
        case .layeringRing: LayeringRing.self
        }
    }
}

/// One kind of fraud: how an incident of it goes.
protocol FraudPattern {
    /// Incidents in thirty days for 10,000 customers.
    static var rate: Double { get }

    /// Writes the payments of one incident that begins on a day of the world, 0 for the first. Does nothing where the world
    /// has nobody left for it.
    static func commit(_ incident: inout Incident, day: Int)
}
