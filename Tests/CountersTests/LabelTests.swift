import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Labels")
struct LabelTests {
    private func counters() -> PartyCounters {
        var counters = PartyCounters(spec: spec(days: 3), members: 3)
        #expect(counters.event(eventID(1), from: member(1), of: [token(1), token(2)], at: time(start)) == .counted)
        #expect(counters.event(eventID(2), from: member(2), of: [token(1), token(1)], at: time(start)) == .counted)
        return counters
    }

    private func sum(_ counters: PartyCounters, _ number: Int) -> BucketSum {
        counters.sum(number, CountWindow(over: day, delay: 0), start + day)
    }

    private func frauds(_ counters: PartyCounters, _ number: Int) -> UInt16 { sum(counters, number).frauds.first }

    private func share(_ count: UInt16) -> CountShare { CountShare(first: count, second: 0) }

    @Test("come in records that are taken once, by the position in the member's partition")
    func repeats() {
        var counters = counters()
        func takes(_ sender: Int, _ partition: UInt32, _ position: UInt64) -> Bool {
            counters.takesLabels(from: member(sender), partition: partition, position: position)
        }
        #expect(takes(1, 0, 0) && !takes(1, 0, 0))
        #expect(takes(1, 0, 9) && !takes(1, 0, 3) && !takes(1, 0, 9) && takes(1, 0, 10))
        // Other partitions and other members have sequences of their own.
        #expect(takes(1, 1, 3) && takes(2, 0, 3) && takes(0, 4095, 0))
        #expect(!takes(1, 1, 3) && !takes(1, 1, 0) && !takes(2, 0, 0) && takes(1, 1, 4))
        #expect(takes(63, 7, .max) && !takes(63, 7, .max))
        // What can't be a partition takes up no room.
        #expect(!takes(1, 4096, 5) && !takes(1, .max, 5))
    }

    @Test("count for each of an event's tokens, once where it is named twice")
    func counted() {
        var counters = counters()
        #expect(counters.label(share(1), of: eventID(1), from: member(1)) == .counted)
        #expect(counters.label(share(5), of: eventID(2), from: member(2)) == .counted)
        #expect(frauds(counters, 1) == 6 && frauds(counters, 2) == 1)
        #expect(sum(counters, 1).events == 2)
    }

    @Test("are corrected by the event they are of; a withdrawal is an outcome of 0")
    func corrections() {
        var counters = counters()
        for (outcome, expected) in [(700, 700), (3, 3), (3, 3), (0, 0), (0, 0), (4, 4)] as [(UInt16, UInt16)] {
            #expect(counters.label(share(outcome), of: eventID(1), from: member(1)) == .counted)
            #expect(frauds(counters, 1) == expected && frauds(counters, 2) == expected)
        }
    }

    @Test("of events that are unknown, or another member's, are refused by a stable code, and stand in nobody's way")
    func refusals() {
        var counters = counters()
        #expect(counters.label(share(1), of: eventID(7), from: member(1)) == .refused(.unknownEvent))
        #expect(counters.label(share(1), of: eventID(2), from: member(1)) == .refused(.unknownEvent))
        #expect(frauds(counters, 1) == 0)
        #expect(LabelError.unknownEvent.rawValue == "unknown_event")
        #expect(counters.label(share(1), of: eventID(2), from: member(2)) == .counted)
    }

    @Test("of an event that is in no window any more are of an unknown one, swept or not; the ledger stays bounded")
    func expiry() {
        for sweeps in [false, true] {
            var counters = counters()
            counters.settle(at: start + 4 * day)
            counters.settle(at: start + 5 * day)
            if sweeps { counters.sweep(100) }
            #expect(counters.eventCount == (sweeps ? 4 : 6))
            #expect(counters.label(share(1), of: eventID(1), from: member(1)) == .refused(.unknownEvent))
            // Its id may come again; the place of its tokens is another's by then.
            #expect(
                counters.event(eventID(1), from: member(3), of: [token(9)], at: time(start + 5 * day)) == .counted)
            counters.sweep(100)
            #expect(counters.eventCount == 5 && counters.counters.count == 1)
            #expect(!counters.knows(token(1)) && counters.knows(token(9)))
            #expect(counters.label(share(1), of: eventID(1), from: member(3)) == .counted)
            #expect(counters.sum(9, CountWindow(over: day, delay: 0), start + 6 * day).frauds.first == 1)
        }
    }

    @Test("an event of an id that its member has sent counts once; another member's event of that id is another event")
    func knownEvent() {
        var counters = counters()
        #expect(counters.event(eventID(1), from: member(1), of: [token(3)], at: time(start)) == .known)
        #expect(sum(counters, 3).events == 0 && !counters.knows(token(3)))
        #expect(counters.label(share(1), of: eventID(1), from: member(2)) == .refused(.unknownEvent))
        #expect(counters.event(eventID(1), from: member(2), of: [token(3)], at: time(start)) == .counted)
        #expect(counters.label(share(1), of: eventID(1), from: member(2)) == .counted)
        #expect(frauds(counters, 3) == 1 && frauds(counters, 1) == 0 && frauds(counters, 2) == 0)
    }

    @Test("of history label what they bring and what was there already, where that is the member's own")
    func history() {
        var counters = counters()
        func entry(_ id: Int, _ sender: Int, _ number: Int, _ outcome: UInt16) -> (EventOutcome, LabelOutcome) {
            let event = counters.event(eventID(id), from: member(sender), of: [token(number)], at: time(start - hour))
            return (event, counters.label(share(outcome), of: eventID(id), from: member(sender)))
        }
        #expect(entry(3, 1, 4, 1) == (.counted, .counted))
        #expect(frauds(counters, 4) == 1)
        // The event's own tokens and time count, whatever the entry says now.
        #expect(entry(1, 1, 5, 1) == (.known, .counted))
        #expect(frauds(counters, 1) == 1 && frauds(counters, 2) == 1 && !counters.knows(token(5)))
        #expect(entry(2, 1, 5, 1) == (.counted, .counted))
        #expect(frauds(counters, 5) == 1)
        #expect(entry(3, 1, 4, 0) == (.known, .counted))
        #expect(frauds(counters, 4) == 0)
    }

    @Test("tokens are known once an event of theirs was counted")
    func known() {
        var counters = counters()
        #expect(counters.knows(token(1)) && counters.knows(token(2)) && !counters.knows(token(3)))
        #expect(counters.event(eventID(8), from: member(1), of: [token(3)], at: time(start - 30 * day)) == .late)
        #expect(!counters.knows(token(3)))
    }
}
