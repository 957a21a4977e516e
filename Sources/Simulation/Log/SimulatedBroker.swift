package import EventLogs
package import Records
import Synchronization

/// The topics of a simulated log, which outlive every process. Processes reach them through a `SimulatedLog` each.
package final class SimulatedBroker: Sendable {
    struct State {
        var topics: [String: TopicSettings] = [:]
        var records: [TopicPartition: [LogRecord]] = [:]
        /// Committed offsets, by group.
        var committed: [String: [TopicPartition: Int64]] = [:]
        /// The newest epoch of each writer's id.
        var writers: [String: Int] = [:]
        var groups: [String: SimulatedGroup] = [:]
        var appends = 0

        func check(_ partition: TopicPartition) throws(LogError) {
            guard let topic = topics[partition.topic] else { throw .unknownTopic(partition.topic) }
            guard (0..<topic.partitions).contains(partition.partition) else { throw .unknownPartition(partition) }
        }

        /// All of a batch or, where a place of it is unknown, nothing.
        mutating func append(_ batch: [NewRecord], at time: Int64) throws(LogError) -> [Position] {
            for record in batch { try check(record.partition) }
            appends += 1
            return batch.map { record in
                let position = Position(record.partition, Int64(records[record.partition]?.count ?? 0))
                records[record.partition, default: []].append(
                    LogRecord(
                        position: position, key: record.key, value: record.value, headers: record.headers,
                        timestamp: time))
                return position
            }
        }
    }

    let state = Mutex(State())
    let clock: any WallClock

    /// - Parameter clock: what records are stamped by.
    package init(clock: any WallClock) { self.clock = clock }

    /// A broker with the topics of another one, as they are now; without its groups.
    package init(copying other: SimulatedBroker, clock: any WallClock) {
        self.clock = clock
        let copy = other.state.withLock { $0 }
        state.withLock {
            $0 = copy
            $0.groups = [:]
        }
    }

    /// How many batches were appended.
    package var appends: Int { state.withLock { $0.appends } }

    /// The offset that a group has committed.
    package func committed(_ partition: TopicPartition, group: String) -> Int64? {
        state.withLock { $0.committed[group]?[partition] }
    }

    /// All records of a partition, for whoever judges a run.
    package func records(of partition: TopicPartition) -> [LogRecord] {
        state.withLock { $0.records[partition] ?? [] }
    }
}
