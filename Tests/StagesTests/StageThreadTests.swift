import EventLogs
import Simulation
import Stages
import Testing

@Suite("The loop around a stage")
struct StageThreadTests {
    /// A stage that does what a test wrote down, a step a turn.
    private final class Scripted: Stage {
        enum Step {
            case turn(Turn)
            case failure(LogError)
        }

        var steps: [Step]
        var isUnderWay = false
        private(set) var moments: [Moment] = []
        private(set) var patience: [Duration] = []
        private(set) var stops = 0
        private(set) var finishes = 0
        private let clock: SimulatedClock

        init(_ steps: [Step], clock: SimulatedClock) {
            self.steps = steps
            self.clock = clock
        }

        func turn(until moment: Moment) throws -> Turn {
            moments.append(clock.now)
            patience.append(moment - clock.now)
            guard !steps.isEmpty else { return .idle }
            switch steps.removeFirst() {
            case .turn(let turn): return turn
            case .failure(let error): throw error
            }
        }

        func stop() { stops += 1 }
        func finish() { finishes += 1 }
    }

    private static let passing = LogError.unreachable(reason: "away")
    private let clock = SimulatedClock(start: 0)

    /// The times of a stage's turns, from the first, and the errors that were tried again.
    private func times(_ steps: [Scripted.Step]) throws -> (times: [Duration], failed: Int) {
        let stage = Scripted(steps, clock: clock)
        var failed = 0
        try StageThread(clock: clock) { _ in failed += 1 }.run(stage, until: { stage.steps.isEmpty })
        #expect(stage.finishes == 1)
        return (stage.moments.map { $0 - stage.moments[0] }, failed)
    }

    @Test("turns follow each other at once, or after the rest that a turn asked for")
    func rests() throws {
        let found = try times([.turn(.worked), .turn(.rest(.milliseconds(7))), .turn(.idle), .turn(.worked)])
        #expect(found.times == [.zero, .zero, .milliseconds(7), .milliseconds(7)] && found.failed == 0)
    }

    @Test(
        "an error that passes is tried again after 50 ms, then twice as long, up to a second; a good turn ends the row")
    func retries() throws {
        let failures = [Scripted.Step](repeating: .failure(Self.passing), count: 7)
        let found = try times(failures + [.turn(.worked), .failure(Self.passing), .turn(.worked)])
        let waits = zip(found.times, found.times.dropFirst()).map { $1 - $0 }
        #expect(waits == [50, 100, 200, 400, 800, 1000, 1000, 0, 50].map { .milliseconds($0) })
        #expect(found.failed == 8)
    }

    @Test(
        "an error that does not pass ends the stage, which does not finish",
        arguments: [
            LogError.fenced(writer: "w"), .failed(reason: "no"), .corrupted(reason: "no"),
        ])
    func ends(error: LogError) {
        let stage = Scripted([.turn(.worked), .failure(error), .turn(.worked)], clock: clock)
        #expect(throws: error) { try StageThread(clock: clock) { _ in }.run(stage, until: { stage.steps.isEmpty }) }
        #expect(stage.moments.count == 2 && stage.finishes == 0)
    }

    @Test("a stage that every error ends is not tried again")
    func endsAtOnce() {
        let stage = Scripted([.failure(Self.passing), .turn(.worked)], clock: clock)
        #expect(throws: Self.passing) {
            try StageThread(clock: clock, failed: nil).run(stage, until: { stage.steps.isEmpty })
        }
        #expect(stage.moments.count == 1 && stage.finishes == 0)
    }

    @Test("a stage that is told to stop is turned until nothing is under way, and then finishes")
    func drains() throws {
        let stage = Scripted([.turn(.worked), .turn(.worked)], clock: clock)
        stage.isUnderWay = true
        try StageThread(clock: clock) { _ in }.run(stage) {
            if stage.moments.count == 5 { stage.isUnderWay = false }
            return true
        }
        #expect(stage.moments.count == 5 && stage.stops == 6 && stage.finishes == 1)
    }

    @Test("a turn is given a fifth of a second to wait, so that a stop is seen")
    func patience() throws {
        let stage = Scripted([.turn(.idle)], clock: clock)
        try StageThread(clock: clock) { _ in }.run(stage, until: { stage.steps.isEmpty })
        #expect(stage.patience == [.milliseconds(200)] && StageThread.patience == .milliseconds(200))
    }
}
