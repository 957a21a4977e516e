import Counters
import Records
import Support
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Token counters")
struct TokenCountersTests {
    @Test("hold what a recount of the log holds, at all three parties", arguments: [hour, 6 * hour, day])
    func recount(bucket: Int64) throws {
        let windows = [
            CountWindow(over: day, delay: 0), CountWindow(over: 3 * day, delay: 2 * day),
            CountWindow(over: 10 * day, delay: day),
        ]
        let spec = spec(bucket: bucket, days: 11)
        let records = log(seed: UInt64(bucket), events: 1500, from: start, days: 30)
        var parties = PartyID.allCases.map { _ in PartyCounters(spec: spec, members: 5) }
        var plain = PlainCounts()
        var generator = SplitMix64(state: 4)
        for (index, record) in records.enumerated() {
            for party in PartyID.allCases { parties[party.rawValue].take(record, at: party) }
            plain.take(record, spec)
            // When rows are swept differs from party to party, and may not matter.
            parties[index % 3].sweep(7)
            guard case .settle = record, let now = plain.now else { continue }
            #expect(parties.allSatisfy { $0.counters.now == time(now) })
            let asked = Int.random(in: 0..<40, using: &generator)
            let at = now + Int64.random(in: 0..<6 * hour, using: &generator)
            for window in windows {
                let sums = parties.map { $0.sum(asked, window, at) }
                let end = (at - window.delay) / bucket * bucket
                let found = plain.events.filter { event in
                    event.tokens.contains(asked) && event.at < end && event.at >= end - window.over
                }
                for sum in sums {
                    #expect(sum.events == found.count)
                    #expect(sum.distinctMembers == Set(found.map(\.member)).count)
                }
                let shares = PartyID.allCases.reduce(into: [:]) { $0[$1] = sums[$1.rawValue].frauds }
                #expect(opened(shares) == found.count { $0.isFraud })
            }
            for span in VelocitySpan.allCases {
                let seconds: Int64 = [.minute: 60, .hour: hour, .day: day][span]!
                let length: Int64 = span == .day ? hour : 60
                let found = plain.events.filter { event in
                    event.tokens.contains(asked) && event.ahead <= (span == .day ? 9 * day : 3 * hour)
                        && event.at / length >= (now - seconds) / length && event.at / length <= now / length
                }
                let sum = parties[0].counters.velocity(of: token(asked), over: span, at: time(now))
                #expect(sum.events == found.count && sum.distinctMembers == Set(found.map(\.member)).count)
            }
        }
    }

