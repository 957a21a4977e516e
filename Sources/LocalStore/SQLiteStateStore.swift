package import EventLogs
import Foundation

/// A stage's state in one SQLite file. `synchronous=NORMAL`: a power cut may lose the newest commits, whole, and the log is
/// read again from there.
package final class SQLiteStateStore: StateStore {
    private let path: String
    private let connection: SharedConnection
    /// Which owner this is; nil where nobody owns the state.
    private let epoch: Int64?

    /// - Parameter takingOver: makes this the state's owner: whoever owned it before can commit no more, nor read positions
    ///   (`.fenced`), such as a process that was stopped, replaced, and goes on.
    /// - Parameter erasing: overwrites what is replaced or removed, where it lies.
    package init(path: String, takingOver: Bool = false, erasing: Bool = false) throws(LogError) {
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
            let db = try Schema.whileBusy { try Self.open(path) }
            if erasing { try db.script("PRAGMA secure_delete = ON") }
            epoch = try takingOver ? Self.takeOver(db) : nil
            connection = SharedConnection(db)
        } catch {
            throw LogFile.translate(error, path)
        }
    }

    private static func open(_ path: String) throws -> SQLiteConnection {
        let db = try SQLiteConnection(path: path)
        try db.writeAhead()
        Checkpoints(path: path).watch(db)
        try Schema.make(tables, version: 2, in: db)
        return db
    }

    /// Puts all that was committed into the file, and empties the journal beside it, so that nothing older is left there.
    ///
    /// - Throws: `failed` while another process reads the file.
    package func emptyJournal() throws(LogError) {
        do {
            // A checkpoint that is under way, also one of this process (`Checkpoints`), is not waited for by SQLite.
            try Schema.whileBusy { try connection.use { try $0.emptyLog() } }
        } catch let error as SQLiteError where error.kind == .busy {
            throw .failed(reason: "another process reads \(path); do it again when it has ended")
        } catch { throw LogFile.translate(error, path) }
    }

    private static func takeOver(_ db: SQLiteConnection) throws -> Int64? {
        try db.transaction {
            try db.run("UPDATE owner SET epoch = epoch + 1")
            return try db.statement("SELECT epoch FROM owner").first { $0.integer(0) }
        }
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
            let place = try db.statement(
                "INSERT OR REPLACE INTO positions (topic, partition, offset) VALUES (?, ?, ?)")
            for position in positions {
                place.bind(1, position.partition.topic)
                place.bind(2, Int64(position.partition.partition))
                place.bind(3, position.offset)
                try place.run()
            }
        }
    }

    private static let put = "INSERT OR REPLACE INTO entries (tbl, key, value, ord) VALUES (?, ?, ?, ?)"

    private static func apply(_ write: StateWrite, _ db: SQLiteConnection) throws {
        switch write {
        case .put(let table, let entry):
            let put = try db.statement(Self.put)
            put.bind(1, table)
            put.bind(4, entry.order)
            try put.binding(2, entry.key) { try put.binding(3, entry.value) { try put.run() } }
        case .putAll(let table, let rows):
            let put = try db.statement(Self.put)
            put.bind(1, table)
            put.bind(4, 0)
            try rows.forEach { key, value in
                put.bind(2, key)
                put.bind(3, value)
                try put.run()
            }
        case .remove(let table, let key):
            let remove = try db.statement("DELETE FROM entries WHERE tbl = ? AND key = ?")
            remove.bind(1, table)
            try remove.binding(2, key) { try remove.run() }
        }
    }

    package func position(_ partition: TopicPartition) throws(LogError) -> Int64? {
        try run { db in
            try checkOwner(db)
            return try db.statement(
                "SELECT offset FROM positions WHERE topic = ? AND partition = ?", partition.topic, partition.partition
            ).first { $0.integer(0) }
        }
    }

    package func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? {
        try values(table, [key])[0]
    }

    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        try run(.deferred) { db in
            let select = try db.statement("SELECT value FROM entries WHERE tbl = ? AND key = ?")
            select.bind(1, table)
            return try keys.map { key in try select.binding(2, key) { try select.first { $0.blob(0) } } }
        }
    }

    package func tables() throws(LogError) -> [String] {
        try run(.deferred) { db in
            // From each table to the next by the index, however many entries a table has.
            var tables: [String] = []
            while true {
                let select = try db.statement("SELECT min(tbl) FROM entries WHERE tbl > ?", tables.last ?? "")
                guard let next = try select.first({ $0.text(0) }), !next.isEmpty else { return tables }
                tables.append(next)
            }
        }
    }

    package func settle(_ table: String, _ key: [UInt8], _ value: [UInt8]) throws(LogError) -> [UInt8] {
        try run { db in
            try checkOwner(db)
            let insert = try db.statement("INSERT OR IGNORE INTO entries (tbl, key, value, ord) VALUES (?, ?, ?, 0)")
            insert.bind(1, table)
            try insert.binding(2, key) { try insert.binding(3, value) { try insert.run() } }
            let select = try db.statement("SELECT value FROM entries WHERE tbl = ? AND key = ?")
            select.bind(1, table)
            return try select.binding(2, key) { try select.first { $0.blob(0) } } ?? value
        }
    }

    package func firstKey(_ table: String) throws(LogError) -> [UInt8]? {
        try run { db in
            try db.statement("SELECT min(key) FROM entries WHERE tbl = ?", table).first { $0.blob(0) }
        }
    }

    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        try connection.use { db in
            try db.transaction(.deferred) {
                for part in ["ord = 0 ORDER BY key", "ord <> 0 ORDER BY ord, key"] {
                    let select = "SELECT key, value, ord FROM entries WHERE tbl = ? AND \(part)"
                    try db.statement(select, table).each { row in
                        try body(StateEntry(key: row.blob(0) ?? [], value: row.blob(1) ?? [], order: row.integer(2)))
                    }
                }
            }
        }
    }

    package func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws {
        try connection.use { db in
            let select = try db.statement(
                "SELECT key, value FROM entries WHERE tbl = ? AND key >= ? AND ord = 0 ORDER BY key")
            select.bind(1, table)
            try select.binding(2, first) {
                try select.run(while: { row in
                    try body(StateEntry(key: row.blob(0) ?? [], value: row.blob(1) ?? [], order: 0))
                })
            }
        }
    }

    package func removeAll(in table: String, below bound: Int64) throws(LogError) {
        try run { db in
            try checkOwner(db)
            try db.run("DELETE FROM entries WHERE tbl = ? AND ord <> 0 AND ord < ?", table, bound)
        }
    }

    package func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
        try run { db in
            try checkOwner(db)
            let remove = try db.statement("DELETE FROM entries WHERE tbl = ? AND key < ?")
            remove.bind(1, table)
            try remove.binding(2, bound) { try remove.run() }
        }
    }

    private func checkOwner(_ db: SQLiteConnection) throws {
        guard let epoch else { return }
        let newest = try db.statement("SELECT epoch FROM owner").first { $0.integer(0) }
        if newest != epoch { throw LogError.fenced(writer: path) }
    }

    private func run<T>(
        _ beginning: SQLiteConnection.Beginning = .immediate, _ body: (SQLiteConnection) throws -> T
    ) throws(LogError) -> T {
        do {
            return try connection.use { db in try db.transaction(beginning) { try body(db) } }
        } catch { throw LogFile.translate(error, path) }
    }
}
