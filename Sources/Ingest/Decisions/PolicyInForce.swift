package import Model
package import Policy
import Synchronization

/// The policy that an agent decides by. Another may take its place while the agent runs; each turn of decisions goes by one.
package final class PolicyInForce: Sendable {
    private let policy: Mutex<DecisionPolicy>
    /// The windows that the agent keeps for rules, which it fills from its start on.
    package let windows: [Feature]

    package init(_ policy: DecisionPolicy) {
        self.policy = Mutex(policy)
        windows = policy.windows
    }

    package var current: DecisionPolicy { policy.withLock { $0 } }

    /// What became of another policy.
    package enum Change: Sendable, Hashable {
        case same, taken
        /// Its windows are others: they count from the agent's next start on, and so does the policy.
        case otherWindows
    }

    package func take(_ next: DecisionPolicy) -> Change {
        guard next.windows == windows else { return .otherWindows }
        return policy.withLock { policy in
            guard next != policy else { return .same }
            policy = next
            return .taken
        }
    }
}
