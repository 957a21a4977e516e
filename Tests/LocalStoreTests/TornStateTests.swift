import EventLogs
import Foundation
import LocalStore
import Support
import Testing

/// A state's files as a crash or a bad disk may leave them.
@Suite("A state's files, cut and damaged")
struct TornStateTests {
    private let folder = try! TemporaryFolder()
    private static let partition = TopicPartition("a.events")
    private static let commits = 5

    /// The file and its journal behind some commits, of which each writes three entries and the position that says which it is.
    private func files() throws -> (main: Data, journal: Data) {
        let path = folder.path("whole.sqlite")
        let store = try SQLiteStateStore(path: path)
        for number in 1...Self.commits {
            let entries = (0..<3).map { place in
                StateEntry(
                    key: [UInt8(place)], value: Array(repeating: UInt8(number), count: 40),
                    order: place == 2 ? Int64(number) : 0)
            }
            try store.commit(entries.map { .put(table: "t", $0) }, positions: [Position(Self.partition, Int64(number))])
        }
        return try withExtendedLifetime(store) {
            (try folder.bytes("whole.sqlite"), try folder.bytes("whole.sqlite-wal"))
        }
    }

    /// Which commit the state of some files is that of; nil where it is of none whole, 0 of an empty one.
    private func commit(_ name: String, main: Data, journal: Data) throws -> Int64? {
        try folder.write(main, to: name)
        try folder.write(journal, to: name + "-wal")
        defer {
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.path(name + end)) }
        }
        let store = try SQLiteStateStore(path: folder.path(name))
        var entries: [StateEntry] = []
        try store.scan("t") { entries.append($0) }
        guard let number = try store.position(Self.partition) else { return entries.isEmpty ? 0 : nil }
        let isWhole =
            entries.count == 3 && entries.allSatisfy { $0.value == Array(repeating: UInt8(number), count: 40) }
        guard isWhole, entries.map(\.order) == [0, 0, number] else { return nil }
        // It goes on from there.
        try store.commit([.remove(table: "t", key: [0])], positions: [Position(Self.partition, 99)])
        guard try store.position(Self.partition) == 99, try store.value("t", [0]) == nil else { return nil }
        return number
    }

    @Test(
        "a journal that ends anywhere gives whole commits up to some one with its position, and no fewer the longer it is"
    )
    func cut() throws {
        let (main, journal) = try files()
        var random = SplitMix64(3)
        // A frame has a head of 24 bytes and a page; the journal one of 32. Around each of their ends, and anywhere.
        let frame = 4096 + 24
        let edges = stride(from: 32, through: journal.count, by: frame).flatMap { [$0 - 1, $0, $0 + 1, $0 + 24] }
        let places = Set(
            (edges + (0..<60).map { _ in Int.random(in: 0...journal.count, using: &random) }).filter {
                $0 <= journal.count
            })
        var last: Int64 = 0
        var seen: Set<Int64> = []
        for end in places.sorted() {
            let number = try #require(
                try commit("cut.sqlite", main: main, journal: journal.prefix(end)), "\(end) bytes")
            #expect(number >= last, "\(end) bytes")
            last = number
            seen.insert(number)
        }
        #expect(last == Int64(Self.commits) && seen.count > Self.commits)
    }

    @Test("a journal with a bit turned anywhere gives whole commits up to some one with its position")
    func damaged() throws {
        let (main, journal) = try files()
        var random = SplitMix64(4)
        var seen: Set<Int64> = []
        for _ in 0..<80 {
            var spoilt = journal
            let place = Int.random(in: 0..<journal.count, using: &random)
            spoilt[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            seen.insert(try #require(try commit("spoilt.sqlite", main: main, journal: spoilt), "byte \(place)"))
        }
        #expect(seen.count > 2)
    }

    @Test("a file that ends within its pages is told to be damaged, or is read as it was: nothing is made up")
    func cutFile() throws {
        let path = folder.path("moved.sqlite")
        let store = try SQLiteStateStore(path: path)
        for number in stride(from: 0, to: 200, by: 20) {
            let writes = (number..<number + 20).map { key in
                StateWrite.put(
                    table: "t",
                    StateEntry(key: [UInt8(key)], value: Array(repeating: UInt8(key), count: 300), order: 0))
            }
            try store.commit(writes, positions: [Position(Self.partition, Int64(number))])
        }
        try store.emptyJournal()
        let main = try folder.bytes("moved.sqlite")
        #expect(main.count > 10 * 4096)
        for end in stride(from: 1, to: main.count, by: 2048) {
            try folder.write(main.prefix(end), to: "short.sqlite")
            defer {
                for end in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: folder.path("short.sqlite" + end))
                }
            }
            do {
                let store = try SQLiteStateStore(path: folder.path("short.sqlite"))
                try store.scan("t") { #expect($0.value == Array(repeating: $0.key[0], count: 300)) }
                if let position = try store.position(Self.partition) { #expect(position == 180) }
            } catch { #expect(error is LogError || error is SQLiteError, "\(error)") }
        }
    }
}
