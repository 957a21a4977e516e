import EventLogs
import Foundation
import GRDB

extension LogFile {
    /// Makes topics and partitions that are missing; those that exist take the new retention.
    func create(_ topics: [TopicSettings]) throws(LogError) {
        try write { db in
            for topic in topics {
                try db.execute(
                    sql: """
                        INSERT INTO topics (name, cleanup, retention, retention_bytes) VALUES (?, ?, ?, ?)
                        ON CONFLICT (name) DO UPDATE SET retention = excluded.retention,
                            retention_bytes = excluded.retention_bytes
                        """,
                    arguments: [
                        topic.name, topic.cleanup.rawValue, topic.retention.map { Int64($0 / .microseconds(1)) },
                        topic.retentionBytes,
                    ])
                for partition in 0..<topic.partitions {
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO partitions (topic, partition, compacted) VALUES (?, ?, ?)",
                        arguments: [topic.name, partition, topic.cleanup == .compact])
                }
            }
        }
    }

    func topics() throws(LogError) -> [TopicSettings] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, cleanup, retention, retention_bytes,
                        (SELECT count(*) FROM partitions WHERE topic = name) FROM topics ORDER BY name
                    """
            ).map { row in
                TopicSettings(
                    name: row[0], partitions: row[4], cleanup: TopicSettings.Cleanup(rawValue: row[1]) ?? .delete,
                    retention: (row[2] as Int64?).map { .microseconds($0) }, retentionBytes: row[3])
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

    func commit(_ positions: [Position], group: String) throws(LogError) {
        let rows = try rows(positions)
        try write { db in try Self.store(rows, group: group, db) }
    }

    func committed(_ partition: TopicPartition, group: String) throws(LogError) -> Int64? {
        let id = try id(partition)
        return try read { db in
            try Int64.fetchOne(
                db, sql: "SELECT offset FROM commits WHERE grp = ? AND partition = ?", arguments: [group, id])
        }
    }

    func rows(_ positions: [Position]) throws(LogError) -> [(id: Int64, offset: Int64)] {
        var rows: [(id: Int64, offset: Int64)] = []
        for position in positions { rows.append((try id(position.partition), position.offset)) }
        return rows
    }

    static func store(_ rows: [(id: Int64, offset: Int64)], group: String, _ db: Database) throws {
        guard !rows.isEmpty else { return }
        let put = try Prepared("INSERT OR REPLACE INTO commits (grp, partition, offset) VALUES (?, ?, ?)", db)
        put.bind(1, group)
        for (id, offset) in rows {
            put.bind(2, id)
            put.bind(3, offset)
            try put.run()
        }
    }
}
