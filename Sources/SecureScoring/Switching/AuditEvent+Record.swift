import Audit
import EventLogs
import Records

extension AuditEvent {
    /// The event that a public record was not taken.
    ///
    /// - Parameters:
    ///   - record: its place and its value's digest are told.
    ///   - object: what it ought to be, in words.
    init(_ kind: AuditKind, _ record: LogRecord, _ object: String, _ reason: String) {
        let place = record.position
        self.init(
            kind, of: Digest32(of: [record.value ?? []]),
            [
                .object: object, .reason: reason, .topic: place.partition.topic,
                .partition: "\(place.partition.partition)",
                .offset: "\(place.offset)",
            ])
    }
}
