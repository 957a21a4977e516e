import ArgumentParser
import CommandOptions
import EventLogs
import Formats
import Foundation
import PipelineFiles
import Policy
import Records
import Terminal
import Trials

/// A policy on the member's own past, beside the one that is in force.
struct PolicyBacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Show what a policy would have made of the member's own past, beside the present one.",
        discussion: """
            Reads <member>.transactions and <member>.decisions from the log, and writes nothing: each transaction is decided by both \
            policies, by the probability that it had then and with windows as an agent computes them. Where the log begins, windows \
            are empty, as of an agent that begins there. Fraud is what labels of the topic say by now; alerts are reviews and declines. \
            Transactions without a score are left out. Ctrl-C ends it at any time.
            """)

    @Argument(help: "The policy that is to be tried.")
    var file: String

    @Option(help: ArgumentHelp("The policy in force.", valueName: "file"))
    var against: String

    @OptionGroup var member: MemberOption
    @OptionGroup var records: DeskRecordOptions
    @OptionGroup var log: LogOptions

    @Flag(help: "A line of JSON in place of the table.")
    var json = false

    func run() throws {
        let (present, candidate) = (try readPolicy(file: against), try readPolicy(file: file))
        let (member, log) = (try member.id(), try log.open())
        let past = PolicyPast(member: member, mapping: try records.read(), log: log)
        var test = PolicyBacktest(present: present, candidate: candidate)
        let decisions = try past.decisions()
        let progress = Progress("back-testing")
        var count = 0
        _ = try past.read(
            progress: { done, _ in
                count = done
                progress.show("\(done) records")
                return true
            }
        ) { part, source in test.take(part, at: source, decision: decisions[source]) }
        progress.done("\(count) records")
        let report = test.report
        say(json ? report.json : report.text)
    }
}
