import EventLogs

extension LogFile {
    /// Appends in one transaction, makes it durable, and rings.
    ///
    /// - Parameters:
    ///   - fence: the writer that must still be the newest of its id.
    ///   - commits: positions that are stored with the batch.
    func append(
        _ batch: [NewRecord], at timestamp: Int64, fence: Fence? = nil, commits: [Position] = [], group: String = ""
    ) throws(LogError) -> [Int64] {
        var ids: [TopicPartition: Int64] = [:]
        for record in batch where ids[record.partition] == nil { ids[record.partition] = try id(record.partition) }
        let known = ids
        let rows = try rows(commits)
        let offsets = try write { db -> [Int64] in
            if let fence, try !fence.holds(db) { throw LogError.fenced(writer: fence.name) }
            var partitions = try Self.tails(Set(known.values), db)
            let insert = try db.statement(
                "INSERT INTO records (place, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?)")
            var offsets: [Int64] = []
            offsets.reserveCapacity(batch.count)
            for record in batch {
                let id = known[record.partition]!
                let offset = partitions[id]!.next
                try Self.insert(record, id, offset, timestamp, insert)
                if partitions[id]!.compacted, let key = record.key {
                    try Self.compact(id, key, offset, db)
                }
                partitions[id]!.next = offset + 1
                partitions[id]!.bytes += Int64((record.key?.count ?? 0) + (record.value?.count ?? 0))
                offsets.append(offset)
            }
            let update = try db.statement("UPDATE partitions SET next = ?, bytes = ? WHERE id = ?")
            for (id, tail) in partitions {
                update.bind(1, tail.next)
                update.bind(2, tail.bytes)
                update.bind(3, id)
                try update.run()
            }
            try Self.store(rows, group: group, db)
            return offsets
        }
        try sync()
        var ends: [TopicPartition: Int64] = [:]
        for (record, offset) in zip(batch, offsets) { ends[record.partition] = offset + 1 }
        for (partition, end) in ends { try watermark(partition).raise(to: end) }
        return offsets
    }

    private struct Tail {
        var next: Int64
        var bytes: Int64
        var compacted: Bool
    }

    private static func tails(_ ids: Set<Int64>, _ db: SQLiteConnection) throws -> [Int64: Tail] {
        let select = try db.statement("SELECT next, bytes, compacted FROM partitions WHERE id = ?")
        var out: [Int64: Tail] = [:]
        for id in ids {
            select.bind(1, id)
            try select.each { row in
                out[id] = Tail(next: row.integer(0), bytes: row.integer(1), compacted: row.integer(2) != 0)
            }
        }
        return out
    }

    private static func insert(
        _ record: NewRecord, _ id: Int64, _ offset: Int64, _ timestamp: Int64, _ statement: SQLiteStatement
    ) throws {
        statement.bind(1, RecordPlace.of(id, offset))
        statement.bind(2, timestamp)
        let headers = record.headers.isEmpty ? nil : HeaderCoding.encode(record.headers)
        try statement.binding(3, record.key) {
            try statement.binding(4, record.value) {
                try statement.binding(5, headers) { try statement.run() }
            }
        }
    }

    /// The records from a position on that lie below `end`.
    func read(
        _ position: Position, below end: Int64, limit: Int, through connection: SQLiteConnection
    ) throws(LogError) -> [LogRecord] {
        let id = try id(position.partition)
        do {
            return try connection.statement(
                """
                SELECT place, timestamp, key, value, headers FROM records
                WHERE place >= ? AND place < ? ORDER BY place LIMIT ?
                """, RecordPlace.of(id, position.offset), RecordPlace.of(id, end), limit
            ).all { row in
                LogRecord(
                    position: Position(position.partition, RecordPlace.offset(row.integer(0))), key: row.blob(2),
                    value: row.blob(3), headers: row.blob(4).map(HeaderCoding.decode) ?? [], timestamp: row.integer(1))
            }
        } catch { throw Self.translate(error, path) }
    }

    /// Behind the last record that is committed; makes it durable where nobody has yet.
    ///
    /// Whoever was killed between a commit and its `sync` has told nobody.
    @discardableResult
    func settle(_ partition: TopicPartition) throws(LogError) -> Int64 {
        let (id, watermark) = (try id(partition), try watermark(partition))
        let known = watermark.offset
        let end = try read { db in try Self.end(id, db) }
        if end > watermark.offset {
            try sync()
            watermark.raise(to: end)
        } else if end < known {
            watermark.lower(from: known, to: end)
        }
        return end
    }

    private static func end(_ id: Int64, _ db: SQLiteConnection) throws -> Int64 {
        try db.statement("SELECT next FROM partitions WHERE id = ?", id).first { $0.integer(0) } ?? 0
    }

    /// The oldest offset that is kept, and the next one.
    func bounds(_ partition: TopicPartition) throws(LogError) -> (earliest: Int64, end: Int64) {
        let id = try id(partition)
        return try read { db in
            let end = try Self.end(id, db)
            let first = try db.statement(
                "SELECT min(place) FROM records WHERE place BETWEEN ? AND ?", RecordPlace.first(id),
                RecordPlace.last(id)
            ).first { $0.optionalInteger(0) }
            return (first.map(RecordPlace.offset) ?? end, end)
        }
    }

    /// Throws `.offsetOutOfRange` where an offset is no longer kept or lies beyond the end. In a compacted partition
    /// nothing below the end is out of range: what is missing was replaced.
    func check(_ position: Position) throws(LogError) {
        let id = try id(position.partition)
        let bounds = try bounds(position.partition)
        let compacted = try read { db in
            try db.statement("SELECT compacted FROM partitions WHERE id = ?", id).first { $0.integer(0) } == 1
        }
        guard position.offset >= (compacted ? 0 : bounds.earliest), position.offset <= bounds.end else {
            throw .offsetOutOfRange(position, earliest: bounds.earliest)
        }
    }
}
