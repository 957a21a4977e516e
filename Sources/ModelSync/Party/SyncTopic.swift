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
    private let changes: () throws(LogError) -> [SyncTermsChange]
    /// Records that were read and are not taken yet.
    private var waiting: [LogRecord] = []
    private static let partition = TopicPartition(Topics.sync)

    /// - Parameter changes: of the terms, all that are known; asked for behind each read, so that no record is taken by terms that
    ///   were over when it came.
    package init(
        _ terms: SyncTerms, log: any EventLog,
        changes: @escaping () throws(LogError) -> [SyncTermsChange] = { () throws(LogError) in [] }
    ) throws(LogError) {
        history = SyncHistory(terms)
        self.changes = changes
        reader = try log.reader(at: [Position(Self.partition, try log.earliest(of: Self.partition))])
    }

    /// Reads all that is in the log now.
    ///
    /// - Returns: how many records count for nothing.
    @discardableResult
    package func read() throws(LogError) -> Int {
        var count = 0
        while true {
            if waiting.isEmpty { waiting = try reader.available(limit: 256) }
            if waiting.isEmpty { return count }
            count += try applyWaiting()
        }
    }

    /// Waits for something new until a moment; false where nothing came.
    package func wait(until moment: Moment, _ clock: any StageClock) throws(LogError) -> Bool {
        if waiting.isEmpty { waiting = try reader.next(limit: 256, timeout: clock.left(until: moment)) }
        let isNew = !waiting.isEmpty
        try applyWaiting()
        return isNew
    }

    /// The refusals since the last call.
    package func takeRefused() -> [(offset: Int64, reason: SyncRefusal)] {
        defer { refused = [] }
        return refused
    }

    /// - Returns: how many of the waiting records count for nothing.
    @discardableResult
    private func applyWaiting() throws(LogError) -> Int {
        guard !waiting.isEmpty else { return 0 }
        history.adopt(try changes())
        let records = waiting
        waiting = []
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
