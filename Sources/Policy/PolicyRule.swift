/// One rule of a member's policy, written by its risk team. Neither it nor its matches leave the member.
package struct PolicyRule: Sendable, Hashable {
    /// Whether a rule counts. A raw value is the word in policy files and a label of metrics.
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Counts.
        case live
        /// Is looked at and reported, and never changes what is decided.
        case shadow
    }

    /// What a match asks for; `DecisionPolicy` says which of several matches wins.
    package enum Effect: Sendable, Hashable {
        /// No milder band than this.
        case atLeast(Band)
        /// This band, also where the score's is more severe.
        case set(Band)

        /// The band that is asked for, either way.
        package var band: Band {
            switch self {
            case .atLeast(let band), .set(let band): band
            }
        }
    }

    /// The rule's name, once in a policy: small letters, digits, `-` and `_`, as it is a label of metrics too.
    package var id: String
    package var mode: Mode
    /// A text for the people who read decisions and alerts; no identifiers in it.
    package var reason: String
    package var condition: Condition
    package var effect: Effect

    package init(id: String, mode: Mode, reason: String, condition: Condition, effect: Effect) {
        self.id = id
        self.mode = mode
        self.reason = reason
        self.condition = condition
        self.effect = effect
    }

    /// Whether the condition is known to hold: what depends on a field that the transaction lacks is no match.
    package func matches(_ facts: PolicyFacts) -> Bool { condition.holds(facts) == true }

    /// Whether `self`, on the same transactions as `earlier`, can't change what `earlier` leads to, whatever the score
    /// is. For the check of a policy file: a rule that can change nothing is a mistake.
    package func isMoot(after earlier: PolicyRule) -> Bool {
        switch (earlier.effect, effect) {
        case (let effect, _) where effect.band == .decline: true
        case (_, let effect) where effect.band == .decline: false
        case (.set, _): true
        case (.atLeast(let reached), .atLeast(let asked)): reached >= asked
        case (.atLeast, .set): false
        }
    }
}
