import EventLogs
import Simulation
import Stages
import Testing

@Suite("A simulated consumer group")
struct SimulatedGroupTests {
    private let clock = SimulatedClock(start: 0)
    private let broker: SimulatedBroker
    private let partition = TopicPartition("bank-a.transactions")

    init() throws {
        broker = SimulatedBroker(clock: clock)
        try SimulatedLog(broker, clock: clock).create([TopicSettings(name: partition.topic)])
    }

    private func join(_ instance: String?, log: SimulatedLog? = nil) throws -> any GroupMember {
        try (log ?? SimulatedLog(broker, clock: clock)).join(
            GroupSettings(group: "g", topics: [partition.topic], instance: instance, sessionTimeout: .seconds(10)))
    }

    @Test("gives its partition to the first member, and tells the next that it waits")
    func first() throws {
        let (one, two) = (try join("1"), try join("2"))
        #expect(try one.next(timeout: .zero) == .assigned([partition]))
        #expect(try two.next(timeout: .zero) == .assigned([]))
        #expect(try one.next(timeout: .zero) == nil && two.next(timeout: .zero) == nil)
    }

    @Test("moves the partition of a member that leaves")
    func leaving() throws {
        let (one, two) = (try join("1"), try join("2"))
        _ = try (one.next(timeout: .zero), two.next(timeout: .zero))
        one.leave()
        one.leave()
        #expect(try two.next(timeout: .zero) == .assigned([partition]))
        #expect(try one.next(timeout: .zero) == nil)
    }

    @Test("moves the partition of a silent member when its session is over, which then hears that it is lost")
    func silence() throws {
        let (one, two) = (try join("1"), try join("2"))
        _ = try (one.next(timeout: .zero), two.next(timeout: .zero))
        clock.wait(for: .seconds(6))
        #expect(try two.next(timeout: .zero) == nil)
        clock.wait(for: .seconds(6))
        #expect(try two.next(timeout: .zero) == .assigned([partition]))
        #expect(try one.next(timeout: .zero) == .lost([partition]))
        #expect(try one.next(timeout: .zero) == nil)
    }

    @Test("revokes before it gives to the instance that is preferred")
    func preference() throws {
        let (one, two) = (try join("1"), try join("2"))
        _ = try (one.next(timeout: .zero), two.next(timeout: .zero))
        broker.prefer(instance: "2", in: "g")
        #expect(try two.next(timeout: .zero) == nil)
        #expect(try one.next(timeout: .zero) == .revoked([partition]))
        #expect(try one.next(timeout: .zero) == nil && two.next(timeout: .zero) == nil)
        try one.release([partition])
        #expect(try two.next(timeout: .zero) == .assigned([partition]))
    }

    @Test("hands over at once to a later process of an instance, and fences the earlier one")
    func replacement() throws {
        let old = try join("1")
        #expect(try old.next(timeout: .zero) == .assigned([partition]))
        let new = try join("1")
        #expect(try new.next(timeout: .zero) == .assigned([partition]))
        #expect(throws: LogError.fenced(writer: "1")) { try old.next(timeout: .zero) }
        #expect(try new.next(timeout: .zero) == nil)
    }

    @Test("keeps the partition of a process that is gone until its session is over")
    func death() throws {
        let log = SimulatedLog(broker, clock: clock)
        let (dead, other) = (try join(nil, log: log), try join(nil))
        #expect(try dead.next(timeout: .zero) == .assigned([partition]))
        log.disturb(.dead)
        #expect(throws: (any Error).self) { try dead.next(timeout: .zero) }
        dead.leave()
        #expect(try other.next(timeout: .zero) == .assigned([]))
        clock.wait(for: .seconds(6))
        #expect(try other.next(timeout: .zero) == nil)
        clock.wait(for: .seconds(6))
        #expect(try other.next(timeout: .zero) == .assigned([partition]))
    }
}
