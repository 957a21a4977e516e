/// What is done with a transaction, from mild to severe. Bands are ordered so, and a raw value is the word in policies,
/// decisions and alerts.
package enum Band: String, Sendable, Hashable, CaseIterable, Comparable {
    /// The payment is let go.
    case approve
    /// The customer is asked for one more factor ("step-up"); no person of the risk team looks at it.
    case challenge
    /// Held for a person of the risk team.
    case review
    /// The payment is stopped.
    case decline

    private var severity: Int {
        switch self {
        case .approve: 0
        case .challenge: 1
        case .review: 2
        case .decline: 3
        }
    }

    package static func < (left: Band, right: Band) -> Bool { left.severity < right.severity }

    /// Whether somebody of the risk team is to hear of it: a challenge is settled with the customer alone.
    package var alerts: Bool { self >= .review }
}
