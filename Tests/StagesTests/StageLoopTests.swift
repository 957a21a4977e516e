import EventLogs
import Stages
import Support
import Testing

/// The loop's steps one by one, as a simulation takes them.
@Suite("The steps of a stage's loop")
struct StageLoopTests {
    private struct Other: Error, Equatable {}

    private final class Scripted: Stage {
        var body: () throws -> Turn = { .idle }
        var isUnderWay = false
        var finishing: (any Error)?
        private(set) var turns: [Moment] = []
        private(set) var stops = 0
        private(set) var finishes = 0

        func turn(until moment: Moment) throws -> Turn {
            turns.append(moment)
            return try body()
        }

        func stop() { stops += 1 }

        func finish() throws {
            finishes += 1
            if let finishing { throw finishing }
        }
    }

    /// A stage that has a turn and nothing else.
    private final class Bare: Stage {
        var turns = 0
        func turn(until moment: Moment) -> Turn {
            turns += 1
            return .worked
        }
    }

    private static let passing = LogError.unreachable(reason: "away")
    private let moment = Moment(sinceStart: .seconds(7))

    @Test("say how the turn ended, and hand it the moment until which it may wait")
    func turned() throws {
        let stage = Scripted()
        var loop = StageLoop(failed: nil)
        for turn in [Turn.worked, .idle, .rest(.milliseconds(3)), .rest(.zero)] {
            stage.body = { turn }
            #expect(try loop.step(stage, until: moment, isStopping: false) == .turned(turn))
        }
        #expect(stage.turns == Array(repeating: moment, count: 4) && stage.stops == 0 && stage.finishes == 0)
    }

    @Test("end a stage that has nothing but turns at the first step that stops it")
    func bare() throws {
        let stage = Bare()
        var loop = StageLoop(failed: nil)
        #expect(try loop.step(stage, until: moment, isStopping: false) == .turned(.worked))
        #expect(try loop.step(stage, until: moment, isStopping: true) == .ended)
        #expect(stage.turns == 1)
    }

    @Test("tell a stage to stop before each further turn, and finish it without one where nothing is under way")
    func stopping() throws {
        let stage = Scripted()
        var loop = StageLoop(failed: nil)
        stage.isUnderWay = true
        for number in 1...3 {
            #expect(try loop.step(stage, until: moment, isStopping: true) == .turned(.idle))
            #expect(stage.stops == number && stage.turns.count == number && stage.finishes == 0)
        }
        stage.isUnderWay = false
        #expect(try loop.step(stage, until: moment, isStopping: true) == .ended)
        #expect(stage.stops == 4 && stage.turns.count == 3 && stage.finishes == 1)
    }

    @Test("throw what a stage's end fails with, an error that passes as well: what is stored is gone on from")
    func finishFails() {
        for error in [Self.passing, LogError.failed(reason: "no"), Other()] as [any Error] {
            let stage = Scripted()
            stage.finishing = error
            var told = 0
            var loop = StageLoop { _ in told += 1 }
            #expect {
                _ = try loop.step(stage, until: moment, isStopping: true)
            } throws: { "\($0)" == "\(error)" }
            #expect(told == 0 && stage.finishes == 1)
        }
    }

    @Test("try errors that pass again while a stage is brought to its end")
    func failsWhileStopping() throws {
        let stage = Scripted()
        var told: [LogError] = []
        var loop = StageLoop { told.append($0) }
        stage.isUnderWay = true
        stage.body = { throw Self.passing }
        #expect(try loop.step(stage, until: moment, isStopping: true) == .failed(.milliseconds(50)))
        #expect(try loop.step(stage, until: moment, isStopping: true) == .failed(.milliseconds(100)))
        stage.body = {
            stage.isUnderWay = false
            return .worked
        }
        #expect(try loop.step(stage, until: moment, isStopping: true) == .turned(.worked))
        #expect(try loop.step(stage, until: moment, isStopping: true) == .ended)
        #expect(told == [Self.passing, Self.passing] && stage.stops == 4)
    }

    /// Every error of a log, of which one alone passes.
    private static let errors: [LogError] = [
        .unreachable(reason: ""), .unknownTopic("t"), .unknownPartition(TopicPartition("t")),
        .offsetOutOfRange(Position(TopicPartition("t"), 3), earliest: 5),
        .unreadable(Position(TopicPartition("t"), 3), reason: ""),
        .wentBackwards(Position(TopicPartition("t"), 3), after: 5), .fenced(writer: "w"), .corrupted(reason: ""),
        .failed(reason: ""),
    ]

    @Test("throw every error that does not pass as it is, and none of them is told of", arguments: errors)
    func everyError(_ error: LogError) throws {
        let stage = Scripted()
        stage.body = { throw error }
        var told: [LogError] = []
        var loop = StageLoop { told.append($0) }
        if error.mayRetry {
            #expect(try loop.step(stage, until: moment, isStopping: false) == .failed(.milliseconds(50)))
            #expect(told == [error])
        } else {
            #expect(throws: error) { try loop.step(stage, until: moment, isStopping: false) }
            #expect(told.isEmpty)
        }
        // Where an error ends the stage, each does.
        var strict = StageLoop(failed: nil)
        #expect(throws: error) { try strict.step(stage, until: moment, isStopping: false) }
    }

    @Test("throw what is no error of the log at once")
    func otherErrors() {
        let stage = Scripted()
        stage.body = { throw Other() }
        var told = 0
        var loop = StageLoop { _ in told += 1 }
        #expect(throws: Other()) { try loop.step(stage, until: moment, isStopping: false) }
        #expect(told == 0)
    }

    @Test(
        "pause twice as long for each error in a row, from 50 ms to a second, whatever comes between rows",
        arguments: 1...20 as ClosedRange<UInt64>)
    func anyRow(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let stage = Scripted()
        var told = 0
        var loop = StageLoop { _ in told += 1 }
        var row = 0
        var failures = 0
        for _ in 0..<300 {
            let fails = Int.random(in: 0..<10, using: &random) < 7
            let turn = [Turn.worked, .idle, .rest(.milliseconds(9))].randomElement(using: &random)!
            stage.body = { if fails { throw Self.passing } else { turn } }
            let step = try loop.step(stage, until: moment, isStopping: false)
            if fails {
                let pause = Duration.milliseconds(min(1_000, 50 * (1 << min(row, 10))))
                #expect(step == .failed(pause))
                (row, failures) = (row + 1, failures + 1)
            } else {
                #expect(step == .turned(turn))
                row = 0
            }
        }
        #expect(told == failures && stage.turns.count == 300)
    }
}
