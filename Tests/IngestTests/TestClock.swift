import Stages
import Synchronization

/// A clock that stands still until somebody waits, or the test moves it.
final class TestClock: StageClock {
    private let start: Int64
    private let passed = Mutex(Duration.zero)

    /// - Parameter microseconds: the time of day at first; without it 2100 or so, and nothing is ahead of it.
    init(microseconds: Int64 = 4_000_000_000_000_000) { start = microseconds }

    var microseconds: Int64 { start + Int64(now.sinceStart / .microseconds(1)) }
    var now: Moment { Moment(sinceStart: passed.withLock { $0 }) }

    func wait(for duration: Duration) { advance(duration) }
    func advance(_ duration: Duration) { passed.withLock { $0 += duration } }
}

extension Stage {
    /// Turns until told to stop, and finishes.
    func run(by clock: TestClock, until stop: () -> Bool) throws {
        try StageThread(clock: clock, failed: nil).run(self, until: stop)
    }
}
