import Counters
import Records
import ThreeParty

/// What `TokenCounters` must say, kept as a list of all that happened and counted anew for each question. Tokens are numbers
/// here, which no rotation changes.
struct PlainCounters {
    struct Happening {
        var token: Int
        var member: Int
        var at: Int64
        /// How much it was ahead of the time when it was counted.
        var ahead: Int64
    }

    struct Fraud {
        var token: Int
        var at: Int64
        var change: CountShare
    }

    let spec: CounterSpec
    private(set) var now: Int64?
    private var events: [Happening] = []
    private var frauds: [Fraud] = []

    init(spec: CounterSpec) { self.spec = spec }

    mutating func advance(to time: Int64) { now = max(now ?? time, time) }

    /// Whether a bucket of some length that a moment lies in is within what is looked at at this time.
    private func isSeen(_ at: Int64, length: Int64, reach: Int64) -> Bool {
        now.map { at / length >= max($0 - reach, 0) / length } ?? true
    }

    private func outcome(_ at: Int64) -> EventOutcome {
        if at >= 1 << 32 { return .early }
        if at < 0 || !isSeen(at, length: spec.bucketSeconds, reach: spec.reach) { return .late }
        return .counted
    }

    mutating func event(_ token: Int, _ member: Int, _ at: Int64) -> EventOutcome {
        let outcome = outcome(at)
        guard outcome == .counted else { return outcome }
        now = max(now ?? at, at - spec.reach)
        // What a member has beyond the limit moves the time, and does not count for the token.
        let bucket = at / spec.bucketSeconds
        let own = events.filter {
            $0.token == token && $0.member == member && $0.at / spec.bucketSeconds == bucket
        }
        guard own.count < spec.limit else { return .counted }
        events.append(Happening(token: token, member: member, at: at, ahead: at - (now ?? at)))
        return .counted
    }

    /// A label counts where an event of its member and the token was counted in the same bucket, and that is still seen.
    mutating func label(_ token: Int, _ member: Int, _ at: Int64, _ change: CountShare) -> Bool {
        let bucket = at / spec.bucketSeconds
        guard outcome(at) == .counted,
            events.contains(where: {
                $0.token == token && $0.member == member && $0.at / spec.bucketSeconds == bucket
            })
        else { return false }
        frauds.append(Fraud(token: token, at: at, change: change))
        return true
    }

    func sum(_ token: Int, _ window: CountWindow, _ at: Int64) -> Answer {
        let length = spec.bucketSeconds
        guard at >= window.delay else { return Answer() }
        let end = (at - window.delay) / length * length
        func isIn(_ moment: Int64) -> Bool {
            moment < end && moment >= end - window.over && isSeen(moment, length: length, reach: spec.reach)
        }
        return Answer(
            events.filter { $0.token == token && isIn($0.at) }, frauds.filter { $0.token == token && isIn($0.at) })
    }

    func velocity(_ token: Int, _ span: VelocitySpan, _ at: Int64) -> Answer {
        let (seconds, length): (Int64, Int64) =
            switch span {
            case .minute: (60, 60)
            case .hour: (hour, 60)
            case .day: (day, hour)
            }
        guard at >= 0 else { return Answer() }
        let (reach, ahead) = span == .day ? (day, 9 * day) : (hour, 3 * hour)
        return Answer(
            events.filter {
                $0.token == token && $0.ahead <= ahead && isSeen($0.at, length: length, reach: reach)
                    && $0.at / length >= max(at - seconds, 0) / length && $0.at / length <= at / length
            }, [])
    }

    /// What a query finds.
    struct Answer: Equatable, CustomStringConvertible {
        var events = 0
        var members: UInt64 = 0
        var first: UInt16 = 0
        var second: UInt16 = 0

        init() {}

        init(_ events: [Happening], _ frauds: [Fraud]) {
            self.events = events.count
            members = events.reduce(0) { $0 | 1 << UInt64($1.member) }
            first = frauds.reduce(0) { $0 &+ $1.change.first }
            second = frauds.reduce(0) { $0 &+ $1.change.second }
        }

        init(_ sum: BucketSum) {
            events = sum.events
            members = sum.members
            (first, second) = (sum.frauds.first, sum.frauds.second)
        }

        var description: String { "\(events) events, members \(members), frauds \(first), \(second)" }
    }
}
