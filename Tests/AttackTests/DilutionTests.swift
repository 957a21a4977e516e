import Counters
import Records
import Testing
import ThreeParty

/// History brings events along that no transaction stands behind, and a member may send any number of transactions. Neither may
/// push what others see of a token up or down beyond the roster's limit.
@Suite("A member that floods a token with events")
struct DilutionTests {
    private let start: Int64 = 1_790_000_000 / EventTime.day * EventTime.day
    private let window = CountWindow(over: EventTime.day, delay: 0)

    private func id(_ number: Int) throws -> EventID {
        try #require(EventID([UInt8](repeating: 3, count: 14) + [UInt8(number >> 8), UInt8(number & 0xFF)]))
    }

    /// What others see of the token of ten honest events, all of them frauds by share (1, 0), beside `count` events of another.
    private func seen(flood count: Int, share: UInt16, limit: Int, isFirst: Bool) throws -> BucketSum {
        let spec = CounterSpec(bucketSeconds: EventTime.day, reach: 40 * EventTime.day, limit: limit)
        var counters = PartyCounters(spec: try #require(spec), members: 3)
        let (token, honest, other) = (try entity(1), try #require(MemberNumber(0)), try #require(MemberNumber(1)))
        func send(_ numbers: Range<Int>, _ member: MemberNumber, _ share: UInt16) throws {
            for number in numbers {
                let at = EventTime(seconds: start + Int64(number))
                #expect(counters.event(try id(number), from: member, of: [token], at: at, logged: at) == .counted)
                let label = counters.label(CountShare(first: share, second: 0), of: try id(number), from: member)
                #expect(label == .counted)
            }
        }
        if isFirst { try send(100..<100 + count, other, share) }
        try send(0..<10, honest, 1)
        if !isFirst { try send(100..<100 + count, other, share) }
        let place = try #require(counters.counters.place(of: token))
        return counters.counters.labelled(at: place, over: window, at: EventTime(seconds: start + EventTime.day))
    }

    @Test("neither dilutes nor raises its rate beyond the limit, whoever comes first", arguments: [false, true])
    func flood(isFirst: Bool) throws {
        for (share, frauds) in [(0, 10), (1, 20)] as [(UInt16, UInt16)] {
            let sum = try seen(flood: 5000, share: share, limit: 10, isFirst: isFirst)
            #expect(sum.events == 20 && sum.frauds.first == frauds)
        }
    }

    @Test("does not make its confirmed frauds wrap to none", arguments: [1013, 1014, 1015, 2038, 8180, 20_000])
    func wrap(count: Int) throws {
        let sum = try seen(flood: count, share: 1, limit: CounterSpec.usualLimit, isFirst: false)
        let events = min(count + 10, CountDomain.mostEvents)
        #expect(sum.events == events && Int(sum.frauds.first) == events)
        #expect(CountDomain(events: sum.events).size > Int(sum.frauds.first))
    }
}
