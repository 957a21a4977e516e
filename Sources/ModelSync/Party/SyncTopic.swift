package import EventLogs
package import Manifests
import Records
package import Stages

/// The history of `consortium.sync`, read as far as one reader has come. Used by one thread.
package final class SyncTopic {
    package private(set) var history: SyncHistory
    /// Records that count for nothing, with why, since they were last taken.
    package private(set) var refused: [(offset: Int64, reason: SyncRefusal)] = []
    private let reader: any LogReader
    private static let partition = TopicPartition(Topics.sync)

    package init(_ terms: SyncTerms, log: any EventLog) throws(LogError) {
        history = SyncHistory(terms)
        reader = try log.reader(at: [Position(Self.partition, try log.earliest(of: Self.partition))])
    }

    /// Reads all that is in the log now.
    ///
    /// - Returns: how many records count for nothing.
    @discardableResult
    package func read() throws(LogError) -> Int {
        var count = 0
        while case let records = try reader.available(limit: 256), !records.isEmpty { count += apply(records) }
        return count
    }

    /// Waits for something new until a moment; false where nothing came.
    package func wait(until moment: Moment, _ clock: any StageClock) throws(LogError) -> Bool {
        let records = try reader.next(limit: 256, timeout: clock.left(until: moment))
        apply(records)
        return !records.isEmpty
    }

    /// The refusals since the last call.
    package func takeRefused() -> [(offset: Int64, reason: SyncRefusal)] {
        defer { refused = [] }
        return refused
    }

    @discardableResult
    private func apply(_ records: [LogRecord]) -> Int {
        var count = 0
        for record in records {
            do throws(SyncRefusal) {
                try history.apply(record.value ?? [], at: record.position.offset, time: record.timestamp / 1_000_000)
            } catch {
                count += 1
                refused.append((record.position.offset, error))
                // Nobody may be interested.
                if refused.count > 100 { refused.removeFirst() }
            }
        }
        return count
    }
}