    @Test("align a window to the whole buckets that had ended, so that nothing newer than the delay is in it")
    func alignment() throws {
        let midnight = start / day * day
        var counters = TokenCounters(spec: spec(days: 2))
        for at in [midnight - 1, midnight, midnight + day - 1, midnight + day] {
            counters.advance(to: time(at))
            #expect(counters.event(token(1), member(1), at: time(at)) == .counted)
        }
        func events(_ delay: Int64, _ at: Int64) -> Int {
            counters.sum(of: token(1), over: CountWindow(over: day, delay: delay), at: time(at)).events
        }
        // The window is the last whole day before a day ago, whatever the hour.
        for at in [midnight + 2 * day, midnight + 3 * day - 1] { #expect(events(day, at) == 2) }
        #expect(events(day, midnight + 2 * day - 1) == 1)
        #expect(events(day, midnight + 3 * day) == 1)
        #expect(events(day, midnight + day - 1) == 0)
        // Without a delay it is the day before.
        #expect(events(0, midnight + day) == 2 && events(0, midnight + day - 1) == 1)
    }

    @Test("hold the oldest bucket of a window that reaches as far as they do", arguments: [hour, 6 * hour, day])
    func oldest(bucket: Int64) throws {
        let window = CountWindow(over: 2 * day, delay: day)
        for offset in stride(from: 0, to: 2 * day, by: 1800) {
            var counters = TokenCounters(spec: spec(bucket: bucket, days: 3))
            let now = start + offset
            let first = (now - window.delay) / bucket * bucket - window.over
            for at in [first - 1, first] {
                _ = counters.event(token(1), member(1), at: time(at))
                counters.advance(to: time(at))
            }
            counters.advance(to: time(now))
            counters.sweep(10)
            #expect(counters.sum(of: token(1), over: window, at: time(now)).events == 1)
        }
    }

    @Test("know nothing of the time and of any token before the first event, which sets it")
    func beginning() throws {
        let window = CountWindow(over: day, delay: 0)
        var counters = TokenCounters(spec: spec(days: 3))
        #expect(counters.now == nil)
        #expect(counters.sum(of: token(1), over: window, at: time(start)).events == 0)
        #expect(counters.velocity(of: token(1), over: .day, at: time(start)).events == 0)
        #expect(counters.event(token(1), member(1), at: time(-1)) == .late)
        #expect(counters.event(token(1), member(1), at: time(1 << 32)) == .early)
        counters.sweep(10)
        #expect(counters.now == nil)
        #expect(counters.event(token(1), member(1), at: time(start)) == .counted)
        #expect(counters.now == time(start))
        #expect(counters.sum(of: token(1), over: window, at: time(start + day)).events == 1)
        let none = counters.sum(of: token(2), over: window, at: time(start + day))
        #expect(none.events == 0 && none.members == 0 && none.frauds.first == 0 && none.frauds.second == 0)
    }

    @Test("count members of the last minute, hour and day, each with at most one bucket more")
    func velocity() throws {
        let now = start / day * day + 12 * hour + 30
        var counters = TokenCounters(spec: spec(days: 1), now: time(now))
        for (sender, ago) in [(0, 0), (0, 10), (1, 70), (2, 1800), (2, 3600), (3, 3 * hour), (63, 24 * hour)] {
            #expect(counters.event(token(1), member(sender), at: time(now - Int64(ago))) == .counted)
        }
        func sums(_ span: VelocitySpan) -> [Int] {
            let sum = counters.velocity(of: token(1), over: span, at: time(now))
            return [sum.events, sum.distinctMembers]
        }
        #expect(sums(.minute) == [3, 2])
        #expect(sums(.hour) == [5, 3])
        #expect(sums(.day) == [7, 5])
        // An hour later the minutes have gone, seen or not.
        counters.advance(to: time(now + 2 * hour))
        #expect(counters.velocity(of: token(1), over: .hour, at: time(now)).events == 0)
        #expect(counters.velocity(of: token(1), over: .day, at: time(now + 2 * hour)).events == 6)
    }

    @Test("count spans three hours and nine days ahead, whatever of the future a token is in")
    func velocityAhead() throws {
        var counters = TokenCounters(spec: spec(bucket: hour, days: 100), now: time(start))
        // The minutes and hours that are seen are as many as can be.
        for at in stride(from: -day, through: 99 * day, by: 60) {
            #expect(counters.event(token(1), member(1), at: time(start + at)) == .counted)
        }
        #expect(counters.velocity(of: token(1), over: .hour, at: time(start)).events == 61)
        #expect(counters.velocity(of: token(1), over: .hour, at: time(start + 3 * hour)).events == 61)
        #expect(counters.velocity(of: token(1), over: .hour, at: time(start + 5 * hour)).events == 0)
        #expect(counters.velocity(of: token(1), over: .day, at: time(start)).events == 25 * 60)
        #expect(counters.velocity(of: token(1), over: .day, at: time(start + 9 * day)).events == 24 * 60 + 1)
        #expect(counters.velocity(of: token(1), over: .day, at: time(start + 11 * day)).events == 0)
        let window = CountWindow(over: 30 * day, delay: 0)
        #expect(counters.sum(of: token(1), over: window, at: time(start + 90 * day)).events == 30 * 1440)
    }

    @Test(
        "leave out events that are too old or ahead of time, and follow events that are ahead by more than they reach")
    func limits() throws {
        let spec = spec(days: 3)
        var counters = TokenCounters(spec: spec, now: time(start))
        #expect(counters.event(token(1), member(1), at: time(start + spec.reach)) == .counted)
        #expect(counters.event(token(1), member(1), at: time(1 << 32)) == .early)
        #expect(counters.event(token(1), member(1), at: time(.max)) == .early)
        #expect(counters.event(token(1), member(1), at: time(start - 4 * day)) == .counted)
        #expect(counters.event(token(1), member(1), at: time(start - 5 * day)) == .late)
        #expect(counters.event(token(1), member(1), at: time(-5)) == .late)
        #expect(counters.event(token(1), member(1), at: time(.min)) == .late)
        for at in [Int64.min, -1, 0, .max] {
            #expect(counters.sum(of: token(1), over: CountWindow(over: day, delay: day), at: time(at)).events == 0)
            for span in VelocitySpan.allCases {
                #expect(counters.velocity(of: token(1), over: span, at: time(at)).events == 0)
            }
        }
        #expect(counters.now == time(start))
        counters.advance(to: time(start - 1))
        #expect(counters.now == time(start))
        #expect(counters.event(token(1), member(1), at: time(start + spec.reach + 1)) == .counted)
        #expect(counters.now == time(start + 1))
        #expect(counters.event(token(1), member(1), at: time((1 << 32) - 1)) == .counted)
        #expect(counters.now == time((1 << 32) - 1 - spec.reach))
    }

    @Test("forget tokens with nothing in the longest window, and use their place again")
    func expiry() throws {
        let window = CountWindow(over: 2 * day, delay: day)
        var counters = TokenCounters(spec: spec(days: 3), now: time(start))
        for number in 0..<1000 {
            _ = counters.event(token(number), member(1), at: time(start + Int64(number % 2) * hour))
        }
        counters.advance(to: time(start + 2 * day))
        for number in 0..<10 { _ = counters.event(token(number), member(1), at: time(start + 2 * day)) }
        counters.sweep(1000)
        #expect(counters.count == 1000)
        #expect(counters.sum(of: token(500), over: window, at: time(start + 2 * day)).events == 1)
        counters.advance(to: time(start + 5 * day))
        // They are not seen any more even before they are swept.
        #expect(counters.sum(of: token(500), over: window, at: time(start + 2 * day)).events == 0)
        for _ in 0..<10 { counters.sweep(100) }
        #expect(counters.count == 10)
        #expect(counters.takeChanges().count { $0.row == nil } == 990)
        for number in 2000..<2990 {
            _ = counters.event(token(number), member(1), at: time(start + 5 * day))
        }
        #expect(counters.takeChanges().allSatisfy { $0.number < 1000 })
        #expect(counters.count == 1000)
    }

    @Test("find tokens after any order of coming and going")
    func comingAndGoing() throws {
        var counters = TokenCounters(spec: spec(days: 1), now: time(start))
        var generator = SplitMix64(state: 9)
        for round in 0..<8 as Range<Int64> {
            let now = start + 4 * round * day
            counters.advance(to: time(now))
            var today: [Int: Int] = [:]
            for _ in 0..<3000 {
                let number = Int.random(in: 0..<4000, using: &generator)
                today[number, default: 0] += 1
                _ = counters.event(token(number), member(1), at: time(now))
            }
            counters.sweep(1500)
            for number in 0..<4000 {
                let sum = counters.sum(of: token(number), over: CountWindow(over: day, delay: 0), at: time(now + day))
                #expect(sum.events == today[number, default: 0])
            }
        }
    }

    @Test("take any number of events of a token that is never swept, and keep what the shorter spans hold")
    func busyToken() throws {
        var counters = TokenCounters(spec: spec(bucket: hour, days: 100))
        func event(_ at: Int64) {
            counters.advance(to: time(at))
            #expect(counters.event(token(1), member(1), at: time(at)) == .counted)
        }
        for number in 0..<2400 as Range<Int64> { event(start + number * hour) }
        for number in 1...1500 as ClosedRange<Int64> { event(start + 2400 * hour + number * 60) }
        let now = start + 2400 * hour + 1500 * 60
        #expect(counters.velocity(of: token(1), over: .hour, at: time(now)).events == 61)
        #expect(counters.sum(of: token(1), over: CountWindow(over: day, delay: 0), at: time(now)).events == 24 * 60)
    }

    @Test("are kept in buckets of whole hours, for at least a day and at most 4,096 buckets")
    func specs() {
        #expect(CounterSpec(bucketSeconds: 60, reach: day) == nil)
        #expect(CounterSpec(bucketSeconds: 0, reach: day) == nil)
        #expect(CounterSpec(bucketSeconds: -hour, reach: day) == nil)
        #expect(CounterSpec(bucketSeconds: hour, reach: day - 1) == nil)
        #expect(CounterSpec(bucketSeconds: hour, reach: day) != nil)
        #expect(CounterSpec(bucketSeconds: hour, reach: 4096 * hour) != nil)
        #expect(CounterSpec(bucketSeconds: hour, reach: 4096 * hour + 1) == nil)
        #expect(CounterSpec(bucketSeconds: hour, reach: .max) == nil)
        for limit in [Int.min, 0, 1 << 24, .max] {
            #expect(CounterSpec(bucketSeconds: hour, reach: day, limit: limit) == nil)
        }
        for limit in [1, 8191, 1 << 24 - 1] {
            #expect(CounterSpec(bucketSeconds: hour, reach: day, limit: limit) != nil)
        }
        #expect(CounterSpec(bucketSeconds: .max / hour * hour, reach: .max) != nil)
        #expect(
            CountedEntity([UInt8](repeating: 0, count: 33)) == nil
                && CountedEntity([UInt8](repeating: 1, count: 32)) == nil)
        #expect(MemberNumber(64) == nil && MemberNumber(-1) == nil)
    }

