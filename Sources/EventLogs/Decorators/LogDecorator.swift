/// A log that passes everything on to another one; its type overrides what is to go otherwise.
package protocol LogDecorator: EventLog {
    var log: any EventLog { get }
}

extension LogDecorator {
    package func create(_ topics: [TopicSettings]) throws(LogError) { try log.create(topics) }
    package func topics() throws(LogError) -> [TopicSettings] { try log.topics() }
    package func settings(of topic: String) throws(LogError) -> TopicSettings { try log.settings(of: topic) }
    package func partitions(of topic: String) throws(LogError) -> Int { try log.partitions(of: topic) }
    @discardableResult
    package func append(_ batch: [NewRecord]) throws(LogError) -> [Position] { try log.append(batch) }
    package func reader(at positions: [Position]) throws(LogError) -> any LogReader { try log.reader(at: positions) }
    package func earliest(of partition: TopicPartition) throws(LogError) -> Int64 { try log.earliest(of: partition) }
    package func end(of partition: TopicPartition) throws(LogError) -> Int64 { try log.end(of: partition) }

    package func commit(_ positions: [Position], group: String) throws(LogError) {
        try log.commit(positions, group: group)
    }

    package func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        try log.committed(partition, group: group)
    }

    package func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember { try log.join(settings) }
    package func writer(id: String) throws(LogError) -> any FencedWriter { try log.writer(id: id) }
    package func statistics() -> [LogStatistic] { log.statistics() }
}

/// A reader that passes everything on to another one.
package protocol ReaderDecorator: LogReader {
    var reader: any LogReader { get }
}

extension ReaderDecorator {
    package func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        try reader.next(limit: limit, timeout: timeout)
    }

    package func available(limit: Int) throws(LogError) -> [LogRecord] { try reader.available(limit: limit) }
    package func seek(to position: Position) throws(LogError) { try reader.seek(to: position) }
}
