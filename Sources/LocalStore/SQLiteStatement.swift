import Csqlite3

/// A prepared statement of one connection: parameters are bound from 1 on, and columns read from 0 on.
///
/// It is kept by its connection and reset after each run, so whoever got it has it until the same SQL is asked for again. Not
/// shared between threads.
package final class SQLiteStatement {
    private let handle: OpaquePointer
    /// The first parameter's trouble, told by the run that it would have falsified.
    private var unbound: Int32 = SQLITE_OK

    init(_ sql: String, _ connection: OpaquePointer) throws {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK else { throw SQLiteError(code, connection) }
        // No command at all.
        guard let prepared else { throw SQLiteError(SQLITE_MISUSE, nil) }
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    /// Forgets what was bound, so that a parameter that nobody binds is NULL.
    func clear() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        unbound = SQLITE_OK
    }

    /// Binds all parameters, in their order.
    func bindAll<each Value: SQLiteValue>(_ values: repeat each Value) {
        var index: Int32 = 0
        for value in repeat each values {
            index += 1
            value.bind(to: self, at: index)
        }
        if index != sqlite3_bind_parameter_count(handle) { note(SQLITE_RANGE) }
    }

    package func bindNull(_ index: Int32) { note(sqlite3_bind_null(handle, index)) }

    package func bind(_ index: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, index, value)) }

    package func bind(_ index: Int32, real value: Double) { note(sqlite3_bind_double(handle, index, value)) }

    /// SQLite keeps a copy.
    package func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { bytes in
                // Without an address it would be NULL.
                withUnsafePointer(to: 0) { empty in
                    note(
                        sqlite3_bind_text64(
                            handle, index, bytes.baseAddress ?? empty, UInt64(bytes.count), Self.copy,
                            UInt8(SQLITE_UTF8)))
                }
            }
        }
    }

    package func bind(_ index: Int32, copying bytes: [UInt8]) {
        bytes.withUnsafeBytes { bind(index, $0, Self.copy) }
    }

    /// A blob that SQLite does not copy: it has to stand until the statement has run.
    package func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) { bind(index, bytes, nil) }

    /// A blob that SQLite does not copy: it is bound while `body` runs.
    package func binding<T>(_ index: Int32, _ bytes: [UInt8]?, _ body: () throws -> T) rethrows -> T {
        guard let bytes else {
            bindNull(index)
            return try body()
        }
        return try bytes.withUnsafeBytes { raw in
            bind(index, raw)
            return try body()
        }
    }

    /// SQLITE_TRANSIENT, which is a macro that Swift doesn't see.
    private static let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer, _ destructor: sqlite3_destructor_type?) {
        if let base = bytes.baseAddress, bytes.count > 0 {
            note(sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), destructor))
        } else {
            note(sqlite3_bind_zeroblob(handle, index, 0))
        }
    }

    private func note(_ code: Int32) { if code != SQLITE_OK, unbound == SQLITE_OK { unbound = code } }

    /// Runs a statement that gives no rows; passes over those that it gives.
    package func run() throws {
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// Calls `body` for each row, which is the statement itself.
    package func each(_ body: (SQLiteStatement) throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while try step() { try body(self) }
    }

    /// Calls `body` for each row, up to the first of which it says no.
    package func run(while body: (SQLiteStatement) throws -> Bool) throws {
        defer { sqlite3_reset(handle) }
        while try step(), try body(self) {}
    }

    /// What `body` makes of the first row; nil where there is none.
    package func first<T>(_ body: (SQLiteStatement) throws -> T?) throws -> T? {
        defer { sqlite3_reset(handle) }
        return try step() ? body(self) : nil
    }

    /// What `body` makes of each row.
    package func all<T>(_ body: (SQLiteStatement) throws -> T) throws -> [T] {
        var out: [T] = []
        try each { out.append(try body($0)) }
        return out
    }

    /// Whether the statement stands at a row.
    private func step() throws -> Bool {
        guard unbound == SQLITE_OK else { throw SQLiteError(unbound, nil) }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteError(code, sqlite3_db_handle(handle))
        }
    }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// 0 for NULL.
    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// 0 for NULL.
    package func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    package func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    /// Empty for NULL.
    package func text(_ column: Int32) -> String {
        // The text first: reading it may convert the value, and so change its length.
        let bytes = sqlite3_column_text(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// A copy of the bytes; nil for NULL.
    package func blob(_ column: Int32) -> [UInt8]? {
        if isNull(column) { return nil }
        // SQLite has no address for a blob of no bytes.
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }
}
