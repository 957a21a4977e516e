import EventLogs
import Foundation
import Support

/// One party's own view of the log: a record of it may differ from what the others hold, or its newest records may not
/// have come yet. Sendable: every access to `hidden` and `changed` is under `condition`.
final class FaultyLog: LogDecorator, @unchecked Sendable {
    let log: any EventLog
    private let topic: String
    private let condition = NSCondition()
    private var hidden: Int64?
    private var changed: [Int64: [UInt8]] = [:]
    private var kept: Int64 = 0
    private var failing: (topic: String, times: Int)?

    init(_ log: any EventLog, topic: String) {
        self.log = log
        self.topic = topic
    }

    /// From here on the log ends before `offset`; nil shows all of it.
    func hide(from offset: Int64?) {
        condition.lock()
        hidden = offset
        condition.broadcast()
        condition.unlock()
    }

    /// From here on the log has nothing below an offset of its topic.
    func keep(from offset: Int64) {
        condition.lock()
        kept = offset
        condition.unlock()
    }

    func earliest(of partition: TopicPartition) throws(LogError) -> Int64 {
        condition.lock()
        defer { condition.unlock() }
        return max(try log.earliest(of: partition), partition.topic == topic ? kept : 0)
    }

    /// The next appends to a topic fail, and leave nothing.
    func fail(appendsTo topic: String, times: Int) {
        condition.lock()
        failing = (topic, times)
        condition.unlock()
    }

    /// The record at `offset` reads as `value`; nil for what it is.
    func change(_ offset: Int64, to value: [UInt8]?) {
        condition.lock()
        changed[offset] = value
        condition.unlock()
    }

    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        if takesFailure(batch) { throw .unreachable(reason: "the test says so") }
        return try log.append(batch)
    }

    private func takesFailure(_ batch: [NewRecord]) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard let (topic, times) = failing, times > 0, batch.contains(where: { $0.partition.topic == topic }) else {
            return false
        }
        failing = (topic, times - 1)
        return true
    }

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        Reader(log: self, reader: try log.reader(at: positions))
    }

    private func seen(_ record: LogRecord) -> LogRecord? {
        condition.lock()
        defer { condition.unlock() }
        guard record.position.partition.topic == topic else { return record }
        if let hidden, record.position.offset >= hidden { return nil }
        var copy = record
        if let value = changed[record.position.offset] { copy.value = value }
        return copy
    }

    /// Waits until something else is hidden, or the time is up.
    private func waitForChange(until deadline: Date) {
        condition.lock()
        _ = condition.wait(until: deadline)
        condition.unlock()
    }

    private final class Reader: ReaderDecorator {
        private let log: FaultyLog
        let reader: any LogReader

        init(log: FaultyLog, reader: any LogReader) {
            self.log = log
            self.reader = reader
        }

        func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
            let deadline = Date(timeIntervalSinceNow: timeout / .seconds(1))
            while true {
                let records = try reader.next(limit: limit, timeout: .seconds(max(0, deadline.timeIntervalSinceNow)))
                let out = try visible(records)
                if !out.isEmpty || records.isEmpty || deadline.timeIntervalSinceNow <= 0 { return out }
                log.waitForChange(until: deadline)
            }
        }

        func available(limit: Int) throws(LogError) -> [LogRecord] { try visible(reader.available(limit: limit)) }

        private func visible(_ records: [LogRecord]) throws(LogError) -> [LogRecord] {
            var out: [LogRecord] = []
            for record in records {
                guard let seen = log.seen(record) else {
                    try reader.seek(to: record.position)
                    break
                }
                out.append(seen)
            }
            return out
        }
    }
}
