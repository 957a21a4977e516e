import Foundation
import Stages

/// The machine's clock, by which a test can wait for what a party does: each turn of a party looks at the clock, and whoever waits
/// looks again then. Sendable: every access is under `condition`.
final class WatchedClock: StageClock, @unchecked Sendable {
    private let condition = NSCondition()
    private let system = SystemClock()

    var microseconds: Int64 { system.microseconds }

    var now: Moment {
        condition.lock()
        condition.broadcast()
        condition.unlock()
        return system.now
    }

    func wait(for duration: Duration) { system.wait(for: duration) }

    /// Waits until something holds; false where it does not within a minute.
    func wait(until holds: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: 60)
        condition.lock()
        defer { condition.unlock() }
        while !holds() {
            guard condition.wait(until: deadline) else { return holds() }
        }
        return true
    }
}
