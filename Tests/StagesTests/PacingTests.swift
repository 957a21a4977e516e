import EventLogs
import Simulation
import Stages
import Testing

@Suite("What is done at most so often")
struct PacingTests {
    private let clock = SimulatedClock(start: 0)

    @Test("a throttle lets the first occasion through, then one an interval")
    func throttle() {
        var throttle = Throttle(.milliseconds(100))
        var through: [Int] = []
        for millisecond in stride(from: 0, through: 400, by: 30) {
            if throttle.isDue(at: clock.now) { through.append(millisecond) }
            clock.wait(for: .milliseconds(30))
        }
        #expect(through == [0, 120, 240, 360])
    }

    @Test("a group's position goes to the log ten times a second at most, and when it is asked to")
    func groupPosition() throws {
        let log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        let partition = TopicPartition("a.b")
        try log.create([TopicSettings(name: partition.topic)])
        var position = GroupPosition(of: partition, group: "g", in: log, clock: clock)
        func committed() throws -> Int64? { try log.committed(partition, group: "g") }
        try position.commit()
        #expect(try committed() == nil)
        try position.reach(1)
        #expect(try committed() == 1)
        try position.reach(2)
        clock.wait(for: .milliseconds(99))
        try position.reach(3)
        #expect(try committed() == 1)
        clock.wait(for: .milliseconds(1))
        try position.reach(4)
        #expect(try committed() == 4)
        try position.reach(5)
        try position.commit()
        #expect(try committed() == 5)
    }

    @Test("a retry leaves errors alone that do not pass, and those of others")
    func retry() {
        struct Other: Error {}
        var retry = Retry()
        #expect(retry.pause(after: LogError.fenced(writer: "w")) == nil && retry.pause(after: Other()) == nil)
        #expect(retry.pause(after: LogError.unreachable(reason: "")) == .milliseconds(50))
        #expect(retry.pause() == .milliseconds(100))
        retry.succeeded()
        #expect(retry.pause() == .milliseconds(50))
    }

    @Test("what is left until a moment is nothing once it has passed")
    func left() {
        let moment = clock.now + .seconds(1)
        #expect(clock.left(until: moment) == .seconds(1))
        clock.wait(for: .seconds(3))
        #expect(clock.left(until: moment) == .zero && clock.now > moment)
    }

    @Test("the system's clocks go forward, and its wait lasts at least as long as it is told to")
    func system() {
        let clock = SystemClock()
        let (begin, microseconds) = (clock.now, clock.microseconds)
        clock.wait(for: .milliseconds(3))
        #expect(clock.now - begin >= .milliseconds(3) && clock.microseconds > microseconds)
        clock.wait(for: .seconds(-1))
    }
}
