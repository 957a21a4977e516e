package import EventLogs

/// The offset that a group has come to in one partition, committed to the log at most ten times a second, for whoever watches
/// its lag.
///
/// Where a process goes on after a restart stands in its own state, with its results; so this may be behind, and costs no
/// transaction a batch.
package struct GroupPosition {
    private let log: any EventLog
    private let partition: TopicPartition
    private let group: String
    private var uncommitted: Int64?
    private var throttle = Throttle()
    private let clock: any StageClock

    package init(of partition: TopicPartition, group: String, in log: any EventLog, clock: any StageClock) {
        self.log = log
        self.partition = partition
        self.group = group
        self.clock = clock
    }

    /// Everything below `offset` is done.
    package mutating func reach(_ offset: Int64) throws(LogError) {
        uncommitted = offset
        if throttle.isDue(at: clock.now) { try commit() }
    }

    /// Commits at once: to be called where there is nothing else to do, and at the end.
    package mutating func commit() throws(LogError) {
        guard let offset = uncommitted else { return }
        try log.commit([Position(partition, offset)], group: group)
        uncommitted = nil
    }
}
