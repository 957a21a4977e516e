import EventLogs
import Synchronization

/// A log of which retention takes records before a reader has read them: the next read says so.
final class LostLog: EventLog {
    private let log: any EventLog
    private let lost: Mutex<Position?>

    init(_ log: any EventLog, losing position: Position) {
        self.log = log
        lost = Mutex(position)
    }

    func create(_ topics: [TopicSettings]) throws(LogError) { try log.create(topics) }
    func topics() throws(LogError) -> [TopicSettings] { try log.topics() }
    func partitions(of topic: String) throws(LogError) -> Int { try log.partitions(of: topic) }
    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] { try log.append(batch) }
    func earliest(of partition: TopicPartition) throws(LogError) -> Int64 { try log.earliest(of: partition) }
    func end(of partition: TopicPartition) throws(LogError) -> Int64 { try log.end(of: partition) }
    func commit(_ positions: [Position], group: String) throws(LogError) { try log.commit(positions, group: group) }

    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try log.committed(partition, group: group)
    }

    func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember { try log.join(settings) }
    func writer(id: String) throws(LogError) -> any FencedWriter { try log.writer(id: id) }

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        Reader(reader: try log.reader(at: positions), owner: self)
    }

    private func takeLost() -> Position? {
        lost.withLock { lost in
            defer { lost = nil }
            return lost
        }
    }

    private final class Reader: LogReader {
        private let reader: any LogReader
        private let owner: LostLog

        init(reader: any LogReader, owner: LostLog) {
            self.reader = reader
            self.owner = owner
        }

        func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
            if let lost = owner.takeLost() { throw .offsetOutOfRange(lost, earliest: lost.offset + 1) }
            return try reader.next(limit: limit, timeout: timeout)
        }

        func available(limit: Int) throws(LogError) -> [LogRecord] { try reader.available(limit: limit) }
        func seek(to position: Position) throws(LogError) { try reader.seek(to: position) }
    }
}
