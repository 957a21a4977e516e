import Dispatch
import EventLogs
import Foundation
import LocalStore
import Records
import Support
import Testing

@Suite("the embedded log") struct SQLiteEventLogTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private let clock = FixedClock(microseconds: 1_700_000_000_123_456)
    private let partition = TopicPartition("bank-a.transactions")

    private func open() throws -> SQLiteEventLog {
        try SQLiteEventLog(directory: directory.path, clock: clock)
    }

    private func filled(_ count: Int) throws {
        let log = try open()
        try log.create([TopicSettings(name: partition.topic, partitions: 2)])
        try log.append((0..<count).map { NewRecord(partition, "\($0)") })
        try log.commit([Position(partition, 7)], group: "g")
    }

    @Test("records carry the clock's time")
    func timestamps() throws {
        try filled(2)
        let records = try open().reader(at: [Position(partition, 0)]).read(2)
        #expect(records.map(\.timestamp) == [clock.microseconds, clock.microseconds])
    }

    @Test("reopening keeps records, partitions and committed offsets")
    func reopening() throws {
        try filled(10)
        let log = try open()
        #expect(try log.partitions(of: partition.topic) == 2)
        #expect(try log.end(of: partition) == 10)
        #expect(try log.committed(partition, group: "g") == 7)
        #expect(try log.append([NewRecord(partition, "10")]) == [Position(partition, 10)])
        let records = try log.reader(at: [Position(partition, 0)]).read(11)
        #expect(records.map(\.text) == (0...10).map { "\($0)" })
    }

    @Test("what was committed by a process that was killed before it told anybody is read after a time-out")
    func killedBeforeTelling() throws {
        try filled(10)
        let log = try open()
        let reader = try log.reader(at: [Position(partition, 0)])
        // The high watermark, as that process left it: only what lies below is known to be durable.
        try tell(offset: 4)
        #expect(try reader.next(limit: 100, timeout: .zero).map(\.text) == ["0", "1", "2", "3"])
        #expect(try reader.next(limit: 100, timeout: .zero).isEmpty)
        #expect(try reader.next(limit: 100, timeout: .milliseconds(1)).map(\.text) == ["4", "5", "6", "7", "8", "9"])
        try tell(offset: 4)
        #expect(try log.reader(at: [Position(partition, 0)]).available(limit: 100).count == 10)
        try tell(offset: 4)
        #expect(try log.end(of: partition) == 10)
    }

    @Test("what an older file left behind hides nothing of the one in its place")
    func staleWatermark() throws {
        try filled(3)
        let log = try open()
        try tell(offset: 1_000_000)
        let reader = try log.reader(at: [Position(partition, 0)])
        #expect(try reader.available(limit: 100).count == 3)
        try log.append([NewRecord(partition, "3")])
        #expect(try reader.next(limit: 100, timeout: .seconds(10)).map(\.text) == ["3"])
    }

    /// Says, in the file that processes share, up to where the partition is durable.
    private func tell(offset: Int64) throws {
        let file = try FileHandle(
            forWritingTo: URL(fileURLWithPath: directory.path + "/\(partition.topic)-\(partition.partition).bell"))
        try file.write(contentsOf: withUnsafeBytes(of: offset) { Data($0) })
        try file.close()
    }

    @Test("creating a topic again keeps it, and adds the partitions that are missing")
    func createAgain() throws {
        try filled(3)
        let log = try open()
        try log.create([TopicSettings(name: partition.topic, partitions: 4)])
        #expect(try log.partitions(of: partition.topic) == 4)
        try log.create([TopicSettings(name: partition.topic, partitions: 1)])
        #expect(try log.partitions(of: partition.topic) == 4)
        #expect(try log.end(of: partition) == 3)
    }

    @Test("two logs on one folder see each other's topics, records and commits")
    func twoInstances() throws {
        let (left, right) = (try open(), try open())
        #expect(throws: LogError.unknownTopic(partition.topic)) { try right.partitions(of: partition.topic) }
        try left.create([TopicSettings(name: partition.topic)])
        #expect(try right.partitions(of: partition.topic) == 1)
        let reader = try right.reader(at: [Position(partition, 0)])
        for number in 0..<5 {
            let writer = number % 2 == 0 ? left : right
            #expect(try writer.append([NewRecord(partition, "\(number)")]) == [Position(partition, Int64(number))])
            #expect(try reader.available(limit: 10).map(\.text) == ["\(number)"])
        }
        try left.commit([Position(partition, 3)], group: "g")
        #expect(try right.committed(partition, group: "g") == 3)
    }

    @Test("a waiting reader of one log is woken by an append of another on the same folder")
    func wakesAcross() throws {
        try filled(0)
        let asked = DispatchSemaphore(value: 0)
        let (left, right) = (try open(), try open())
        let reading = Worker {
            let reader = try left.reader(at: [Position(partition, 0)])
            return try (0..<50).map { _ in
                asked.signal()
                // An hour: who isn't woken is stuck.
                return try reader.next(limit: 10, timeout: .seconds(3600)).map(\.text)
            }
        }
        let writing = Worker {
            for number in 0..<50 {
                asked.wait()
                try right.append([NewRecord(partition, "\(number)")])
            }
        }
        #expect(try reading.value() == (0..<50).map { ["\($0)"] })
        try writing.value()
    }

    @Test("logs that open one new folder at once and write to it lose nothing")
    func concurrentInstances() throws {
        let writers = (0..<4).map { writer in
            Worker {
                let log = try open()
                try log.create([TopicSettings(name: partition.topic)])
                for batch in 0..<20 {
                    try log.append((0..<3).map { NewRecord(partition, "\(writer) \(batch * 3 + $0)") })
                }
            }
        }
        for writer in writers { try writer.value() }
        let records = try open().reader(at: [Position(partition, 0)]).read(240)
        #expect(records.map(\.position.offset) == Array(0..<240))
        for writer in 0..<4 {
            let texts = records.map(\.text).filter { $0.hasPrefix("\(writer) ") }
            #expect(texts == (0..<60).map { "\(writer) \($0)" })
        }
    }

    @Test("a backlog in one partition does not keep a reader from the others")
    func fairness() throws {
        try filled(100)
        let log = try open()
        let other = TopicPartition(partition.topic, 1)
        try log.append([NewRecord(other, "other")])
        let reader = try log.reader(at: [Position(partition, 0), Position(other, 0)])
        let texts = try (0..<2).flatMap { _ in try reader.next(limit: 10, timeout: .zero).map(\.text) }
        #expect(texts.contains("other"))
    }

    @Test("a file that is not a database is reported, and left as it is")
    func garbage() throws {
        let bytes = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        try directory.write(bytes, to: "bank-a.sqlite")
        let log = try open()
        #expect(performing: { try log.append([NewRecord(partition, "x")]) }, throws: isCorrupted)
        #expect(performing: { try log.create([TopicSettings(name: partition.topic)]) }, throws: isCorrupted)
        #expect(try directory.bytes("bank-a.sqlite") == bytes)
    }

    @Test("damaged pages are reported, and left as they are")
    func damagedPages() throws {
        try filled(5000)
        var bytes = try directory.bytes("bank-a.sqlite")
        try #require(bytes.count > 65536)
        for index in 8192..<bytes.count { bytes[index] = 0xA5 }
        try directory.write(bytes, to: "bank-a.sqlite")
        do {
            let log = try open()
            #expect(
                performing: { try log.reader(at: [Position(partition, 0)]).available(limit: 5000) },
                throws: isCorrupted)
        }
        #expect(try directory.bytes("bank-a.sqlite")[8192..<bytes.count] == bytes[8192...])
    }

    @Test("a folder that can't be made is unreachable")
    func unusableDirectory() throws {
        try directory.write(Data([1]), to: "file")
        for path in [directory.path("file"), directory.path("file/below")] {
            #expect(performing: { try SQLiteEventLog(directory: path, clock: clock) }, throws: isUnreachable)
        }
    }

    @Test("a file that can't be opened is unreachable")
    func unusableFile() throws {
        try FileManager.default.createDirectory(
            atPath: directory.path("bank-a.sqlite"), withIntermediateDirectories: true)
        let log = try open()
        #expect(performing: { try log.create([TopicSettings(name: partition.topic)]) }, throws: isUnreachable)
    }
}

func isCorrupted(_ error: any Error) -> Bool {
    if case LogError.corrupted = error { true } else { false }
}