    @Test("hold windows of whole buckets that reach no further back than they do")
    func windows() {
        let spec = CounterSpec(bucketSeconds: 6 * hour, reach: 3 * day + 6 * hour)!
        func holds(_ over: Int64, _ delay: Int64) -> Bool { spec.holds(CountWindow(over: over, delay: delay)) }
        #expect(holds(3 * day, 0) && holds(6 * hour, 0) && holds(day, 2 * day))
        #expect(!holds(3 * day + 6 * hour, 0) && !holds(day, 2 * day + 6 * hour))
        #expect(!holds(0, 0) && !holds(-day, 0) && !holds(day, -day))
        #expect(!holds(hour, 0) && !holds(day, hour))
        #expect(!holds(.max / day * day, .max / day * day))
    }

    @Test("asking for a window that is not kept is the caller's mistake")
    func windowTooLong() async {
        await #expect(processExitsWith: .failure) {
            let counters = TokenCounters(spec: CounterSpec(bucketSeconds: 86_400, reach: 3 * 86_400)!)
            let window = CountWindow(over: 3 * 86_400, delay: 0)
            _ = counters.sum(of: token(1), over: window, at: EventTime(seconds: 1_530_000_000))
        }
    }
}

/// The log in the clear.
private struct PlainCounts {
    struct Event {
        var id: Int
        var member: Int
        var tokens: Set<Int>
        var at: Int64
        /// How much it was ahead of the time.
        var ahead: Int64
        var isFraud = false
    }

