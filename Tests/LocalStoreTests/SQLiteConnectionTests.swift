import Dispatch
import Foundation
import LocalStore
import Support
import Testing

@Suite("a connection to SQLite") struct SQLiteConnectionTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path("file.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    private func open(patience: Int32 = 0) throws -> SQLiteConnection {
        let db = try SQLiteConnection(path: path, patience: patience)
        try db.writeAhead()
        try db.script("CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b BLOB NOT NULL) WITHOUT ROWID")
        return db
    }

    private func insert(_ a: Int64, _ db: SQLiteConnection, _ b: [UInt8] = [1]) throws {
        try db.run("INSERT INTO t (a, b) VALUES (?, ?)", a, b)
    }

    /// Twenty pages or so.
    private func fill(_ db: SQLiteConnection) throws {
        try db.transaction {
            for a in 0..<500 as Range<Int64> { try insert(a, db, [UInt8](repeating: 1, count: 99)) }
        }
    }

    private func keys(_ db: SQLiteConnection) throws -> [Int64] {
        try db.statement("SELECT a FROM t ORDER BY a").all { $0.integer(0) }
    }

    /// The trouble that `body` has.
    private func trouble(_ body: () throws -> Void) throws -> SQLiteError {
        try #require(throws: SQLiteError.self, performing: body)
    }

    @Test("what one connection committed another one finds, also after both were closed")
    func reopening() throws {
        do {
            let (left, right) = (try open(), try open())
            try insert(1, left)
            #expect(try keys(right) == [1])
            try insert(2, right)
        }
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        let db = try open()
        #expect(try keys(db) == [1, 2])
        #expect(try db.statement("PRAGMA journal_mode").first { $0.text(0) } == "wal")
        #expect(try db.statement("PRAGMA synchronous").first { $0.integer(0) } == 1)
    }

    @Test("a transaction whose body throws leaves nothing, and the connection goes on")
    func undone() throws {
        struct Enough: Error {}
        let db = try open()
        #expect(throws: Enough.self) {
            try db.transaction {
                try insert(1, db)
                throw Enough()
            }
        }
        #expect(try keys(db).isEmpty)
        #expect(try db.transaction { try keys(db).count } == 0)
        try db.transaction { try insert(2, db) }
        #expect(try keys(db) == [2])
        #expect(db.changes == 1)
    }

    @Test("what is read in a transaction is of one moment")
    func snapshot() throws {
        let (reader, writer) = (try open(), try open())
        try insert(1, writer)
        try reader.transaction(.deferred) {
            #expect(try keys(reader) == [1])
            try insert(2, writer)
            #expect(try keys(reader) == [1])
        }
        #expect(try keys(reader) == [1, 2])
    }

    @Test("a row that a constraint refuses is an error with its extended code, and says nothing of the row")
    func constraints() throws {
        let db = try open()
        try insert(4711, db, Array("Jane Doe".utf8))
        let twice = try trouble { try insert(4711, db, Array("Jane Doe".utf8)) }
        #expect(twice.kind == .refused && twice.code == 1555)
        #expect("\(twice)" == "constraint failed (SQLite code 1555): please report this with the code")
        let null = try trouble { try db.run("INSERT INTO t (a, b) VALUES (?, ?)", 1, [UInt8]?.none) }
        #expect(null.kind == .refused && null.code == 1299)
        #expect(try keys(db) == [4711])
    }

    @Test("a command that is none, or of another table, is refused")
    func malformed() throws {
        let db = try open()
        for sql in ["SELEKT 1", "SELECT a FROM other", ""] {
            #expect(try trouble { try db.run(sql) }.kind == .refused, "\(sql)")
        }
        #expect(try trouble { try db.script("DELETE FROM t; DELETE FROM other") }.kind == .refused)
    }

    @Test("who finds the file taken waits as often as it was told to, and then says so")
    func busy() throws {
        let (holder, other) = (try open(), try open(patience: 3))
        try holder.transaction {
            try insert(1, holder)
            let error = try trouble { try other.transaction { try insert(2, other) } }
            #expect(error.kind == .busy && error.code == 5)
            #expect(
                "\(error)"
                    == "database is locked (SQLite code 5): another process holds the file; let it finish or end it, "
                    + "and try again")
            // Whoever only looks waits for nobody.
            #expect(try keys(other).isEmpty)
        }
        try other.transaction { try insert(2, other) }
        #expect(try keys(holder) == [1, 2])
    }

    @Test("who waits gets the file once it is free")
    func waiting() throws {
        let (isTaken, isFree) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        _ = try open()
        let holding = Worker {
            let db = try open(patience: SQLiteConnection.patience)
            try db.transaction {
                try insert(1, db)
                isTaken.signal()
                isFree.wait()
            }
        }
        isTaken.wait()
        let db = try open(patience: SQLiteConnection.patience)
        #expect(try trouble { try open().transaction {} }.kind == .busy)
        isFree.signal()
        try db.transaction { try insert(2, db) }
        try holding.value()
        #expect(try keys(db) == [1, 2])
    }

    @Test("a full disk refuses the transaction whole, and takes what fits")
    func full() throws {
        let db = try open()
        try insert(1, db)
        let pages = try #require(try db.statement("PRAGMA page_count").first { $0.integer(0) })
        try db.script("PRAGMA max_page_count=\(pages + 2)")
        let error = try trouble {
            try db.transaction { for a in 2..<100 { try insert(Int64(a), db, [UInt8](repeating: 7, count: 4000)) } }
        }
        #expect(error.kind == .unusable && error.code == 13)
        #expect("\(error)" == "database or disk is full (SQLite code 13): make room on the disk")
        #expect(try keys(db) == [1])
        try db.transaction { try insert(2, db) }
        #expect(try keys(db) == [1, 2])
    }

    @Test("a file that is no database is corrupted, and so is one whose pages are")
    func corrupted() throws {
        try folder.write(Data(repeating: 0x5A, count: 8192), to: "garbage")
        let garbage = try SQLiteConnection(path: folder.path("garbage"))
        let error = try trouble { try garbage.writeAhead() }
        #expect(error.kind == .corrupted && error.code == 26)
        #expect(
            "\(error)"
                == "file is not a database (SQLite code 26): it was left as it is; restore it from a copy, or move it "
                + "away")
        do {
            let db = try open()
            try fill(db)
        }
        var bytes = try folder.bytes("file.sqlite")
        try #require(bytes.count > 3 * 4096)
        for index in 4096..<bytes.count { bytes[index] = 0xA5 }
        try folder.write(bytes, to: "file.sqlite")
        let damaged = try SQLiteConnection(path: path)
        #expect(try trouble { _ = try keys(damaged) }.kind == .corrupted)
    }

    @Test("a path that can't be opened says what the system said")
    func unusable() throws {
        let error = try trouble { _ = try SQLiteConnection(path: folder.path("none/file.sqlite")) }
        #expect(error.kind == .unusable && error.code & 0xFF == 14)
        #expect("\(error)".contains("(SQLite code 14, No such file or directory): see that the folder is there"))
    }

    @Test("a checkpoint moves what others committed into the file, also on a connection that has done nothing yet")
    func checkpoint() throws {
        let db = try open()
        try fill(db)
        let before = try length(of: path)
        try SQLiteConnection(path: path).checkpoint(waiting: false)
        #expect(try length(of: path) > before + 10 * 4096)
        // A writer keeps a waiting one out, and none that moves what it can.
        try db.transaction {
            try insert(1000, db)
            #expect(try trouble { try open().checkpoint(waiting: true) }.kind == .busy)
            try open().checkpoint(waiting: false)
        }
        try open().checkpoint(waiting: true)
    }

    @Test("each commit is told with the pages that the write-ahead log has by then")
    func commits() throws {
        var told: [Int] = []
        let (db, other) = (try open(), try open())
        db.onCommit { told.append($0) }
        for a in 0..<3 as Range<Int64> { try insert(a, db) }
        try insert(3, other)
        #expect(told.count == 3 && told == told.sorted() && told[0] > 0)
    }
}

/// A file's length, without opening it: whoever closes a file loses the locks that its process has on it.
func length(of path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
}
