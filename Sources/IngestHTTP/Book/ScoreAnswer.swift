import Foundation
package import Policy

/// What `POST /v1/score` answers: the decision as the topic has it, or the fallback's in its place.
package enum ScoreAnswer: Sendable, Encodable {
    case decided(CloudEvent.Detail)
    case degraded(Degraded)

    package struct Degraded: Sendable, Hashable {
        package var transaction: String
        package var decision: Band
        package var reason: Reason
        /// Whether the transaction is known to be in the log, so that its score will come.
        package var recorded: Bool
    }

    /// Why there is no score.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// None came in time.
        case deadline
        /// The log can't be reached.
        case logUnavailable = "log_unavailable"
        /// More transactions wait for the log than the agent holds.
        case overloaded
        /// The agent is being stopped.
        case stopping
    }

    private enum Name: String, CodingKey {
        case transaction, decision, degraded, reason, recorded
    }

    package func encode(to encoder: any Encoder) throws {
        var out = encoder.container(keyedBy: Name.self)
        switch self {
        case .decided(let detail):
            try detail.encode(to: encoder)
            try out.encode(false, forKey: .degraded)
        case .degraded(let degraded):
            try out.encode(degraded.transaction, forKey: .transaction)
            try out.encode(degraded.decision.rawValue, forKey: .decision)
            try out.encode(true, forKey: .degraded)
            try out.encode(degraded.reason.rawValue, forKey: .reason)
            try out.encode(degraded.recorded, forKey: .recorded)
        }
    }
}
