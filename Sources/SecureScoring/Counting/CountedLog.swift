import EventLogs
import Records
import Stages

/// The records that counts follow from beside transactions: labels, and the leader's decisions. Used by a partition's thread.
final class CountedLog {
    private let partition: Int
    private let tag: DecisionTag
    private let clock: any StageClock
    private let labelTopic = TopicPartition(Topics.labels)
    private let decisionTopic = TopicPartition(Topics.batches)
    private let labels: any LogReader
    private let decisions: any LogReader
    /// The offset at which the reader of labels stands.
    private var labelPlace: Int64
    /// The offset after the last decision that was given out.
    private var decisionPlace: Int64
    /// Decisions that were read and not given out yet, each with the offset after it.
    private var pending: ArraySlice<(decision: BatchDecision, next: Int64)> = []

    /// - Parameter tag: tells the leader's decisions from others.
    init(
        partition: Int, log: any EventLog, tag: DecisionTag, from standing: CountStanding, clock: any StageClock
    ) throws(LogError) {
        self.tag = tag
        self.partition = partition
        self.clock = clock
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
    func labels(in range: Range<Int64>, until deadline: Moment) throws(LogError) -> [LogRecord]? {
        try move(to: range.lowerBound)
        var records: [LogRecord] = []
        while labelPlace < range.upperBound {
            let more = try labels.next(
                limit: Int(range.upperBound - labelPlace), timeout: clock.left(until: deadline))
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

    /// The first of the leader's decisions on this partition's batches from `offset` on, with the offset after it; nil where the
    /// log has none now.
    func decision(from offset: Int64) throws -> (decision: BatchDecision, next: Int64)? {
        if offset != decisionPlace {
            try decisions.seek(to: Position(decisionTopic, offset))
            decisionPlace = offset
            pending = []
        }
        while pending.isEmpty {
            let records = try decisions.available(limit: 256)
            if records.isEmpty { return nil }
            for record in records {
                guard let decision = try record.value.flatMap({ try BatchDecision(decoding: $0, tag) }),
                    decision.partition == partition
                else { continue }
                pending.append((decision, record.position.offset + 1))
            }
        }
        guard let first = pending.popFirst() else { return nil }
        decisionPlace = first.next
        return first
    }
}
