import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000 / day * day

@Suite("Busy tokens")
struct LimitTests {
    private let window = CountWindow(over: 3 * day, delay: 0)

    /// Events of token 1, all of which were frauds by share (1, 0) where their labels count.
    private func add(_ count: Int, _ sender: Int, at: Int64, _ counters: inout PartyCounters, _ id: inout Int) {
        for _ in 0..<count {
            #expect(counters.event(eventID(id), from: member(sender), of: [token(1)], at: time(at)) == .counted)
            let outcome = counters.label(CountShare(first: 1, second: 0), of: eventID(id), from: member(sender))
            #expect(outcome == .counted)
            id += 1
        }
    }

    private func labelled(_ counters: PartyCounters, _ at: Int64) throws -> BucketSum {
        let place = try #require(counters.counters.place(of: token(1)))
        return counters.counters.labelled(at: place, over: window, at: time(at))
    }

    @Test("count a member's events up to the limit of a bucket, and no labels of others, whatever the order")
    func limit() throws {
        var counters = PartyCounters(spec: spec(days: 9, limit: 4), members: 3)
        var id = 0
        add(3, 1, at: start, &counters, &id)
        add(9, 2, at: start + hour, &counters, &id)
        add(3, 1, at: start + 2 * hour, &counters, &id)
        add(2, 1, at: start + day, &counters, &id)
        let sum = counters.sum(1, window, start + 3 * day)
        #expect(sum.events == 4 + 4 + 2 && sum.frauds.first == 10 && sum.members == 0b110)
        let read = try labelled(counters, start + 3 * day)
        #expect(read.events == 10 && read.frauds.first == 10)
        // Spans have the same events.
        let hours = counters.counters.velocity(of: token(1), over: .hour, at: time(start + 2 * hour))
        #expect(hours.events == 4 + 1)
        // What was beyond the limit is known by its id, and its label is taken.
        #expect(counters.event(eventID(11), from: member(2), of: [token(1)], at: time(start)) == .known)
        #expect(counters.label(.zero, of: eventID(11), from: member(2)) == .counted)
        #expect(try labelled(counters, start + 3 * day).frauds.first == 10)
    }

    @Test("are read by their newest buckets, as many as hold no more than a lookup does")
    func newest() throws {
        var counters = PartyCounters(spec: spec(days: 9), members: 3)
        var id = 0
        add(3, 2, at: start, &counters, &id)
        add(4000, 1, at: start + day, &counters, &id)
        add(4191, 1, at: start + 2 * day, &counters, &id)
        let full = try labelled(counters, start + 3 * day)
        #expect(full.events == 8191 && full.frauds.first == 8191 && full.members == 0b10)
        // Of all three days' it would be three more; a day earlier or later they fit.
        #expect(counters.sum(1, window, start + 3 * day).events == 8194)
        #expect(try labelled(counters, start + 2 * day).events == 4003)
        #expect(try labelled(counters, start + 4 * day).events == 8191)
        add(1, 2, at: start + 2 * day, &counters, &id)
        let less = try labelled(counters, start + 3 * day)
        #expect(less.events == 4192 && less.frauds.first == 4192 && less.members == 0b110)
    }

    @Test("have labels of the first events of a bucket, as many as a lookup holds; the others count without one")
    func first() throws {
        var counters = PartyCounters(spec: spec(days: 9), members: 3)
        var id = 0
        add(8190, 1, at: start, &counters, &id)
        add(5, 2, at: start, &counters, &id)
        add(5, 1, at: start, &counters, &id)
        let read = try labelled(counters, start + day)
        #expect(read.events == 8191 && read.frauds.first == 8191 && read.members == 0b110)
        // One more of the first member's fills its own part.
        #expect(counters.sum(1, window, start + day).events == 8191 + 5)
        // A correction of one whose label counts, and of one whose label does not.
        for (number, expected) in [(0, 8190), (8194, 8190), (8190, 8189)] {
            #expect(counters.label(.zero, of: eventID(number), from: member(number < 8190 ? 1 : 2)) == .counted)
            #expect(try labelled(counters, start + day).frauds.first == UInt16(expected))
        }
    }
}
