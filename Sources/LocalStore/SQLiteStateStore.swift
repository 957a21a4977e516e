package import EventLogs
import Foundation
import GRDB

/// A stage's state in one SQLite file. `synchronous=NORMAL`: a power cut may lose the newest commits, whole, and the log is
/// read again from there.
package final class SQLiteStateStore: StateStore {
    private let path: String
    private let database: DatabaseQueue

    package init(path: String) throws(LogError) {
        self.path = path
        let directory = (path as NSString).deletingLastPathComponent
        do {
            if !directory.isEmpty {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
        } catch {
            throw .unreachable(reason: "the folder \(directory) can't be made or written")
        }
        do {
            var configuration = GRDB.Configuration()
            configuration.busyMode = .timeout(30)
            configuration.journalMode = .wal
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous=NORMAL") }
            database = try DatabaseQueue(path: path, configuration: configuration)
            try database.writeWithoutTransaction { db in
                try Schema.make(
                    """
                    CREATE TABLE IF NOT EXISTS entries (tbl TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
                        ord INTEGER NOT NULL, PRIMARY KEY (tbl, key)) WITHOUT ROWID;
                    CREATE INDEX IF NOT EXISTS entries_by_order ON entries (tbl, ord);
                    CREATE TABLE IF NOT EXISTS positions (topic TEXT NOT NULL, partition INTEGER NOT NULL,
                        offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
                    """, version: 1, in: db)
            }
        } catch {
            throw LogFile.translate(error, path)
        }
    }

    package func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        try run { db in
            let put = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO entries (tbl, key, value, ord) VALUES (?, ?, ?, ?)")
            let remove = try db.cachedStatement(sql: "DELETE FROM entries WHERE tbl = ? AND key = ?")
            for write in writes {
                switch write {
                case .put(let table, let entry):
                    try put.execute(arguments: [table, Data(entry.key), Data(entry.value), entry.order])
                case .remove(let table, let key): try remove.execute(arguments: [table, Data(key)])
                }
            }
            for position in positions {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO positions (topic, partition, offset) VALUES (?, ?, ?)",
                    arguments: [position.partition.topic, position.partition.partition, position.offset])
            }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try run { db in
            try Int64.fetchOne(
                db, sql: "SELECT offset FROM positions WHERE topic = ? AND partition = ?",
                arguments: [partition.topic, partition.partition])
        }
    }

    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        try database.read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT key, value, ord FROM entries WHERE tbl = ? ORDER BY ord, key", arguments: [table])
            while let row = try rows.next() {
                try body(StateEntry(key: Array(row[0] as Data), value: Array(row[1] as Data), order: row[2]))
            }
        }
    }

    package func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try run { db in
            try db.execute(sql: "DELETE FROM entries WHERE tbl = ? AND ord < ?", arguments: [table, bound])
        }
    }

    private func run<T>(_ body: (Database) throws -> T) throws(LogError) -> T {
        do { return try database.write(body) } catch { throw LogFile.translate(error, path) }
    }
}
