package import EventLogs
package import Records

/// The places of the log that a training window can have, as whoever reads the log finds them. Parties hold an order's window against
/// what they themselves know; this only chooses one that they can have.
package struct LogWindows {
    private let log: any EventLog
    private let sealed = TopicPartition(Topics.sealed)
    private let batches = TopicPartition(Topics.batches)
    /// Decisions that are looked at from the end of the log: more than there are records between two of them.
    private static let lookBack: Int64 = 64

    package init(_ log: any EventLog) { self.log = log }

    /// How far all parties can be taken to know what was scored and which labels were counted: up to the last batch, which some of
    /// them learn to be decided with the next one; nil before the second batch.
    ///
    /// - Returns: offsets of `consortium.sealed` and `consortium.labels`.
    package func decided() throws(LogError) -> (sealed: Int64, labels: Int64)? {
        let end = try log.end(of: batches)
        let reader = try log.reader(at: [
            Position(batches, max(try log.earliest(of: batches), end - Self.lookBack))
        ])
        var last: WireBatchDecision?
        while case let records = try reader.available(limit: Int(Self.lookBack)), !records.isEmpty {
            for record in records {
                guard let decision = record.value.flatMap({ WireBatchDecision(decoding: $0) }),
                    decision.partition == sealed.partition
                else { continue }
                last = decision
            }
        }
        guard let last, last.first > 0 else { return nil }
        return (last.first, last.labelsFirst)
    }

    /// The first offset of `consortium.sealed` whose record the log took at `time` or later; the end where there is none. The log's
    /// own times do not descend.
    package func offset(at time: EventTime) throws(LogError) -> Int64 {
        var (low, high) = (try log.earliest(of: sealed), try log.end(of: sealed))
        while low < high {
            let middle = low + (high - low) / 2
            let reader = try log.reader(at: [Position(sealed, middle)])
            guard let record = try reader.available(limit: 1).first else {
                high = middle
                continue
            }
            if record.time < time { low = record.position.offset + 1 } else { high = middle }
        }
        return low
    }
}
