import Model
import PipelineFiles
package import Records
import Terminal
package import Worlds

/// The demo's world: transactions with their ground truth, and which days train and which are scored.
package struct DemoData {
    package let transactions: [LabelledTransaction]
    package let train: ClosedRange<Int>
    package let test: ClosedRange<Int>
    /// Says in words what the data is; two equal texts mean equal data.
    package let origin: String
    package let members: [MemberID]
    /// Days after which a fraud is confirmed.
    package let labelDelayDays: Int

    /// A seeded world: a month that fills windows, a week to train on, a week for labels, a week or so to score.
    ///
    /// - Parameter changes: whether thieves take smaller amounts from the first day on that is scored.
    package static func simulated(
        seed: UInt64, customers: Int, testDays: Int = 7, labelDelayDays: Int = 7, changes: Bool = false
    ) throws -> DemoData {
        guard let start = EventTime(rfc3339: "2026-01-05"), (100...1_000_000).contains(customers) else {
            throw Failure("`--customers` is 100 to 1,000,000")
        }
        let options = try HandbookOptions(
            seed: seed, customers: customers, terminals: 2 * customers, days: 51 + testDays, startDay: start,
            members: BankShare.threeBanks,
            change: changes ? HandbookOptions.Change(day: 51, amountLimit: 18_000) : nil)
        let progress = Progress("simulating \(customers) customers of three banks")
        let transactions = HandbookWorld(options: options).transactions()
        progress.done("\(transactions.count) transactions over \(options.days) days")
        let first = start.dayNumber
        return DemoData(
            transactions: transactions, train: first + 37...first + 43, test: first + 51...first + 50 + testDays,
            origin: "simulated/\(seed)/\(customers)/\(testDays)\(changes ? "/changed" : "")",
            labelDelayDays: labelDelayDays)
    }

    package static func replayed(_ directory: String, format: String, train: String, test: String) throws -> DemoData {
        let trainDays = try DayRange(train).days
        let testDays = try DayRange(test).days
        guard trainDays.upperBound < testDays.lowerBound else {
            throw Failure("the test days \(test) begin before the training days \(train) end")
        }
        let transactions = try loadTransactions(
            directory, source: readReplay(file: format), lastDay: testDays.upperBound)
        for (name, days) in [(train, trainDays), (test, testDays)]
        where !transactions.contains(where: { days.contains($0.transaction.time.dayNumber) }) {
            throw Failure("\(directory) holds no transactions of \(name)")
        }
        return DemoData(
            transactions: transactions, train: trainDays, test: testDays,
            origin: "replayed/\(transactions.count)/\(train)")
    }

    private init(
        transactions: [LabelledTransaction], train: ClosedRange<Int>, test: ClosedRange<Int>, origin: String,
        labelDelayDays: Int = 7
    ) {
        self.transactions = transactions
        self.train = train
        self.test = test
        self.origin = origin
        self.labelDelayDays = labelDelayDays
        members = Set(transactions.map(\.member)).sorted()
    }

    /// What the members' systems emit on the test days, with a watermark at the end of each bucket of as many seconds.
    package func schedule(bucket: Int64 = EventTime.day) -> [ScheduledEvent] {
        eventSchedule(transactions, days: test, labelDelayDays: labelDelayDays, watermarks: bucket)
    }

    /// What one member has by itself.
    package func only(_ member: MemberID) -> DemoData {
        DemoData(
            transactions: transactions.filter { $0.member == member }, train: train, test: test,
            origin: "\(origin)/\(member)", labelDelayDays: labelDelayDays)
    }

    /// What event time has come to before the test days.
    package var begin: EventTime { EventTime(seconds: Int64(test.lowerBound) * EventTime.day) }

    /// A member's transactions from before the test days that a window can still reach.
    package func history(_ member: MemberID, reach seconds: Int64) -> [(transaction: Transaction, fraud: Bool)] {
        Worlds.history(
            of: member, in: transactions,
            days: test.lowerBound - Int((seconds + EventTime.day - 1) / EventTime.day)..<test.lowerBound,
            labelDelayDays: labelDelayDays)
    }
}
