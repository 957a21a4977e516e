import EventLogs
import Ingest
import Records
import Support
import Testing

/// A book that gives its writes by their keys.
private final class Book {
    var book = PendingBook()

    func add(_ id: String, at position: SourcePosition) throws -> Bool {
        let event = try #require(EventID([UInt8](repeating: 1, count: 16)))
        return book.add(PendingTransaction(payment(id, seconds: 5), event: event, received: 7), at: position)
    }

    /// Keys of rows that are put, and that are removed.
    func writes() -> (put: [String], removed: [String]) {
        var (put, removed): ([String], [String]) = ([], [])
        for write in book.takeWrites() {
            switch write {
            case .put(_, let entry): put.append(String(decoding: entry.key, as: UTF8.self))
            case .remove(_, let key): removed.append(String(decoding: key, as: UTF8.self))
            case .putAll: Issue.record("no rows of order 0")
            }
        }
        return (put.sorted(), removed.sorted())
    }

    var isUpToDate: Bool { writes() == ([], []) }
}

@Suite("The book of pending transactions")
struct PendingBookTests {
    private static func positions(_ offsets: Int64...) -> [SourcePosition] {
        offsets.map { SourcePosition(offset: $0) }
    }

    @Test("has rows for what is in the log, once")
    func rows() throws {
        let book = Book()
        for position in Self.positions(0, 1) { #expect(try book.add("p", at: position)) }
        // Nothing is in the log yet.
        #expect(book.isUpToDate && book.book.count == 2)
        book.book.ingest(Self.positions(0, 1), through: 2)
        #expect(book.writes().put == ["0/0", "1/0"])
        #expect(book.isUpToDate)
    }

    @Test("never has a row for what is decided before it is written, and removes the row of what is decided later")
    func decided() throws {
        let book = Book()
        for position in Self.positions(0, 1) { _ = try book.add("p", at: position) }
        book.book.ingest(Self.positions(0, 1), through: 2)
        book.book.decide(Self.positions(1), ingested: 2)
        #expect(book.writes() == (["0/0"], []))
        book.book.decide(Self.positions(0), ingested: 2)
        #expect(book.writes() == ([], ["0/0"]))
        #expect(book.book.count == 0 && book.isUpToDate)
    }

    @Test("a row that was read back is removed when it is decided, and not written again")
    func restored() throws {
        let book = Book()
        let position = SourcePosition(offset: 3, index: 2)
        let event = try #require(EventID([UInt8](repeating: 1, count: 16)))
        book.book.restore(PendingTransaction(payment("p", seconds: 5), event: event, received: 7), at: position)
        #expect(book.book[position]?.transaction.id == "p" && book.isUpToDate)
        book.book.decide([position], ingested: 9)
        #expect(book.writes() == ([], ["3/2"]))
    }

    @Test("what a predecessor decided and this agent ingests again does not wait")
    func ahead() throws {
        let book = Book()
        book.book.decide(Self.positions(4, 5, 6), ingested: 5)
        #expect(book.book.isBehindDecisions)
        #expect(try Self.positions(5, 6, 7).map { try book.add("p", at: $0) } == [false, false, true])
        book.book.ingest(Self.positions(7), through: 8)
        #expect(!book.book.isBehindDecisions && book.book.count == 1)
    }

    @Test("is no more behind decisions whose records were ingested without a transaction in them")
    func passed() {
        let book = Book()
        book.book.decide(Self.positions(5, 9), ingested: 5)
        book.book.ingest([], through: 6)
        #expect(book.book.isBehindDecisions)
        book.book.ingest([], through: 10)
        #expect(!book.book.isBehindDecisions)
    }
}
