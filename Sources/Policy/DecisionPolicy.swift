package import Model

/// A member's own answer to transactions and their probabilities of fraud: bands of the score, then rules on the
/// member's own data (docs/POLICY.md). Made from a file by `PipelineFiles`' `readPolicy`, which checks names.
package struct DecisionPolicy: Sendable, Hashable {
    /// What the score alone leads to.
    package let bands: ScoreBands
    /// The features that the member's agent computes for the rules, beside the consortium's spec. Nothing of them is
    /// shared.
    package let windows: [Feature]
    /// The declared lists by name, and how many values each has; the values are in the conditions that use them.
    package let lists: [String: Int]
    /// The rules in the file's order; each id once.
    package let rules: [PolicyRule]

    package init(bands: ScoreBands, windows: [Feature] = [], lists: [String: Int] = [:], rules: [PolicyRule] = []) {
        self.bands = bands
        self.windows = windows
        self.lists = lists
        self.rules = rules
    }

    /// A policy of bands alone, without challenges.
    ///
    /// - Throws: what `ScoreBands` finds wrong with the two bounds.
    package init(review: Double, decline: Double) throws(ScoreBands.Invalid) {
        self.init(bands: try ScoreBands(review: review, decline: decline))
    }

    /// What becomes of a transaction. Every rule is looked at, so the outcome names all that match; the same facts
    /// always give the same outcome.
    package func decide(_ facts: PolicyFacts) -> PolicyOutcome {
        let score = bands.band(facts.probability)
        let matched = rules.filter { $0.matches(facts) }
        let live = matched.filter { $0.mode == .live }
        let shadow = matched.filter { $0.mode == .shadow }.map { rule in
            PolicyOutcome.ShadowMatch(
                rule: rule, band: Self.settle(score, matched.filter { $0.mode == .live || $0.id == rule.id }))
        }
        return PolicyOutcome(scoreBand: score, band: Self.settle(score, live), rules: live, shadow: shadow)
    }

    /// The band of a score's and of all rules that count: a rule that declines wins; else the first that sets; else the
    /// most severe of the score's and those asked for.
    private static func settle(_ score: Band, _ rules: [PolicyRule]) -> Band {
        let effects = rules.map(\.effect)
        if effects.contains(where: { $0.band == .decline }) { return .decline }
        for case .set(let band) in effects { return band }
        return effects.map(\.band).reduce(score, max)
    }
}
