import EventLogs
import Support

/// A log in which something happens before each read.
final class BusyLog: LogDecorator {
    let log: any EventLog
    private let before: @Sendable () throws(LogError) -> Void

    init(_ log: any EventLog, beforeEachRead: @escaping @Sendable () throws(LogError) -> Void) {
        self.log = log
        before = beforeEachRead
    }

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        Reader(reader: try log.reader(at: positions), before: before)
    }

    private final class Reader: ReaderDecorator {
        let reader: any LogReader
        private let before: @Sendable () throws(LogError) -> Void

        init(reader: any LogReader, before: @escaping @Sendable () throws(LogError) -> Void) {
            self.reader = reader
            self.before = before
        }

        func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
            try before()
            return try reader.next(limit: limit, timeout: timeout)
        }
    }
}
