import Csqlite3
import Foundation

/// A connection to one SQLite file. Not shared between threads; `SharedConnection` is.
package final class SQLiteConnection {
    /// The way a transaction begins.
    package enum Beginning: String {
        /// Nothing is locked before it is written to, and what is read is of one moment.
        case deferred = "BEGIN"
        /// The file is this transaction's to write from its beginning on.
        case immediate = "BEGIN IMMEDIATE"
    }

    /// Half a minute: tries of less than a millisecond first, then of two.
    package static let patience: Int32 = 15_000

    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private var hook: CommitHook?

    /// - Parameter patience: how often a writer tries again while another one has the file. SQLite's own time-out sleeps up to 100
    ///   ms at a time, while each of some processes holds the file for a millisecond.
    package init(path: String, patience: Int32 = patience) throws {
        // Also for whoever only reads: the last connection to close moves the write-ahead log into the file, if it may.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close_v2(opened) }
            throw SQLiteError(code, opened)
        }
        handle = opened
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_handler(
            handle,
            { limit, tries in
                guard tries < Int(bitPattern: limit) else { return 0 }
                Thread.sleep(forTimeInterval: tries < 200 ? 0.0003 : 0.002)
                return 1
            }, UnsafeMutableRawPointer(bitPattern: Int(patience)))
    }

    deinit {
        // Closes once the last statement that somebody still has is gone.
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// Gives a file to its owner alone; made where there is none. To be called before the file is opened: the files that SQLite
    /// puts beside it have its rights.
    package static func makePrivate(_ path: String) throws {
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno == EEXIST {
            // By its path: a descriptor's close would end the locks that this process has on the file.
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        // Any other trouble is met by whoever opens the file, and said there.
    }

    /// A statement of one command, prepared once, with nothing bound.
    package func statement(_ sql: String) throws -> SQLiteStatement {
        if let known = statements[sql] {
            known.clear()
            return known
        }
        let statement = try SQLiteStatement(sql, handle)
        statements[sql] = statement
        return statement
    }

    /// A statement with all its parameters bound.
    package func statement<each Value: SQLiteValue>(
        _ sql: String, _ values: repeat each Value
    ) throws -> SQLiteStatement {
        let statement = try statement(sql)
        statement.bindAll(repeat each values)
        return statement
    }

    /// Runs one command.
    package func run<each Value: SQLiteValue>(_ sql: String, _ values: repeat each Value) throws {
        try statement(sql, repeat each values).run()
    }

    /// Runs commands without parameters, up to the first that fails.
    package func script(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(code, handle) }
    }

    /// Turns the write-ahead log on, which the file keeps. A commit waits for no disk.
    package func writeAhead() throws {
        guard try statement("PRAGMA journal_mode=WAL").first({ $0.text(0) }) == "wal" else {
            // A file system without shared memory: SQLITE_IOERR_SHMOPEN.
            throw SQLiteError(SQLITE_IOERR | 18 << 8, nil)
        }
        try script("PRAGMA synchronous=NORMAL")
    }

    /// All that `body` does, or nothing of it where it throws.
    package func transaction<T>(_ beginning: Beginning = .immediate, _ body: () throws -> T) throws -> T {
        try run(beginning.rawValue)
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // SQLite has ended it itself after some errors, and the error that counts is the first one.
            if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
            throw error
        }
    }

    /// How many rows the last command changed.
    package var changes: Int { Int(sqlite3_changes(handle)) }

    /// Moves the write-ahead log into the file.
    ///
    /// - Parameter waiting: for writers and readers, so that all of it is moved; else what can be moved now.
    package func checkpoint(waiting: Bool) throws {
        try checkpoint(waiting ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE)
    }

    /// Moves all of the write-ahead log into the file, and empties it.
    ///
    /// - Throws: `busy` while somebody reads the file, and at once where another connection's checkpoint is under way.
    package func emptyLog() throws { try checkpoint(SQLITE_CHECKPOINT_TRUNCATE) }

    private func checkpoint(_ mode: Int32) throws {
        // A connection that has read nothing does not know that there is a write-ahead log, and moves nothing.
        try run("PRAGMA user_version")
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(code, handle) }
    }

    /// Calls `body` with the write-ahead log's pages after each commit, instead of SQLite's own checkpoint.
    package func onCommit(_ body: @escaping (_ pages: Int) -> Void) {
        let hook = CommitHook(body)
        self.hook = hook
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                Unmanaged<CommitHook>.fromOpaque(context!).takeUnretainedValue().body(Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(hook).toOpaque())
    }

    private final class CommitHook {
        let body: (Int) -> Void

        init(_ body: @escaping (Int) -> Void) { self.body = body }
    }
}
