import EventLogs
import Foundation
import Support
import Testing

/// Not on the mock cluster: it knows no second member of a group (librdkafka 2.0.2).
@Suite("what every log does: consumer groups", .serialized) struct EventLogGroupTests {
    private let fixtures = Fixtures()

    private final class Group {
        let fixture: LogFixture
        let topic: String
        let name = "group-\(UUID().uuidString.lowercased())"

        init(_ fixture: LogFixture) throws {
            self.fixture = fixture
            topic = try fixture.topic(partitions: 4)
        }

        var all: Set<TopicPartition> { Set((0..<4).map { TopicPartition(topic, $0) }) }

        func join(_ instance: String? = nil) throws -> GroupMemberProbe {
            GroupMemberProbe(
                try fixture.log.join(
                    GroupSettings(group: name, topics: [topic], instance: instance, sessionTimeout: .seconds(6))),
                flushing: fixture.flushing)
        }
    }

    @Test(
        "a lone member gets every partition, a second one half, and what stays does not move",
        arguments: LogKind.grouped)
    func balance(kind: LogKind) throws {
        let group = try Group(fixtures.make(kind))
        let first = try group.join()
        try settle([first], "alone") { first.owned == group.all }
        let second = try group.join()
        try settle([first, second], "two") {
            first.owned.count == 2 && second.owned.count == 2 && first.owned.union(second.owned) == group.all
        }
        #expect(first.lost.isEmpty && second.lost.isEmpty)
        first.place.leave()
        second.place.leave()
    }

    @Test("what is revoked goes to nobody until it is released", arguments: LogKind.grouped)
    func handOver(kind: LogKind) throws {
        let group = try Group(fixtures.make(kind))
        let first = try group.join()
        try settle([first], "alone") { first.owned == group.all }
        let second = try group.join()
        // The first hears of it, and takes its time.
        var revoked: [TopicPartition] = []
        let deadline = ContinuousClock.now + .seconds(60)
        while revoked.isEmpty, ContinuousClock.now < deadline {
            if case .revoked(let partitions) = try first.place.next(timeout: .milliseconds(50)) { revoked = partitions }
            try second.settle(wait: .milliseconds(50))
        }
        #expect(revoked.count == 2)
        for _ in 0..<10 { try second.settle(wait: .milliseconds(50)) }
        #expect(second.owned.isEmpty)
        try first.place.release(revoked)
        try settle([first, second], "released") { second.owned == Set(revoked) }
        first.place.leave()
        second.place.leave()
    }

    @Test("who leaves frees everything for the others, and hears nothing more", arguments: LogKind.grouped)
    func leaving(kind: LogKind) throws {
        let group = try Group(fixtures.make(kind))
        let (first, second) = (try group.join(), try group.join())
        try settle([first, second], "two") { first.owned.count == 2 && second.owned.count == 2 }
        first.place.leave()
        try settle([second], "left") { second.owned == group.all }
        #expect(try first.place.next(timeout: .zero) == nil)
        second.place.leave()
    }

    @Test(
        "a restarted instance takes its own partitions up; the older process of it is fenced",
        arguments: LogKind.grouped)
    func staticInstance(kind: LogKind) throws {
        let group = try Group(fixtures.make(kind))
        let older = try group.join("agent-1")
        try settle([older], "alone") { older.owned == group.all }
        let newer = try group.join("agent-1")
        try settle([newer], "restarted") { newer.owned == group.all }
        #expect {
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline { _ = try older.place.next(timeout: .milliseconds(50)) }
        } throws: { $0 as? LogError == .fenced(writer: "agent-1") }
        newer.place.leave()
    }

    @Test("a topic that is not there is named", arguments: LogKind.grouped)
    func unknownTopic(kind: LogKind) throws {
        let fixture = try fixtures.make(kind)
        let missing = fixture.missingTopic()
        #expect(throws: LogError.unknownTopic(missing)) {
            try fixture.log.join(GroupSettings(group: "g", topics: [missing]))
        }
    }
}
