import EventLogs
import Foundation

/// The tables of a file, and the version of them that stands in its `user_version`.
package enum Schema {
    /// Makes the tables of a new file.
    ///
    /// In one immediate transaction, so that of several processes that open a new file at once one makes them and the
    /// others find them made.
    package static func make(_ tables: String, version: Int, in db: SQLiteConnection) throws {
        if try found(db) != version {
            try db.transaction {
                let found = try found(db)
                guard found == 0 || found == version else {
                    throw LogError.failed(reason: "the file is of version \(found); this program knows \(version)")
                }
                if found == 0 { try db.script("\(tables); PRAGMA user_version = \(version)") }
            }
        }
    }

    /// Does something again until the file is not locked, for half a minute. SQLite turns a new file's write-ahead log on, recovers
    /// one and empties one under locks that its busy time-out does not wait for: who comes at the same time is told so at once.
    package static func whileBusy<T>(_ body: () throws -> T) throws -> T {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try body()
            } catch let error as SQLiteError {
                guard error.kind == .busy, ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    private static func found(_ db: SQLiteConnection) throws -> Int {
        try db.statement("PRAGMA user_version").first { Int($0.integer(0)) } ?? 0
    }
}
