import Counters
import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Counters in a party's state")
struct CounterStoreTests {
    private let spec = CounterSpec(
        bucketSeconds: day,
        windows: [CountWindow(over: day, delay: 2 * day), CountWindow(over: 7 * day, delay: 2 * day)])!
    private let partition = TopicPartition("consortium.sealed", 0)
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-\(UUID().uuidString)")
        .path

    private func open() throws -> SQLiteStateStore { try SQLiteStateStore(path: folder + "/state.sqlite") }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @Test("a party that is killed anywhere counts the rest of the log to the shares that it would have had")
    func killed() throws {
        defer { remove() }
        let records = log(seed: 9, events: 800, from: start, days: 20)
        var whole = PartyCounters(spec: spec, now: time(start))
        for record in records { whole.take(record, at: .two) }
        var generator = Seeded(state: 4)
        var read = 0
        while read < records.count {
            // A process: reads on from its position, commits now and then, and is killed with something uncommitted.
            let state = try open()
            let store = CounterStore(partition: 0, state: state)
            read = Int(try state.position(partition) ?? 0)
            var counters = try store.load(spec: spec) ?? PartyCounters(spec: spec, now: time(start))
            #expect((read == 0) == (try store.load(spec: spec) == nil))
            for _ in 0..<Int.random(in: 1...6, using: &generator) where read < records.count {
                let batch = records[read..<min(read + Int.random(in: 1...200, using: &generator), records.count)]
                for record in batch { counters.take(record, at: .two) }
                counters.sweep(30)
                guard Bool.random(using: &generator) || batch.endIndex == records.count else { break }
                read = batch.endIndex
                try state.commit(store.writes(counters.takeChanges()), positions: [Position(partition, Int64(read))])
            }
        }
        let restored = try #require(try CounterStore(partition: 0, state: try open()).load(spec: spec))
        #expect(restored.isAlike(whole) && !whole.canonical.events.isEmpty)
        #expect(try CounterStore(partition: 1, state: try open()).load(spec: spec) == nil)
    }

    @Test("what has gone from all windows goes from the state")
    func expired() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, now: time(start))
        for record in log(seed: 1, events: 200, from: start, days: 2) { counters.take(record, at: .zero) }
        try state.commit(store.writes(counters.takeChanges()), positions: [])
        func rows() throws -> Int {
            var rows = 0
            for table in ["counters-tokens-0", "counters-events-0"] { try state.scan(table) { _ in rows += 1 } }
            return rows
        }
        #expect(try rows() > 200)
        counters.advance(to: time(start + 60 * day))
        counters.sweep(1000)
        try state.commit(store.writes(counters.takeChanges()), positions: [])
        #expect(try rows() == 0)
        #expect(try store.load(spec: spec)?.canonical.events.isEmpty == true)
    }

    @Test("malformed rows are named, and not read as something else")
    func malformed() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, now: time(start))
        for record in log(seed: 1, events: 20, from: start, days: 2) { counters.take(record, at: .zero) }
        try state.commit(store.writes(counters.takeChanges()), positions: [])
        for (table, key) in [("counters-tokens-0", [1, 2, 3]), ("counters-events-0", [1])] as [(String, [UInt8])] {
            try state.commit([.put(table: table, StateEntry(key: key, value: [1], order: 0))], positions: [])
            #expect(throws: LogError.self) { _ = try store.load(spec: spec) }
            try state.commit([.remove(table: table, key: key)], positions: [])
        }
        #expect(try store.load(spec: spec)?.isAlike(counters) == true)
    }
}
