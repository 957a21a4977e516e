/// What a policy makes of a transaction, and why.
package struct PolicyOutcome: Sendable, Hashable {
    /// A shadow rule that matched.
    package struct ShadowMatch: Sendable, Hashable {
        package var rule: PolicyRule
        /// What would have been decided, were this rule live beside the live ones.
        package var band: Band
    }

    /// The band of the score alone.
    package var scoreBand: Band
    /// The band that counts, after the live rules.
    package var band: Band
    /// The live rules that matched, in the file's order.
    package var rules: [PolicyRule]
    /// The shadow rules that matched, in the file's order; none of them counts.
    package var shadow: [ShadowMatch]
}
