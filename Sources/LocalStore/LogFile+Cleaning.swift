import EventLogs
import Foundation
import GRDB
import Synchronization

/// When this process last cleaned a file.
struct Cleaning {
    var last: Int64 = .min
}

/// Retention and compaction. Appenders do it, at most once in ten seconds and a bounded part at a time, so that nobody
/// waits long for it.
extension LogFile {
    private static let interval: Int64 = 10_000_000
    private static let rowsAtOnce = 5000
    /// A tombstone stays for a day, for readers that are behind.
    private static let tombstones: Int64 = 86_400_000_000

    /// Replaces the record of the same key, which readers need no more.
    static func compact(_ partition: Int64, _ key: [UInt8], _ offset: Int64, _ db: Database) throws {
        let key = Data(key)
        let older = try Int64.fetchOne(
            db, sql: "SELECT offset FROM newest WHERE partition = ? AND key = ?", arguments: [partition, key])
        if let older {
            try db.execute(
                sql: "DELETE FROM records WHERE place = ?", arguments: [RecordPlace.of(partition, older)])
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO newest (partition, key, offset) VALUES (?, ?, ?)",
            arguments: [partition, key, offset])
    }

    func cleanIfDue(_ now: Int64) throws(LogError) {
        let due = cleaning.withLock { cleaning in
            guard cleaning.last == .min || now - cleaning.last >= Self.interval else { return false }
            cleaning.last = now
            return true
        }
        if due { try clean(now) }
    }

    func clean(_ now: Int64) throws(LogError) {
        try write { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, bytes, compacted, retention, retention_bytes FROM partitions
                    JOIN topics ON topics.name = partitions.topic
                    WHERE compacted OR retention IS NOT NULL OR retention_bytes IS NOT NULL
                    """)
            for row in rows {
                if row[2] {
                    try Self.dropTombstones(row[0], before: now - Self.tombstones, db)
                } else {
                    let age = (row[3] as Int64?).map { now - $0 }
                    try Self.dropOldest(row[0], bytes: row[1], before: age, keeping: row[4], db)
                }
            }
        }
    }

    private static func dropTombstones(_ partition: Int64, before: Int64, _ db: Database) throws {
        let tombstones = "FROM records WHERE place BETWEEN ?1 AND ?2 AND value IS NULL AND timestamp < ?3"
        let bounds = [RecordPlace.first(partition), RecordPlace.last(partition), before]
        try db.execute(
            sql: "DELETE FROM newest WHERE partition = ?4 AND ?1 + offset IN (SELECT place \(tombstones))",
            arguments: StatementArguments(bounds + [partition]))
        try db.execute(sql: "DELETE \(tombstones)", arguments: StatementArguments(bounds))
    }

    /// Drops from the oldest on what is older than `before`, or more than `keeping` bytes from the end; never the newest
    /// record.
    private static func dropOldest(
        _ partition: Int64, bytes: Int64, before: Int64?, keeping limit: Int64?, _ db: Database
    ) throws {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT place, timestamp, ifnull(length(key), 0) + ifnull(length(value), 0) FROM records
                WHERE place >= ?1 AND place < ?1 + (SELECT next - 1 FROM partitions WHERE id = ?2)
                ORDER BY place LIMIT ?3
                """, arguments: [RecordPlace.first(partition), partition, rowsAtOnce])
        var left = bytes
        var last: Int64?
        while let row = try rows.next() {
            let size: Int64 = row[2]
            let tooOld = before.map { row[1] < $0 } ?? false
            let tooMuch = limit.map { left - size >= $0 } ?? false
            guard tooOld || tooMuch else { break }
            left -= size
            last = row[0]
        }
        guard let last else { return }
        try db.execute(
            sql: "DELETE FROM records WHERE place BETWEEN ? AND ?", arguments: [RecordPlace.first(partition), last])
        try db.execute(sql: "UPDATE partitions SET bytes = ? WHERE id = ?", arguments: [left, partition])
    }
}
