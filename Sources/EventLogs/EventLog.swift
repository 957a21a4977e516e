/// The log: the only state that processes share (DESIGN section 2).
///
/// Calls block, and belong on a thread of the stage that makes them: librdkafka and SQLite both do their work in
/// blocking calls, and a stage has nothing else to do while it waits (docs/decisions/0002).
package protocol EventLog: Sendable {
    /// Makes sure that topics exist with at least these settings.
    func create(_ topics: [TopicSettings]) throws(LogError)

    /// Every topic with its settings, by name.
    func topics() throws(LogError) -> [TopicSettings]

    /// What one topic is set to.
    func settings(of topic: String) throws(LogError) -> TopicSettings

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

    /// The offset of the oldest record that is kept; `end` where there is none.
    func earliest(of partition: TopicPartition) throws(LogError) -> Int64

    /// The offset that the next record of this partition will get.
    func end(of partition: TopicPartition) throws(LogError) -> Int64

    /// Stores, for a named group, the offset to go on from.
    func commit(_ positions: [Position], group: String) throws(LogError)

    /// The offset that `group` goes on from; nil where it never committed.
    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64?

    /// Takes a place in a consumer group.
    func join(_ settings: GroupSettings) throws(LogError) -> any GroupMember

    /// Opens the writer of this id and fences every earlier one.
    func writer(id: String) throws(LogError) -> any FencedWriter

    /// Figures of queues and connections now, for the process's metrics.
    func statistics() -> [LogStatistic]
}

extension EventLog {
    // For logs without a client side to speak of, and with few topics.
    package func statistics() -> [LogStatistic] { [] }

    package func settings(of topic: String) throws(LogError) -> TopicSettings {
        guard let found = try topics().first(where: { $0.name == topic }) else { throw .unknownTopic(topic) }
        return found
    }
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
