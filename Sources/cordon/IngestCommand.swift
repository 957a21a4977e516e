import ArgumentParser
import Configuration
import EventLogs
import Ingest
import Keys
import LocalStore
import Logging
import Model
import Records
import Telemetry
import ThreeParty

/// The process of one member's agent.
struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Run a member's agent.",
        discussion: """
            Reads <member>.transactions (transactions and labels), keeps the member's own windows, and seals the features' \
            shares to the three parties on consortium.sealed; adds up the score shares that come back on <member>.scores, \
            and writes <member>.decisions and <member>.alerts. What can't be used goes to <member>.rejected with its reason.
            """)

    @Option(help: ArgumentHelp("The member, as the roster names it.", valueName: "name"))
    var member: String

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("This member's private keys.", valueName: "dir"))
    var keys: String

    @Option(help: ArgumentHelp("Where the agent keeps windows and positions (SQLite).", valueName: "file"))
    var state: String

    @Option(help: ArgumentHelp("The consortium's public feature bins, from `cordon model train`.", valueName: "file"))
    var bins: String

    @Option(help: ArgumentHelp("How the member's records are read.", valueName: "file"))
    var mapping = "pipelines/mappings/canonical.yaml"

    @Option(help: ArgumentHelp("What the member does at which probability of fraud.", valueName: "file"))
    var policy = "pipelines/policies/default.yaml"

    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let roster = try Roster(file: self.roster)
        guard let entry = roster.members.first(where: { $0.id.name == self.member }) else {
            throw Failure("the roster has no member `\(self.member)`")
        }
        let member = entry.id
        let mapping = try readMapping(file: self.mapping)
        let policy = try readPolicy(file: self.policy)
        let spec = try BinnedSpec(json: readFile(bins))
        let keystore = FileKeystore(directory: keys)
        let log = try self.log.open()
        let logger = try process.logger("cordon.\(member)")
        for topic in [Topics.transactions(member), Topics.sealed, Topics.decisions(member), Topics.alerts(member)] {
            _ = try log.partitions(of: topic)
        }
        let sessions = try openSessions(member, roster, keystore, log, logger)
        let agent = try AgentState(
            spec: spec.spec, transactions: TopicPartition(Topics.transactions(member)),
            store: SQLiteStateStore(path: state))
        let stop = StopSignal(onEndOfInput: process.stopOnEof)
        let metrics = Self.metrics()
        var stages = Stages()
        stages.add("ingest") {
            let sealer = TransactionSealer(
                member: member, epoch: roster.epoch, sessions: sessions, spec: spec,
                idKey: try keystore.localKey("event-id"), random: randomBytes)
            let pipeline = try IngestPipeline(
                member: member, log: log, state: agent, mapping: mapping, sealer: sealer, recipient: entry.hpke,
                metrics: metrics, logger: logger)
            try pipeline.run(until: { stop.isSet })
        }
        stages.add("decisions") {
            let cards = try ModelCards(coordinator: roster.coordinator, log: log, logger: logger)
            let pipeline = try DecisionPipeline(
                member: member, log: log, state: agent,
                sessions: { party, epoch in epoch == roster.epoch ? sessions[party] : nil }, card: cards.card,
                policy: policy, clock: SystemClock(), metrics: metrics, logger: logger)
            try pipeline.run(until: { stop.isSet })
        }
        if let path = process.metrics {
            let file = MetricsFile(path: path, metrics: metrics) {
                metrics.set("cordon_transactions_waiting", to: Double(agent.waiting))
            }
            stages.add("metrics") { file.run(until: stop) }
        }
        logger.notice("agent started")
        try stages.run(stop: stop)
        logger.notice("agent stopped")
    }

    /// This epoch's session keys, made on first use, and their announcement on the log.
    private func openSessions(
        _ member: MemberID, _ roster: Roster, _ keystore: FileKeystore, _ log: any EventLog, _ logger: Logger
    ) throws -> [PartyID: Session] {
        if try keystore.sessions(of: member, epoch: roster.epoch) == nil {
            let offer = try SessionOffer(
                member: member, epoch: roster.epoch, parties: roster.parties.mapValues(\.hpke),
                identity: try keystore.signingKey())
            try keystore.store(offer, epoch: roster.epoch)
        }
        guard let sessions = try keystore.sessions(of: member, epoch: roster.epoch),
            let announcement = try keystore.announcement(epoch: roster.epoch)
        else { throw Failure("the session keys of epoch \(roster.epoch) are not in \(keys)") }
        let topic = TopicPartition(Topics.sessions)
        let reader = try log.reader(at: [Position(topic, 0)])
        while case let records = try reader.available(limit: 256), !records.isEmpty {
            if records.contains(where: { $0.value == announcement }) { return sessions }
        }
        try log.append([NewRecord(topic, key: Array("\(member)/\(roster.epoch)".utf8), value: announcement)])
        logger.notice("session keys announced", metadata: ["epoch": "\(roster.epoch)"])
        return sessions
    }

    private static func metrics() -> Metrics {
        let metrics = Metrics()
        metrics.describe("cordon_transactions_sealed_total", .counter, "Transactions sealed for the parties.")
        metrics.describe("cordon_sealed_bytes_total", .counter, "Bytes of sealed records.")
        metrics.describe("cordon_duplicates_total", .counter, "Transactions dropped because their id was known.")
        metrics.describe("cordon_rejected_total", .counter, "Records on <member>.rejected, by reason.")
        metrics.describe("cordon_labels_total", .counter, "Labels taken into the windows.")
        metrics.describe("cordon_decisions_total", .counter, "Decisions, by band.")
        metrics.describe("cordon_repeated_scores_total", .counter, "Scores of transactions that were decided before.")
        metrics.describe("cordon_score_records_refused_total", .counter, "Records of score shares that were refused.")
        metrics.describe("cordon_transactions_waiting", .gauge, "Sealed transactions without a decision.")
        return metrics
    }
}
