import Counters
import Records
import Testing

private let start: Int64 = 1_530_000_000

@Suite("The counters' time")
struct TimeTests {
    private static let reach = 40 * day
    private let spec = CounterSpec(bucketSeconds: day, reach: reach)!

    /// A consortium whose members send events in the order of the calls.
    private struct Consortium {
        var counters: PartyCounters
        var sent = 0

        init(_ spec: CounterSpec, members: Int = 3) { counters = PartyCounters(spec: spec, members: members) }

        mutating func event(_ sender: Int, _ at: Int64, logged: Int64? = nil) -> EventOutcome {
            sent += 1
            return counters.event(
                eventID(sent), from: member(sender), of: [token(sender)], at: time(at), logged: time(logged ?? at))
        }

        mutating func settled(logged: Int64 = Int64(UInt32.max)) -> Int64? {
            counters.settle(logged: time(logged))
            return counters.counters.now?.seconds
        }
    }

    @Test(
        "is unknown until the first event is counted, and then that one's; and follows what is ahead by more than the reach"
    )
    func first() {
        var all = Consortium(spec)
        #expect(all.settled() == nil)
        #expect(all.event(1, -1) == .late)
        #expect(all.settled() == nil)
        #expect(all.event(1, start) == .counted)
        #expect(all.settled() == start)
        #expect(all.event(1, start + Self.reach) == .counted)
        #expect(all.settled() == start)
        #expect(all.event(1, start + Self.reach + 9) == .counted)
        #expect(all.counters.counters.now == time(start + 9))
        #expect(all.event(1, start + 400 * day) == .counted)
        #expect(all.settled() == start + 400 * day - Self.reach)
        #expect(all.event(2, start + 300 * day) == .late)
        // One that is ahead of the log begins at the log's time.
        var ahead = Consortium(spec)
        #expect(ahead.event(1, start + day, logged: start) == .counted)
        #expect(ahead.settled() == start)
    }

    @Test("is the median of what members have come to, moves at the end of a batch, and never goes back")
    func median() {
        var all = Consortium(spec, members: 5)
        func settles(_ sender: Int, _ at: Int64, _ expected: Int64) {
            let before = all.counters.counters.now
            #expect(all.event(sender, start + at * day) == .counted)
            #expect(all.counters.counters.now == before ?? time(start))
            #expect(all.settled() == start + expected * day, "\(sender), \(at)")
        }
        settles(1, 0, 0)
        settles(1, 2, 0)
        settles(2, 1, 1)
        settles(3, 3, 2)
        // Of four the lower of the two in the middle, which lies behind.
        settles(4, 0, 2)
        settles(4, 4, 2)
        settles(1, 5, 3)
        settles(0, 10, 4)
        settles(2, 9, 5)
        // What is behind moves nothing.
        settles(2, 1, 5)
    }

