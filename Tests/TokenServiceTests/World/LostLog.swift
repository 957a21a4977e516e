import EventLogs
import Support
import Synchronization

/// A log of which retention takes records before a reader has read them: the next read says so.
final class LostLog: LogDecorator {
    let log: any EventLog
    private let lost: Mutex<Position?>

    init(_ log: any EventLog, losing position: Position) {
        self.log = log
        lost = Mutex(position)
    }

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        Reader(reader: try log.reader(at: positions), owner: self)
    }

    private func takeLost() -> Position? {
        lost.withLock { lost in
            defer { lost = nil }
            return lost
        }
    }

    private final class Reader: ReaderDecorator {
        let reader: any LogReader
        private let owner: LostLog

        init(reader: any LogReader, owner: LostLog) {
            self.reader = reader
            self.owner = owner
        }

        func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
            if let lost = owner.takeLost() { throw .offsetOutOfRange(lost, earliest: lost.offset + 1) }
            return try reader.next(limit: limit, timeout: timeout)
        }
    }
}
