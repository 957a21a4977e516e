import Records
package import Stages
import Synchronization

/// A clock that stands.
package struct FixedClock: WallClock {
    package let microseconds: Int64

    /// 2023-11-14T22:13:20Z where nothing else is said.
    package init(microseconds: Int64 = 1_700_000_000_000_000) { self.microseconds = microseconds }
}

/// A clock whose time of day stands still until the test moves it. What is measured is real: other threads work meanwhile.
package final class ManualClock: StageClock {
    private let time: Mutex<Int64>

    /// 2025-01-01T00:00:00Z where nothing else is said.
    package init(microseconds: Int64 = 1_735_689_600_000_000) { time = Mutex(microseconds) }

    package var microseconds: Int64 { time.withLock { $0 } }
    package var milliseconds: Int64 { microseconds / 1000 }

    package var now: Moment { SystemClock().now }

    package func wait(for duration: Duration) { SystemClock().wait(for: duration) }

    package func advance(_ duration: Duration) { time.withLock { $0 += Int64(duration / .microseconds(1)) } }
}
