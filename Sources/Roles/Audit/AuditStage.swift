import Audit
import EventLogs
import Logging
import Manifests
import SecureScoring
import Stages
import Telemetry

/// The stage that signs what the role's other stages have written to its audit log, once a second where there is something new;
/// once a minute signs for the scores that the role computed, and shows the others a head; and holds theirs against each other. It
/// tells the log of the epochs of keys itself.
final class AuditStage: Stage {
    private let audit: AuditLog
    private let topic: HeadTopic
    private let epochs: EpochAudit
    /// Nil of a role that computes no scores.
    private let evidence: EvidencePublisher?
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private var signing = Throttle(.seconds(1))
    private var showing = Throttle(.seconds(60))
    private var witnessing = Throttle(.seconds(600))
    private var trouble: AuditStorageError?
    private var logTrouble: LogError?

    init(
        _ audit: AuditLog, topic: HeadTopic, epochs: EpochAudit, evidence: EvidencePublisher? = nil,
        clock: any StageClock,
        metrics: Metrics, logger: Logger
    ) {
        self.evidence = evidence
        self.audit = audit
        self.topic = topic
        self.epochs = epochs
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    func turn(until _: Moment) throws -> Turn {
        if signing.isDue(at: clock.now) {
            sign()
            try exchange(shows: showing.isDue(at: clock.now), witnesses: witnessing.isDue(at: clock.now))
        }
        return .rest(.milliseconds(200))
    }

    /// The last head is over all that was written, and the others have it.
    func finish() throws {
        try exchange(shows: true, witnesses: true)
        sign()
    }

    private func sign() {
        _ = audit.sign()
        metrics.set(.auditEntries, to: Double(audit.count))
        let now = audit.trouble
        if let now, now != trouble { logger.error("entries of the audit log wait: \(now)") }
        trouble = now
    }

    /// Reads and shows heads. A log that can't be reached is asked again a second later: the role's work doesn't hang on it.
    private func exchange(shows: Bool, witnesses: Bool) throws {
        do {
            try epochs.read()
            for (role, fault) in try topic.read() { tell(role, fault) }
            for (offset, reason) in topic.takeRefused() {
                logger.warning("a head on the audit topic was refused: \(reason)", metadata: ["offset": "\(offset)"])
            }
            if shows {
                if let evidence { metrics.add(try evidence.publish(), to: .scoresSigned) }
                if try topic.show() { metrics.add(1, to: .auditHeadsShown) }
            }
            if witnesses { try topic.witness() }
            logTrouble = nil
        } catch let error as LogError {
            metrics.add(1, to: .logErrors)
            if error != logTrouble { logger.error("heads of audit logs are not exchanged: \(error)") }
            logTrouble = error
        }
    }

    private func tell(_ role: SyncAuthor, _ fault: AuditFault) {
        metrics.add(1, to: .auditContradictions)
        logger.error("an audit log contradicts itself: \(fault)", metadata: ["role": "\(role)"])
        audit.write(fault.event(of: role))
    }
}
