import EventLogs
import Simulation
import Stages
import Support
import Synchronization
import Testing

/// Pacing against slow and plain rules, over random numbers.
@Suite("What is done at most so often, against its rule")
struct PacingOracleTests {
    private let clock = SimulatedClock(start: 0)

    @Test("a beat is the next instant of its grid, strictly later, for every period and offset, before 1970 as well")
    func beats() {
        var random = SplitMix64(1)
        for _ in 0..<3_000 {
            let period = Int64.random(in: 1_000_000...2_000_000_000, using: &random)
            let offset = Int64.random(in: -3_000_000_000...3_000_000_000, using: &random)
            let begin = Int64.random(in: -4_000_000_000_000...4_000_000_000_000_000_000, using: &random)
            let beat = Beat(every: .nanoseconds(period), after: .nanoseconds(offset))
            // The first multiple of the period, and the offset, behind now.
            let (quotient, rest) = (begin - offset).quotientAndRemainder(dividingBy: period)
            let next = (quotient + (rest < 0 ? 0 : 1)) * period + offset
            #expect(beat.wait(after: begin) == .nanoseconds(next - begin))
            // From one beat to the next it is a period, and just before one it is a nanosecond.
            #expect(beat.wait(after: next) == .nanoseconds(period))
            #expect(beat.wait(after: next - 1) == .nanoseconds(1))
        }
    }

    @Test("agents and the cell are on one grid, the cell four milliseconds behind the agents")
    func together() {
        for now in stride(from: 1_735_689_600_000_000_000 as Int64, to: 1_735_689_600_050_000_000, by: 977_777) {
            let agents = now + Int64(Beat.agents.wait(after: now) / .nanoseconds(1))
            #expect(Beat.cell.wait(after: agents) == .milliseconds(4))
            #expect(Beat.agents.wait(after: agents) == .milliseconds(10))
        }
        #expect(Beat.cell == Beat.cell(every: .milliseconds(10)) && Beat.cell != Beat.agents)
        #expect(Beat.cell(every: .milliseconds(25)).wait(after: 4_000_000) == .milliseconds(25))
        #expect(Beat.agents == Beat(every: .milliseconds(10), after: .zero))
    }

    @Test("by a clock it is the same instant, to the microsecond")
    func byClock() {
        let clock = ManualClock(microseconds: 1_735_689_600_000_001)
        let beat = Beat(every: .milliseconds(10), after: .milliseconds(4))
        #expect(beat.wait(by: clock) == .microseconds(3_999))
        clock.advance(.microseconds(3_999))
        #expect(beat.wait(by: clock) == .milliseconds(10))
        clock.advance(.milliseconds(9))
        #expect(beat.wait(by: clock) == .milliseconds(1))
    }

    @Test("a period below a millisecond is one, a negative one as well")
    func shortest() {
        for period in [Duration.nanoseconds(-5), .zero, .nanoseconds(1), .microseconds(999), .milliseconds(1)] {
            #expect(Beat(every: period) == Beat(every: .milliseconds(1)))
        }
        #expect(Beat(every: .nanoseconds(1_000_001)) != Beat(every: .milliseconds(1)))
    }

    @Test("a throttle lets exactly those through that come an interval behind the last that it let through")
    func throttles() {
        var random = SplitMix64(2)
        for _ in 0..<200 {
            let interval = Duration.microseconds(Int.random(in: 0...5_000, using: &random))
            var throttle = Throttle(interval)
            var last: Duration?
            var now = Duration.microseconds(Int.random(in: -9_000...9_000, using: &random))
            for _ in 0..<60 {
                let isDue = last.map { now - $0 >= interval } ?? true
                #expect(throttle.isDue(at: Moment(sinceStart: now)) == isDue)
                if isDue { last = now }
                now += .microseconds(Int.random(in: 0...3_000, using: &random))
            }
        }
        // Ten times a second, where nothing else is said.
        var throttle = Throttle()
        let times = (0...1_000).filter { throttle.isDue(at: Moment(sinceStart: .milliseconds($0))) }
        #expect(times == Array(stride(from: 0, through: 1_000, by: 100)))
    }

