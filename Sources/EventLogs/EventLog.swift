/// The log: the only state that processes share (DESIGN section 2).
///
/// Calls block, and belong on a thread of the stage that makes them: librdkafka and SQLite both do their work in
/// blocking calls, and a stage has nothing else to do while it waits (docs/decisions/0002).
package protocol EventLog: Sendable {
    /// Makes sure that topics exist with at least these settings.
    func create(_ topics: [TopicSettings]) throws(LogError)

    /// How many partitions a topic has.
    func partitions(of topic: String) throws(LogError) -> Int

    /// Appends a batch in order; when this returns, all of it is durable and has its offsets.
    ///
    /// Records for one partition keep their order. On an error, none or some of the batch may be in the log: the caller
    /// appends it again, and readers drop repeats by source position (DESIGN section 9).
    @discardableResult
    func append(_ batch: [NewRecord]) throws(LogError) -> [Position]

    /// Opens a reader that stands at `positions`, one for each partition to be read.
    ///
    /// An offset that is no longer kept, or lies beyond the end, is `.offsetOutOfRange`: here, or from the first `next`,
    /// and then from each until the reader is sought elsewhere.
    func reader(at positions: [Position]) throws(LogError) -> any LogReader

    /// The offset that the next record of this partition will get.
    func end(of partition: TopicPartition) throws(LogError) -> Int64

    /// Stores, for a named group, the offset to go on from.
    func commit(_ positions: [Position], group: String) throws(LogError)

    /// The offset that `group` goes on from; nil where it never committed.
    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64?
}

/// A reader of some partitions that goes forward. Not shared between threads.
package protocol LogReader: AnyObject {
    /// The next records, up to `limit`, oldest first within each partition.
    ///
    /// Returns at once where there are any; otherwise waits up to `timeout` for the first. Empty: nothing came.
    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord]

    /// The next records of those that are in the log now, up to `limit`, oldest first within each partition.
    ///
    /// Empty only where the reader stands at the end of all its partitions: `next` with no time-out can't say that, because
    /// a driver may not have fetched yet what is there. Waits for the broker's answer, not for new records.
    func available(limit: Int) throws(LogError) -> [LogRecord]

    /// Goes to another offset of a partition that it reads.
    func seek(to position: Position) throws(LogError)
}

package struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var topic: String
    package var partition: Int

    package init(_ topic: String, _ partition: Int = 0) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(topic)/\(partition)" }
    package static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// An offset of a partition.
package struct Position: Hashable, Sendable {
    package var partition: TopicPartition
    package var offset: Int64

    package init(_ partition: TopicPartition, _ offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// A record on its way into the log.
package struct NewRecord: Sendable {
    package var partition: TopicPartition
    package var key: [UInt8]?
    /// Nil is a tombstone: it removes the key from a compacted topic.
    package var value: [UInt8]?
    package var headers: [Header]

    package init(_ partition: TopicPartition, key: [UInt8]? = nil, value: [UInt8]?, headers: [Header] = []) {
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
    }
}

package struct Header: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]

    package init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// A record as it stands in the log.
package struct LogRecord: Sendable {
    package var position: Position
    package var key: [UInt8]?
    package var value: [UInt8]?
    package var headers: [Header]
    /// When it was appended, microseconds since 1970 (Kafka keeps milliseconds).
    package var timestamp: Int64

    package init(position: Position, key: [UInt8]?, value: [UInt8]?, headers: [Header], timestamp: Int64) {
        self.position = position
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }
}

package struct TopicSettings: Hashable, Sendable {
    package enum Cleanup: String, Hashable, Sendable {
        case delete, compact
    }

    package var name: String
    package var partitions: Int
    package var cleanup: Cleanup

    package init(name: String, partitions: Int = 1, cleanup: Cleanup = .delete) {
        self.name = name
        self.partitions = partitions
        self.cleanup = cleanup
    }
}

/// Why the log could not do as asked. What to do next is a property of the error (`mayRetry`).
package enum LogError: Error, Sendable, Hashable {
    /// The broker or file can't be reached; `reason` is the driver's own words.
    case unreachable(reason: String)
    case unknownTopic(String)
    case unknownPartition(TopicPartition)
    /// The offset is older than what is kept, negative, or beyond the end.
    case offsetOutOfRange(Position, earliest: Int64)
    /// A file or record is damaged; nothing was changed.
    case corrupted(reason: String)
    /// Anything else that the driver reported.
    case failed(reason: String)

    package var mayRetry: Bool {
        if case .unreachable = self { true } else { false }
    }
}

extension LogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "the log can't be reached: \(reason)"
        case .unknownTopic(let topic): "the log has no topic \(topic); `cordon topics` creates what a consortium needs"
        case .unknownPartition(let partition): "the log has no partition \(partition)"
        case .offsetOutOfRange(let position, let earliest):
            "\(position.partition) has no offset \(position.offset); the earliest that is kept is \(earliest)"
        case .corrupted(let reason): "the log is damaged: \(reason)"
        case .failed(let reason): "the log failed: \(reason)"
        }
    }
}
