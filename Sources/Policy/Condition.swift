package import Records

/// When a rule matches: comparisons of single fields, combined.
///
/// Three-valued, as SQL: a comparison with a field that the transaction lacks is unknown, and so is its negation.
package indirect enum Condition: Sendable, Hashable {
    case all([Condition])
    case any([Condition])
    case not(Condition)
    /// In the consortium's currency.
    case amount(Limits<MinorUnits>)
    case probability(Limits<Double>)
    /// Of one of the policy's windows.
    case window(String, Limits<Double>)
    case text(TextField, ValueSet)
    /// The transaction's `ip`.
    case address(NetworkSet)
    /// Whether the transaction has the field.
    case exists(TextField, Bool)
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
