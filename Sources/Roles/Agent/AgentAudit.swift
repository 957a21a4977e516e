import Audit
import Keys
import Manifests
import PipelineFiles
import Records
import Stages
import Telemetry

extension AgentRole {
    /// The member's audit log, with an entry that this agent starts; nil where it keeps none.
    func openAudit() throws -> AuditLog? {
        guard let audit else { return nil }
        let log = try roster.auditLog(of: .member(member.id), key: keystore.signingKey(), in: audit, clock: clock)
        log.write(AuditEvent(.started, [.program: programVersion]))
        return log
    }

    /// The stage that signs the member's audit log, shows the others its heads and watches theirs.
    func auditing(_ audit: AuditLog, _ metrics: Metrics) -> StagePlan {
        StagePlan("audit", isBackground: true) {
            AuditStage(
                audit, topic: try HeadTopic(.member(member.id), audit, terms: roster.syncTerms, log: log),
                epochs: try EpochAudit(roster, log: log, to: audit), clock: clock, metrics: metrics, logger: logger)
        }
    }

    /// The event that the member announced session keys, by the digest of what it announced.
    static func announced(_ sessions: [PartyID: Session], epoch: UInt32) -> AuditEvent {
        AuditEvent(.session, of: Digest32(of: [sessions.id.bytes]), [.epoch: "\(epoch)"])
    }
}
