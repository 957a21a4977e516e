import ArgumentParser
import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Model
import Records
import Simulation

struct BackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill", abstract: "Fill a member's windows with its history, before its agent goes live.",
        discussion: """
            Writes the transactions of the chosen days into the agent's state, without asking for a score. Frauds count as \
            confirmed where their label fell due in those days. The agent must not be running. For a member whose \
            transactions have one partition.
            """)

    @Option(help: ArgumentHelp("The member.", valueName: "name"))
    var member: String

    @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
    var keys: String

    @Option(help: ArgumentHelp("The agent's state folder.", valueName: "dir"))
    var state: String

    @Option(help: ArgumentHelp("The consortium's public feature bins, from `cordon model train`.", valueName: "file"))
    var bins: String

    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Days to take in, both included.", valueName: "from..to"))
    var days: String

    @Option(help: ArgumentHelp("Days after which a fraud is confirmed.", valueName: "days"))
    var labelDelay = 7

    func run() throws {
        guard let member = MemberID(self.member) else { throw Failure("`\(self.member)` is no name of a member") }
        guard (0...365).contains(labelDelay) else { throw Failure("`--label-delay` is 0 to 365") }
        let range = try DayRange(days).days
        let spec = try readBins(bins).spec
        let transactions = try data.load(lastDay: range.upperBound)
        let past = history(
            of: member, in: transactions, days: range.lowerBound..<range.upperBound + 1, labelDelayDays: labelDelay)
        guard !past.isEmpty else { throw Failure("\(days) holds no transactions of \(member)") }
        let progress = Progress("filling windows")
        let topic = TopicPartition(Topics.transactions(member))
        let state = try AgentState(
            spec: spec, hasher: try windowHasher(FileKeystore(directory: keys)), transactions: topic,
            store: SQLiteStateStore(path: agentState(self.state, topic)))
        try state.backfill(past)
        progress.done("\(past.count) transactions")
    }
}
