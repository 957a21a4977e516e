import Records
import Support
import Synchronization
import Testing
import Worlds

@Suite("A member's history, and work that is done by several threads")
struct HistoryTests {
    private let bankA = MemberID("bank-a")!
    private let bankB = MemberID("bank-b")!

    private func row(_ id: String, _ member: MemberID, day: Int64, second: Int64 = 0, fraud: Bool)
        -> LabelledTransaction
    {
        LabelledTransaction(
            member: member, transaction: payment(id, seconds: day * EventTime.day + second), fraud: fraud,
            scenario: fraud ? 1 : 0)
    }

    @Test("has the member's own transactions of the days, the last one left out")
    func days() {
        let rows = [
            row("before", bankA, day: 9, second: 86_399, fraud: false), row("first", bankA, day: 10, fraud: false),
            row("other", bankB, day: 11, fraud: true), row("last", bankA, day: 19, second: 86_399, fraud: false),
            row("after", bankA, day: 20, fraud: true),
        ]
        #expect(history(of: bankA, in: rows, days: 10..<20).map(\.transaction.id) == ["first", "last"])
        #expect(history(of: bankB, in: rows, days: 10..<20).map(\.transaction.id) == ["other"])
        #expect(history(of: bankA, in: rows, days: 10..<10).isEmpty && history(of: bankA, in: [], days: 0..<99).isEmpty)
    }

    @Test("knows of a fraud when its label has fallen due before the days' end, and of no other", arguments: [0, 1, 7])
    func labels(delay: Int) {
        let rows = (10..<20 as Range<Int64>).flatMap { day in
            [row("fraud-\(day)", bankA, day: day, fraud: true), row("good-\(day)", bankA, day: day, fraud: false)]
        }
        let known = history(of: bankA, in: rows, days: 10..<20, labelDelayDays: delay)
        #expect(known.count == 20)
        for (transaction, fraud) in known {
            // What is due on the first day that is left out is not known yet.
            let isDue = transaction.time.dayNumber + delay <= 19
            #expect(fraud == (transaction.id.hasPrefix("fraud") && isDue), "\(transaction.id)")
        }
    }

    @Test("results come in order, each made once", arguments: [0, 1, 2, 7, 1000], [1, 2, 3, 64])
    func parallel(count: Int, threads: Int) {
        let made = Mutex([Int](repeating: 0, count: count))
        let results = inParallel(count, threads: threads) { index in
            made.withLock { $0[index] += 1 }
            return index * index
        }
        #expect(results == (0..<count).map { $0 * $0 })
        #expect(made.withLock { $0 } == [Int](repeating: 1, count: count))
    }
}
