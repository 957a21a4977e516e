import EventLogs
import Foundation
import Support
import Testing

/// Not on the mock cluster: its transactions answer and do nothing (librdkafka 2.0.2).
@Suite("what every log does: fenced writers", .serialized) struct EventLogWriterTests {
    private let fixtures = Fixtures()

    /// A member's outward topic, and the one that it is computed from.
    private struct Topics {
        let log: any EventLog
        let id: String
        let decisions: TopicPartition
        let scores: TopicPartition

        init(_ fixture: LogFixture) throws {
            log = fixture.log
            let owner = "test-\(UUID().uuidString.lowercased())"
            id = "\(owner).decisions-0"
            decisions = TopicPartition("\(owner).decisions")
            scores = TopicPartition("\(owner).scores")
            try log.create([TopicSettings(name: decisions.topic), TopicSettings(name: scores.topic)])
            try log.append((0..<10).map { NewRecord(scores, "\($0)") })
        }

        func decided() throws -> [String] {
            let reader = try log.reader(at: [Position(decisions, 0)])
            var out: [String] = []
            while case let more = try reader.available(limit: 100), !more.isEmpty { out += more.map(\.text) }
            return out
        }

        var position: Int64? { get throws { try log.committed(scores, group: id) } }
    }

    @Test("a batch and the position it comes from are stored together", arguments: LogKind.transactional)
    func together(kind: LogKind) throws {
        let topics = try Topics(fixtures.make(kind))
        let writer = try topics.log.writer(id: topics.id)
        for number in 0..<3 {
            try writer.append(
                (0..<5).map { NewRecord(topics.decisions, "\(number).\($0)") },
                committing: [Position(topics.scores, Int64(number) + 1)], group: topics.id)
        }
        #expect(try topics.decided() == (0..<3).flatMap { number in (0..<5).map { "\(number).\($0)" } })
        #expect(try topics.position == 3)
    }

    @Test("a batch that can't be written whole is not written at all", arguments: LogKind.transactional)
    func whole(kind: LogKind) throws {
        let topics = try Topics(fixtures.make(kind))
        let writer = try topics.log.writer(id: topics.id)
        let bad = TopicPartition(topics.decisions.topic, 9)
        #expect(throws: LogError.unknownPartition(bad)) {
            try writer.append(
                [NewRecord(topics.decisions, "1"), NewRecord(bad, "2")], committing: [Position(topics.scores, 1)],
                group: topics.id)
        }
        #expect(try topics.decided().isEmpty)
        #expect(try topics.position == nil)
        try writer.append(
            [NewRecord(topics.decisions, "3")], committing: [Position(topics.scores, 2)], group: topics.id)
        #expect(try topics.decided() == ["3"])
    }

    @Test("a newer writer fences the older one, which then writes nothing", arguments: LogKind.transactional)
    func fencing(kind: LogKind) throws {
        let topics = try Topics(fixtures.make(kind))
        let older = try topics.log.writer(id: topics.id)
        try older.append([NewRecord(topics.decisions, "1")], committing: [Position(topics.scores, 5)], group: topics.id)
        let newer = try topics.log.writer(id: topics.id)
        for _ in 0..<2 {
            #expect(throws: LogError.fenced(writer: topics.id)) {
                try older.append(
                    [NewRecord(topics.decisions, "2")], committing: [Position(topics.scores, 6)], group: topics.id)
            }
        }
        #expect(try topics.position == 5)
        try newer.append([NewRecord(topics.decisions, "3")], committing: [Position(topics.scores, 7)], group: topics.id)
        #expect(try topics.decided() == ["1", "3"])
        #expect(try topics.position == 7)
    }

    @Test(
        "a reader that begins behind an aborted transaction sees what was committed since",
        arguments: LogKind.transactional)
    func behindAborted(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let topics = try Topics(fixture)
        func records(_ name: String) -> [NewRecord] { (0..<3).map { NewRecord(topics.decisions, "\(name).\($0)") } }
        func commit(_ name: String, as id: String) throws {
            try topics.log.writer(id: id).append(records(name), committing: [], group: id)
        }
        // Each writer of an id goes on under its producer's number, as a restarted process does. Another one commits meanwhile.
        try commit("a", as: topics.id)
        try fixture.abandon(records("aborted"), as: topics.id)
        try commit("b", as: topics.id)
        try commit("c", as: topics.id)
        try fixture.abandon(records("aborted, too"), as: topics.id) { try commit("d", as: topics.id + "1") }
        try commit("e", as: topics.id)

        let reader = try topics.log.reader(at: [Position(topics.decisions, 0)])
        func rest() throws -> [LogRecord] {
            var out: [LogRecord] = []
            while case let more = try reader.available(limit: 100), !more.isEmpty { out += more }
            return out
        }
        let all = try rest()
        #expect(all.map(\.text) == ["a", "b", "c", "d", "e"].flatMap { name in (0..<3).map { "\(name).\($0)" } })
        let end = try topics.log.end(of: topics.decisions)
        var wrong: [Int64] = []
        for offset in 0...end {
            try reader.seek(to: Position(topics.decisions, offset))
            let expected = all.filter { $0.position.offset >= offset }
            if try rest().map(\.position) != expected.map(\.position) { wrong.append(offset) }
        }
        #expect(
            wrong.isEmpty,
            """
            a reader that begins at one of these offsets does not get what was committed from there on. The log tells it \
            of aborted transactions that ended before its offset, and it drops what their producers committed since \
            (scripts/kafka-proxy.py)
            """)
    }

    @Test("writers of different ids do not disturb each other", arguments: LogKind.transactional)
    func apart(kind: LogKind) throws {
        let topics = try Topics(fixtures.make(kind))
        let (left, right) = (try topics.log.writer(id: topics.id), try topics.log.writer(id: topics.id + "1"))
        for number in 0..<4 {
            try (number % 2 == 0 ? left : right).append(
                [NewRecord(topics.decisions, "\(number)")], committing: [], group: topics.id)
        }
        #expect(try topics.decided() == ["0", "1", "2", "3"])
    }
}
