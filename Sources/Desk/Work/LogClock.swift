/// The time that leases go by: the log's, which never goes back here whatever a broker's clock does. What it says at a record
/// follows from that record and those before it, so all desks see the same.
package struct LogClock: Hashable, Sendable {
    /// Microseconds since 1970; 0 before the first record.
    package private(set) var now: Int64

    package init(now: Int64 = 0) { self.now = now }

    /// Goes on to a record's time.
    package mutating func pass(_ timestamp: Int64) { now = max(now, timestamp) }
}
