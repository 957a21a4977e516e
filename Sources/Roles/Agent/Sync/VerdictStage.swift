package import Audit
package import Evaluation
import EventLogs
package import Logging
import Manifests
import ModelSync
import Records
package import Stages
package import Telemetry

/// The stage of an agent that says of each validation, by a rule, whether the challenger does worse for the member: one bit, and no
/// figure. It says so while that can count: of the newest version, before anything is decided on it. Of few frauds it says nothing.
package final class VerdictStage: Stage {
    private let sync: MemberSync
    private let rule: MemberRule
    private let metrics: Metrics
    private let logger: Logger
    private let audit: any AuditWriter
    /// The digest of the last order that nothing is left to be said of.
    private var done: Digest32?

    package init(
        _ sync: MemberSync, rule: MemberRule, metrics: Metrics, logger: Logger, audit: any AuditWriter = NoAudit()
    ) {
        self.sync = sync
        self.rule = rule
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
    }

    package func turn(until moment: Moment) throws -> Turn {
        try sync.read()
        try judge()
        return try sync.wait(until: moment) ? .worked : .idle
    }

    private func judge() throws {
        guard let version = sync.history.versions.last(where: { !$0.validations.isEmpty }), version.decisions.isEmpty,
            let order = version.validations.last, order != done, let job = sync.history.job(order)
        else { return }
        let metadata: Logger.Metadata = ["order": "\(job.order.number)", "version": "\(version.task.version)"]
        do {
            if job.verdicts[sync.member] == nil { try say(of: version, on: order, metadata) }
        } catch let error as LogError {
            throw error
        } catch {
            count("none")
            logger.error("no verdict: \(error)", metadata: metadata)
        }
        done = order
    }

    private func say(of version: SyncVersion, on order: Digest32, _ metadata: Logger.Metadata) throws {
        let opinion = rule.judge(try sync.validation(of: version).comparison)
        let isWorse: Bool
        switch opinion {
        case .few:
            count("none")
            logger.notice("no verdict: \(opinion)", metadata: metadata)
            return
        case .noWorse: isWorse = false
        case .worse: isWorse = true
        }
        audit.write(
            AuditEvent(.verdict, of: order, [.version: version.task.version, .outcome: isWorse ? "worse" : "no worse"]))
        try sync.say(isWorse: isWorse, on: order)
        count(isWorse ? "worse" : "no_worse")
        logger.notice("told the consortium: \(isWorse ? "worse" : "no worse")", metadata: metadata)
    }

    private func count(_ verdict: String) { metrics.add(1, to: .syncVerdicts, .init("verdict", verdict)) }
}

extension Metric {
    package static let syncVerdicts = Metric.counter(
        "cordon_sync_verdicts_total",
        "Validations by what this member's agent said of the challenger: worse, no_worse, or none.",
        labels: ["verdict"])
}
