import EventLogs
import Records

/// The records that counts follow from beside transactions: labels, and the leader's decisions. Used by a partition's thread.
final class CountedLog {
    private let log: any EventLog
    private let partition: Int
    private let backend: CellBackend
    private let labelTopic = TopicPartition(Topics.labels)
    private let decisionTopic = TopicPartition(Topics.batches)
    private let labels: any LogReader
    private let decisions: any LogReader
    /// Where the readers stand.
    private var labelPlace: Int64
    private var decisionPlace: Int64

    /// - Parameter backend: tells the leader's decisions from others.
    init(
        partition: Int, log: any EventLog, backend: CellBackend, from standing: PartitionCounts.Standing
    ) throws(LogError) {
        self.log = log
        self.backend = backend
        self.partition = partition
        (labelPlace, decisionPlace) = (standing.labels, standing.decisions)
        labels = try log.reader(at: [Position(labelTopic, labelPlace)])
        decisions = try log.reader(at: [Position(decisionTopic, decisionPlace)])
    }

    /// Label records from `offset` on that are in the log now, up to `limit`.
    func labels(from offset: Int64, limit: Int) throws(LogError) -> [LogRecord] {
        try move(to: offset)
        let records = try labels.available(limit: limit)
        if let last = records.last { labelPlace = last.position.offset + 1 }
        return records
    }

    /// All label records of a range; nil where this party's log does not get them in time.
    func labels(in range: Range<Int64>, patience: Duration) throws(LogError) -> [LogRecord]? {
        try move(to: range.lowerBound)
        let close = ContinuousClock.now + patience
        var records: [LogRecord] = []
        while labelPlace < range.upperBound {
            let more = try labels.next(limit: Int(range.upperBound - labelPlace), timeout: max(close - .now, .zero))
            guard let last = more.last else { return nil }
            records += more.filter { range.contains($0.position.offset) }
            labelPlace = last.position.offset + 1
        }
        return records
    }

    private func move(to offset: Int64) throws(LogError) {
        guard offset != labelPlace else { return }
        try labels.seek(to: Position(labelTopic, offset))
        labelPlace = offset
    }

    /// The leader's decisions on this partition's batches from `offset` on that are in the log now, each with the offset after it.
    func decisions(from offset: Int64) throws(LogError) -> [(decision: BatchDecision, next: Int64)] {
        if offset != decisionPlace {
            try decisions.seek(to: Position(decisionTopic, offset))
            decisionPlace = offset
        }
        let records = try decisions.available(limit: 256)
        if let last = records.last { decisionPlace = last.position.offset + 1 }
        return records.compactMap { record in
            guard let decision = record.value.flatMap({ BatchDecision(decoding: $0, backend) }),
                decision.partition == partition
            else { return nil }
            return (decision, record.position.offset + 1)
        }
    }
}
