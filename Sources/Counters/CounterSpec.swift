import Records

/// A window that ends some time ago, when outcomes are known: `over` seconds that end `delay` seconds before an event.
///
/// Buckets hold whole multiples of their length since 1970. At time t the window holds the `over / bucket` buckets up to and
/// with the one that t - delay lies in: it is (t - delay - over, t - delay] moved later by less than one bucket.
package struct CountWindow: Hashable, Sendable {
    /// Seconds.
    package var over: Int64
    /// Seconds.
    package var delay: Int64

    package init(over: Int64, delay: Int64) {
        self.over = over
        self.delay = delay
    }
}

/// A span that ends now. It is held in finer buckets: minutes for an hour, hours for a day.
///
/// At time t it holds every bucket from the one that t less the span lies in, up to and with t's: the span, and at most one
/// bucket more.
package enum VelocitySpan: CaseIterable, Sendable {
    case minute
    case hour
    case day

    var seconds: Int64 {
        switch self {
        case .minute: 60
        case .hour: 3600
        case .day: EventTime.day
        }
    }
}

/// How counts are kept.
package struct CounterSpec: Hashable, Sendable {
    /// Length of a bucket of the windows.
    package let bucketSeconds: Int64
    package let windows: [CountWindow]
    /// Seconds of event time after which an event is in no window any more.
    package let reach: Int64

    /// Nil for what can't be kept: buckets are whole hours, windows whole buckets, with at most 4,096 buckets to the oldest.
    package init?(bucketSeconds: Int64, windows: [CountWindow]) {
        guard bucketSeconds > 0, bucketSeconds % 3600 == 0, !windows.isEmpty,
            windows.allSatisfy({ window in
                window.over > 0 && window.delay >= 0 && window.over % bucketSeconds == 0
                    && window.delay % bucketSeconds == 0 && window.over <= 4096 * bucketSeconds
                    && window.delay <= 4096 * bucketSeconds
            })
        else { return nil }
        let reach = windows.reduce(EventTime.day) { max($0, $1.over + $1.delay) }
        guard reach <= 4096 * bucketSeconds else { return nil }
        self.bucketSeconds = bucketSeconds
        self.windows = windows
        self.reach = reach
    }
}

/// Which buckets there are at one moment. It moves only where it is told to, at the same record at every party; so what is
/// counted, and what has gone, is a function of the log.
struct CounterClock: Sendable {
    /// Seconds that an event may be ahead: one that says it is of next year would else stay until then.
    static let ahead: Int64 = 3600

    let now: Int64
    /// By tier, the number of the first bucket that is still seen. What is older may still lie there and counts no more.
    let oldest: [UInt32]
    let lengths: [Int64]

    init(now: EventTime, spec: CounterSpec) {
        let seconds = min(max(now.seconds, 0), Int64(UInt32.max))
        self.now = seconds
        lengths = Tier.allCases.map { $0.length(spec) }
        oldest = Tier.allCases.map { UInt32(max(seconds - $0.reach(spec), 0) / $0.length(spec)) }
    }

    func bucket(_ time: Int64, _ tier: Tier) -> Int64 { time / lengths[tier.rawValue] }

    /// Nil where an event of this time is counted.
    func refusal(_ time: EventTime) -> EventOutcome? {
        if time.seconds > now + Self.ahead || time.seconds > Int64(UInt32.max) { return .early }
        if time.seconds < 0 || bucket(time.seconds, .window) < oldest[Tier.window.rawValue] { return .late }
        return nil
    }
}

/// What became of an event.
package enum EventOutcome: Sendable, Hashable {
    case counted
    /// Older than the longest window: it would be in none.
    case late
    /// More than an hour ahead.
    case early
    /// An event of this id is counted already.
    case known
}

/// The buckets of one length.
enum Tier: Int, CaseIterable {
    case window = 0
    case hour = 1
    case minute = 2

    func length(_ spec: CounterSpec) -> Int64 {
        switch self {
        case .window: spec.bucketSeconds
        case .hour: 3600
        case .minute: 60
        }
    }

    func reach(_ spec: CounterSpec) -> Int64 {
        switch self {
        case .window: spec.reach
        case .hour: EventTime.day
        case .minute: 3600
        }
    }
}