    @Test("is never past the log's, whatever members say")
    func logged() {
        var all = Consortium(spec)
        for sender in 0..<3 { #expect(all.event(sender, start + day, logged: start) == .counted) }
        #expect(all.settled(logged: start) == start)
        #expect(all.settled(logged: start - day) == start)
        #expect(all.settled(logged: start + 1) == start + 1)
        #expect(all.settled(logged: start + 2 * day) == start + day)
    }

    @Test("an event is early from a day and a second ahead of the log's time on, and from 2106 on")
    func early() {
        var all = Consortium(spec)
        #expect(all.event(1, start + day + 1, logged: start) == .early)
        #expect(all.event(1, start + day, logged: start) == .counted)
        #expect(all.event(1, Int64(UInt32.max), logged: Int64(UInt32.max) - day - 1) == .early)
        for logged in [Int64.max / 1_000_000, Int64(UInt32.max) + 1] {
            #expect(all.event(1, Int64(UInt32.max) + 1, logged: logged) == .early)
            #expect(all.event(1, .max, logged: logged) == .early)
            #expect(all.event(1, .min, logged: logged) == .late)
        }
        #expect(all.event(1, .min, logged: Int64.min / 1_000_000) == .late)
        #expect(all.event(1, start, logged: Int64.min / 1_000_000) == .early)
        #expect(all.settled() == start)
    }

    @Test("does not follow one member's clock of next month; what that one began, if it came first, stands until then")
    func nextMonth() {
        for isFirst in [false, true] {
            var all = Consortium(spec)
            if isFirst { #expect(all.event(0, start + 31 * day) == .counted) }
            for number in 0..<60 as Range<Int64> {
                let now = start + number * day
                #expect(all.event(1, now) == .counted)
                #expect(all.event(2, now - hour) == .counted)
                // The one that is wrong never waits for the others.
                #expect(all.event(0, now + 31 * day) == .counted)
                #expect(all.settled() == (isFirst ? max(now, start + 31 * day) : now))
            }
            let sum = all.counters.sum(1, CountWindow(over: 7 * day, delay: day), start + 59 * day)
            #expect(sum.events == 7)
        }
    }

    @Test("stays a reach behind a member that is alone for long, and goes on with a second's")
    func alone() {
        var all = Consortium(spec)
        _ = all.event(1, start)
        _ = all.event(2, start)
        for number in 1...80 as ClosedRange<Int64> {
            #expect(all.event(1, start + number * day) == .counted)
            #expect(all.settled() == max(start, start + number * day - Self.reach))
        }
        // The second one's newest is in no window any more: it is not asked.
        #expect(all.event(1, start + 200 * day) == .counted)
        #expect(all.settled() == start + 160 * day)
        #expect(all.event(2, start + 170 * day) == .counted)
        #expect(all.settled() == start + 170 * day)
    }

    @Test("is not held up by members that have sent nothing for longer than counts reach")
    func gone() {
        var all = Consortium(spec, members: 5)
        for sender in 0..<5 { _ = all.event(sender, start) }
        #expect(all.settled() == start)
        for number in 1...80 as ClosedRange<Int64> {
            for sender in 3..<5 { #expect(all.event(sender, start + number * day) == .counted) }
            // While three that have gone count, they are the median; and then the two that are left.
            let expected = number <= 80 ? max(start, start + number * day - Self.reach) : start + number * day
            #expect(all.settled() == expected, "day \(number)")
        }
        for sender in 3..<5 { _ = all.event(sender, start + 81 * day) }
        #expect(all.settled() == start + 81 * day)
    }

    @Test("is moved by no event that is not counted")
    func uncounted() {
        var all = Consortium(spec)
        _ = all.event(1, start)
        _ = all.event(1, start + 9 * day)
        _ = all.event(2, start)
        #expect(all.settled() == start)
        #expect(all.event(2, start + 9 * day, logged: start) == .early)
        // An event of an id that the member has sent is not counted again.
        all.sent = 2
        #expect(all.event(2, start + 9 * day) == .known)
        #expect(all.settled() == start)
    }

    @Test("is its own in a consortium of one member")
    func single() {
        var all = Consortium(spec, members: 1)
        for number in 0..<100 as Range<Int64> {
            #expect(all.event(7, start + number * day) == .counted)
            #expect(all.settled() == start + number * day)
        }
        #expect(all.event(7, start + 98 * day) == .counted)
        #expect(all.settled() == start + 99 * day)
    }

    @Test("goes on after a restart from where every member stood")
    func restart() throws {
        var all = Consortium(spec)
        var disk = Disk()
        disk.write(all.counters.takeChanges())
        all.counters = try disk.read(spec, members: 3)
        #expect(all.settled() == nil)
        _ = all.event(1, start)
        _ = all.event(63, start + 5 * day)
        disk.write(all.counters.takeChanges())
        all.counters = try disk.read(spec, members: 3)
        #expect(all.counters.counters.now == time(start))
        _ = all.event(1, start + 9 * day)
        #expect(all.settled() == start + 5 * day)
        // The consortium is what it is now: one of one member stands where its newest event is.
        disk.write(all.counters.takeChanges())
        all.counters = try disk.read(spec, members: 1)
        #expect(all.settled() == start + 9 * day)
    }
}
