package import Audit
package import Keys
import Logging
package import Manifests
package import PipelineFiles
package import Records
import Stages
import Telemetry

extension Roster {
    /// Opens the audit log of a role, or begins one.
    ///
    /// - Parameters:
    ///   - key: the role's identity.
    ///   - storage: where the log is.
    /// - Throws: `RoleError.auditLog` where what is stored is not what the role wrote.
    package func auditLog(
        of role: SyncAuthor, key: consuming SigningKey, in storage: any AuditStorage, clock: any WallClock
    ) throws -> AuditLog {
        let terms = syncTerms
        do {
            return try AuditLog(
                consortium: consortium, role: role, key: key, storage: storage, clock: clock,
                keys: { terms.key(of: $0) })
        } catch let fault as AuditFault { throw RoleError.auditLog(fault) }
    }
}

/// The stage that signs what the role's other stages have written to its audit log, once a second where there is something new.
final class AuditStage: Stage {
    private let audit: AuditLog
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private var due = Throttle(.seconds(1))
    private var trouble: AuditStorageError?

    init(_ audit: AuditLog, clock: any StageClock, metrics: Metrics, logger: Logger) {
        self.audit = audit
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    func turn(until _: Moment) throws -> Turn {
        if due.isDue(at: clock.now) { sign() }
        return .rest(.milliseconds(200))
    }

    /// The last head is over all that was written.
    func finish() { sign() }

    private func sign() {
        _ = audit.sign()
        metrics.set(.auditEntries, to: Double(audit.count))
        let now = audit.trouble
        if let now, now != trouble { logger.error("entries of the audit log wait: \(now)") }
        trouble = now
    }
}
