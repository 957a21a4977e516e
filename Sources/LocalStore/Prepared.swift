import GRDB
import GRDBSQLite

/// A cached statement that is bound and stepped by hand.
///
/// GRDB binds by way of boxed values, copies every blob twice, makes a row an object and asks observers about each statement:
/// in a log whose transactions hold a handful of rows that costs as much as SQLite itself. The connection stays GRDB's.
struct Prepared {
    let handle: OpaquePointer
    private let database: Database

    init(_ sql: String, _ database: Database) throws {
        handle = try database.cachedStatement(sql: sql).sqliteStatement
        self.database = database
        sqlite3_reset(handle)
    }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    /// SQLite keeps a copy.
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                _ = sqlite3_bind_text(
                    handle, index, bytes.baseAddress, Int32(bytes.count),
                    unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
    }

    /// A blob that SQLite does not copy: it is bound while `body` runs.
    func binding<T>(_ index: Int32, _ bytes: [UInt8]?, _ body: () throws -> T) rethrows -> T {
        guard let bytes else {
            sqlite3_bind_null(handle, index)
            return try body()
        }
        return try bytes.withUnsafeBytes { raw in
            bind(index, raw)
            return try body()
        }
    }

    /// A blob that SQLite does not copy: it has to stand until the statement has run.
    func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress, bytes.count > 0 {
            sqlite3_bind_blob(handle, index, base, Int32(bytes.count), nil)
        } else {
            sqlite3_bind_zeroblob(handle, index, 0)
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw error(code) }
    }

    /// Calls `body` for each row.
    func each(_ body: () throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw error(code) }
            try body()
        }
    }

    /// The first column of the first row; nil where there is none.
    func integer() throws -> Int64? { try first { integer(0) } }

    /// As `integer`.
    func bytes() throws -> [UInt8]? { try first { blob(0) } }

    private func first<T>(_ column: () -> T?) throws -> T? {
        defer { sqlite3_reset(handle) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return column()
        case SQLITE_DONE: return nil
        case let code: throw error(code)
        }
    }

    /// A column of the row that the statement stands at.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func blob(_ column: Int32) -> [UInt8]? {
        if sqlite3_column_type(handle, column) == SQLITE_NULL { return nil }
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
    }
}

extension Database {
    /// One transaction.
    ///
    /// - Parameter begin: so that it has the file to write from its beginning on.
    func transact<T>(_ begin: String = "BEGIN IMMEDIATE", _ body: () throws -> T) throws -> T {
        try Prepared(begin, self).run()
        do {
            let result = try body()
            try Prepared("COMMIT", self).run()
            return result
        } catch {
            // SQLite has ended it itself after some errors.
            if isInsideTransaction { try execute(sql: "ROLLBACK") }
            throw error
        }
    }
}
