package import ArgumentParser
import CommandOptions
import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Logging
import Model
import PipelineFiles
import Records
import Roles
import Stages
import Telemetry
import Terminal
import Tokens
import Worlds

package struct BackfillCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backfill", abstract: "Fill a member's windows with its history, before its agent goes live.",
        discussion: """
            Writes the transactions of the chosen days into the agent's state, without asking for a score. Frauds count as \
            confirmed where their label fell due in those days. The agent must not be running. For a member whose \
            transactions have one partition.

            With features of the consortium the parties must be running: they are told of the same transactions on \
            consortium.labels, as far back as their windows reach, in shares and tokens. What is broken off is simply run again.
            """)

    @OptionGroup var member: MemberOption

    @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions

    @Option(help: ArgumentHelp("The agent's state folder.", valueName: "dir"))
    var state: String

    @Option(help: ArgumentHelp("The consortium's public feature bins, from `cordon model train`.", valueName: "file"))
    var bins: String

    @Option(help: ArgumentHelp("Who takes part, with public keys; for features of the consortium.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @OptionGroup var bank: BankCodeOption
    @OptionGroup var log: LogOptions
    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Days to take in, both included.", valueName: "from..to"))
    var days: String

    @OptionGroup var labels: LabelDelayOption

    package func run() throws {
        let member = try member.id()
        let range = try DayRange(days).days
        let spec = try readBins(bins)
        let transactions = try data.load(lastDay: range.upperBound)
        let past = history(
            of: member, in: transactions, days: range.lowerBound..<range.upperBound + 1,
            labelDelayDays: labels.labelDelay)
        guard !past.isEmpty else { throw Failure("\(days) holds no transactions of \(member)") }
        let end = EventTime(seconds: Int64(range.upperBound + 1) * EventTime.day)
        if spec.spec.tellsLabels { try tell(member, past, spec, through: end) }
        let keystore = try opening.open(keys)
        let progress = Progress("filling windows")
        let topic = TopicPartition(Topics.transactions(member))
        let state = try AgentState(
            spec: spec.spec, hasher: try windowHasher(keystore), transactions: topic,
            store: stores(keystore).open(agentState(topic)))
        try state.backfill(past, through: end)
        progress.done("\(past.count) transactions")
    }

    /// The states of the member's agent.
    private func stores(_ keystore: FileKeystore) throws -> SealedStores {
        try SealedStores(SQLiteStateStores(prefix: state + "/"), keystore)
    }

    /// Tells the parties of the member's history.
    private func tell(
        _ member: MemberID, _ past: [(transaction: Transaction, fraud: Bool)], _ spec: BinnedSpec,
        through end: EventTime
    ) throws {
        let roster = try Roster(file: self.roster)
        guard let entry = roster.members.first(where: { $0.id == member }) else {
            throw Failure("the roster has no member `\(member)`")
        }
        let stop = StopFlag.onSignals()
        let keystore = try opening.open(keys)
        let log = try self.log.open()
        for topic in AgentTokens.topics(member, spec.spec) { _ = try log.partitions(of: topic) }
        var logger = Logger(label: "cordon.\(member)", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .warning
        let tokens = AgentTokens(
            member: entry, roster: roster, keystore: keystore, spec: spec,
            sessions: try openSessions(entry, roster, keystore, log, logger),
            rules: IdentifierRules(bankCode: bank.bankCode), log: log, metrics: Metrics(), logger: logger)
        let partition = TopicPartition(Topics.transactions(member))
        guard
            let feed = try tokens.feed(stores(keystore).open(tokenState(partition), takingOver: true))
        else { return }
        let progress = Progress("telling the parties")
        let sender = HistorySender(
            spec: spec, hasher: try windowHasher(keystore), feed: feed, log: log, clock: SystemClock())
        let sent = try sender.send(past, through: end, until: { stop.isSet }) { sent, count in
            progress.show("\(sent) of \(count) transactions")
        }
        guard let sent else { throw Failure("stopped; run it again to go on") }
        progress.done("\(sent) transactions")
    }

    package init() {}
}
