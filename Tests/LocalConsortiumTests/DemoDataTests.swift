import Foundation
import LocalConsortium
import Records
import Support
import Terminal
import Testing
import Worlds

@Suite("A demo's data")
struct DemoDataTests {
    private let data: DemoData

    init() throws { data = try DemoData.simulated(seed: 3, customers: 100, testDays: 3) }

    @Test("is a month, a week to train on, a week for labels, and the days that are scored")
    func days() {
        let first = data.train.lowerBound - 37
        #expect(EventTime(seconds: Int64(first) * EventTime.day).rfc3339.hasPrefix("2026-01-05"))
        #expect(data.train.count == 7 && data.test.count == 3)
        #expect(data.test.lowerBound - data.train.upperBound == 8)
        let days = Set(data.transactions.map(\.transaction.time.dayNumber))
        #expect(days.min() == first && days.max() == data.test.upperBound)
        #expect(data.begin == EventTime(seconds: Int64(data.test.lowerBound) * EventTime.day))
    }

    @Test("is the same for the same seed, says so, and differs for another")
    func seeded() throws {
        let again = try DemoData.simulated(seed: 3, customers: 100, testDays: 3)
        #expect(again.origin == data.origin && again.transactions == data.transactions)
        let other = try DemoData.simulated(seed: 4, customers: 100, testDays: 3)
        #expect(other.origin != data.origin && other.transactions != data.transactions)
        #expect(try DemoData.simulated(seed: 3, customers: 100, testDays: 4).origin != data.origin)
        // Fraud that changes does so behind the days that are trained on.
        let plain = try DemoData.simulated(seed: 3, customers: 1_000, testDays: 3)
        let changed = try DemoData.simulated(seed: 3, customers: 1_000, testDays: 3, changes: true)
        #expect(changed.origin != plain.origin && changed.transactions != plain.transactions)
        for (before, after) in zip(plain.transactions, changed.transactions) where before != after {
            #expect(plain.test.contains(after.transaction.time.dayNumber) && after.fraud && !before.fraud)
        }
    }

    @Test("of fewer customers than a world takes is refused", arguments: [99, 0, -1, 1_000_001])
    func customers(count: Int) {
        do {
            _ = try DemoData.simulated(seed: 1, customers: count)
            Issue.record("it was taken")
        } catch { #expect("\(error)" == "`--customers` is 100 to 1,000,000") }
    }

    @Test("of one member is its part, under a name of its own")
    func parts() {
        #expect(data.members.count == 3 && data.members == data.members.sorted())
        var count = 0
        for member in data.members {
            let part = data.only(member)
            #expect(part.members == [member] && part.origin == "\(data.origin)/\(member)")
            #expect(part.transactions.allSatisfy { $0.member == member })
            #expect(part.train == data.train && part.test == data.test)
            count += part.transactions.count
        }
        #expect(count == data.transactions.count)
    }

    @Test("is scheduled on the test days alone")
    func schedule() {
        let schedule = data.schedule()
        let tested = data.transactions.count { data.test.contains($0.transaction.time.dayNumber) }
        #expect(schedule.count >= tested && tested > 0)
    }

    @Test(
        "has a history up to the test days, as far back as windows reach",
        arguments: [1, 86_400, 86_401, 10 * 86_400] as [Int64])
    func history(reach: Int64) throws {
        let member = data.members[0]
        let days = Int((reach + EventTime.day - 1) / EventTime.day)
        let history = data.history(member, reach: reach)
        let expected = data.transactions.filter {
            $0.member == member
                && (data.test.lowerBound - days..<data.test.lowerBound).contains($0.transaction.time.dayNumber)
        }
        #expect(history.map(\.transaction.id) == expected.map(\.transaction.id) && !expected.isEmpty)
    }

    @Test("replayed needs training days before the test days, and transactions of both")
    func replayed() throws {
        let folder = try TemporaryFolder()
        let format = try folder.write(
            """
            columns: { id: id, time: time, customer: customer, terminal: terminal, amount: amount, fraud: fraud }
            members: [bank-a]

            """, to: "format.yaml")
        func said(_ train: String, _ test: String) -> String? {
            do {
                _ = try DemoData.replayed(folder.path("data"), format: format, train: train, test: test)
                return nil
            } catch { return "\(error)" }
        }
        let order = said("2026-01-08..2026-01-09", "2026-01-09..2026-01-10")
        #expect(
            order == "the test days 2026-01-09..2026-01-10 begin before the training days 2026-01-08..2026-01-09 end")
        #expect(said("2026-01-08", "soon")?.isEmpty == false)
    }

    @Test(
        "is retrained on days whose labels are known by then, and held against the model on days behind that have some")
    func retraining() throws {
        let data = try DemoData.simulated(seed: 3, customers: 100, testDays: 17)
        let first = data.test.lowerBound
        func count(_ days: ClosedRange<Int>) -> Int {
            data.transactions.count { days.contains($0.transaction.time.dayNumber) }
        }
        let days = try #require(DemoRetrainingDays(data))
        #expect(days.trained == first...first + 6 && days.validated == first + 7...first + 9)
        let trained = days.places(of: days.trained)
        #expect(trained == 0..<Int64(count(first...first + 6)))
        #expect(days.places(of: days.validated) == trained.upperBound..<Int64(count(first...first + 9)))
        #expect(days.labelled.dayNumber == first + 14 && days.labelled.hour == 6)
        // Where labels are waited for first.
        #expect(DemoRetrainingDays(data, trained: first + 1...first + 2) == nil)
        #expect(DemoRetrainingDays(data, trained: first...first + 1)?.validated == first + 9...first + 9)
        #expect(DemoRetrainingDays(data, trained: first - 1...first) == nil)
        #expect(DemoRetrainingDays(data, trained: first...first + 3) == nil)
        #expect(try DemoRetrainingDays(DemoData.simulated(seed: 3, customers: 100, testDays: 13)) == nil)
    }
}
