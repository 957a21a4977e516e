import EventLogs

/// Reads partitions of the embedded log, and sleeps on the files' bells (inotify(7)) while there is nothing to read.
final class SQLiteLogReader: LogReader {
    private var positions: [Position]
    private let files: [String: LogFile]
    private let watch: BellWatch
    /// Partitions that may have records: those that rang since they were read to their end.
    private var pending: Set<Int>
    /// Which partition is read first.
    private var first = 0

    init(positions: [Position], files: [String: LogFile]) throws(LogError) {
        self.positions = positions
        self.files = files
        var bells: [Bell] = []
        for position in positions {
            guard let file = files[SQLiteEventLog.owner(position.partition.topic)] else {
                throw .unknownPartition(position.partition)
            }
            try file.check(position)
            bells.append(file.bell(position.partition))
        }
        watch = try BellWatch(bells)
        pending = Set(positions.indices)
    }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        guard limit > 0 else { return [] }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            // Bells that ring from here on end the poll below, so nothing is slept through.
            pending.formUnion(watch.drain())
            let records = try read(limit)
            let left = deadline - clock.now
            if !records.isEmpty || left <= .zero { return records }
            watch.wait(left)
            // Who was killed between an append and its bell has not rung.
            if clock.now >= deadline { pending = Set(positions.indices) }
        }
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] {
        pending = Set(positions.indices)
        return try read(max(0, limit))
    }

    func seek(to position: Position) throws(LogError) {
        guard let index = positions.firstIndex(where: { $0.partition == position.partition }) else {
            throw .unknownPartition(position.partition)
        }
        try check(position)
        positions[index] = position
        pending.insert(index)
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
            guard pending.contains(index) else { continue }
            guard let file = files[SQLiteEventLog.owner(positions[index].partition.topic)] else { continue }
            let room = limit - out.count
            let records = try file.read(positions[index], limit: room)
            if records.count < room { pending.remove(index) }
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
