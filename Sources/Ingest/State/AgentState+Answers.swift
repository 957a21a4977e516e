import EventLogs
import Records

/// The answers of the state to the events of a batch.
extension AgentState {
    /// Rows that the events of one batch lead to: due for the store once the batch is in the log (`apply`).
    package struct Batch {
        private(set) var pending: [SourcePosition] = []
        private(set) var writes: [StateWrite] = []

        package init() {}

        /// Adds what an event led to.
        mutating func add(_ effects: AgentMemory.Effects) {
            writes += effects.writes
            if let position = effects.pending { pending.append(position) }
        }
    }

    /// A transaction as windows see it.
    package struct Observation: Sendable, Hashable {
        /// The spec's features that a member computes, in order.
        package var features: [Double]
        package var isLate: Bool
        /// Labels that leave because event time went on, in no order.
        package var labels: [DueLabel]
    }

    /// The answer to a verdict.
    package enum Confirmation: Sendable, Hashable {
        /// The verdict counts. Where its transaction's label has left and said another thing, a correction leaves.
        case applied(correction: DueLabel?)
        /// The verdict's transaction is not known.
        case unknown
        /// The verdict reverses what was reversed before.
        case repeated
    }
}
