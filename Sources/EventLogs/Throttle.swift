/// What is done at most once in some time, however often there is an occasion.
package struct Throttle {
    private let interval: Duration
    private var last: ContinuousClock.Instant?

    package init(_ interval: Duration = .milliseconds(100)) { self.interval = interval }

    /// Whether it is time; from then on, not until the interval has passed.
    package mutating func isDue() -> Bool {
        let now = ContinuousClock.now
        if let last, now < last + interval { return false }
        last = now
        return true
    }
}
