package import Audit
package import EventLogs
package import Logging
package import Stages
package import Telemetry

/// The surroundings of all that works on one partition of `consortium.sealed`.
package struct PartitionContext: Sendable {
    package let partition: TopicPartition
    package let log: any EventLog
    package let clock: any StageClock
    package let metrics: Metrics
    package let logger: Logger
    /// What happened to models and batches is told there.
    package let audit: any AuditWriter
    /// The place of work beside the partition's stage, by a label each.
    package let sideWork: @Sendable (String) -> SideWork

    package init(
        partition: TopicPartition, log: any EventLog, clock: any StageClock, metrics: Metrics, logger: Logger,
        audit: any AuditWriter = NoAudit(),
        sideWork: @escaping @Sendable (String) -> SideWork = { .queue($0) }
    ) {
        self.partition = partition
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.audit = audit
        self.sideWork = sideWork
    }
}
