import EventLogs
import Records

/// A log that shows its reader no closing of an epoch of keys: for it, old sessions stay open.
struct DeafLog: LogDecorator {
    let log: any EventLog

    func reader(at positions: [Position]) throws(LogError) -> any LogReader {
        Reader(reader: try log.reader(at: positions))
    }

    private final class Reader: ReaderDecorator {
        let reader: any LogReader

        init(reader: any LogReader) { self.reader = reader }

        func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
            try reader.next(limit: limit, timeout: timeout).map(Self.heard)
        }

        func available(limit: Int) throws(LogError) -> [LogRecord] {
            try reader.available(limit: limit).map(Self.heard)
        }

        private static func heard(_ record: LogRecord) -> LogRecord {
            guard record.position.partition.topic == Topics.sealed,
                case .epochClosing? = WireSealedRecord(decoding: record.value ?? [])?.body
            else { return record }
            return LogRecord(
                position: record.position, key: record.key, value: nil, headers: record.headers,
                timestamp: record.timestamp)
        }
    }
}
