/// The most transactions of a member that the parties score within a day of the log's time. A score is an answer of the secret
/// model, so who may ask without limit can compute the model from the answers (docs/PRIVACY.md).
package enum QueryBudget: Hashable, Sendable {
    case unlimited
    case daily(Int)

    /// The budget of a member for which a roster names none.
    package static let standard = QueryBudget.daily(1_000_000)

    /// The part of one of so many partitions, rounded up: partitions have no order among each other, so each counts for itself.
    package func share(of partitions: Int) -> QueryBudget {
        switch self {
        case .unlimited: .unlimited
        case .daily(let count): .daily((count + partitions - 1) / partitions)
        }
    }
}
