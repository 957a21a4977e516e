package import Model

/// A member's own model, which it trained on its own data, and how its score is set beside the consortium's. Neither leaves the
/// member's agents.
package struct OwnModel: Sendable {
    /// The model's version, as decisions name it.
    package var version: String { model.version }
    /// The model's features, to be computed with the policy's windows. No feature of a spec or a policy has such a name.
    package let windows: [Feature]
    private let model: ClearModel
    /// The learnt weights of both scores; nil where own scores are recorded alone, as long as there is nothing to learn from.
    private let blend: ScoreBlend?

    /// - Returns: nil where the model reads counts of the consortium, which no member has.
    package init?(_ model: ClearModel, blend: ScoreBlend? = nil) {
        guard model.binned.spec.tokenEntities.isEmpty else { return nil }
        self.model = model
        self.blend = blend
        let id = String(model.binned.id, radix: 16)
        windows = model.binned.spec.features.map { Feature(name: "own/\(id)/\($0.name)", kind: $0.kind) }
    }

    /// The own model's score of a transaction, as its leaves add up.
    ///
    /// - Parameter values: by the names of `windows`.
    /// - Returns: nil where a value is missing, such as of a transaction that came in before the agent had this model.
    package func score(_ values: [String: Double]) -> Double? {
        let found = windows.compactMap { values[$0.name] }
        guard found.count == windows.count else { return nil }
        return Double(model.score(values: found)) / Double(1 << model.forest.fractionBits)
    }

    /// The probability of fraud by both scores; nil where there is no blend.
    package func probability(own: Double, consortium: Double) -> Double? {
        blend?.probability(own: own, consortium: consortium)
    }
}
