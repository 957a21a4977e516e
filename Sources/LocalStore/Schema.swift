import EventLogs
import Foundation
import GRDB

/// The tables of a file, and the version of them that stands in its `user_version`.
enum Schema {
    /// Makes the tables of a new file.
    ///
    /// In one immediate transaction, so that of several processes that open a new file at once one makes them and the
    /// others find them made; GRDB's own migrator looks first and locks later.
    static func make(_ tables: String, version: Int, in db: Database) throws {
        if try found(db) != version {
            try db.inTransaction(.immediate) {
                let found = try found(db)
                guard found == 0 || found == version else {
                    throw LogError.failed(reason: "the file is of version \(found); this program knows \(version)")
                }
                if found == 0 { try db.execute(sql: "\(tables); PRAGMA user_version = \(version)") }
                return .commit
            }
        }
    }

    /// Opens a file. SQLite turns a new file's write-ahead log on, or recovers one, under a lock that its busy time-out
    /// does not wait for: who opens a file at the same time is told at once that it is locked.
    static func openWhileBusy<T>(_ open: () throws -> T) throws -> T {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try open()
            } catch let error as DatabaseError {
                guard error.resultCode == .SQLITE_BUSY, ContinuousClock.now < deadline else { throw error }
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    private static func found(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }
}

/// How a writer waits for another one of the same file: in steps of less than a millisecond, and no longer than half a minute.
/// SQLite's own time-out sleeps up to 100 ms at a time, while each of some processes holds the file for a millisecond.
let waitForWriters = Database.BusyMode.callback { tries in
    Thread.sleep(forTimeInterval: tries < 200 ? 0.0003 : 0.002)
    return tries < 15_000
}
