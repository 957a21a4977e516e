import Foundation
import Records

/// The machine's clocks: CLOCK_MONOTONIC to measure by, CLOCK_REALTIME for the time of day.
package struct SystemClock: StageClock {
    package init() {}

    package var microseconds: Int64 { Self.nanoseconds(CLOCK_REALTIME) / 1000 }

    package var now: Moment { Moment(sinceStart: .nanoseconds(Self.nanoseconds(CLOCK_MONOTONIC))) }

    package func wait(for duration: Duration) {
        guard duration > .zero else { return }
        Thread.sleep(forTimeInterval: duration / .seconds(1))
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var now = timespec()
        clock_gettime(clock, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
