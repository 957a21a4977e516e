import Counters
import Records
import Testing
import ThreeParty

/// Event ids stand in clear headers. A broker that has a colluding member's record with another member's id before that member's
/// own record must neither hide that event nor have its labels refused.
@Suite("A member that sends another member's event id first")
struct BorrowedEventIDTests {
    private let start: Int64 = 1_790_000_000
    private let week = CountWindow(over: 7 * EventTime.day, delay: EventTime.day)

    private func share(_ count: UInt16) -> CountShare { CountShare(first: count, second: 0) }

    @Test("hides no event of the other's, and takes none of its labels")
    func borrowed() throws {
        let (token, own) = (try entity(1), try entity(2))
        let id = try #require(EventID([UInt8](repeating: 7, count: 16)))
        let (honest, thief) = (try #require(MemberNumber(0)), try #require(MemberNumber(1)))
        let spec = try #require(CounterSpec(bucketSeconds: EventTime.day, reach: 40 * EventTime.day))
        var counters = PartyCounters(spec: spec, members: 2)
        let at = EventTime(seconds: start)
        #expect(counters.event(id, from: thief, of: [own], at: at, logged: at) == .counted)
        #expect(counters.event(id, from: honest, of: [token], at: at, logged: at) == .counted)
        #expect(counters.label(share(1), of: id, from: honest) == .counted)
        #expect(counters.label(share(9), of: id, from: thief) == .counted)
        let later = EventTime(seconds: start + 3 * EventTime.day)
        let sum = counters.counters.sum(of: token, over: week, at: later)
        #expect(sum.events == 1 && sum.frauds.first == 1 && sum.members == 1)
        let other = counters.counters.sum(of: own, over: week, at: later)
        #expect(other.events == 1 && other.frauds.first == 9 && other.members == 2)
    }
}

/// A token of these tests.
func entity(_ number: UInt8) throws -> CountedEntity {
    try #require(CountedEntity([2] + [UInt8](repeating: number, count: 32)))
}
