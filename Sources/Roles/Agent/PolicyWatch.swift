package import Ingest
package import Logging
import PipelineFiles
package import Policy
package import Stages
package import Telemetry

/// Where an agent's policy is read from, again and again.
package struct PolicySource: Sendable {
    /// What changes with the files that it is read from.
    let stamp: @Sendable () -> [String]
    let read: @Sendable () throws -> DecisionPolicy
    /// Of the files as they were when the agent's first policy was about to be read.
    let first: [String]

    /// Before the first policy is read.
    package init(stamp: @escaping @Sendable () -> [String], read: @escaping @Sendable () throws -> DecisionPolicy) {
        self.stamp = stamp
        self.read = read
        first = stamp()
    }
}

/// The stage that takes up a policy whose files were changed: its rules, bounds and lists. One with a mistake, or with other
/// windows, changes nothing.
package final class PolicyWatch: Stage {
    private let source: PolicySource
    private let policy: PolicyInForce
    private let metrics: Metrics
    private let logger: Logger
    private var stamp: [String]

    package init(
        _ source: PolicySource, _ policy: PolicyInForce, metrics: Metrics, logger: Logger
    ) {
        self.source = source
        self.policy = policy
        stamp = source.first
        self.metrics = metrics
        self.logger = logger
    }

    package func turn(until _: Moment) throws -> Turn {
        look()
        return .rest(.seconds(1))
    }

    private func look() {
        // Before it is read: a change in between is seen at the next look.
        let now = source.stamp()
        guard now != stamp else { return }
        stamp = now
        let outcome: String
        do {
            switch policy.take(try source.read()) {
            case .same: outcome = "same"
            case .taken:
                outcome = "taken"
                for rule in policy.current.rules {
                    metrics.add(0, to: .rulesMatched, .init("rule", rule.id), .init("mode", rule.mode.rawValue))
                }
                logger.notice(
                    "policy read again", metadata: ["stage": "policy", "rules": "\(policy.current.rules.count)"])
            case .otherWindows:
                outcome = "windows"
                logger.warning(
                    "the policy's windows were changed, which an agent fills from its start on: the policy counts from the next start on",
                    metadata: ["stage": "policy"])
            }
        } catch {
            outcome = "mistake"
            logger.error(
                "the policy was not read again, and the one before stays: \(error)", metadata: ["stage": "policy"])
        }
        metrics.add(1, to: .policyReads, .init("outcome", outcome))
    }
}
