package import Records

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

    /// When it was appended, in whole seconds.
    package var time: EventTime { EventTime(seconds: timestamp / 1_000_000) }
}
