import Dispatch
import EventLogs
import Foundation
import LocalStore
import Support
import Testing

@Suite("A state's settled entries, tables and files")
struct StateStoreSettlingTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func put(_ table: String, _ key: UInt8, _ value: [UInt8]) -> StateWrite {
        .put(table: table, StateEntry(key: [key], value: value, order: 0))
    }

    @Test("an entry is the first one's, whoever of many comes first")
    func settle() throws {
        let path = folder.path("s.sqlite")
        let workers = (0..<6).map { number in
            Worker { try SQLiteStateStore(path: path).settle("t", [1], [UInt8(number)]) }
        }
        let settled = Set(try workers.map { try $0.value() })
        let store = try SQLiteStateStore(path: path)
        #expect(try settled.count == 1 && store.value("t", [1]) == settled.first)
        #expect(try store.settle("t", [1], [9]) == settled.first && store.settle("t", [2], [9]) == [9])
        let owner = try SQLiteStateStore(path: path, takingOver: true)
        _ = try SQLiteStateStore(path: path, takingOver: true)
        #expect(throws: LogError.self) { try owner.settle("t", [3], []) }
    }

    @Test("tables are those that hold anything")
    func tables() throws {
        let store = try SQLiteStateStore(path: folder.path("s.sqlite"))
        #expect(try store.tables() == [])
        try store.commit([put("b", 1, []), put("a", 1, [2]), put("b", 2, []), put("c", 1, [])], positions: [])
        #expect(try store.tables() == ["a", "b", "c"])
        try store.commit([.remove(table: "a", key: [1])], positions: [])
        #expect(try store.tables() == ["b", "c"])
    }

    @Test("the states beside a file and in a folder are found by name, and nothing else")
    func names() throws {
        for path in ["p.sqlite", "p.sqlite.tokens", "q.sqlite"] { _ = try SQLiteStateStore(path: folder.path(path)) }
        try folder.write("cordon/audit/log/v1\n", to: "p.sqlite.audit")
        #expect(SQLiteStateStores(prefix: folder.path("p.sqlite")).names() == ["", ".tokens"])
        #expect(SQLiteStateStores(prefix: folder.path + "/").names() == ["p.sqlite", "p.sqlite.tokens", "q.sqlite"])
        #expect(SQLiteStateStores(prefix: folder.path("none/")).names() == [])
    }

    @Test("what is replaced is in no file any more, once the journal is emptied")
    func erased() throws {
        let stores = SQLiteStateStores(prefix: folder.path("p.sqlite"), erasing: true)
        let secret = Array("PLANTED-OLD-VALUE".utf8)
        func isThere() throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .contains { try folder.bytes($0).range(of: Data(secret)) != nil }
        }
        let store = try stores.open("")
        try store.commit([put("t", 1, secret)], positions: [])
        #expect(try isThere())
        try store.commit([put("t", 1, [])], positions: [])
        try stores.emptyJournals()
        #expect(try !isThere())
    }

    @Test("a journal is emptied when a checkpoint that was under way has ended")
    func checkpointUnderWay() throws {
        let path = folder.path("p.sqlite")
        let store = try SQLiteStateStore(path: path)
        try store.commit((0..<200).map { put("t", $0, Array(repeating: 1, count: 3000)) }, positions: [])
        // The checkpoint waits for this writer, and no other may begin meanwhile.
        let writer = try SQLiteConnection(path: path)
        try writer.script("BEGIN IMMEDIATE")
        let underWay = Worker { try Schema.whileBusy { try SQLiteConnection(path: path).checkpoint(waiting: true) } }
        let other = try SQLiteConnection(path: path)
        while (try? other.checkpoint(waiting: false)) != nil {}
        #expect(try #require(throws: SQLiteError.self) { try other.emptyLog() }.kind == .busy)
        let begun = DispatchSemaphore(value: 0)
        let emptied = Worker {
            begun.signal()
            try store.emptyJournal()
        }
        begun.wait()
        try writer.script("COMMIT")
        try underWay.value()
        try emptied.value()
        #expect(try folder.bytes("p.sqlite-wal").isEmpty)
    }
}
