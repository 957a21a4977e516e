import Model
import Records
import Simulation
import Testing

@Suite("What is expected of the parties' counts")
struct ExpectedCountsTests {
    private func payment(_ id: Int, hour: Int, terminal: Int = 1, device: Int? = nil) -> Transaction {
        Transaction(
            id: "p\(id)", time: EventTime(seconds: Int64(hour) * 3600 + 1800), customer: "c", terminal: "t\(terminal)",
            amount: MinorUnits(1), entities: device.map { [.device: "d\($0)"] } ?? [:])
    }

    /// Of six hours that ended two hours ago.
    private func feature(_ signal: Feature.Signal, _ entity: Feature.Entity = .terminal) throws -> Feature.Shared {
        let window = Feature.Window(span: 6 * 3600, delay: 2 * 3600)
        return try #require(Feature(name: "f", kind: .consortium(signal, entity, window)).shared)
    }

    @Test("a window holds the whole buckets that ended before its delay")
    func window() throws {
        var counts = ExpectedCounts()
        for hour in 0..<20 { counts.add(payment(hour, hour: hour), of: hour % 2) }
        // At half past 12 the buckets of 4 to 9 had ended by half past 10.
        #expect(try counts.value(of: feature(.count), at: payment(99, hour: 12), bucket: 3600) == 6)
        #expect(try counts.value(of: feature(.members), at: payment(99, hour: 12), bucket: 3600) == 2)
        #expect(try counts.value(of: feature(.count), at: payment(99, hour: 2), bucket: 3600) == 0)
        #expect(try counts.value(of: feature(.count), at: payment(99, hour: 4), bucket: 3600) == 2)
        #expect(try counts.value(of: feature(.count), at: payment(99, hour: 12, terminal: 2), bucket: 3600) == 0)
    }

    @Test("frauds are those that were said last, and a rate is of the events")
    func frauds() throws {
        var counts = ExpectedCounts()
        for id in 0..<4 { counts.add(payment(id, hour: 5, device: 3), of: 0) }
        for (id, fraud) in [(0, true), (1, true), (1, false), (2, false)] {
            let isKnown = counts.label("p\(id)", of: 0, fraud: fraud)
            #expect(isKnown)
        }
        let later = payment(9, hour: 10, device: 3)
        #expect(try counts.value(of: feature(.frauds), at: later, bucket: 3600) == 1)
        #expect(try counts.value(of: feature(.fraudRate), at: later, bucket: 3600) == 0.25)
        #expect(try counts.value(of: feature(.fraudRate, .device), at: later, bucket: 3600) == 0.25)
        #expect(try counts.value(of: feature(.fraudRate, .device), at: payment(9, hour: 10), bucket: 3600) == 0)
        #expect(try counts.value(of: feature(.fraudRate), at: payment(9, hour: 30), bucket: 3600) == 0)
        // Of a member's events the first of each bucket count, up to the limit, with their labels.
        var limited = ExpectedCounts(limit: 2)
        for id in 0..<5 { limited.add(payment(id, hour: 5), of: id == 4 ? 1 : 0) }
        for id in [1, 2, 3] { _ = limited.label("p\(id)", of: 0, fraud: true) }
        #expect(try limited.value(of: feature(.count), at: payment(9, hour: 10), bucket: 3600) == 3)
        #expect(try limited.value(of: feature(.frauds), at: payment(9, hour: 10), bucket: 3600) == 1)
        #expect(try limited.value(of: feature(.members), at: payment(9, hour: 10), bucket: 3600) == 2)
        // A busy one is read by its newest bucket alone, where that has as many as a lookup reads.
        var busy = ExpectedCounts(limit: 9000)
        busy.add(payment(0, hour: 6), of: 0)
        for id in 1...8191 { busy.add(payment(id, hour: 7), of: 0) }
        for id in ["p0", "p1"] { _ = busy.label(id, of: 0, fraud: true) }
        #expect(try busy.value(of: feature(.count), at: payment(9999, hour: 10), bucket: 3600) == 8192)
        #expect(try busy.value(of: feature(.frauds), at: payment(9999, hour: 10), bucket: 3600) == 1)
        let (foreign, unknown) = (counts.label("p0", of: 1, fraud: true), counts.label("p7", of: 0, fraud: true))
        #expect(!foreign && !unknown)
    }
}
