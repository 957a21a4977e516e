package import EventLogs
import Foundation
import GRDB

/// A stage's state in one SQLite file. `synchronous=NORMAL`: a power cut may lose the newest commits, whole, and the log is
/// read again from there.
package final class SQLiteStateStore: StateStore {
    private let path: String
    private let database: DatabaseQueue
    /// Which owner this is; nil where nobody owns the state.
    private let epoch: Int64?

    /// - Parameter takingOver: makes this the state's owner: whoever owned it before can commit no more, nor read positions
    ///   (`.fenced`), such as a process that was stopped, replaced, and goes on.
    package init(path: String, takingOver: Bool = false) throws(LogError) {
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
            database = try Schema.openWhileBusy { try Self.open(path) }
            epoch =
                try takingOver
                ? database.write { db in
                    try db.execute(sql: "UPDATE owner SET epoch = epoch + 1")
                    return try Int64.fetchOne(db, sql: "SELECT epoch FROM owner")
                } : nil
        } catch {
            throw LogFile.translate(error, path)
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.busyMode = waitForWriters
        configuration.journalMode = .wal
        let checkpoints = Checkpoints(path: path)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous=NORMAL")
            checkpoints.watch(db)
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.writeWithoutTransaction { db in try Schema.make(tables, version: 2, in: db) }
        return database
    }

    private static let tables = """
        CREATE TABLE entries (tbl TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
            ord INTEGER NOT NULL, PRIMARY KEY (tbl, key)) WITHOUT ROWID;
        CREATE INDEX entries_by_order ON entries (tbl, ord) WHERE ord <> 0;
        CREATE TABLE positions (topic TEXT NOT NULL, partition INTEGER NOT NULL,
            offset INTEGER NOT NULL, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
        CREATE TABLE owner (epoch INTEGER NOT NULL);
        INSERT INTO owner (epoch) VALUES (0);
        """

    package func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        try run { db in
            try checkOwner(db)
            for write in writes { try Self.apply(write, db) }
            let place = try Prepared(
                "INSERT OR REPLACE INTO positions (topic, partition, offset) VALUES (?, ?, ?)", db)
            for position in positions {
                place.bind(1, position.partition.topic)
                place.bind(2, Int64(position.partition.partition))
                place.bind(3, position.offset)
                try place.run()
            }
        }
    }

    private static let put = "INSERT OR REPLACE INTO entries (tbl, key, value, ord) VALUES (?, ?, ?, ?)"

    private static func apply(_ write: StateWrite, _ db: Database) throws {
        switch write {
        case .put(let table, let entry):
            let put = try Prepared(Self.put, db)
            put.bind(1, table)
            put.bind(4, entry.order)
            try put.binding(2, entry.key) { try put.binding(3, entry.value) { try put.run() } }
        case .putAll(let table, let rows):
            let put = try Prepared(Self.put, db)
            put.bind(1, table)
            put.bind(4, 0)
            try rows.forEach { key, value in
                put.bind(2, key)
                put.bind(3, value)
                try put.run()
            }
        case .remove(let table, let key):
            let remove = try Prepared("DELETE FROM entries WHERE tbl = ? AND key = ?", db)
            remove.bind(1, table)
            try remove.binding(2, key) { try remove.run() }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try run { db in
            try checkOwner(db)
            return try Int64.fetchOne(
                db, sql: "SELECT offset FROM positions WHERE topic = ? AND partition = ?",
                arguments: [partition.topic, partition.partition])
        }
    }

    package func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? {
        try values(table, [key])[0]
    }

    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        do {
            return try database.writeWithoutTransaction { db in
                // Nothing is locked for it.
                try db.transact("BEGIN") {
                    let select = try Prepared("SELECT value FROM entries WHERE tbl = ? AND key = ?", db)
                    select.bind(1, table)
                    return try keys.map { key in try select.binding(2, key) { try select.bytes() } }
                }
            }
        } catch { throw LogFile.translate(error, path) }
    }

    package func firstKey(_ table: String) throws(LogError) -> [UInt8]? {
        try run { db in
            try Data.fetchOne(db, sql: "SELECT min(key) FROM entries WHERE tbl = ?", arguments: [table]).map {
                Array($0)
            }
        }
    }

    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        try database.read { db in
            for part in ["ord = 0 ORDER BY key", "ord <> 0 ORDER BY ord, key"] {
                let select = try Prepared("SELECT key, value, ord FROM entries WHERE tbl = ? AND \(part)", db)
                select.bind(1, table)
                try select.each {
                    try body(
                        StateEntry(key: select.blob(0) ?? [], value: select.blob(1) ?? [], order: select.integer(2)))
                }
            }
        }
    }

    package func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try run { db in
            try checkOwner(db)
            try db.execute(
                sql: "DELETE FROM entries WHERE tbl = ? AND ord <> 0 AND ord < ?", arguments: [table, bound])
        }
    }

    package func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
        try run { db in
            try checkOwner(db)
            let remove = try Prepared("DELETE FROM entries WHERE tbl = ? AND key < ?", db)
            remove.bind(1, table)
            try remove.binding(2, bound) { try remove.run() }
        }
    }

    private func checkOwner(_ db: Database) throws {
        guard let epoch else { return }
        if try Prepared("SELECT epoch FROM owner", db).integer() != epoch { throw LogError.fenced(writer: path) }
    }

    private func run<T>(_ body: (Database) throws -> T) throws(LogError) -> T {
        do {
            return try database.writeWithoutTransaction { db in try db.transact { try body(db) } }
        } catch { throw LogFile.translate(error, path) }
    }
}
