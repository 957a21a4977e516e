import Counters
import Records
import Testing

/// Transactions are limited by their budget. A history has none: each of its events may name tokens that are nobody's, which take
/// every party's memory until their windows are over.
@Suite("A member that fills the parties' memory by its history")
struct HistoryFloodTests {
    private let start: Int64 = 1_790_000_000 / EventTime.day * EventTime.day

    /// Tells of so many events of each of some days, each of a token of its own; the tokens that are kept, and what became of
    /// events.
    private func told(
        of events: Int, days: Int64, limit: Int
    ) throws -> (tokens: Int, events: Int, outcomes: [EventOutcome: Int]) {
        let spec = CounterSpec(bucketSeconds: EventTime.day, reach: 40 * EventTime.day)
        var counters = PartyCounters(spec: try #require(spec), members: 3)
        let member = try #require(MemberNumber(1))
        var outcomes: [EventOutcome: Int] = [:]
        for number in 0..<events * Int(days) {
            let at = EventTime(seconds: start + Int64(number) % days * EventTime.day)
            let id = try #require(
                EventID([UInt8](repeating: 3, count: 14) + [UInt8(number >> 8), UInt8(number & 0xFF)]))
            let token = try #require(CountedEntity([2] + id.bytes + id.bytes))
            let outcome = counters.event(
                id, from: member, of: [token], at: at,
                logged: EventTime(seconds: start + 40 * EventTime.day),
                limit: limit)
            outcomes[outcome, default: 0] += 1
        }
        return (counters.counters.count, counters.eventCount, outcomes)
    }

    @Test("has room for the roster's number of events a day, and each one beyond is refused by name")
    func flood() throws {
        let flooded = try told(of: 1000, days: 3, limit: 50)
        #expect(flooded.tokens == 150 && flooded.events == 150)
        #expect(flooded.outcomes == [.counted: 150, .beyond: 2850])
        let open = try told(of: 1000, days: 3, limit: .max)
        #expect(open.tokens == 3000 && open.outcomes == [.counted: 3000])
    }
}
