import Audit
import Manifests
import Records

/// What the party's audit log has of orders, approvals and decisions.
extension TrainingStage {
    /// Tells what became of an order that is over, and that something was opened for it.
    private func tell(_ job: SyncJob) {
        var fields = fields(job)
        switch job.standing {
        case .open: return
        case .done: fields[.outcome] = "done"
        case .failed(let failure):
            fields[.outcome] = "failed"
            fields[.reason] = "\(failure)"
        case .lapsed(let number):
            fields[.outcome] = "lapsed"
            fields[.reason] = "order \(number) took its place"
        }
        audit.write(AuditEvent(.order, of: job.digest, fields))
        var opened: [String] = []
        switch job.outcome {
        case .trained(let report): if report.features != nil { opened = [Self.features] }
        case .validated(let report): opened = ["histograms of scores"] + (report.features == nil ? [] : [Self.features])
        case .sealed, nil: break
        }
        for object in opened {
            audit.write(AuditEvent(.opening, of: job.digest, [.order: "\(job.order.number)", .object: object]))
        }
    }

    private static let features = "how often each input bit is set"

    /// Tells that this party refuses an order.
    func tell(_ job: SyncJob, refusedFor code: String) {
        audit.write(
            AuditEvent(
                .order, of: job.digest, fields(job).merging([.outcome: "refused by this party", .code: code]) { $1 }))
    }

    /// Tells records of the topic that do not count.
    func tell(_ refused: [(offset: Int64, reason: SyncRefusal)]) {
        for (offset, reason) in refused {
            audit.write(
                AuditEvent(
                    .refused,
                    [
                        .object: "record of a training", .offset: "\(offset)", .topic: "consortium.sync",
                        .reason: "\(reason)",
                    ]))
        }
    }

    /// Tells approvals, decisions and orders that are over, where there are more than before. What the log has it does not write
    /// again.
    func tellNews() {
        let count =
            history.decisions.count + history.versions.reduce(0) { $0 + $1.approvals.count }
            + history.jobs.count { !$0.isOpen }
        guard count != told else { return }
        told = count
        for job in history.jobs { tell(job) }
        for version in history.versions {
            guard let model = version.sealed?.model else { continue }
            for approval in version.approvals {
                audit.write(
                    AuditEvent(
                        .approval, of: model,
                        [.operator: "\(approval.by)", .version: version.task.version, .sequence: "\(approval.after)"]))
            }
        }
        for decision in history.decisions {
            audit.write(
                AuditEvent(
                    .decision, of: decision.model, [.sequence: "\(decision.sequence)", .outcome: "\(decision.kind)"]))
        }
    }

    private func fields(_ job: SyncJob) -> [AuditField: String] {
        [.order: "\(job.order.number)", .task: job.order.task.name]
    }
}
