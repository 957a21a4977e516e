import Counters
import Records
import Testing

/// Members say when their events were. None of them, nor two together, may move the time of the counts so that the others' events
/// are counted no more, or are in no window.
@Suite("A member that lies about when its events were")
struct CountingTimeTests {
    private let now: Int64 = 1_790_000_000
    private let day = EventTime.day
    private let week = CountWindow(over: 7 * EventTime.day, delay: EventTime.day)

    private struct Consortium {
        var counters: PartyCounters
        var sent = 0

        init() throws {
            let spec = try #require(CounterSpec(bucketSeconds: EventTime.day, reach: 40 * EventTime.day))
            counters = PartyCounters(spec: spec, members: 5)
        }

        @discardableResult
        mutating func send(_ sender: Int, at time: Int64, logged: Int64) throws -> EventOutcome {
            sent += 1
            let id = try #require(EventID([UInt8](repeating: 0, count: 14) + [UInt8(sent >> 8), UInt8(sent & 0xFF)]))
            return counters.event(
                id, from: try #require(MemberNumber(sender)), of: [try entity(UInt8(1 + sender))],
                at: EventTime(seconds: time), logged: EventTime(seconds: logged))
        }
    }

    /// Honest members send an event a day each for a month, and all of them are counted where they belong.
    private func expectHonest(_ all: inout Consortium, from start: Int64) throws {
        for number in 0..<30 as Range<Int64> {
            let today = start + number * day
            for sender in 2..<5 { #expect(try all.send(sender, at: today, logged: today) == .counted) }
            all.counters.settle(logged: EventTime(seconds: today))
        }
        let sum = all.counters.counters.sum(of: try entity(3), over: week, at: EventTime(seconds: start + 29 * day))
        #expect(sum.events == 7)
    }

    @Test(
        "with a first event of 1971, of tomorrow, of next year or of 2106 ends no counting",
        arguments: [40_000_000, 1_790_080_000, 1_821_000_000, 4_294_967_295] as [Int64])
    func first(time: Int64) throws {
        var all = try Consortium()
        try all.send(0, at: time, logged: now)
        all.counters.settle(logged: EventTime(seconds: now))
        try expectHonest(&all, from: now)
    }

    @Test("together with another one moves the time of the counts no further than the log's")
    func two() throws {
        var all = try Consortium()
        for sender in 0..<5 { try all.send(sender, at: now, logged: now) }
        all.counters.settle(logged: EventTime(seconds: now))
        for round in 1...30 as ClosedRange<Int64> {
            for sender in 0..<2 { try all.send(sender, at: now + 40 * round * day - 1, logged: now) }
            all.counters.settle(logged: EventTime(seconds: now))
        }
        try expectHonest(&all, from: now)
        #expect(try #require(all.counters.counters.now).seconds <= now + 30 * day)
    }
}
