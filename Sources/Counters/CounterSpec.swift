import Records
import ThreeParty

/// A window that ends some time ago, when outcomes are known: `over` seconds that end `delay` seconds before an event.
///
/// Buckets hold whole multiples of their length since 1970. At time t the window holds the last `over / bucket` buckets that
/// had ended at t - delay: those up to and with floor((t - delay) / bucket) - 1. It is (t - delay - over, t - delay] moved
/// earlier by at most one bucket, so nothing newer than `delay` is ever in it.
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

    /// The nominal length; the buckets that are summed reach back up to one bucket more.
    var seconds: Int64 {
        switch self {
        case .minute: 60
        case .hour: 3600
        case .day: EventTime.day
        }
    }
}

/// How counts are kept. Which windows are asked for is not part of it, so a model with other windows needs no other state.
package struct CounterSpec: Hashable, Sendable {
    /// Length of a bucket of the windows.
    ///
    /// A whole number of hours; a day by default in a feature spec.
    package let bucketSeconds: Int64
    /// Seconds of event time after which an event is in no window any more; a window needs `over + delay` and one bucket.
    package let reach: Int64
    /// The most events of a member that count for a token in one bucket of the windows.
    package let limit: Int

    /// As many as a lookup holds.
    package static let usualLimit = CountDomain.mostEvents

    private static let buckets: Int64 = 4096

    /// Nil for what can't be kept: buckets are whole hours, the reach is at least a day and at most 4,096 buckets, and the limit
    /// 1 ... 16,777,215.
    ///
    /// - Parameters:
    ///   - bucketSeconds: length of a window's bucket.
    ///   - reach: seconds back to the oldest event that any window may ask for.
    ///   - limit: of a member's events of a token in a bucket.
    package init?(bucketSeconds: Int64, reach: Int64, limit: Int = usualLimit) {
        guard bucketSeconds > 0, bucketSeconds % 3600 == 0, reach >= EventTime.day,
            (reach - 1) / bucketSeconds < Self.buckets, (1...TokenBuckets.mostEvents).contains(limit)
        else { return nil }
        self.bucketSeconds = bucketSeconds
        self.reach = reach
        self.limit = limit
    }

    /// Whether what is kept holds a window at every moment: it is of whole buckets, and reaches no further back.
    package func holds(_ window: CountWindow) -> Bool {
        window.over > 0 && window.delay >= 0 && window.over % bucketSeconds == 0 && window.delay % bucketSeconds == 0
            && window.over <= reach && window.delay <= reach - window.over
            && bucketSeconds <= reach - window.over - window.delay
    }
}

/// Which buckets there are at one moment. It moves only where it is told to, at the same record at every party; so what is
/// counted, and what has gone, is a function of the log.
///
/// No event that is counted is ahead of it by more than the spec's reach: it follows (`TokenCounters.follow`), so that what is kept
/// stays bounded. Spans have room for fewer buckets: up to an hour it is three hours ahead, up to a day nine days, and events
/// further ahead are not in them.
struct CounterClock: Sendable {
    /// Nil before any event.
    let now: Int64?
    /// By tier, the number of the first bucket that is still seen. What is older may still lie there and counts no more.
    let oldest: SIMD4<UInt32>
    /// By tier, the last second that it has room for.
    let latest: SIMD4<Int64>
    let lengths: SIMD4<Int64>

    init(now: EventTime?, spec: CounterSpec) {
        let seconds = now.map { min(max($0.seconds, 0), Self.end) }
        self.now = seconds
        var oldest = SIMD4<UInt32>(), latest = SIMD4<Int64>(), lengths = SIMD4<Int64>(repeating: 1)
        for tier in Tier.allCases {
            lengths[tier.rawValue] = tier.length(spec)
            oldest[tier.rawValue] = seconds.map { UInt32(max($0 - tier.reach(spec), 0) / tier.length(spec)) } ?? 0
            latest[tier.rawValue] = seconds.map { $0 + min(tier.ahead(spec), Self.end - $0) } ?? Self.end
        }
        (self.oldest, self.latest, self.lengths) = (oldest, latest, lengths)
    }

    /// The last second that there is, in 2106.
    static let end = Int64(UInt32.max)

    /// From when on an event is in a window that is still seen.
    var oldestSeconds: Int64 { Int64(oldest[Tier.window.rawValue]) * lengths[Tier.window.rawValue] }

    /// The number of a tier's bucket that a time lies in, counted from 1970.
    func bucket(_ time: Int64, _ tier: Tier) -> Int64 { time / lengths[tier.rawValue] }

    /// Whether an event of this time is in no window any more.
    func isLate(_ time: EventTime) -> Bool {
        time.seconds < 0 || bucket(time.seconds, .window) < oldest[Tier.window.rawValue]
    }
}

/// What became of an event.
package enum EventOutcome: Sendable, Hashable {
    case counted
    /// Older than the spec's reach: it would be in no window.
    case late
    /// Ahead of the time at which the log took its record by more than a day, or after 2106.
    case early
    /// An event of this id and member is counted already.
    case known
    /// Of a member's history, of which as many events of this day as may be are counted already.
    case beyond
}

/// The buckets of one length.
enum Tier: Int, CaseIterable {
    case window = 0
    case hour = 1
    case minute = 2

    /// Seconds of one bucket.
    func length(_ spec: CounterSpec) -> Int64 {
        switch self {
        case .window: spec.bucketSeconds
        case .hour: 3600
        case .minute: 60
        }
    }

    /// Seconds of event time after which a bucket is seen no more.
    func reach(_ spec: CounterSpec) -> Int64 {
        switch self {
        case .window: spec.reach
        case .hour: EventTime.day
        case .minute: 3600
        }
    }

    /// Seconds that an event may be ahead. With what a tier reaches back, less than 250 buckets of an hour or a minute: their
    /// counts have 8 bits (`TokenBuckets`).
    func ahead(_ spec: CounterSpec) -> Int64 {
        switch self {
        case .window: spec.reach
        case .hour: 9 * EventTime.day
        case .minute: 3 * 3600
        }
    }
}
