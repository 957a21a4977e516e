import Stages
import Synchronization

/// A clock that stands still until somebody waits, or the test moves it.
final class StillClock: StageClock {
    private let passed = Mutex(Duration.zero)

    /// The time of day at first: 2025-01-01T00:00:00Z.
    private let start: Int64 = 1_735_689_600_000_000

    var microseconds: Int64 { start + Int64(now.sinceStart / .microseconds(1)) }
    var milliseconds: Int64 { microseconds / 1000 }
    var now: Moment { Moment(sinceStart: passed.withLock { $0 }) }

    func wait(for duration: Duration) { advance(duration) }
    func advance(_ duration: Duration) { passed.withLock { $0 += duration } }
}
