import Counters
import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Support
import Testing

private let start: Int64 = 1_530_000_000

@Suite("Counters in a party's state")
struct CounterStoreTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 10 * day)!
    private let partition = TopicPartition("consortium.sealed", 0)
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-\(UUID().uuidString)")
        .path

    private func open() throws -> SQLiteStateStore { try SQLiteStateStore(path: folder + "/state.sqlite") }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @Test("a party that is killed anywhere counts the rest of the log to the shares that it would have had")
    func killed() throws {
        defer { remove() }
        let records = log(seed: 9, events: 800, from: start, days: 20)
        var whole = PartyCounters(spec: spec, members: 5)
        for record in records { whole.take(record, at: .two) }
        var generator = SplitMix64(state: 4)
        var read = 0
        while read < records.count {
            // A process: reads on from its position, commits now and then, and is killed with something uncommitted.
            let state = try open()
            let store = CounterStore(partition: 0, state: state)
            read = Int(try state.position(partition) ?? 0)
            let loaded = try store.load(spec: spec, members: 5)
            #expect((read == 0) == (loaded == nil))
            #expect(loaded.map(\.note) == (read == 0 ? nil : Array("\(read)".utf8)))
            var counters = loaded?.counters ?? PartyCounters(spec: spec, members: 5)
            for _ in 0..<Int.random(in: 1...6, using: &generator) where read < records.count {
                let batch = records[read..<min(read + Int.random(in: 1...200, using: &generator), records.count)]
                for record in batch { counters.take(record, at: .two) }
                counters.sweep(30)
                guard Bool.random(using: &generator) || batch.endIndex == records.count else { break }
                read = batch.endIndex
                // The note is of the state it came with.
                let writes = store.writes(counters.takeChanges(), note: Array("\(read)".utf8))
                try state.commit(writes, positions: [Position(partition, Int64(read))])
            }
        }
        let restored = try #require(try CounterStore(partition: 0, state: try open()).load(spec: spec, members: 5))
        #expect(restored.counters.stands(where: whole) && !whole.canonical.events.isEmpty)
        #expect(try CounterStore(partition: 1, state: try open()).load(spec: spec, members: 5) == nil)
    }

    @Test("what has gone from all windows goes from the state")
    func expired() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 1, events: 200, from: start, days: 2) { counters.take(record, at: .zero) }
        try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
        func rows() throws -> Int {
            var rows = 0
            for table in ["counters-tokens-0", "counters-events-0"] { try state.scan(table) { _ in rows += 1 } }
            return rows
        }
        #expect(try rows() > 200)
        for days in stride(from: 10 as Int64, through: 60, by: 10) { counters.settle(at: start + days * day) }
        counters.sweep(1000)
        let changes = counters.takeChanges()
        try state.commit(store.writes(changes, note: []), positions: [])
        try store.expire(changes)
        // What is left are the two that last moved the time on, and those of the day on which the reach begins.
        #expect(try rows() == 4)
        #expect(try store.load(spec: spec, members: 5)?.counters.canonical.tokens.isEmpty == true)
    }

    @Test("malformed rows are named, and not read as something else")
    func malformed() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 1, events: 20, from: start, days: 2) { counters.take(record, at: .zero) }
        try state.commit(store.writes(counters.takeChanges(), note: []), positions: [])
        for (table, key) in [("counters-tokens-0", [1, 2, 3]), ("counters-events-0", [1])] as [(String, [UInt8])] {
            try state.commit([.put(table: table, StateEntry(key: key, value: [1], order: 0))], positions: [])
            #expect(throws: LogError.self) { _ = try store.load(spec: spec, members: 5) }
            try state.commit([.remove(table: table, key: key)], positions: [])
        }
        #expect(try store.load(spec: spec, members: 5)?.counters.isAlike(counters) == true)
    }

    @Test("a header of another version, another spec or no form at all is refused, with what to do")
    func otherHeaders() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, members: 5)
        for record in log(seed: 1, events: 20, from: start, days: 2) { counters.take(record, at: .zero) }
        try state.commit(store.writes(counters.takeChanges(), note: [1, 2, 3]), positions: [])
        let header = try #require(try state.value("counters-0", []))
        func reason(_ header: [UInt8], _ spec: CounterSpec) throws -> String? {
            try state.commit(
                [.put(table: "counters-0", StateEntry(key: [], value: header, order: 0))], positions: [])
            do {
                #expect(try store.load(spec: spec, members: 5)?.note == [1, 2, 3])
                return nil
            } catch LogError.corrupted(let reason) { return reason }
        }
        #expect(try reason(header, spec) == nil)
        let other = try #require(CounterSpec(bucketSeconds: hour, reach: 10 * day))
        #expect(try reason(header, other)?.contains("in buckets of 86400 s that reach back 864000 s") == true)
        #expect(try reason(header, other)?.contains("set these back, or remove the state") == true)
        // Of a version before, and of a later one.
        #expect(try reason([1] + header.dropFirst(), spec)?.contains("another version") == true)
        var later = header
        later[3 + 3] += 1
        #expect(try reason(later, spec)?.contains("another version") == true)
        for length in 0..<header.count { #expect(try reason(Array(header.prefix(length)), spec) != nil) }
        var long = header
        long.replaceSubrange(1..<3, with: [1, 16])
        #expect(try reason(long + [UInt8](repeating: 0, count: 4200), spec) != nil)
        #expect(try reason(header, spec) == nil)
    }

    @Test("a note has up to 4,096 bytes, and the last one counts")
    func notes() throws {
        defer { remove() }
        let state = try open()
        let store = CounterStore(partition: 0, state: state)
        var counters = PartyCounters(spec: spec, members: 5)
        for length in [0, 1, 255, 256, 4096, 2] {
            let note = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try state.commit(store.writes(counters.takeChanges(), note: note), positions: [])
            #expect(try store.load(spec: spec, members: 5)?.note == note)
        }
    }
}
