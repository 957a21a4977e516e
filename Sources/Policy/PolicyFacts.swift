package import Records

/// What a rule may see of a transaction: the member's own data and its score, nothing else. It never leaves the member.
package struct PolicyFacts: Sendable {
    package var transaction: Transaction
    /// The probability of fraud by the model, 0 to 1.
    package var probability: Double
    /// The policy's windows by name, as they were when the transaction was taken in; one that is not here is unknown.
    package var windows: [String: Double]

    package init(transaction: Transaction, probability: Double, windows: [String: Double] = [:]) {
        self.transaction = transaction
        self.probability = probability
        self.windows = windows
    }
}
