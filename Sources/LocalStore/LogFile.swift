import EventLogs
import Foundation
import GRDB
import Synchronization

/// One SQLite file of the embedded log, and the bell beside it that wakes readers in other processes.
final class LogFile: Sendable {
    let bell: String
    private let path: String
    private let database: DatabasePool
    private let ids = Mutex<[TopicPartition: Int64]>([:])

    init(directory: String, owner: String) throws(LogError) {
        path = "\(directory)/\(owner).sqlite"
        bell = "\(directory)/\(owner).bell"
        do {
            var configuration = GRDB.Configuration()
            configuration.busyMode = .timeout(30)
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000")
            }
            database = try DatabasePool(path: path, configuration: configuration)
            try database.writeWithoutTransaction { db in
                try Schema.make(
                    """
                    CREATE TABLE IF NOT EXISTS partitions (id INTEGER PRIMARY KEY, topic TEXT NOT NULL,
                        partition INTEGER NOT NULL, cleanup TEXT NOT NULL, next INTEGER NOT NULL DEFAULT 0,
                        UNIQUE (topic, partition));
                    CREATE TABLE IF NOT EXISTS records (partition INTEGER NOT NULL, offset INTEGER NOT NULL,
                        timestamp INTEGER NOT NULL, key BLOB, value BLOB, headers BLOB,
                        PRIMARY KEY (partition, offset)) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS commits (grp TEXT NOT NULL, partition INTEGER NOT NULL,
                        offset INTEGER NOT NULL, PRIMARY KEY (grp, partition)) WITHOUT ROWID;
                    """, version: 1, in: db)
            }
            if !FileManager.default.fileExists(atPath: bell) {
                _ = FileManager.default.createFile(atPath: bell, contents: Data([0]))
            }
        } catch {
            throw Self.translate(error, path)
        }
    }

    func create(_ topics: [TopicSettings]) throws(LogError) {
        try write { db in
            for topic in topics {
                for partition in 0..<topic.partitions {
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO partitions (topic, partition, cleanup) VALUES (?, ?, ?)",
                        arguments: [topic.name, partition, topic.cleanup.rawValue])
                }
            }
        }
    }

    func partitions(of topic: String) throws(LogError) -> Int {
        let count = try read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM partitions WHERE topic = ?", arguments: [topic]) ?? 0
        }
        guard count > 0 else { throw .unknownTopic(topic) }
        return count
    }

    func append(_ batch: [NewRecord], at timestamp: Int64) throws(LogError) -> [Int64] {
        var ids: [TopicPartition: Int64] = [:]
        for record in batch where ids[record.partition] == nil { ids[record.partition] = try id(record.partition) }
        let known = ids
        let offsets = try write { db -> [Int64] in
            var next: [Int64: Int64] = [:]
            for id in Set(known.values) {
                next[id] = try Int64.fetchOne(db, sql: "SELECT next FROM partitions WHERE id = ?", arguments: [id])
            }
            let insert = try db.cachedStatement(
                sql: "INSERT INTO records (partition, offset, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)"
            )
            var offsets: [Int64] = []
            for record in batch {
                let id = known[record.partition]!
                let offset = next[id]!
                try insert.execute(arguments: [
                    id, offset, timestamp, record.key.map { Data($0) }, record.value.map { Data($0) },
                    record.headers.isEmpty ? nil : Data(HeaderCoding.encode(record.headers)),
                ])
                next[id] = offset + 1
                offsets.append(offset)
            }
            for (id, end) in next {
                try db.execute(sql: "UPDATE partitions SET next = ? WHERE id = ?", arguments: [end, id])
            }
            return offsets
        }
        ring()
        return offsets
    }

    func read(_ position: Position, limit: Int) throws(LogError) -> [LogRecord] {
        let id = try id(position.partition)
        return try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT offset, timestamp, key, value, headers FROM records
                    WHERE partition = ? AND offset >= ? ORDER BY offset LIMIT ?
                    """)
            var out: [LogRecord] = []
            let rows = try Row.fetchCursor(statement, arguments: [id, position.offset, limit])
            while let row = try rows.next() {
                out.append(
                    LogRecord(
                        position: Position(position.partition, row[0]), key: (row[2] as Data?).map { Array($0) },
                        value: (row[3] as Data?).map { Array($0) },
                        headers: HeaderCoding.decode((row[4] as Data?).map { Array($0) } ?? []), timestamp: row[1]))
            }
            return out
        }
    }

    func end(of partition: TopicPartition) throws(LogError) -> Int64 {
        let id = try id(partition)
        return try read { db in
            try Int64.fetchOne(db, sql: "SELECT next FROM partitions WHERE id = ?", arguments: [id]) ?? 0
        }
    }

    /// Throws `.offsetOutOfRange` where no record stands at this offset or will be the next there.
    func check(_ position: Position) throws(LogError) {
        let id = try id(position.partition)
        let (earliest, end) = try read { db -> (Int64, Int64) in
            let end = try Int64.fetchOne(db, sql: "SELECT next FROM partitions WHERE id = ?", arguments: [id]) ?? 0
            let first = try Int64.fetchOne(
                db, sql: "SELECT min(offset) FROM records WHERE partition = ?", arguments: [id])
            return (first ?? end, end)
        }
        guard position.offset >= earliest, position.offset <= end else {
            throw .offsetOutOfRange(position, earliest: earliest)
        }
    }

    func commit(_ positions: [Position], group: String) throws(LogError) {
        var rows: [(Int64, Int64)] = []
        for position in positions { rows.append((try id(position.partition), position.offset)) }
        let commits = rows
        try write { db in
            for (id, offset) in commits {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO commits (grp, partition, offset) VALUES (?, ?, ?)",
                    arguments: [group, id, offset])
            }
        }
    }

    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        let id = try id(partition)
        return try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT offset FROM commits WHERE grp = ? AND partition = ?", arguments: [group, id])
        }
    }

    private func id(_ partition: TopicPartition) throws(LogError) -> Int64 {
        if let id = ids.withLock({ $0[partition] }) { return id }
        let id = try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT id FROM partitions WHERE topic = ? AND partition = ?",
                arguments: [partition.topic, partition.partition])
        }
        guard let id else {
            _ = try partitions(of: partition.topic)
            throw .unknownPartition(partition)
        }
        ids.withLock { $0[partition] = id }
        return id
    }

    /// Wakes the readers that watch the bell, in this process and others.
    private func ring() {
        let file = open(bell, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = withUnsafeBytes(of: UInt8(0)) { pwrite(file, $0.baseAddress, 1, 0) }
        close(file)
    }

    private func write<T>(_ body: (Database) throws -> T) throws(LogError) -> T {
        do {
            return try database.writeWithoutTransaction { db in
                var result: T?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                return result!
            }
        } catch { throw Self.translate(error, path) }
    }

    private func read<T>(_ body: (Database) throws -> T) throws(LogError) -> T {
        do { return try database.read(body) } catch { throw Self.translate(error, path) }
    }

    static func translate(_ error: any Error, _ path: String) -> LogError {
        if let error = error as? LogError { return error }
        guard let error = error as? DatabaseError else { return .failed(reason: "\(error)") }
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return .corrupted(reason: "\(path) is not a sound SQLite file; it was left as it is")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_BUSY, .SQLITE_IOERR, .SQLITE_FULL:
            return .unreachable(reason: "\(path): \(error.message ?? "\(error.resultCode)")")
        default: return .failed(reason: "\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }
}

/// Headers as they stand in a row: for each, name and value with 4-byte big-endian lengths.
enum HeaderCoding {
    static func encode(_ headers: [Header]) -> [UInt8] {
        var out: [UInt8] = []
        for header in headers {
            for part in [Array(header.name.utf8), header.value] {
                withUnsafeBytes(of: UInt32(part.count).bigEndian) { out += $0 }
                out += part
            }
        }
        return out
    }

    static func decode(_ bytes: [UInt8]) -> [Header] {
        var parts: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 4 {
            let count = Int(rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            rest = rest.dropFirst(4)
            guard count <= rest.count else { break }
            parts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return stride(from: 0, to: parts.count - 1, by: 2).map {
            Header(String(decoding: parts[$0], as: UTF8.self), parts[$0 + 1])
        }
    }
}
