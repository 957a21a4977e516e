import Counters
import Records
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
        let spec = try #require(CounterSpec(bucketSeconds: bucket, windows: windows))
        let records = log(seed: UInt64(bucket), events: 1500, from: start, days: 30)
        var parties = PartyID.allCases.map { _ in PartyCounters(spec: spec, now: time(start)) }
        var plain = PlainCounts()
        var generator = Seeded(state: 4)
        for (index, record) in records.enumerated() {
            for party in PartyID.allCases { parties[party.rawValue].take(record, at: party) }
            plain.take(record, spec)
            // When rows are swept differs from party to party, and may not matter.
            parties[index % 3].sweep(7)
            guard case .time(let now) = record, index % 40 < 4 else { continue }
            let asked = Int.random(in: 0..<40, using: &generator)
            let sums = parties.map { $0.counters.windows(of: token(asked), at: time(now)) }
            for (slot, window) in windows.enumerated() {
                let high = (now - window.delay) / bucket
                let found = plain.events.filter { event in
                    event.tokens.contains(asked)
                        && ((high - window.over / bucket + 1)...high).contains(event.at / bucket)
                }
                for sum in sums {
                    #expect(sum[slot].events == found.count)
                    #expect(sum[slot].distinctMembers == Set(found.map(\.member)).count)
                }
                let shares = PartyID.allCases.reduce(into: [:]) { $0[$1] = sums[$1.rawValue][slot].frauds }
                #expect(opened(shares) == found.count { $0.isFraud })
            }
            for span in VelocitySpan.allCases {
                let seconds: Int64 = [.minute: 60, .hour: hour, .day: day][span]!
                let length: Int64 = span == .day ? hour : 60
                let found = plain.events.filter { event in
                    event.tokens.contains(asked)
                        && event.at / length >= (now - seconds) / length && event.at / length <= now / length
                }
                let sum = parties[0].counters.velocity(of: token(asked), over: span, at: time(now))
                #expect(sum.events == found.count && sum.distinctMembers == Set(found.map(\.member)).count)
            }
        }
    }

    @Test("align a window to whole buckets, moved later by less than one")
    func alignment() throws {
        let spec = try #require(
            CounterSpec(bucketSeconds: day, windows: [CountWindow(over: day, delay: day)]))
        let midnight = start / day * day
        var counters = TokenCounters(spec: spec, now: time(midnight))
        for at in [midnight - 1, midnight, midnight + day - 1, midnight + day] {
            counters.advance(to: time(at))
            #expect(counters.event(token(1), member(1), at: time(at)) == .counted)
        }
        // The window is the whole bucket in which a day ago lies, whatever the hour.
        for at in [midnight + day, midnight + 2 * day - 1] {
            #expect(counters.windows(of: token(1), at: time(at))[0].events == 2)
        }
        #expect(counters.windows(of: token(1), at: time(midnight))[0].events == 1)
        #expect(counters.windows(of: token(2), at: time(midnight))[0].events == 0)
    }

    @Test("count members of the last minute, hour and day, each with at most one bucket more")
    func velocity() throws {
        let spec = try #require(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: day, delay: 0)]))
        let now = start / day * day + 12 * hour + 30
        var counters = TokenCounters(spec: spec, now: time(now))
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

    @Test("leave out events that are too old or ahead of time, and let no event move the time")
    func limits() throws {
        let spec = try #require(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: 2 * day, delay: day)]))
        var counters = TokenCounters(spec: spec, now: time(start))
        #expect(counters.event(token(1), member(1), at: time(start + hour)) == .counted)
        #expect(counters.event(token(1), member(1), at: time(start + hour + 1)) == .early)
        #expect(counters.event(token(1), member(1), at: time(.max)) == .early)
        #expect(counters.event(token(1), member(1), at: time(start - 3 * day)) == .counted)
        #expect(counters.event(token(1), member(1), at: time(start - 4 * day)) == .late)
        #expect(counters.event(token(1), member(1), at: time(-5)) == .late)
        #expect(counters.event(token(1), member(1), at: time(.min)) == .late)
        for at in [Int64.min, -1, 0, .max] {
            #expect(counters.windows(of: token(1), at: time(at))[0].events == 0)
            for span in VelocitySpan.allCases {
                #expect(counters.velocity(of: token(1), over: span, at: time(at)).events == 0)
            }
        }
        #expect(counters.now == time(start))
        counters.advance(to: time(start - 1))
        #expect(counters.now == time(start))
    }

    @Test("forget tokens with nothing in the longest window, and use their place again")
    func expiry() throws {
        let spec = try #require(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: 2 * day, delay: day)]))
        var counters = TokenCounters(spec: spec, now: time(start))
        for number in 0..<1000 {
            _ = counters.event(token(number), member(1), at: time(start + Int64(number % 2) * hour))
        }
        counters.advance(to: time(start + 2 * day))
        for number in 0..<10 { _ = counters.event(token(number), member(1), at: time(start + 2 * day)) }
        counters.sweep(1000)
        #expect(counters.count == 1000)
        counters.advance(to: time(start + 4 * day))
        // They are not seen any more even before they are swept.
        #expect(counters.windows(of: token(500), at: time(start + 2 * day))[0].events == 0)
        for _ in 0..<10 { counters.sweep(100) }
        #expect(counters.count == 10)
        #expect(counters.takeChanges().count { $0.row == nil } == 990)
        for number in 2000..<2990 {
            _ = counters.event(token(number), member(1), at: time(start + 4 * day))
        }
        #expect(counters.takeChanges().allSatisfy { $0.number < 1000 })
        #expect(counters.count == 1000)
    }

    @Test("find tokens after any order of coming and going")
    func comingAndGoing() throws {
        let spec = try #require(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: day, delay: 0)]))
        var counters = TokenCounters(spec: spec, now: time(start))
        var generator = Seeded(state: 9)
        for round in 0..<8 as Range<Int64> {
            let now = start + round * day
            counters.advance(to: time(now))
            var today: [Int: Int] = [:]
            for _ in 0..<3000 {
                let number = Int.random(in: 0..<4000, using: &generator)
                today[number, default: 0] += 1
                _ = counters.event(token(number), member(1), at: time(now))
            }
            counters.sweep(1500)
            for number in 0..<4000 {
                #expect(counters.windows(of: token(number), at: time(now))[0].events == today[number, default: 0])
            }
        }
    }

    @Test("are of windows in whole buckets of whole hours only")
    func specs() {
        #expect(CounterSpec(bucketSeconds: 60, windows: [CountWindow(over: day, delay: 0)]) == nil)
        #expect(CounterSpec(bucketSeconds: day, windows: []) == nil)
        #expect(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: hour, delay: 0)]) == nil)
        #expect(CounterSpec(bucketSeconds: day, windows: [CountWindow(over: day, delay: -day)]) == nil)
        #expect(CounterSpec(bucketSeconds: hour, windows: [CountWindow(over: .max / 2 / hour * hour, delay: 0)]) == nil)
        #expect(TokenKey([UInt8](repeating: 0, count: 33)) == nil && TokenKey([UInt8](repeating: 1, count: 32)) == nil)
        #expect(MemberNumber(64) == nil && MemberNumber(-1) == nil)
    }
}

/// The log in the clear.
private struct PlainCounts {
    struct Event {
        var id: Int
        var member: Int
        var tokens: Set<Int>
        var at: Int64
        var isFraud = false
    }

    var events: [Event] = []
    private var positions = [UInt64?](repeating: nil, count: 5)
    private var now: Int64 = 0

    mutating func take(_ record: Record, _ spec: CounterSpec) {
        switch record {
        case .time(let time):
            now = max(now, time)
            events.removeAll { $0.at / spec.bucketSeconds < (now - spec.reach) / spec.bucketSeconds }
        case .event(let id, let sender, let tokens, let at):
            events.append(Event(id: id, member: sender, tokens: Set(tokens), at: at))
        case .outcome(let id, let sender, let position, let fraud, _): label(id, sender, position, fraud)
        case .withdrawal(let id, let sender, let position): label(id, sender, position, false)
        }
    }

    private mutating func label(_ id: Int, _ sender: Int, _ position: UInt64, _ fraud: Bool) {
        if let highest = positions[sender], position <= highest { return }
        positions[sender] = position
        if let at = events.firstIndex(where: { $0.id == id }) { events[at].isFraud = fraud }
    }
}
