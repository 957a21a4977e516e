import Foundation
import LocalStore

/// A session as a desk keeps it over its restarts: who has the file can't be anybody by it, since it has a hash of what the
/// browser holds.
package struct StoredSession: Hashable, Sendable {
    /// SHA-256 of the cookie's value.
    package var hash: [UInt8]
    package var name: String
    /// The role's code.
    package var role: String
    /// The digest of all that the users' file said of the user; nil of one who is in none.
    package var proof: [UInt8]?
    /// Microseconds since 1970.
    package var begun: Int64
    package var used: Int64

    package init(hash: [UInt8], name: String, role: String, proof: [UInt8]?, begun: Int64, used: Int64) {
        self.hash = hash
        self.name = name
        self.role = role
        self.proof = proof
        self.begun = begun
        self.used = used
    }
}

/// A desk's sessions in one SQLite file, apart from its index, which may be made again.
package final class SessionFile: Sendable {
    private let db: SharedConnection

    private static let tables = """
        CREATE TABLE sessions (
            hash BLOB PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, proof BLOB, begun INTEGER NOT NULL, used INTEGER NOT NULL)
            WITHOUT ROWID
        """

    /// Opens or makes the file, readable by its owner alone.
    package init(path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let db = try Schema.whileBusy {
            try SQLiteConnection.makePrivate(path)
            let db = try SQLiteConnection(path: path)
            try db.writeAhead()
            try Schema.make(Self.tables, version: 1, in: db)
            return db
        }
        self.db = SharedConnection(db)
    }

    package func all() throws -> [StoredSession] {
        try db.use { db in
            try db.statement("SELECT hash, name, role, proof, begun, used FROM sessions").all { row in
                StoredSession(
                    hash: row.blob(0) ?? [], name: row.text(1), role: row.text(2), proof: row.blob(3),
                    begun: row.integer(4), used: row.integer(5))
            }
        }
    }

    /// Keeps a session, in the place of what was kept of it.
    package func put(_ session: StoredSession) throws {
        try db.use { db in
            try db.run(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?)", session.hash, session.name, session.role,
                session.proof, session.begun, session.used)
        }
    }

    /// Keeps a session's latest use; nothing where the session was removed meanwhile.
    package func use(_ hash: [UInt8], at microseconds: Int64) throws {
        try db.use { db in try db.run("UPDATE sessions SET used = ? WHERE hash = ?", microseconds, hash) }
    }

    package func remove(_ hash: [UInt8]) throws {
        try db.use { db in try db.run("DELETE FROM sessions WHERE hash = ?", hash) }
    }
}
