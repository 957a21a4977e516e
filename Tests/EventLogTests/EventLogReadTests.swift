import Dispatch
import EventLogs
import Support
import Testing

@Suite("what every log does: reading") struct EventLogReadTests {
    private let fixtures = Fixtures()

    private func filled(_ kind: LogKind, _ count: Int) throws -> (LogFixture, TopicPartition) {
        let fixture = try fixtures.make(kind)
        let partition = TopicPartition(try fixture.topic())
        try fixture.log.append((0..<count).map { NewRecord(partition, "\($0)") })
        return (fixture, partition)
    }

    @Test("a reader starts at its position and gives no more than the limit", arguments: LogKind.present)
    func fromPosition(kind: LogKind) throws {
        let (fixture, partition) = try filled(kind, 20)
        let reader = try fixture.log.reader(at: [Position(partition, 13)])
        #expect(try reader.next(limit: 1, timeout: .seconds(60)).map(\.text) == ["13"])
        var rest: [String] = []
        while rest.count < 6 {
            let records = try reader.next(limit: 4, timeout: .seconds(60))
            #expect((1...4).contains(records.count))
            if records.isEmpty { break }
            rest += records.map(\.text)
        }
        #expect(rest == (14..<20).map { "\($0)" })
    }

    @Test("after a seek only what stands from there comes out, backwards and forwards", arguments: LogKind.present)
    func seek(kind: LogKind) throws {
        let (fixture, partition) = try filled(kind, 200)
        let reader = try fixture.log.reader(at: [Position(partition, 0)])
        for (offset, count) in [(0, 30), (5, 10), (150, 20), (149, 2), (0, 200), (199, 1), (100, 3)] {
            try reader.seek(to: Position(partition, Int64(offset)))
            #expect(try reader.read(count).map(\.text) == (offset..<offset + count).map { "\($0)" })
        }
    }

    @Test("a seek in one partition leaves the others where they are", arguments: LogKind.present)
    func seekOfOne(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let topic = try fixture.topic(partitions: 2)
        let (left, right) = (TopicPartition(topic, 0), TopicPartition(topic, 1))
        try fixture.log.append((0..<10).flatMap { [NewRecord(left, "\($0)"), NewRecord(right, "\($0)")] })
        let reader = try fixture.log.reader(at: [Position(left, 0), Position(right, 0)])
        _ = try reader.read(20)
        try reader.seek(to: Position(left, 7))
        try fixture.log.append([NewRecord(right, "10")])
        let records = try reader.read(4)
        #expect(records.filter { $0.position.partition == left }.map(\.text) == ["7", "8", "9"])
        #expect(records.filter { $0.position.partition == right }.map(\.text) == ["10"])
        #expect(throws: LogError.unknownPartition(TopicPartition(topic, 2))) {
            try reader.seek(to: Position(TopicPartition(topic, 2), 0))
        }
    }

    @Test("a waiting reader wakes up when another thread appends", arguments: LogKind.waiting)
    func wakesUp(kind: LogKind) throws {
        let (fixture, partition) = try filled(kind, 0)
        let asked = DispatchSemaphore(value: 0)
        let reading = Worker {
            let reader = try fixture.log.reader(at: [Position(partition, 0)])
            return try (0..<20).map { _ in
                asked.signal()
                // An hour: who isn't woken is stuck.
                return try reader.next(limit: 10, timeout: .seconds(3600)).map(\.text)
            }
        }
        let writing = Worker {
            for number in 0..<20 {
                asked.wait()
                try fixture.log.append([NewRecord(partition, "\(number)")])
            }
        }
        #expect(try reading.value() == (0..<20).map { ["\($0)"] })
        try writing.value()
    }

    @Test("a time-out gives an empty list and loses no place", arguments: LogKind.present)
    func timeout(kind: LogKind) throws {
        let (fixture, partition) = try filled(kind, 3)
        let reader = try fixture.log.reader(at: [Position(partition, 3)])
        #expect(try reader.next(limit: 10, timeout: .milliseconds(20)).isEmpty)
        #expect(try reader.next(limit: 10, timeout: .zero).isEmpty)
        #expect(try reader.next(limit: 10, timeout: .seconds(-5)).isEmpty)
        try fixture.log.append([NewRecord(partition, "3")])
        #expect(try reader.read(1).map(\.text) == ["3"])
        #expect(try reader.next(limit: 0, timeout: .seconds(3600)).isEmpty)
    }

    @Test("available is empty only at the end of the log", arguments: LogKind.present)
    func available(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let topic = try fixture.topic(partitions: 2)
        let partitions = [TopicPartition(topic, 0), TopicPartition(topic, 1)]
        let reader = try fixture.log.reader(at: partitions.map { Position($0, 0) })
        #expect(try reader.available(limit: 10).isEmpty)
        for round in 0..<10 {
            try fixture.log.append((0..<7).map { NewRecord(partitions[($0 + round) % 2], "\(round) \($0)") })
            var seen: Set<String> = []
            while case let records = try reader.available(limit: 3), !records.isEmpty {
                seen.formUnion(records.map(\.text))
            }
            #expect(seen == Set((0..<7).map { "\(round) \($0)" }))
        }
    }

    @Test("an offset that the log doesn't have is out of range", arguments: LogKind.present)
    func outOfRange(kind: LogKind) throws {
        let (fixture, partition) = try filled(kind, 3)
        for offset in [Int64(4), .max, -1, -2, .min] {
            let position = Position(partition, offset)
            #expect(throws: LogError.offsetOutOfRange(position, earliest: 0)) {
                try fixture.log.reader(at: [position]).next(limit: 1, timeout: .seconds(60))
            }
        }
        let reader = try fixture.log.reader(at: [Position(partition, 0)])
        let beyond = Position(partition, 50)
        for _ in 0..<2 {
            #expect(throws: LogError.offsetOutOfRange(beyond, earliest: 0)) {
                try reader.seek(to: beyond)
                _ = try reader.next(limit: 1, timeout: .seconds(60))
            }
        }
        try reader.seek(to: Position(partition, 2))
        #expect(try reader.read(1).map(\.text) == ["2"])
    }

    @Test("each group has its own committed offset", arguments: LogKind.present)
    func groups(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let topic = try fixture.topic(partitions: 2)
        let (left, right) = (TopicPartition(topic, 0), TopicPartition(topic, 1))
        let (one, two) = ("\(topic)-one", "\(topic)-two")
        #expect(try fixture.log.committed(left, group: one) == nil)
        try fixture.log.commit([Position(left, 5), Position(right, 0)], group: one)
        try fixture.log.commit([Position(left, 9)], group: two)
        try fixture.log.commit([], group: two)
        #expect(try fixture.log.committed(left, group: one) == 5)
        #expect(try fixture.log.committed(right, group: one) == 0)
        #expect(try fixture.log.committed(left, group: two) == 9)
        #expect(try fixture.log.committed(right, group: two) == nil)
        try fixture.log.commit([Position(left, 2)], group: one)
        #expect(try fixture.log.committed(left, group: one) == 2)
    }
}
