package import Stages
import Synchronization

/// A clock that stands still until somebody waits or it is moved on. All roles of a simulated consortium live in its time; each
/// process may see the time of day shifted, as on machines whose clocks are not set.
package final class SimulatedClock: StageClock {
    private let nanoseconds: Mutex<Int64>
    private let shift: Mutex<Int64>
    private let source: SimulatedClock?

    /// - Parameter start: the time of day at first, in microseconds since 1970.
    package init(start: Int64) {
        nanoseconds = Mutex(start * 1000)
        shift = Mutex(0)
        source = nil
    }

    /// The same clock as one process sees it.
    package init(of clock: SimulatedClock) {
        nanoseconds = Mutex(0)
        shift = Mutex(0)
        source = clock
    }

    private var elapsed: Int64 { source?.elapsed ?? nanoseconds.withLock { $0 } }

    package var now: Moment { Moment(sinceStart: .nanoseconds(elapsed)) }

    package var microseconds: Int64 { (elapsed + shift.withLock { $0 }) / 1000 }

    /// Lets time pass: nobody else does anything meanwhile.
    package func wait(for duration: Duration) {
        guard duration > .zero else { return }
        if let source { return source.wait(for: duration) }
        nanoseconds.withLock { $0 += Int64(duration / .nanoseconds(1)) }
    }

    /// Sets this process's time of day right.
    package func set() { shift.withLock { $0 = 0 } }

    /// Sets this process's time of day forward or back; the monotonic clock goes on.
    package func jump(by duration: Duration) { shift.withLock { $0 += Int64(duration / .nanoseconds(1)) } }
}
