import EventLogs
import Foundation
import LocalStore
import Support
import Testing

@Suite("the state store") struct SQLiteStateStoreTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private let partition = TopicPartition("bank-a.transactions")

    private func put(_ key: UInt8, _ order: Int64, in table: String = "t") -> StateWrite {
        .put(table: table, StateEntry(key: [key], value: [key, 0, 255], order: order))
    }

    private func keys(_ store: SQLiteStateStore, _ table: String = "t") throws -> [UInt8] {
        var keys: [UInt8] = []
        try store.scan(table) { keys.append($0.key[0]) }
        return keys
    }

    @Test("writes and positions survive reopening, in folders that it makes")
    func reopening() throws {
        let path = directory.path("a/b/state.sqlite")
        do {
            let store = try SQLiteStateStore(path: path)
            #expect(try store.position(partition) == nil)
            try store.commit([put(1, 10), put(2, 20)], positions: [Position(partition, 4)])
            try store.commit([.remove(table: "t", key: [1]), put(3, 5)], positions: [Position(partition, 9)])
        }
        let store = try SQLiteStateStore(path: path)
        #expect(try store.position(partition) == 9)
        #expect(try store.position(TopicPartition(partition.topic, 1)) == nil)
        var entries: [StateEntry] = []
        try store.scan("t") { entries.append($0) }
        #expect(entries.map(\.key) == [[3], [2]])
        #expect(entries.map(\.value) == [[3, 0, 255], [2, 0, 255]])
        #expect(entries.map(\.order) == [5, 20])
    }

    @Test("a scan goes by order, then by key, and stays in its table")
    func scanOrder() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit(
            [put(9, 1), put(3, 2), put(1, 2), put(2, -5), put(7, 2), put(4, 0, in: "other")], positions: [])
        #expect(try keys(store) == [2, 9, 1, 3, 7])
        try store.commit([put(8, 0), put(5, 0)], positions: [])
        #expect(try keys(store) == [5, 8, 2, 9, 1, 3, 7])
        #expect(try keys(store, "other") == [4])
        #expect(try keys(store, "none").isEmpty)
    }

    @Test("a scan from a key on goes by key, leaves out what has an order, and ends where it is told to")
    func scanFrom() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit(
            [put(9, 0), put(3, 0), put(1, 0), put(4, 7), put(6, 0), put(5, 0, in: "other")], positions: [])
        func keys(from first: [UInt8], upTo last: UInt8 = 255) throws -> [UInt8] {
            var keys: [UInt8] = []
            try store.scan("t", from: first) { entry in
                keys.append(entry.key[0])
                #expect(entry.value == [entry.key[0], 0, 255] && entry.order == 0)
                return entry.key[0] < last
            }
            return keys
        }
        #expect(try keys(from: []) == [1, 3, 6, 9])
        #expect(try keys(from: [3]) == [3, 6, 9])
        #expect(try keys(from: [3, 0]) == [6, 9])
        #expect(try keys(from: [], upTo: 3) == [1, 3])
        #expect(try keys(from: [10]).isEmpty)
    }

    @Test("writing a key again replaces value and order")
    func replacing() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit([put(1, 1), put(2, 2), put(1, 3)], positions: [])
        #expect(try keys(store) == [2, 1])
    }

    @Test("an empty key and an empty value are kept")
    func emptyBytes() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit([.put(table: "t", StateEntry(key: [], value: [], order: 0))], positions: [])
        var entries: [StateEntry] = []
        try store.scan("t") { entries.append($0) }
        #expect(entries.map(\.key) == [[]])
        #expect(entries.map(\.value) == [[]])
    }

    @Test("what is below the bound goes, the bound itself stays")
    func removeAll() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit([put(1, 1), put(2, 2), put(3, 3), put(9, 0), put(4, 1, in: "other")], positions: [])
        try store.removeAll(in: "t", below: 2)
        // One without an order stays, too.
        #expect(try keys(store) == [9, 2, 3])
        #expect(try keys(store, "other") == [4])
    }

    @Test("many at once are written in their order: the last one of a key counts")
    func putAll() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        var rows = StateRows(capacity: 4, bytes: 4)
        for (key, value) in [([7, 1], [1, 2]), ([7], []), ([7, 1], [3]), ([], [4])] as [([UInt8], [UInt8])] {
            rows.append {
                $0 += key
            } value: {
                $0 += value
            }
        }
        try store.commit([put(9, 5), .putAll(table: "t", rows)], positions: [])
        var entries: [StateEntry] = []
        try store.scan("t") { entries.append($0) }
        #expect(entries.map(\.key) == [[], [7], [7, 1], [9]])
        #expect(entries.map(\.value) == [[4], [], [3], [9, 0, 255]])
        #expect(entries.map(\.order) == [0, 0, 0, 5])
    }

    @Test("what has a key below the bound goes, byte by byte, and a longer one stays")
    func removeKeys() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        var rows = StateRows(capacity: 4, bytes: 4)
        for key in [[0, 255], [1], [1, 0], [1, 2], [2]] as [[UInt8]] {
            rows.append {
                $0 += key
            } value: { _ in
            }
        }
        try store.commit([.putAll(table: "t", rows), put(0, 0, in: "other")], positions: [])
        try store.removeAll(in: "t", keysBelow: [1, 0])
        var keys: [[UInt8]] = []
        try store.scan("t") { keys.append($0.key) }
        #expect(keys == [[1, 0], [1, 2], [2]])
        #expect(try self.keys(store, "other") == [0])
    }

    @Test("whoever reads beside a writer sees writes and position together, or neither")
    func atomicity() throws {
        let path = directory.path("state.sqlite")
        let writer = try SQLiteStateStore(path: path)
        try writer.commit([put(0, 0)], positions: [Position(partition, 0)])
        let writing = Worker {
            for round in 1...200 {
                // The key is removed and written again: between the two there is none.
                try writer.commit(
                    [.remove(table: "t", key: [0]), put(0, Int64(round))],
                    positions: [Position(partition, Int64(round))])
            }
        }
        let store = try SQLiteStateStore(path: path)
        var last: Int64 = 0
        while last < 200 {
            let before = try #require(try store.position(partition))
            var orders: [Int64] = []
            try store.scan("t") { orders.append($0.order) }
            let after = try #require(try store.position(partition))
            let order = try #require(orders.first)
            try #require(orders.count == 1 && (before...after).contains(order))
            last = after
        }
        try writing.value()
    }

    @Test("what a scan's body throws comes through, and the store goes on")
    func throwingScan() throws {
        struct Enough: Error {}
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        try store.commit([put(1, 1), put(2, 2)], positions: [])
        #expect(throws: Enough.self) { try store.scan("t") { _ in throw Enough() } }
        try store.commit([put(3, 3)], positions: [])
        #expect(try keys(store) == [1, 2, 3])
    }

    @Test("a file that is not a database is reported, and left as it is")
    func garbage() throws {
        let bytes = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try directory.write(bytes, to: "state.sqlite")
        #expect(performing: { try SQLiteStateStore(path: directory.path("state.sqlite")) }, throws: isCorrupted)
        #expect(try directory.bytes("state.sqlite") == bytes)
    }

    @Test("a folder that can't be made is unreachable")
    func unusableDirectory() throws {
        try directory.write(Data([1]), to: "file")
        #expect(performing: { try SQLiteStateStore(path: directory.path("file/state.sqlite")) }, throws: isUnreachable)
    }

    @Test("a write-ahead log that has grown long moves into the file while it is written to")
    func checkpoints() throws {
        let store = try SQLiteStateStore(path: directory.path("state.sqlite"))
        let log = try SQLiteEventLog(directory: directory.path, clock: ManualClock(), durability: .process)
        try log.create([TopicSettings(name: partition.topic)])
        let bytes = [UInt8](repeating: 7, count: 20_000)
        for name in ["state.sqlite", "bank-a.sqlite"] {
            // It moves on a thread of its own, some time after 500 pages; nothing but that makes the file grow.
            var commits = 0
            while try length(of: directory.path(name)) < 100 * 4096, commits < 10_000 {
                commits += 1
                if name == "state.sqlite" {
                    let entry = StateEntry(key: [UInt8(commits % 256)], value: bytes, order: 0)
                    try store.commit([.put(table: "t", entry)], positions: [])
                } else {
                    try log.append([NewRecord(partition, value: bytes)])
                }
            }
            #expect(commits < 10_000, "\(name)")
        }
    }
}
