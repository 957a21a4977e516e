import EventLogs
import Foundation
import LocalStore
import Records
import Support
import Testing

@Suite("retention, compaction and ownership on SQLite") struct SQLiteRetentionTests {
    private let directory: TemporaryFolder
    private let clock = ManualClock()
    private let log: SQLiteEventLog

    init() throws {
        directory = try TemporaryFolder()
        log = try SQLiteEventLog(directory: directory.path, clock: clock)
    }

    private func texts(_ partition: TopicPartition, from offset: Int64) throws -> [String] {
        try log.reader(at: [Position(partition, offset)]).available(limit: 1000).map(\.text)
    }

    @Test("records go by age, the newest stays, and a reader behind them is told")
    func age() throws {
        let partition = TopicPartition("a.events")
        try log.create([TopicSettings(name: "a.events", retention: .seconds(3600))])
        try log.append((0..<10).map { NewRecord(partition, "old \($0)") })
        let behind = try log.reader(at: [Position(partition, 3)])
        clock.advance(.seconds(3601))
        try log.append([NewRecord(partition, "new")])
        #expect(try texts(partition, from: log.earliest(of: partition)) == ["new"])
        #expect(try log.end(of: partition) == 11)
        #expect(throws: LogError.offsetOutOfRange(Position(partition, 3), earliest: 10)) {
            try behind.next(limit: 10, timeout: .zero)
        }
        #expect(throws: LogError.offsetOutOfRange(Position(partition, 0), earliest: 10)) {
            try log.reader(at: [Position(partition, 0)])
        }
    }

    @Test("records go by size, from the oldest on")
    func size() throws {
        let partition = TopicPartition("a.events")
        try log.create([TopicSettings(name: "a.events", retentionBytes: 1000)])
        let value = [UInt8](repeating: 7, count: 100)
        for _ in 0..<4 {
            try log.append((0..<25).map { _ in NewRecord(partition, value: value) })
            clock.advance(.seconds(11))
        }
        try log.append([NewRecord(partition, value: value)])
        #expect(try log.end(of: partition) == 101)
        #expect(try log.earliest(of: partition) == 91)
    }

    @Test("a compacted topic keeps the newest record of each key; a tombstone goes after a day")
    func compaction() throws {
        let partition = TopicPartition("a.keys")
        try log.create([TopicSettings(name: "a.keys", cleanup: .compact)])
        func put(_ key: String, _ text: String?) throws {
            try log.append([NewRecord(partition, key: Array(key.utf8), value: text.map { Array($0.utf8) })])
        }
        for round in 0..<3 { for key in ["x", "y"] { try put(key, "\(key)\(round)") } }
        try put("x", nil)
        #expect(try texts(partition, from: 0) == ["y2", ""])
        clock.advance(.seconds(86_401))
        try put("z", "z0")
        #expect(try texts(partition, from: 0) == ["y2", "z0"])
        #expect(try log.end(of: partition) == 8)
    }

    @Test("a topic says what it is set to, and takes a new retention")
    func settings() throws {
        try log.create([
            TopicSettings(name: "a.events", partitions: 2, retention: .seconds(60), retentionBytes: 5),
            TopicSettings(name: "b.keys", cleanup: .compact),
        ])
        try log.create([TopicSettings(name: "a.events", partitions: 3, retention: .seconds(120))])
        #expect(
            try log.topics() == [
                TopicSettings(name: "a.events", partitions: 3, retention: .seconds(120)),
                TopicSettings(name: "b.keys", cleanup: .compact),
            ])
    }

    @Test("a writer writes its own owner's topics only")
    func owner() throws {
        try log.create([TopicSettings(name: "a.decisions"), TopicSettings(name: "b.decisions")])
        let writer = try log.writer(id: "a.decisions-0")
        #expect(
            performing: {
                try writer.append(
                    [NewRecord(TopicPartition("a.decisions"), "1"), NewRecord(TopicPartition("b.decisions"), "2")],
                    committing: [], group: "g")
            }, throws: isFailure)
        #expect(try log.end(of: TopicPartition("a.decisions")) == 0)
    }

    @Test("who took a state over is its only owner")
    func ownership() throws {
        let path = directory.path("state.sqlite")
        let partition = TopicPartition("a.events")
        let older = try SQLiteStateStore(path: path, takingOver: true)
        try older.commit([], positions: [Position(partition, 1)])
        let newer = try SQLiteStateStore(path: path, takingOver: true)
        #expect(throws: LogError.fenced(writer: path)) { try older.commit([], positions: [Position(partition, 2)]) }
        #expect(throws: LogError.fenced(writer: path)) { try older.removeAll(in: "t", below: 0) }
        #expect(throws: LogError.fenced(writer: path)) { try older.position(partition) }
        #expect(try newer.position(partition) == 1)
        try newer.commit([], positions: [Position(partition, 3)])
        #expect(try newer.position(partition) == 3)
    }
}
