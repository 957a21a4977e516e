import LocalStore
import Support
import Testing

@Suite("a statement of SQLite's") struct SQLiteStatementTests {
    private let folder: TemporaryFolder
    private let db: SQLiteConnection

    init() throws {
        folder = try TemporaryFolder()
        db = try SQLiteConnection(path: folder.path("file.sqlite"))
        try db.script("CREATE TABLE t (v)")
    }

    /// What a column of no type gives back of a value, and the type that SQLite kept it under.
    private func kept<Value: SQLiteValue, Out>(
        _ value: Value, _ column: (SQLiteStatement) -> Out
    ) throws -> (value: Out, type: String) {
        try db.run("DELETE FROM t")
        try db.run("INSERT INTO t (v) VALUES (?)", value)
        return try #require(try db.statement("SELECT v, typeof(v) FROM t").first { (column($0), $0.text(1)) })
    }

    @Test("integers come back, the smallest and largest too", arguments: [0, 1, -1, .max, .min, 1 << 32] as [Int64])
    func integers(_ value: Int64) throws {
        #expect(try kept(value) { $0.integer(0) } == (value, "integer"))
        #expect(try kept(Int(value)) { $0.optionalInteger(0) } == (value, "integer"))
        #expect(try kept(value as Int64?) { $0.optionalInteger(0) } == (value, "integer"))
    }

    @Test("a truth value is 0 or 1")
    func truth() throws {
        #expect(try kept(true) { $0.integer(0) } == (1, "integer"))
        #expect(try kept(false) { $0.integer(0) } == (0, "integer"))
    }

    @Test(
        "text comes back whole, also an empty one and one with a zero in it",
        arguments: ["", "a", "äö€🙂", "a\0b", String(repeating: "long ", count: 30_000)])
    func text(_ value: String) throws {
        #expect(try kept(value) { $0.text(0) } == (value, "text"))
        #expect(try kept(value as String?) { $0.isNull(0) } == (false, "text"))
    }

    @Test("a blob comes back whole, also one of no bytes", arguments: [[], [0], [0, 255, 0]] as [[UInt8]])
    func blobs(_ value: [UInt8]) throws {
        #expect(try kept(value) { $0.blob(0) } == (value, "blob"))
        #expect(try kept(value as [UInt8]?) { $0.blob(0) } == (value, "blob"))
        try db.run("DELETE FROM t")
        let insert = try db.statement("INSERT INTO t (v) VALUES (?)")
        try insert.binding(1, value) { try insert.run() }
        try value.withUnsafeBytes { bytes in
            insert.bind(1, bytes)
            try insert.run()
        }
        #expect(try db.statement("SELECT v FROM t WHERE typeof(v) = 'blob'").all { $0.blob(0) } == [value, value])
    }

    @Test("a long blob comes back whole")
    func longBlob() throws {
        let value = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let found = try kept(value) { $0.blob(0) }
        #expect(found.value == value)
    }

    @Test("nothing is NULL, and NULL is nothing, 0 and no text")
    func null() throws {
        #expect(try kept(Int64?.none) { $0.optionalInteger(0) } == (nil, "null"))
        #expect(try kept([UInt8]?.none) { $0.blob(0) } == (nil, "null"))
        #expect(try kept(String?.none) { $0.text(0) } == ("", "null"))
        #expect(try kept(Bool?.none) { $0.isNull(0) } == (true, "null"))
        #expect(try kept(Int?.none) { $0.integer(0) } == (0, "null"))
        let insert = try db.statement("INSERT INTO t (v) VALUES (?)")
        try insert.binding(1, nil) { try insert.run() }
        #expect(try db.statement("SELECT count(*) FROM t WHERE v IS NULL").first { $0.integer(0) } == 2)
    }

    @Test("a parameter that nobody binds is NULL, and not what it was the last time")
    func forgotten() throws {
        try db.statement("INSERT INTO t (v) VALUES (?)", "kept").run()
        try db.statement("INSERT INTO t (v) VALUES (?)").run()
        #expect(try db.statement("SELECT v FROM t").all { $0.isNull(0) } == [false, true])
    }

    @Test("values that are too few, too many or at no parameter are refused before anything runs, and once only")
    func range() throws {
        let sql = "INSERT INTO t (v) VALUES (?)"
        #expect(throws: SQLiteError.self) { try db.run(sql) }
        #expect(throws: SQLiteError.self) { try db.run(sql, 1, 2) }
        #expect(throws: SQLiteError.self) {
            let insert = try db.statement(sql)
            insert.bind(1, 1)
            insert.bind(2, 2)
            try insert.run()
        }
        #expect(try db.statement("SELECT count(*) FROM t").first { $0.integer(0) } == 0)
        try db.run(sql, 1)
        #expect(try db.statement("SELECT count(*) FROM t").first { $0.integer(0) } == 1)
    }

    @Test("rows come in order, up to where their reader stops, and the statement begins anew")
    func rows() throws {
        for value in 0..<5 { try db.run("INSERT INTO t (v) VALUES (?)", value) }
        struct Enough: Error {}
        let select = try db.statement("SELECT v FROM t ORDER BY v DESC")
        #expect(try select.first { $0.integer(0) } == 4)
        var seen: [Int64] = []
        try select.run(while: { row in
            seen.append(row.integer(0))
            return seen.count < 2
        })
        #expect(seen == [4, 3])
        #expect(throws: Enough.self) { try select.each { _ in throw Enough() } }
        #expect(try select.all { $0.integer(0) } == [4, 3, 2, 1, 0])
        #expect(try db.statement("SELECT v FROM t WHERE v > 9").first { $0.integer(0) } == nil)
        // A statement that stood at a row would keep the table.
        try db.script("DROP TABLE t")
    }

    @Test("the same statement is used again, and goes on where the tables have changed")
    func cached() throws {
        let first = try db.statement("SELECT count(*) FROM t")
        try db.script("ALTER TABLE t ADD COLUMN w")
        try db.run("INSERT INTO t (v, w) VALUES (?, ?)", 1, 2)
        let second = try db.statement("SELECT count(*) FROM t")
        #expect(first === second)
        #expect(try second.first { $0.integer(0) } == 1)
    }

    @Test("a statement may outlive its connection")
    func outliving() throws {
        var other: SQLiteConnection? = try SQLiteConnection(path: folder.path("other.sqlite"))
        let select = try #require(try other?.statement("SELECT 7"))
        other = nil
        #expect(try select.first { $0.integer(0) } == 7)
    }
}
