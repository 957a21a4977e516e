import EventLogs
import Simulation
import Stages
import Testing

@Suite("A simulated process")
struct SimulatedProcessTests {
    private let clock = SimulatedClock(start: 0)
    private let process: SimulatedProcess

    init() {
        let broker = SimulatedBroker(clock: clock)
        process = SimulatedProcess(log: SimulatedLog(broker, clock: clock), clock: SimulatedClock(of: clock))
    }

    /// A stage that counts its turns, and does in each what it is told.
    private final class Counting: Stage {
        var turns = 0
        var isFinished = false
        var body: () throws -> Turn = { .worked }

        func turn(until moment: Moment) throws -> Turn {
            turns += 1
            return try body()
        }

        func finish() { isFinished = true }
    }

    private struct Boom: Error {}

    private func plan(
        _ stage: Counting, isReady: @escaping () -> Bool = { true }, retried: (@Sendable (LogError) -> Void)? = nil,
        outlives: @escaping @Sendable (any Error) -> Bool = { _ in false }
    ) -> StagePlan {
        nonisolated(unsafe) let made = (stage, isReady)
        return StagePlan("counting", retried: retried, outlives: outlives) { made.1() ? made.0 : nil }
    }

    private func step(_ count: Int = 1, every pause: Duration = .milliseconds(1)) {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<count {
            process.step(using: &random)
            clock.wait(for: pause)
        }
    }

    @Test("makes a stage in its first step, and turns it in the next")
    func making() {
        let stage = Counting()
        process.run([plan(stage)])
        step()
        #expect(stage.turns == 0)
        step(3)
        #expect(stage.turns == 3)
    }

    @Test("asks again for a stage that has to wait for another")
    func waiting() {
        let stage = Counting()
        var isReady = false
        process.run([plan(stage, isReady: { isReady })])
        step(5)
        #expect(stage.turns == 0)
        isReady = true
        step(4, every: .seconds(1))
        #expect((2...3).contains(stage.turns))
    }

    @Test("lets an idle stage rest for longer and longer, and one that rests for as long as it says")
    func resting() {
        let stage = Counting()
        stage.body = { .idle }
        process.run([plan(stage)])
        step(1000)
        #expect((20...60).contains(stage.turns))
        stage.body = { .rest(.milliseconds(100)) }
        step(100)
        let before = stage.turns
        step(1000)
        #expect((9...11).contains(stage.turns - before))
        #expect(process.wake.map { $0 > clock.now } == true)
    }

    @Test("takes no steps while it is frozen, and the ones that it is left before")
    func freezing() {
        let stage = Counting()
        process.run([plan(stage)])
        step()
        process.freeze(after: 3)
        step(10)
        #expect(stage.turns == 3 && process.isFrozen && process.wake == nil)
        var random = SystemRandomNumberGenerator()
        process.thaw(using: &random)
        step(400)
        #expect(stage.turns > 50 && !process.isFrozen)
        process.freeze()
        let turns = stage.turns
        step(10)
        #expect(stage.turns == turns)
    }

    @Test("fails with an error that its stage ends with, and stops the others")
    func failing() {
        let (stage, other) = (Counting(), Counting())
        process.run([plan(stage), plan(other)])
        step(2)
        stage.body = { throw Boom() }
        step(2)
        #expect(process.failure is Boom)
        let turns = other.turns
        step(5)
        #expect(other.turns <= turns + 1)
    }

    @Test("goes on without a stage that its role outlives, and retries what passes")
    func outliving() {
        let (stage, other) = (Counting(), Counting())
        process.run([
            plan(stage, outlives: { $0 is Boom }),
            plan(other, retried: { _ in }),
        ])
        stage.body = { throw Boom() }
        var isDown = true
        other.body = { if isDown { throw LogError.unreachable(reason: "test") } else { .worked } }
        step(500)
        #expect(process.failure == nil && stage.turns == 1 && (2...10).contains(other.turns))
        isDown = false
        step(1000)
        #expect(other.turns > 100)
    }

    @Test("finishes its stages where it is asked to, and not where it is killed", arguments: [true, false])
    func ending(isAsked: Bool) {
        let stage = Counting()
        process.run([plan(stage)])
        step(3)
        if isAsked { process.ask() } else { process.kill() }
        step(3)
        #expect(stage.isFinished == isAsked && process.hasEnded)
        if !isAsked {
            #expect(throws: (any Error).self) { try process.log.end(of: TopicPartition("t")) }
        }
    }

    @Test("runs stages for a role that waits for them to end")
    func hosting() throws {
        let stage = Counting()
        let stop = StopFlag()
        let running = process.start([plan(stage)], stop: stop)
        step(4)
        stop.stop()
        try running.wait()
        #expect(stage.isFinished && running.error == nil)
        // One that does not end is an error, and no endless loop.
        let endless = process.start([plan(Counting())], stop: StopFlag())
        #expect(throws: LogError.self) { try endless.wait() }
    }
}
