import EventLogs

extension LogFile {
    /// Makes topics and partitions that are missing; those that exist take the new retention.
    func create(_ topics: [TopicSettings]) throws(LogError) {
        try write { db in
            for topic in topics {
                try db.run(
                    """
                    INSERT INTO topics (name, cleanup, retention, retention_bytes) VALUES (?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET retention = excluded.retention,
                        retention_bytes = excluded.retention_bytes
                    """, topic.name, topic.cleanup.rawValue, topic.retention.map { Int64($0 / .microseconds(1)) },
                    topic.retentionBytes)
                for partition in 0..<topic.partitions {
                    try db.run(
                        "INSERT OR IGNORE INTO partitions (topic, partition, compacted) VALUES (?, ?, ?)",
                        topic.name, partition, topic.cleanup == .compact)
                }
            }
        }
    }

    func topics() throws(LogError) -> [TopicSettings] {
        try read { db in
            try db.statement(
                """
                SELECT name, cleanup, retention, retention_bytes,
                    (SELECT count(*) FROM partitions WHERE topic = name) FROM topics ORDER BY name
                """
            ).all { row in
                TopicSettings(
                    name: row.text(0), partitions: Int(row.integer(4)),
                    cleanup: TopicSettings.Cleanup(rawValue: row.text(1)) ?? .delete,
                    retention: row.optionalInteger(2).map { .microseconds($0) },
                    retentionBytes: row.optionalInteger(3).map { Int($0) })
            }
        }
    }

    func partitions(of topic: String) throws(LogError) -> Int {
        let count = try read { db in
            try db.statement("SELECT count(*) FROM partitions WHERE topic = ?", topic).first { Int($0.integer(0)) } ?? 0
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
            try db.statement("SELECT offset FROM commits WHERE grp = ? AND partition = ?", group, id).first {
                $0.integer(0)
            }
        }
    }

    func rows(_ positions: [Position]) throws(LogError) -> [(id: Int64, offset: Int64)] {
        var rows: [(id: Int64, offset: Int64)] = []
        for position in positions { rows.append((try id(position.partition), position.offset)) }
        return rows
    }

    static func store(_ rows: [(id: Int64, offset: Int64)], group: String, _ db: SQLiteConnection) throws {
        guard !rows.isEmpty else { return }
        let put = try db.statement("INSERT OR REPLACE INTO commits (grp, partition, offset) VALUES (?, ?, ?)")
        put.bind(1, group)
        for (id, offset) in rows {
            put.bind(2, id)
            put.bind(3, offset)
            try put.run()
        }
    }
}
