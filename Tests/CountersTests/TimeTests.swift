import Counters
import Records
import Testing

private let start: Int64 = 1_530_000_000

@Suite("The counters' time")
struct TimeTests {
    private let spec = CounterSpec(bucketSeconds: day, reach: 40 * day)!

    /// A consortium whose members send events in the order of the calls.
    private struct Consortium {
        var counters: PartyCounters
        var sent = 0

        init(_ spec: CounterSpec, members: Int = 3) { counters = PartyCounters(spec: spec, members: members) }

        mutating func event(_ sender: Int, _ at: Int64) -> EventOutcome {
            sent += 1
            return counters.event(eventID(sent), from: member(sender), of: [token(sender)], at: time(at))
        }

        mutating func settled() -> Int64? {
            counters.settle()
            return counters.counters.now?.seconds
        }
    }

    @Test("is unknown until the first event is counted, and then that one's")
    func first() {
        var all = Consortium(spec)
        #expect(all.settled() == nil)
        #expect(all.event(1, -1) == .late)
        #expect(all.settled() == nil)
        #expect(all.event(1, start) == .counted)
        #expect(all.counters.counters.now == time(start))
        #expect(all.settled() == start)
    }

    @Test("is what two members have come to, moves at the end of a batch, and never goes back")
    func two() {
        var all = Consortium(spec)
        _ = all.event(1, start)
        _ = all.event(1, start + 2 * day)
        #expect(all.settled() == start)
        _ = all.event(2, start + day)
        #expect(all.counters.counters.now == time(start))
        #expect(all.settled() == start + day)
        _ = all.event(3, start + 3 * day)
        #expect(all.settled() == start + 2 * day)
        // What is late moves nothing.
        _ = all.event(2, start)
        #expect(all.settled() == start + 2 * day)
        // The second's first event is from before the time that the first one set.
        var other = Consortium(spec)
        _ = other.event(1, start)
        _ = other.event(2, start - 5 * day)
        #expect(other.settled() == start)
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

    @Test("stays where one member is alone for long: its events count up to the reach ahead, and go on with a second's")
    func alone() {
        var all = Consortium(spec)
        _ = all.event(1, start)
        _ = all.event(2, start)
        for number in 1...80 as ClosedRange<Int64> {
            #expect(all.event(1, start + number * day) == (number <= 40 ? .counted : .early))
            #expect(all.settled() == start)
        }
        #expect(all.event(2, start + 30 * day) == .counted)
        #expect(all.settled() == start + 30 * day)
        #expect(all.event(1, start + 70 * day) == .counted)
        #expect(all.event(1, start + 70 * day + 1) == .early)
    }

    @Test("is moved by no event that is not counted")
    func uncounted() {
        var all = Consortium(spec)
        _ = all.event(1, start)
        _ = all.event(1, start + 9 * day)
        #expect(all.event(2, start + 40 * day + 1) == .early)
        #expect(all.settled() == start)
        // An event of an id that the member has sent is not counted again.
        #expect(all.event(2, start) == .counted)
        all.sent -= 1
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
