import EventLogs
import Stages
import Synchronization

/// A log that appends some time after it has said so: what it holds goes with its process.
struct LateLog: LogDecorator {
    private final class Held: Sendable {
        let batch = Mutex<(records: [NewRecord], due: Moment)?>(nil)
    }

    let log: any EventLog
    let clock: any StageClock
    private let held = Held()

    private static let delay = Duration.milliseconds(700)

    init(log: any EventLog, clock: any StageClock) {
        self.log = log
        self.clock = clock
    }

    @discardableResult
    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        try flush()
        held.batch.withLock { $0 = (batch, clock.now + Self.delay) }
        return []
    }

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        LateReader(reader: try log.reader(at: positions), log: self)
    }

    fileprivate func flushDue() throws(LogError) {
        if let due = held.batch.withLock({ $0?.due }), due <= clock.now { try flush() }
    }

    private func flush() throws(LogError) {
        guard let batch = held.batch.withLock({ $0 }) else { return }
        try log.append(batch.records)
        held.batch.withLock { $0 = nil }
    }
}

/// A reader that has a late log append what is due.
private final class LateReader: ReaderDecorator {
    let reader: any LogReader
    private let log: LateLog

    init(reader: any LogReader, log: LateLog) {
        self.reader = reader
        self.log = log
    }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        try log.flushDue()
        return try reader.next(limit: limit, timeout: timeout)
    }
}
