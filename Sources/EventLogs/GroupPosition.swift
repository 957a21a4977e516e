/// How far a group is in one partition, told to the log at most ten times a second: for whoever watches its lag.
///
/// Where a process goes on after a restart stands in its own state, with its results; so this may be behind, and costs no
/// transaction a batch.
package struct GroupPosition {
    private let log: any EventLog
    private let partition: TopicPartition
    private let group: String
    private var untold: Int64?
    private var throttle = Throttle()

    package init(of partition: TopicPartition, group: String, in log: any EventLog) {
        self.log = log
        self.partition = partition
        self.group = group
    }

    /// Everything below `offset` is done.
    package mutating func reach(_ offset: Int64) throws(LogError) {
        untold = offset
        if throttle.isDue() { try tell() }
    }

    /// To be called where there is nothing else to do, and at the end.
    package mutating func tell() throws(LogError) {
        guard let offset = untold else { return }
        try log.commit([Position(partition, offset)], group: group)
        untold = nil
    }
}
