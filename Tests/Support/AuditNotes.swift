package import Audit
import Synchronization

/// What was told to an audit log, in order.
package final class AuditNotes: AuditWriter {
    private let told = Mutex<[AuditEvent]>([])

    package init() {}

    package var events: [AuditEvent] { told.withLock { $0 } }

    package func write(_ event: AuditEvent) { told.withLock { $0.append(event) } }
}
