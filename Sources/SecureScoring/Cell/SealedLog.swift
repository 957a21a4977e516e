import EventLogs

/// A partition of `consortium.sealed` as this party reads it. Used by the partition's thread.
final class SealedLog {
    private let partition: TopicPartition
    private let reader: any LogReader
    /// Where the reader stands. It is moved only when it has to be: on Kafka that costs a fetch.
    private var place: Int64

    init(_ partition: TopicPartition, log: any EventLog, at place: Int64) throws(LogError) {
        self.partition = partition
        self.place = place
        reader = try log.reader(at: [Position(partition, place)])
    }

    func move(to offset: Int64) throws(LogError) {
        guard offset != place else { return }
        try reader.seek(to: Position(partition, offset))
        place = offset
    }

    /// What is there, waiting up to `timeout` for it.
    func next(limit: Int, timeout: Duration) throws(LogError) -> [SealedRecord] {
        let records = try reader.next(limit: limit, timeout: timeout)
        if let last = records.last { place = last.position.offset + 1 }
        return records.map(SealedRecord.init)
    }

    /// All records of a range; nil where this party's log does not get them in time. Offsets may have gaps, but a leader's range
    /// ends with a record.
    func records(in range: Range<Int64>, patience: Duration) throws(LogError) -> [SealedRecord]? {
        try move(to: range.lowerBound)
        let close = ContinuousClock.now + patience
        var records: [SealedRecord] = []
        while place < range.upperBound {
            let more = try next(limit: Int(range.upperBound - place), timeout: close - .now)
            guard !more.isEmpty else { return nil }
            records += more.filter { range.contains($0.offset) }
        }
        return records
    }
}
