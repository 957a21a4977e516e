import ArgumentParser
import Desk
import DeskStore
import EventLogs
import Formats
import Foundation
import LocalStore
import Policy
import Records
import Stages
import Terminal
import Trials
import Worlds

/// A rule tried on a member's past, as a desk tries it: how long that takes.
struct BenchBacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest", abstract: "Measure how long a desk takes to try a rule on the past.",
        discussion: """
            A log and an index are filled with transactions and their scores; then a rule with a window is tried on all of them, \
            beside a policy with one rule and two windows, as the desk's page does. The time is that of the trial alone.
            """)

    @Option(help: "Transactions in the log.")
    var transactions = 1_000_000

    @Option(help: ArgumentHelp("Where log and index are made; emptied before, but for `--again`.", valueName: "dir"))
    var dir = "bench-backtest"

    @Flag(help: "Measure on what an earlier run with as many transactions has made.")
    var again = false

    private static let policy = """
        review: 0.8
        decline: 0.95
        windows:
          - { name: seen_1d, kind: count, entity: customer, over: 1d }
          - { name: at_terminal_1d, kind: count, entity: terminal, over: 1d }
        rules:
          - { id: large, mode: live, reason: Much at once, when: { amount: { at_least: 4500 } }, at_least: review }
        """
    private static let rule = """
        { id: busy, mode: live, reason: Many today, when: { window: { name: seen_1d, at_least: 4 }, amount: { at_least: 500 } },
          at_least: review }
        """

    func validate() throws {
        guard transactions > 0 else { throw ValidationError("`--transactions` is above 0") }
    }

    func run() throws {
        if !again { try? FileManager.default.removeItem(atPath: dir) }
        let log = try SQLiteEventLog(directory: dir + "/log", clock: SystemClock(), durability: .process)
        let index = try DeskIndex(path: dir + "/desk.sqlite", member: BenchDesk.member)
        if !again { try fill(log, index) }
        let policy = dir + "/policy.yaml"
        try writeFile(Array(Self.policy.utf8), to: policy)
        let tester = DeskRuleTester(
            policy: policy, member: BenchDesk.member, mapping: .canonical, log: log, index: index)
        let began = ContinuousClock.now
        let report = try tester.test(tester.read(Self.rule), within: .everything) { _, _ in true }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        guard let report, report.total.rows == transactions else { throw Failure("not every transaction was decided") }
        say("\(transactions) transactions in \(decimals(seconds, 1)) s; the rule matches \(report.tried.alerts)")
    }

    private func fill(_ log: any EventLog, _ index: DeskIndex) throws {
        let topic = TopicPartition(Topics.transactions(BenchDesk.member))
        try log.create([TopicSettings(name: topic.topic)])
        let progress = Progress("filling log and index")
        var random = SeededRandom(seed: 1)
        for first in stride(from: 0, to: transactions, by: 10_000) {
            var (records, batch) = ([NewRecord](), DeskBatch(inputs: [], positions: []))
            for number in first..<min(transactions, first + 10_000) {
                let payment = Transaction(
                    id: "t-\(number)", time: EventTime(seconds: 1_769_000_000 + Int64(number) * 2),
                    customer: "c-\(Int.random(in: 0..<50_000, using: &random))",
                    terminal: "x-\(Int.random(in: 0..<5000, using: &random))",
                    amount: MinorUnits(Int64.random(in: 100...500_000, using: &random)))
                let probability = Double.random(in: 0...1, using: &random)
                records.append(NewRecord(topic, value: CanonicalJSON.encode(payment)))
                let source = SourcePosition(offset: Int64(number))
                batch.inputs.append(.payment(payment, at: source))
                batch.inputs.append(
                    .decision(
                        BenchAlert.item(number), of: source, band: probability < 0.8 ? .approve : .review,
                        probability: probability))
            }
            try log.append(records)
            _ = try index.apply(batch)
            progress.show("\(first) of \(transactions)")
        }
        progress.done("\(transactions) transactions")
    }
}
