package import EventLogs
package import Stages

/// A partition of `consortium.sealed` as this party reads it. Used by the partition's thread.
package final class SealedLog {
    private let partition: TopicPartition
    private let reader: any LogReader
    private let clock: any StageClock
    /// The offset at which the reader stands. It is moved only when it has to be: on Kafka that costs a fetch.
    private var place: Int64

    package init(
        _ partition: TopicPartition, log: any EventLog, at place: Int64, clock: any StageClock
    ) throws(LogError) {
        self.partition = partition
        self.place = place
        self.clock = clock
        reader = try log.reader(at: [Position(partition, place)])
    }

    /// Moves to another offset.
    func move(to offset: Int64) throws(LogError) {
        guard offset != place else { return }
        try reader.seek(to: Position(partition, offset))
        place = offset
    }

    /// The next records, waiting for the first of them until `deadline`.
    func next(limit: Int, until deadline: Moment) throws(LogError) -> [SealedRecord] {
        let records = try reader.next(limit: limit, timeout: clock.left(until: deadline))
        if let last = records.last { place = last.position.offset + 1 }
        return records.map(SealedRecord.init)
    }

    /// The next records of those that are in the log now.
    func available(limit: Int) throws(LogError) -> [SealedRecord] {
        let records = try reader.available(limit: limit)
        if let last = records.last { place = last.position.offset + 1 }
        return records.map(SealedRecord.init)
    }

    /// All records of a range; nil where this party's log does not get them in time. Offsets may have gaps, but a leader's range
    /// ends with a record.
    func records(in range: Range<Int64>, until deadline: Moment) throws(LogError) -> [SealedRecord]? {
        try move(to: range.lowerBound)
        var records: [SealedRecord] = []
        while place < range.upperBound {
            let more = try next(limit: Int(range.upperBound - place), until: deadline)
            guard !more.isEmpty else { return nil }
            records += more.filter { range.contains($0.offset) }
        }
        return records
    }
}
