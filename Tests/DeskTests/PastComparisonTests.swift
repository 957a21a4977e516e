import Desk
import Records
import Testing

struct PastComparisonTests {
    private static let day = EventTime(rfc3339: "2026-03-10T00:00:00Z")!.seconds

    private func payment(
        _ number: Int, day: Int = 0, hour: Int = 12, minute: Int = 0, amount: Int64 = 1000, terminal: String = "x-1",
        payee: String? = nil,
        device: String? = nil
    ) -> Transaction {
        var entities: Entities = [:]
        entities[.payee] = payee
        entities[.device] = device
        return Transaction(
            id: "t-\(number)", time: EventTime(seconds: Self.day + Int64(day * 86_400 + hour * 3600 + minute * 60)),
            customer: "c-1", terminal: terminal, amount: MinorUnits(amount), entities: entities)
    }

    /// Ten days at noon, of 10.00 to 19.00, at one terminal.
    private var past: [Transaction] { (0..<10).map { payment($0, day: -1 - $0, amount: 1000 + Int64($0) * 100) } }

    @Test("without a past nothing is unusual, and with too little of one neither")
    func little() {
        for past in [[], Array(past.prefix(PastComparison.enough - 1))] {
            let found = PastComparison(payment(99, hour: 3, amount: 9_000_000, terminal: "new"), past: past)
            #expect(found.unusual == 0)
            #expect(found.count == past.count)
        }
        #expect(PastComparison(payment(99), past: []).amount.median == nil)
        #expect(PastComparison(payment(99), past: []).since == nil)
    }

    @Test("an amount is unusual above what nine of ten were, and half as much again")
    func amounts() {
        let look = PastComparison(payment(99, amount: 2700), past: past).amount
        #expect(look.median == 1400)
        #expect(look.ninth == 1800)
        #expect(look.largest == 1900)
        #expect(!look.isUnusual)
        #expect(PastComparison(payment(99, amount: 2701), past: past).amount.isUnusual)
    }

    @Test("an hour is known by itself and by those beside it, over midnight too")
    func hours() {
        for (hour, isUnusual) in [(11, false), (12, false), (13, false), (10, true), (14, true), (0, true)] {
            #expect(PastComparison(payment(99, hour: hour), past: past).hour.isUnusual == isUnusual, "\(hour)")
        }
        let late = (0..<10).map { payment($0, day: -1 - $0, hour: 23) }
        #expect(!PastComparison(payment(99, hour: 0), past: late).hour.isUnusual)
        #expect(PastComparison(payment(99), past: past).hour.counts[12] == 10)
    }

    @Test("a payee is looked at where the payment has one, else the terminal; a device before either as the place")
    func names() {
        let known = PastComparison(payment(99), past: past)
        #expect(known.payee.kind == .terminal && known.payee.times == 10 && !known.payee.isUnusual)
        #expect(known.payee.first == past.last?.time)
        #expect(known.place.kind == .ip && known.place.name.isEmpty && !known.place.isUnusual)
        let fresh = PastComparison(payment(99, terminal: "x-2", payee: "p-1", device: "d-1"), past: past)
        #expect(fresh.payee.kind == .payee && fresh.payee.isUnusual && fresh.payee.times == 0)
        #expect(fresh.place.kind == .device && fresh.place.isUnusual)
        #expect(PastComparison(payment(99, payee: "p-1"), past: past).place.kind == .terminal)
    }

    @Test("payments within a day are counted to the second, and held against the busiest day before")
    func velocity() {
        let busy = past + (0..<3).map { payment(20 + $0, day: 0, hour: 12, minute: $0 * 10) }
        let look = PastComparison(payment(99, hour: 13), past: busy).velocity
        #expect(look.count == 4)
        #expect(look.mostCount == 3)
        #expect(look.isUnusual)
        #expect(look.sum == 4000)
        // What is a day old to the second is of the day before.
        let edge = PastComparison(payment(99, day: 0, hour: 12), past: past).velocity
        #expect(edge.count == 1 && !edge.isUnusual)
    }

    @Test("later payments and the payment itself are no past of it")
    func later() {
        let later = [payment(50, day: 1, terminal: "x-9"), payment(99, terminal: "x-9")]
        let found = PastComparison(payment(99, terminal: "x-9"), past: past + later)
        #expect(found.count == 10)
        #expect(found.payee.isUnusual)
    }
}
