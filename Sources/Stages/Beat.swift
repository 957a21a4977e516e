package import Records

/// A grid of wall-clock instants, 10 ms apart, on which busy stages take their next turn: the same instants in every process of
/// every machine whose clock is set, so that a record waits once.
///
/// What a stage does once a turn (a transaction in the log, one in its state) is shared by more records the fewer its turns are.
/// Stages that each waited for ten milliseconds of their own would add their waits up. On one beat, what all members' agents seal
/// comes to the cell at once, leaves it in one batch, and is back when the agents turn again: a record waits once. Clocks that
/// are not set cost latency, as clocks of one's own did, and nothing else. Who was idle turns at once.
package struct Beat: Sendable, Hashable {
    /// Agents: on the beat.
    package static let agents = Beat()
    /// The cell's leader: when agents have sealed what was there on their beat.
    package static let cell = cell(every: .milliseconds(10))

    package static func cell(every period: Duration) -> Beat { Beat(every: period, after: .milliseconds(4)) }

    private let period: Int64
    private let offset: Int64

    /// - Parameters:
    ///   - period: between two beats; at least a millisecond.
    ///   - offset: how long after a multiple of the period, counted from 1970-01-01T00:00:00Z.
    package init(every period: Duration = .milliseconds(10), after offset: Duration = .zero) {
        self.period = max(1_000_000, Self.nanoseconds(period))
        self.offset = Self.nanoseconds(offset)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 { Int64(duration / .nanoseconds(1)) }

    /// How long after `now`, in nanoseconds since 1970, the next beat is: more than none, a period at most.
    package func wait(after now: Int64) -> Duration {
        let since = (now - offset) % period
        return .nanoseconds(since < 0 ? -since : period - since)
    }

    /// How long from now the next beat is, by the time of day of a clock (microseconds are enough: a beat is ten thousand).
    package func wait(by clock: any WallClock) -> Duration { wait(after: clock.microseconds * 1000) }
}
