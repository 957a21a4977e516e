package import EventLogs
import Manifests
package import PipelineFiles
package import Records

/// The places of the log that a training window can have, as whoever reads the log finds them. Parties hold an order's window
/// against what they themselves know; this only chooses one that they can have.
package struct LogWindows {
    private let log: any EventLog
    private let sealed = TopicPartition(Topics.sealed)
    private let batches = TopicPartition(Topics.batches)
    /// Decisions that are looked at from the end of the log: more than there are records between two of them.
    private static let lookBack: Int64 = 64

    package init(_ log: any EventLog) { self.log = log }

    /// How far the parties are with one partition.
    package struct Standing: Sendable, Hashable {
        /// The offset of `consortium.sealed` up to which all can be taken to know what was scored: where the last batch begins,
        /// which some of them learn to be decided with the next one.
        package var sealed: Int64
        /// The offset of `consortium.labels` up to which all can be taken to have counted labels.
        package var labels: Int64
        /// Behind the last batch.
        package var end: Int64
        /// By which the last batch was scored: the digest of its manifest.
        package var model: Digest32
    }

    /// How far the parties are; nil before they have decided a batch.
    package func standing() throws(LogError) -> Standing? {
        let end = try log.end(of: batches)
        let reader = try log.reader(at: [
            Position(batches, max(try log.earliest(of: batches), end - Self.lookBack))
        ])
        var last: Standing?
        while case let records = try reader.available(limit: Int(Self.lookBack)), !records.isEmpty {
            for record in records {
                guard let decision = record.value.flatMap({ WireBatchDecision(decoding: $0) }),
                    decision.partition == sealed.partition, let model = Digest32(decision.modelDigest)
                else { continue }
                last = Standing(
                    sealed: decision.first, labels: decision.labelsFirst, end: decision.end, model: model)
            }
        }
        return last
    }

    /// The model that the next record is scored by: the last activation's, or the last batch's where none came since; nil where
    /// there is none.
    package func modelInForce(of roster: Roster) throws(LogError) -> Digest32? {
        let standing = try standing()
        var (model, sequence) = (standing?.model, UInt64(0))
        let begin = min(max(try log.earliest(of: sealed), standing?.end ?? 0), try log.end(of: sealed))
        let reader = try log.reader(at: [Position(sealed, begin)])
        while case let records = try reader.available(limit: 1024), !records.isEmpty {
            for record in records {
                guard case .activation(let wire) = record.value.flatMap({ WireSealedRecord(decoding: $0) })?.body,
                    let activation = try? ModelActivation(
                        verifying: wire, consortium: roster.consortium, partition: sealed.partition,
                        coordinator: roster.coordinator), activation.sequence > sequence
                else { continue }
                (model, sequence) = (activation.model, activation.sequence)
            }
        }
        return model
    }

    /// The first offset of `consortium.sealed` whose record the log took at `time` or later; the end where there is none. The log's
    /// own times do not descend.
    package func offset(at time: EventTime) throws(LogError) -> Int64 { try offset(at: time, in: sealed) }

    /// The same of any partition.
    package func offset(at time: EventTime, in partition: TopicPartition) throws(LogError) -> Int64 {
        var (low, high) = (try log.earliest(of: partition), try log.end(of: partition))
        while low < high {
            let middle = low + (high - low) / 2
            let reader = try log.reader(at: [Position(partition, middle)])
            guard let record = try reader.available(limit: 1).first else {
                high = middle
                continue
            }
            if record.time < time { low = record.position.offset + 1 } else { high = middle }
        }
        return low
    }

    /// When the log took a record of `consortium.sealed`; nil where it does not say any more.
    package func time(of offset: Int64) -> EventTime? {
        guard let reader = try? log.reader(at: [Position(sealed, offset)]) else { return nil }
        return (try? reader.available(limit: 1))?.first?.time
    }

    /// How long a range of `consortium.sealed` is by the log's times, in days; 0 where the log does not say any more.
    package func days(of range: Range<Int64>) -> Double {
        guard let begin = time(of: range.lowerBound), let end = time(of: range.upperBound - 1) else { return 0 }
        return Double(max(0, end.seconds - begin.seconds)) / 86_400
    }

    /// The first offset of `consortium.sealed` that can have rows: where the oldest batch begins that the log still tells of; nil
    /// where there is none. Parties may keep rows from later on.
    package func firstBatch() throws(LogError) -> Int64? {
        let reader = try log.reader(at: [Position(batches, try log.earliest(of: batches))])
        while case let records = try reader.available(limit: Int(Self.lookBack)), !records.isEmpty {
            for record in records {
                guard let decision = record.value.flatMap({ WireBatchDecision(decoding: $0) }),
                    decision.partition == sealed.partition
                else { continue }
                return max(decision.first, try log.earliest(of: sealed))
            }
        }
        return nil
    }
}