    @Test("moments are ordered by their time, and what lies between them adds up")
    func moments() {
        var random = SplitMix64(3)
        for _ in 0..<500 {
            let (one, other) = (
                Duration.nanoseconds(Int.random(in: -1_000...1_000, using: &random)),
                Duration.nanoseconds(Int.random(in: -1_000...1_000, using: &random))
            )
            let (first, second) = (Moment(sinceStart: one), Moment(sinceStart: other))
            #expect((first < second) == (one < other) && (first == second) == (one == other))
            #expect(first + (second - first) == second && second - first == other - one)
            #expect((first + other).sinceStart == one + other && (first <= second) == (one <= other))
        }
    }

    @Test(
        "a row of failures pauses 50, 100, 200, 400, 800 and then 1,000 ms; errors that do not pass leave the row as it is"
    )
    func retries() {
        var retry = Retry()
        let passing = LogError.unreachable(reason: "")
        let pauses = [50, 100, 200, 400, 800, 1_000, 1_000, 1_000].map { Duration.milliseconds($0) }
        for _ in 0..<2 {
            for (number, pause) in pauses.enumerated() {
                #expect(retry.pause(after: LogError.failed(reason: "")) == nil)
                #expect(retry.pause(after: CancellationError()) == nil)
                #expect((number.isMultiple(of: 2) ? retry.pause(after: passing) : retry.pause()) == pause)
            }
            retry.succeeded()
            retry.succeeded()
        }
    }

    // MARK: Positions

    /// A log whose commits are counted, and fail when they are told to.
    private final class Commits: LogDecorator {
        let log: any EventLog
        let made = Mutex<[[Position]]>([])
        let failing = Mutex<LogError?>(nil)

        init(_ log: any EventLog) { self.log = log }

        func commit(_ positions: [Position], group: String) throws(LogError) {
            if let error = failing.withLock({ $0 }) { throw error }
            made.withLock { $0.append(positions) }
            try log.commit(positions, group: group)
        }
    }

    private func commits(_ partition: TopicPartition) throws -> Commits {
        let log = Commits(SimulatedLog(SimulatedBroker(clock: clock), clock: clock))
        try log.create([TopicSettings(name: partition.topic)])
        return log
    }

    @Test("a position that could not be committed is committed later, and one that was is committed once")
    func failingCommits() throws {
        let partition = TopicPartition("a.b")
        let log = try commits(partition)
        var position = GroupPosition(of: partition, group: "g", in: log, clock: clock)
        let away = LogError.unreachable(reason: "away")
        log.failing.withLock { $0 = away }
        #expect(throws: away) { try position.reach(5) }
        #expect(throws: away) { try position.commit() }
        // Within the interval it is not tried.
        try position.reach(6)
        log.failing.withLock { $0 = nil }
        try position.commit()
        try position.commit()
        #expect(log.made.withLock { $0 } == [[Position(partition, 6)]])
        #expect(try log.committed(partition, group: "g") == 6)
        #expect(try log.committed(partition, group: "h") == nil)
    }

    @Test(
        "whatever a stage reaches when, at most ten commits a second come of it, none goes back, and the last is at the end"
    )
    func anyPositions() throws {
        var random = SplitMix64(4)
        let partition = TopicPartition("a.b")
        for _ in 0..<20 {
            let log = try commits(partition)
            var position = GroupPosition(of: partition, group: "g", in: log, clock: clock)
            var (offset, last) = (0 as Int64, Moment?.none)
            var wanted: [Int64] = []
            for _ in 0..<100 {
                offset += Int64.random(in: 1...9, using: &random)
                try position.reach(offset)
                if last.map({ clock.now - $0 >= .milliseconds(100) }) ?? true {
                    wanted.append(offset)
                    last = clock.now
                }
                clock.wait(for: .milliseconds(Int.random(in: 0...40, using: &random)))
            }
            try position.commit()
            if wanted.last != offset { wanted.append(offset) }
            #expect(log.made.withLock { $0 } == wanted.map { [Position(partition, $0)] })
        }
    }
}
