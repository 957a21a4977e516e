import EventLogs

/// Reads partitions of the embedded log, and sleeps on the files' bells (inotify(7)) while there is nothing to read.
final class SQLiteLogReader: LogReader {
    private var positions: [Position]
    private let files: [String: LogFile]
    private let watch: BellWatch
    /// Which partition is read first.
    private var first = 0

    init(positions: [Position], files: [String: LogFile]) throws(LogError) {
        self.positions = positions
        self.files = files
        watch = try BellWatch(files.values.map(\.bell))
        for position in positions { try check(position) }
    }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        guard limit > 0 else { return [] }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            // Bells that ring from here on end the poll below, so nothing is slept through.
            watch.drain()
            let records = try read(limit)
            let left = deadline - clock.now
            if !records.isEmpty || left <= .zero { return records }
            watch.wait(left)
        }
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] { try read(max(0, limit)) }

    func seek(to position: Position) throws(LogError) {
        guard let index = positions.firstIndex(where: { $0.partition == position.partition }) else {
            throw .unknownPartition(position.partition)
        }
        try check(position)
        positions[index] = position
    }

    private func check(_ position: Position) throws(LogError) {
        try files[SQLiteEventLog.owner(position.partition.topic)]?.check(position)
    }

    private func read(_ limit: Int) throws(LogError) -> [LogRecord] {
        var out: [LogRecord] = []
        // Each time from the next partition, so that a backlog in one doesn't hide the others.
        let start = first
        first = (first + 1) % max(1, positions.count)
        for turn in positions.indices where out.count < limit {
            let index = (start + turn) % positions.count
            guard let file = files[SQLiteEventLog.owner(positions[index].partition.topic)] else { continue }
            let records = try file.read(positions[index], limit: limit - out.count)
            // What retention took away behind a reader is never passed over in silence.
            if records.first?.position.offset != positions[index].offset, !records.isEmpty {
                try file.check(positions[index])
            }
            if let last = records.last { positions[index].offset = last.position.offset + 1 }
            out += records
        }
        return out
    }
}
