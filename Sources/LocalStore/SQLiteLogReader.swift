import EventLogs

/// Reads partitions of the embedded log, and sleeps on their bells while there is nothing to read.
final class SQLiteLogReader: LogReader {
    private var positions: [Position]
    private let files: [LogFile]
    /// One a partition's file; partitions of one file share it.
    private let connections: [SQLiteConnection]
    private let watermarks: [HighWatermark]
    private let watch: BellWatch
    /// Which partition is read first.
    private var first = 0

    init(positions: [Position], files: [String: LogFile]) throws(LogError) {
        self.positions = positions
        var ofPositions: [LogFile] = []
        var opened: [String: SQLiteConnection] = [:]
        var connections: [SQLiteConnection] = []
        var watermarks: [HighWatermark] = []
        for position in positions {
            guard let file = files[SQLiteEventLog.owner(position.partition.topic)] else {
                throw .unknownPartition(position.partition)
            }
            try file.check(position)
            try file.settle(position.partition)
            if opened[file.path] == nil { opened[file.path] = try file.connect() }
            connections.append(opened[file.path]!)
            ofPositions.append(file)
            watermarks.append(try file.watermark(position.partition))
        }
        self.files = ofPositions
        self.connections = connections
        self.watermarks = watermarks
        watch = try BellWatch(watermarks.map(\.bell))
    }

    func next(limit: Int, timeout: Duration) throws(LogError) -> [LogRecord] {
        guard limit > 0 else { return [] }
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while true {
            // Bells that ring from here on end the wait below, so nothing is slept through.
            if timeout > .zero { watch.drain() }
            let records = try read(limit)
            let left = deadline - clock.now
            if !records.isEmpty || left <= .zero { return records }
            watch.wait(left)
            if clock.now >= deadline { try settle() }
        }
    }

    func available(limit: Int) throws(LogError) -> [LogRecord] {
        try settle()
        return try read(max(0, limit))
    }

    func seek(to position: Position) throws(LogError) {
        guard let index = positions.firstIndex(where: { $0.partition == position.partition }) else {
            throw .unknownPartition(position.partition)
        }
        try files[index].check(position)
        positions[index] = position
    }

    /// Finds what is committed although nobody rang for it.
    private func settle() throws(LogError) {
        for (file, position) in zip(files, positions) { try file.settle(position.partition) }
    }

    private func read(_ limit: Int) throws(LogError) -> [LogRecord] {
        var out: [LogRecord] = []
        // Each time from the next partition, so that a backlog in one doesn't hide the others.
        let start = first
        first = (first + 1) % max(1, positions.count)
        for turn in positions.indices where out.count < limit {
            let index = (start + turn) % positions.count
            let end = watermarks[index].offset
            guard positions[index].offset < end else { continue }
            let room = limit - out.count
            let records = try files[index].read(positions[index], below: end, limit: room, through: connections[index])
            // What retention took away behind a reader is never passed over in silence.
            if let first = records.first, first.position.offset != positions[index].offset {
                try files[index].check(positions[index])
            }
            if records.count < room {
                // Of a compacted partition the last ones may be gone.
                positions[index].offset = end
            } else if let last = records.last {
                positions[index].offset = last.position.offset + 1
            }
            out += records
        }
        return out
    }
}
