import Counters
import Records
import Testing
import ThreeParty

private let start: Int64 = 1_530_000_000

@Suite("Labels")
struct LabelTests {
    private let spec = CounterSpec(bucketSeconds: day, windows: [CountWindow(over: 3 * day, delay: 0)])!

    private func counters() -> PartyCounters {
        var counters = PartyCounters(spec: spec, now: time(start))
        #expect(counters.event(eventID(1), from: member(1), of: [token(1), token(2)], at: time(start)) == .counted)
        #expect(counters.event(eventID(2), from: member(2), of: [token(1), token(1)], at: time(start)) == .counted)
        return counters
    }

    private func frauds(_ counters: PartyCounters, _ number: Int) -> UInt16 {
        counters.counters.windows(of: token(number), at: time(start))[0].frauds.first
    }

    private func outcome(_ count: UInt16) -> LabelChange { .outcome(CountShare(first: count, second: 0)) }

    @Test("count once, however often they come")
    func repeats() {
        var counters = counters()
        #expect(counters.label(outcome(1), of: eventID(1), from: member(1), position: 0) == .counted)
        #expect(counters.label(outcome(1), of: eventID(1), from: member(1), position: 0) == .repeated)
        #expect(counters.label(outcome(5), of: eventID(2), from: member(2), position: 9) == .counted)
        #expect(counters.label(outcome(5), of: eventID(2), from: member(2), position: 3) == .repeated)
        // An event that names a token twice counts once for it.
        #expect(frauds(counters, 1) == 6 && frauds(counters, 2) == 1)
        #expect(counters.counters.windows(of: token(1), at: time(start))[0].events == 2)
    }

    @Test("are corrected and withdrawn by the event they are of")
    func corrections() {
        var counters = counters()
        #expect(counters.label(outcome(700), of: eventID(1), from: member(1), position: 0) == .counted)
        #expect(counters.label(outcome(3), of: eventID(1), from: member(1), position: 1) == .counted)
        #expect(frauds(counters, 1) == 3 && frauds(counters, 2) == 3)
        #expect(counters.label(.withdrawal, of: eventID(1), from: member(1), position: 2) == .counted)
        #expect(frauds(counters, 1) == 0 && frauds(counters, 2) == 0)
        #expect(
            counters.label(.withdrawal, of: eventID(1), from: member(1), position: 3)
                == .refused(.doubledReversal))
        #expect(counters.label(outcome(4), of: eventID(1), from: member(1), position: 4) == .counted)
        #expect(frauds(counters, 2) == 4)
    }

    @Test("of events that are unknown, foreign or not labelled are refused by a stable code, and use their position up")
    func refusals() {
        var counters = counters()
        func label(_ change: LabelChange, _ id: Int, _ sender: Int, _ position: UInt64) -> LabelOutcome {
            counters.label(change, of: eventID(id), from: member(sender), position: position)
        }
        #expect(label(outcome(1), 7, 1, 0) == .refused(.unknownEvent))
        #expect(label(outcome(1), 2, 1, 1) == .refused(.foreignEvent))
        #expect(label(.withdrawal, 2, 1, 2) == .refused(.foreignEvent))
        #expect(label(.withdrawal, 1, 1, 3) == .refused(.doubledReversal))
        #expect(label(outcome(1), 1, 1, 3) == .repeated)
        #expect(frauds(counters, 1) == 0)
        #expect(
            [LabelError.unknownEvent, .foreignEvent, .doubledReversal].map(\.rawValue) == [
                "unknown_event", "foreign_event", "doubled_reversal",
            ])
        // The refused ones of one member don't stand in another's way.
        #expect(label(outcome(1), 2, 2, 0) == .counted)
    }

    @Test("of an event that is in no window any more are of an unknown one, swept or not; the ledger stays bounded")
    func expiry() {
        for sweeps in [false, true] {
            var counters = counters()
            counters.advance(to: time(start + 4 * day))
            if sweeps { counters.sweep(100) }
            #expect(counters.eventCount == (sweeps ? 0 : 2))
            #expect(
                counters.label(outcome(1), of: eventID(1), from: member(1), position: 0) == .refused(.unknownEvent))
            // Its id may come again; the place of its tokens is another's by then.
            #expect(
                counters.event(eventID(1), from: member(3), of: [token(9)], at: time(start + 4 * day)) == .counted)
            counters.sweep(100)
            #expect(counters.eventCount == 1 && counters.counters.count == 1)
            #expect(counters.label(outcome(1), of: eventID(1), from: member(3), position: 0) == .counted)
        }
    }

    @Test("an event of a known id counts once, and stays its first member's")
    func knownEvent() {
        var counters = counters()
        #expect(counters.event(eventID(1), from: member(2), of: [token(3)], at: time(start)) == .known)
        #expect(counters.counters.windows(of: token(3), at: time(start))[0].events == 0)
        #expect(counters.label(outcome(1), of: eventID(1), from: member(2), position: 0) == .refused(.foreignEvent))
    }
}