    var events: [Event] = []
    var now: Int64?
    private var newest: [Int: Int64] = [:]
    private var positions: [[Int]: UInt64] = [:]

    mutating func take(_ record: Record, _ spec: CounterSpec) {
        func isSeen(_ at: Int64) -> Bool {
            at / spec.bucketSeconds >= ((now ?? at) - spec.reach) / spec.bucketSeconds
        }
        switch record {
        case .settle:
            let known = newest.values.sorted()
            let recent = known.filter { $0 / spec.bucketSeconds >= ((now ?? 0) - spec.reach) / spec.bucketSeconds }
            if recent.count >= 2 { now = max(now ?? 0, recent[recent.count - 1 - max(1, recent.count / 2)]) }
            events.removeAll { !isSeen($0.at) }
        case .event(let id, let sender, let tokens, let at):
            guard isSeen(at) else { return }
            now = max(now ?? at, at - spec.reach)
            newest[sender] = max(newest[sender] ?? 0, at)
            events.append(Event(id: id, member: sender, tokens: Set(tokens), at: at, ahead: at - (now ?? at)))
        case .labels(let labels, let sender, let partition, let position):
            guard position > positions[[sender, Int(partition)]] ?? 0 else { return }
            positions[[sender, Int(partition)]] = position
            for label in labels {
                guard let at = events.firstIndex(where: { $0.id == label.id }) else { continue }
                events[at].isFraud = label.isFraud
            }
        }
    }
}
