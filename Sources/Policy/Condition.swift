package import Records

/// When a rule matches: comparisons of single fields, combined.
///
/// Three-valued, as SQL: a comparison with a field that the transaction lacks is unknown, and so is its negation. It
/// depends on the facts alone, never on when it is asked.
package indirect enum Condition: Sendable, Hashable {
    /// All hold; so do none at all. One that is false makes it false, whatever is unknown.
    case all([Condition])
    /// At least one holds; of none at all, none does. One that is true makes it true, whatever is unknown.
    case any([Condition])
    /// The opposite; unknown where the condition is.
    case not(Condition)
    /// The amount in the consortium's currency lies within limits. Never unknown.
    case amount(Limits<MinorUnits>)
    /// The probability of fraud lies within limits. Never unknown.
    case probability(Limits<Double>)
    /// The value of one of the policy's windows, by its name, lies within limits; unknown where it was not computed.
    case window(String, Limits<Double>)
    /// The field's value is in a set.
    case text(TextField, ValueSet)
    /// The transaction's `ip` is in a network; unknown also where it is no address.
    case address(NetworkSet)
    /// Whether the transaction has the field is as wanted. Never unknown.
    case exists(TextField, Bool)
    /// The transaction's own time is within a schedule. Never unknown.
    case schedule(Schedule)

    /// True, false, or nil where the transaction does not say.
    package func holds(_ facts: PolicyFacts) -> Bool? {
        switch self {
        case .all(let conditions): Self.combine(conditions, settledBy: false, facts)
        case .any(let conditions): Self.combine(conditions, settledBy: true, facts)
        case .not(let condition): condition.holds(facts).map { !$0 }
        case .amount(let limits): limits.contain(facts.transaction.amount)
        case .probability(let limits): limits.contain(facts.probability)
        case .window(let name, let limits): facts.windows[name].map(limits.contain)
        case .text(let field, let values): field.value(of: facts.transaction).map(values.contains)
        case .address(let networks): facts.transaction.entities[.ip].flatMap(networks.contains)
        case .exists(let field, let wanted): (field.value(of: facts.transaction) != nil) == wanted
        case .schedule(let schedule): schedule.contains(facts.transaction.time)
        }
    }

    /// One condition with the value settles it; else one that is unknown leaves it unknown.
    private static func combine(_ conditions: [Condition], settledBy value: Bool, _ facts: PolicyFacts) -> Bool? {
        var unknown = false
        for condition in conditions {
            switch condition.holds(facts) {
            case value: return value
            case nil: unknown = true
            default: continue
            }
        }
        return unknown ? nil : !value
    }
}
