import EventLogs
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
    static func compact(_ partition: Int64, _ key: [UInt8], _ offset: Int64, _ db: SQLiteConnection) throws {
        let older = try db.statement("SELECT offset FROM newest WHERE partition = ? AND key = ?", partition, key)
            .first { $0.integer(0) }
        if let older { try db.run("DELETE FROM records WHERE place = ?", RecordPlace.of(partition, older)) }
        try db.run("INSERT OR REPLACE INTO newest (partition, key, offset) VALUES (?, ?, ?)", partition, key, offset)
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
            // Records are deleted below, so partitions are read before.
            let partitions = try db.statement(
                """
                SELECT id, bytes, compacted, retention, retention_bytes FROM partitions
                JOIN topics ON topics.name = partitions.topic
                WHERE compacted OR retention IS NOT NULL OR retention_bytes IS NOT NULL
                """
            ).all { row in
                (
                    id: row.integer(0), bytes: row.integer(1), isCompacted: row.integer(2) != 0,
                    age: row.optionalInteger(3), limit: row.optionalInteger(4)
                )
            }
            for partition in partitions {
                if partition.isCompacted {
                    try Self.dropTombstones(partition.id, before: now - Self.tombstones, db)
                } else {
                    try Self.dropOldest(
                        partition.id, bytes: partition.bytes, before: partition.age.map { now - $0 },
                        keeping: partition.limit, db)
                }
            }
        }
    }

    private static func dropTombstones(_ partition: Int64, before: Int64, _ db: SQLiteConnection) throws {
        let tombstones = "FROM records WHERE place BETWEEN ?1 AND ?2 AND value IS NULL AND timestamp < ?3"
        let (first, last) = (RecordPlace.first(partition), RecordPlace.last(partition))
        try db.run(
            "DELETE FROM newest WHERE partition = ?4 AND ?1 + offset IN (SELECT place \(tombstones))",
            first, last, before, partition)
        try db.run("DELETE \(tombstones)", first, last, before)
    }

    /// Drops from the oldest on what is older than `before`, or more than `keeping` bytes from the end; never the newest
    /// record.
    private static func dropOldest(
        _ partition: Int64, bytes: Int64, before: Int64?, keeping limit: Int64?, _ db: SQLiteConnection
    ) throws {
        let oldest = try db.statement(
            """
            SELECT place, timestamp, ifnull(length(key), 0) + ifnull(length(value), 0) FROM records
            WHERE place >= ?1 AND place < ?1 + (SELECT next - 1 FROM partitions WHERE id = ?2)
            ORDER BY place LIMIT ?3
            """, RecordPlace.first(partition), partition, rowsAtOnce)
        var left = bytes
        var last: Int64?
        try oldest.run(while: { row in
            let size = row.integer(2)
            let tooOld = before.map { row.integer(1) < $0 } ?? false
            let tooMuch = limit.map { left - size >= $0 } ?? false
            guard tooOld || tooMuch else { return false }
            left -= size
            last = row.integer(0)
            return true
        })
        guard let last else { return }
        try db.run("DELETE FROM records WHERE place BETWEEN ? AND ?", RecordPlace.first(partition), last)
        try db.run("UPDATE partitions SET bytes = ? WHERE id = ?", left, partition)
    }
}
