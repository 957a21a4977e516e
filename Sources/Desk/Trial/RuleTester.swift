package import Policy

/// What tries rules on a member's own past: behind it are the policy in force, and all that the member's topics still have.
package protocol RuleTester: Sendable {
    /// Reads a rule as somebody has typed it.
    func read(_ text: String) throws(RuleFault) -> TriedRule

    /// Decides the past by both policies, and changes nothing.
    ///
    /// - Parameters:
    ///   - scope: which transactions are counted.
    ///   - progress: told how many records of how many are read; false ends it.
    /// - Returns: nil where it was ended.
    func test(
        _ rule: TriedRule, within scope: TeamScope, progress: (_ done: Int, _ of: Int) -> Bool
    ) throws -> BacktestReport?
}

/// Why a text is no rule.
package struct RuleFault: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// A rule that is to be tried, as the policy would be with it.
package struct TriedRule: Sendable {
    package var text: String
    package var present: DecisionPolicy
    package var candidate: DecisionPolicy

    package init(text: String, present: DecisionPolicy, candidate: DecisionPolicy) {
        self.text = text
        self.present = present
        self.candidate = candidate
    }

    /// Ids of the rules that are new or changed.
    package var ids: [String] {
        candidate.rules.filter { !present.rules.contains($0) }.map(\.id)
    }

    /// Most bytes of a text.
    package static let limit = 20_000
}
