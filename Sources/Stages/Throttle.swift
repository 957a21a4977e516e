/// Lets an action through at most once an interval, however often there is an occasion.
package struct Throttle: Sendable {
    private let interval: Duration
    private var last: Moment?

    package init(_ interval: Duration = .milliseconds(100)) { self.interval = interval }

    /// True where the interval has passed since it last was.
    package mutating func isDue(at now: Moment) -> Bool {
        if let last, now < last + interval { return false }
        last = now
        return true
    }
}
