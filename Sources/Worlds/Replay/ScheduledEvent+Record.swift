package import EventLogs
import Formats
import Records

extension ScheduledEvent {
    /// What the member's core system would emit.
    package var record: NewRecord {
        let partition = TopicPartition(Topics.transactions(member))
        return switch self {
        case .transaction(let labelled):
            NewRecord(
                partition, key: Array(labelled.transaction.customer.utf8),
                value: CanonicalJSON.encode(labelled.transaction))
        case .verdict(_, let verdict, _):
            NewRecord(partition, key: Array(verdict.transaction.utf8), value: CanonicalJSON.encode(verdict))
        case .watermark(_, let time): NewRecord(partition, value: CanonicalJSON.encode(watermark: time))
        }
    }
}
