import EventLogs
import LocalStore
import Support
import Testing

/// A state store in memory that is plain to see.
private struct SlowStore {
    private struct Place: Hashable {
        var table: String
        var key: [UInt8]
    }

    private var entries: [Place: (value: [UInt8], order: Int64)] = [:]
    private(set) var positions: [TopicPartition: Int64] = [:]

    mutating func commit(_ writes: [StateWrite], _ moved: [Position]) {
        for write in writes {
            switch write {
            case .put(let table, let entry): entries[Place(table: table, key: entry.key)] = (entry.value, entry.order)
            case .putAll(let table, let rows):
                rows.forEach { key, value in entries[Place(table: table, key: Array(key))] = (Array(value), 0) }
            case .remove(let table, let key): entries[Place(table: table, key: key)] = nil
            }
        }
        for position in moved { positions[position.partition] = position.offset }
    }

    mutating func removeAll(in table: String, below bound: Int64) {
        entries = entries.filter { $0.key.table != table || $0.value.order == 0 || $0.value.order >= bound }
    }

    mutating func removeAll(in table: String, keysBelow bound: [UInt8]) {
        entries = entries.filter { $0.key.table != table || !$0.key.key.lexicographicallyPrecedes(bound) }
    }

    func value(_ table: String, _ key: [UInt8]) -> [UInt8]? { entries[Place(table: table, key: key)]?.value }

    func keys(_ table: String) -> [[UInt8]] { entries.keys.filter { $0.table == table }.map(\.key) }

    /// Entries without an order by key, then the others by order and key.
    func scan(_ table: String) -> [StateEntry] {
        let all = entries.filter { $0.key.table == table }.map { place, entry in
            StateEntry(key: place.key, value: entry.value, order: entry.order)
        }
        return all.sorted { left, right in
            if (left.order == 0) != (right.order == 0) { return left.order == 0 }
            if left.order != right.order { return left.order < right.order }
            return left.key.lexicographicallyPrecedes(right.key)
        }
    }
}

@Suite("The state store beside one in memory")
struct StateStoreReplayTests {
    private let folder: TemporaryFolder
    private static let tables = ["t", "T", "t ", "tables-äö"]
    private static let partitions = [TopicPartition("a.b", 0), TopicPartition("a.b", 1), TopicPartition("a.c", 0)]

    init() throws { folder = try TemporaryFolder() }

    /// A key of few, also empty ones, ones that begin alike, and ones that hold zeros.
    private static func key(_ random: inout SplitMix64) -> [UInt8] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random)! }
    }

    private static func order(_ random: inout SplitMix64) -> Int64 {
        [0, 0, 1, -1, 5, .max, .min, Int64.random(in: -20...20, using: &random)].randomElement(using: &random)!
    }

    private static func write(_ random: inout SplitMix64) -> StateWrite {
        let table = tables.randomElement(using: &random)!
        let value = random.bytes(Int.random(in: 0...20, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .remove(table: table, key: key(&random))
        case 1:
            var rows = StateRows(capacity: 4, bytes: 8)
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let (key, value) = (key(&random), random.bytes(3))
                rows.append {
                    $0 += key
                } value: {
                    $0 += value
                }
            }
            return .putAll(table: table, rows)
        default:
            return .put(table: table, StateEntry(key: key(&random), value: value, order: order(&random)))
        }
    }

    private static func numbers(_ entries: [StateEntry]) -> [String] {
        entries.map { "\($0.key) \($0.value) \($0.order)" }
    }

    @Test("says the same after whatever was done to both, over restarts", arguments: 1...8 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let path = folder.path("state-\(seed).sqlite")
        var store = try SQLiteStateStore(path: path)
        var slow = SlowStore()
        for step in 0..<120 {
            let table = Self.tables.randomElement(using: &random)!
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                let bound = Self.order(&random)
                try store.removeAll(in: table, below: bound)
                slow.removeAll(in: table, below: bound)
            case 1:
                let bound = Self.key(&random)
                try store.removeAll(in: table, keysBelow: bound)
                slow.removeAll(in: table, keysBelow: bound)
            case 2: store = try SQLiteStateStore(path: path)
            default:
                let writes = (0..<Int.random(in: 0...5, using: &random)).map { _ in Self.write(&random) }
                let moved = Self.partitions.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.map {
                    Position($0, Int64.random(in: 0 ... .max, using: &random))
                }
                try store.commit(writes, positions: moved)
                slow.commit(writes, moved)
            }
            var found: [StateEntry] = []
            try store.scan(table) { found.append($0) }
            #expect(Self.numbers(found) == Self.numbers(slow.scan(table)), "step \(step)")
            let first = slow.keys(table).min { $0.lexicographicallyPrecedes($1) }
            #expect(try store.firstKey(table) == first, "step \(step)")
            let keys = (0..<4).map { _ in Self.key(&random) } + slow.keys(table).prefix(3)
            #expect(try store.values(table, keys) == keys.map { slow.value(table, $0) }, "step \(step)")
            for partition in Self.partitions { #expect(try store.position(partition) == slow.positions[partition]) }
        }
    }

    @Test("a state that was taken over takes nothing more from who had it, and shows it no position")
    func fenced() throws {
        let path = folder.path("state.sqlite")
        let old = try SQLiteStateStore(path: path, takingOver: true)
        let row = StateWrite.put(table: "t", StateEntry(key: [1], value: [2], order: 3))
        try old.commit([row], positions: [Position(Self.partitions[0], 1)])
        let new = try SQLiteStateStore(path: path, takingOver: true)
        let calls: [() throws -> Void] = [
            { try old.commit([.remove(table: "t", key: [1])], positions: []) },
            { try old.commit([], positions: [Position(Self.partitions[0], 9)]) },
            { try old.removeAll(in: "t", below: .max) }, { try old.removeAll(in: "t", keysBelow: [9]) },
            { _ = try old.position(Self.partitions[0]) },
        ]
        for (number, call) in calls.enumerated() {
            #expect(throws: LogError.fenced(writer: path), "call \(number)") { try call() }
        }
        #expect(try new.value("t", [1]) == [2] && new.position(Self.partitions[0]) == 1)
        // Who only looks is nobody's rival.
        let reader = try SQLiteStateStore(path: path)
        #expect(try reader.position(Self.partitions[0]) == 1)
        try new.commit([], positions: [Position(Self.partitions[0], 2)])
        #expect(try reader.position(Self.partitions[0]) == 2)
    }

    @Test("a commit that fails half-way changes nothing")
    func whole() throws {
        let path = folder.path("state.sqlite")
        let old = try SQLiteStateStore(path: path, takingOver: true)
        try old.commit([.put(table: "t", StateEntry(key: [1], value: [1], order: 0))], positions: [])
        _ = try SQLiteStateStore(path: path, takingOver: true)
        let writes = (0..<50 as Range<UInt8>).map {
            StateWrite.put(table: "t", StateEntry(key: [$0], value: [9], order: 0))
        }
        #expect(throws: LogError.fenced(writer: path)) { try old.commit(writes, positions: []) }
        var rows = 0
        try SQLiteStateStore(path: path).scan("t") { entry in
            rows += 1
            #expect(entry.value == [1])
        }
        #expect(rows == 1)
    }
}
