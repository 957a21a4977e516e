import EventLogs
import Foundation
import GRDB
import GRDBSQLite

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
            let insert = try db.cachedStatement(
                sql: "INSERT INTO records (partition, offset, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)"
            )
            var offsets: [Int64] = []
            offsets.reserveCapacity(batch.count)
            for record in batch {
                let id = known[record.partition]!
                let offset = partitions[id]!.next
                try Self.insert(record, id, offset, timestamp, insert.sqliteStatement, db)
                if partitions[id]!.compacted, let key = record.key {
                    try Self.compact(id, key, offset, db)
                }
                partitions[id]!.next = offset + 1
                partitions[id]!.bytes += Int64((record.key?.count ?? 0) + (record.value?.count ?? 0))
                offsets.append(offset)
            }
            let update = try db.cachedStatement(sql: "UPDATE partitions SET next = ?, bytes = ? WHERE id = ?")
            for (id, tail) in partitions { try update.execute(arguments: [tail.next, tail.bytes, id]) }
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

    private static func tails(_ ids: Set<Int64>, _ db: Database) throws -> [Int64: Tail] {
        let statement = try db.cachedStatement(sql: "SELECT next, bytes, compacted FROM partitions WHERE id = ?")
        var out: [Int64: Tail] = [:]
        for id in ids {
            guard let row = try Row.fetchOne(statement, arguments: [id]) else { continue }
            out[id] = Tail(next: row[0], bytes: row[1], compacted: row[2])
        }
        return out
    }

    /// By hand rather than by GRDB's bindings, which copy every blob twice: this is the log's hottest line.
    private static func insert(
        _ record: NewRecord, _ id: Int64, _ offset: Int64, _ timestamp: Int64, _ statement: OpaquePointer,
        _ db: Database
    ) throws {
        sqlite3_reset(statement)
        sqlite3_bind_int64(statement, 1, id)
        sqlite3_bind_int64(statement, 2, offset)
        sqlite3_bind_int64(statement, 3, timestamp)
        let headers = record.headers.isEmpty ? nil : HeaderCoding.encode(record.headers)
        // The arrays outlive the step, so SQLite need not copy them.
        let code = bound(record.key, 4, statement) {
            bound(record.value, 5, statement) {
                bound(headers, 6, statement) { sqlite3_step(statement) }
            }
        }
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
        }
    }

    private static func bound(
        _ bytes: [UInt8]?, _ index: Int32, _ statement: OpaquePointer, _ body: () -> Int32
    ) -> Int32 {
        guard let bytes else {
            sqlite3_bind_null(statement, index)
            return body()
        }
        return bytes.withUnsafeBytes { raw in
            if let base = raw.baseAddress, raw.count > 0 {
                sqlite3_bind_blob(statement, index, base, Int32(raw.count), nil)
            } else {
                sqlite3_bind_zeroblob(statement, index, 0)
            }
            return body()
        }
    }

    /// The records from a position on that lie below `end`.
    func read(_ position: Position, below end: Int64, limit: Int) throws(LogError) -> [LogRecord] {
        let id = try id(position.partition)
        return try readOnce { db in
            let cached = try db.cachedStatement(
                sql: """
                    SELECT offset, timestamp, key, value, headers FROM records
                    WHERE partition = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?
                    """)
            let statement = cached.sqliteStatement
            sqlite3_reset(statement)
            defer { sqlite3_reset(statement) }
            sqlite3_bind_int64(statement, 1, id)
            sqlite3_bind_int64(statement, 2, position.offset)
            sqlite3_bind_int64(statement, 3, end)
            sqlite3_bind_int64(statement, 4, Int64(limit))
            var out: [LogRecord] = []
            while true {
                let code = sqlite3_step(statement)
                if code == SQLITE_DONE { break }
                guard code == SQLITE_ROW else {
                    throw DatabaseError(
                        resultCode: ResultCode(rawValue: code),
                        message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
                }
                out.append(
                    LogRecord(
                        position: Position(position.partition, sqlite3_column_int64(statement, 0)),
                        key: column(statement, 2), value: column(statement, 3),
                        headers: column(statement, 4).map(HeaderCoding.decode) ?? [],
                        timestamp: sqlite3_column_int64(statement, 1)))
            }
            return out
        }
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

    private static func end(_ id: Int64, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT next FROM partitions WHERE id = ?"), arguments: [id]) ?? 0
    }

    /// The oldest offset that is kept, and the next one.
    func bounds(_ partition: TopicPartition) throws(LogError) -> (earliest: Int64, end: Int64) {
        let id = try id(partition)
        return try read { db in
            let end = try Self.end(id, db)
            let first = try Int64.fetchOne(
                db, sql: "SELECT min(offset) FROM records WHERE partition = ?", arguments: [id])
            return (first ?? end, end)
        }
    }

    /// Throws `.offsetOutOfRange` where an offset is no longer kept or lies beyond the end. In a compacted partition
    /// nothing below the end is out of range: what is missing was replaced.
    func check(_ position: Position) throws(LogError) {
        let id = try id(position.partition)
        let bounds = try bounds(position.partition)
        let compacted = try read { db in
            try Bool.fetchOne(db, sql: "SELECT compacted FROM partitions WHERE id = ?", arguments: [id]) ?? false
        }
        guard position.offset >= (compacted ? 0 : bounds.earliest), position.offset <= bounds.end else {
            throw .offsetOutOfRange(position, earliest: bounds.earliest)
        }
    }
}

/// A blob of the row that a statement stands at.
func column(_ statement: OpaquePointer, _ index: Int32) -> [UInt8]? {
    if sqlite3_column_type(statement, index) == SQLITE_NULL { return nil }
    guard let bytes = sqlite3_column_blob(statement, index) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, index))))
}
