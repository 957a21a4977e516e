import ArgumentParser
import Configuration
import EventLogs
import Keys
import LocalStore
import Logging
import Records
import SecureScoring
import TLSTransport
import Telemetry
import ThreeParty
import TokenService
import Tokens

/// The process of one scoring party.
struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Run one of the three scoring parties.",
        discussion: """
            Reads consortium.sealed together with the two other parties, opens its own boxes, computes its share of \
            every score in two rounds, or four where the model reads counts, over mutual TLS 1.3, and writes it, sealed \
            for the member, to <member>.scores. It sees no amount, feature, label, score or model weight. Makes the \
            consortium's token key with the two others on consortium.tokenkeys, rotates it when the coordinator orders \
            that (`cordon tokens rotate`), and answers <member>.blinded on <member>.evaluations.
            """)

    @Option(help: ArgumentHelp("party-0, party-1 or party-2.", valueName: "name"))
    var party: String

    @Option(help: ArgumentHelp("Who takes part, with public keys.", valueName: "file"))
    var roster = "cordon-data/keys/roster.yaml"

    @Option(help: ArgumentHelp("This party's private keys.", valueName: "dir"))
    var keys: String

    @Option(help: ArgumentHelp("The authority that issued the parties' TLS certificates (PEM).", valueName: "file"))
    var authority = "cordon-data/keys/ca.pem"

    @Option(help: ArgumentHelp("Where this party keeps how far it is (SQLite).", valueName: "file"))
    var state: String

    @Option(help: "Most transactions of a batch.")
    var batchSize = 256

    @Option(help: "Most full batches under way at once.")
    var batches = 2

    @Option(
        help:
            "Milliseconds between the instants at which a batch leaves that is not full; it waits for the one before it, too."
    )
    var batchDeadlineMs = 10

    @OptionGroup var tokens: TokenOptions
    @OptionGroup var log: LogOptions
    @OptionGroup var process: ProcessOptions

    func run() throws {
        let stop = StopFlag.onSignals(endOfInput: process.stopOnEof)
        keepFreedMemory()
        guard let party = PartyID(name: party) else {
            throw Failure("`--party \(party)` is not party-0, party-1 or party-2")
        }
        guard (1...4096).contains(batchSize), (1...8).contains(batches), (1...10_000).contains(batchDeadlineMs) else {
            throw Failure("`--batch-size` is 1 to 4096, `--batches` 1 to 8, `--batch-deadline-ms` 1 to 10000")
        }
        let roster = try Roster(file: self.roster)
        let keystore = FileKeystore(directory: keys)
        let log = try self.log.open()
        let logger = try process.logger("cordon.\(party)")
        let partitions = try log.partitions(of: Topics.sealed)
        for topic in [Topics.tokenKeys, Topics.labels, Topics.batches] { _ = try log.partitions(of: topic) }
        for member in roster.members {
            for topic in [Topics.scores(member.id), Topics.blinded(member.id), Topics.evaluations(member.id)] {
                _ = try log.partitions(of: topic)
            }
        }
        try TopicNeeds(compacted: [Topics.sessions, Topics.manifests]).check(log, logger)
        let store = try SQLiteStateStore(path: state)
        let updates = try PartyTokens.loadUpdates(
            party: party, roster: roster, keystore: keystore, stateFile: state + ".tokens")
        _ = try keystore.hpkeKey()
        let transport = try TLSTransport(
            TLSIdentity(
                party: party, certificate: keys + "/tls.pem", key: keys + "/tls.key", authority: authority,
                pins: roster.parties.mapValues(\.certificate)),
            endpoints: roster.parties.mapValues { Endpoint(host: $0.host, port: $0.port) }, logger: logger)
        defer { transport.close() }
        let metrics = Self.metrics()
        let stopped = Tally()
        var stages = Stages()
        for partition in 0..<partitions {
            stages.add("partition-\(partition)") {
                do {
                    try partitionStage(
                        partition, party, roster, keystore, log, store, transport, updates, metrics, logger
                    ).run(until: { stop.isSet })
                } catch let error as LogError where error.concernsOnePartition {
                    metrics.set("cordon_partitions_stopped", to: Double(stopped.add()))
                    logger.error("partition stopped: \(error)")
                    // With others to work on, this process goes on without it.
                    if stopped.count == partitions { throw error }
                }
            }
        }
        let partyTokens = PartyTokens(
            party: party, roster: roster, keystore: keystore, log: log, stateFile: state + ".tokens",
            limit: tokens.limit, attempt: tokens.tokenAttempt, updates: updates, metrics: metrics, logger: logger)
        stages.add("tokens") { try partyTokens.run(until: { stop.isSet }) }
        if let path = process.metrics {
            let file = MetricsFile(path: path, metrics: metrics, log: log) {
                metrics.set("cordon_cell_sent_bytes_total", to: Double(transport.sent.bytes))
                metrics.set("cordon_cell_sent_frames_total", to: Double(transport.sent.frames))
                metrics.set("cordon_cell_peers_connected", to: Double(transport.connected.count))
            }
            stages.add("metrics") { file.run(until: stop) }
        }
        logger.notice("party started", metadata: ["partitions": "\(partitions)"])
        try stages.run(stop: stop)
        logger.notice("party stopped")
    }

    private func partitionStage(
        _ partition: Int, _ party: PartyID, _ roster: Roster, _ keystore: FileKeystore, _ log: any EventLog,
        _ store: any StateStore, _ transport: any Transport, _ updates: TokenUpdates, _ metrics: Metrics,
        _ logger: Logger
    ) throws -> ScorePartition {
        let backend = CellBackend(
            transport: transport, keys: try pairKeys(party, roster, keystore), stream: UInt32(partition),
            firstBatch: party == CellBackend.leader ? UInt64(SystemClock().microseconds) : 0, patience: .seconds(5))
        return try ScorePartition(
            partition: TopicPartition(Topics.sealed, partition), log: log, state: store,
            counts: SQLiteStateStore(path: "\(state).counts-\(partition)"), backend: backend,
            models: ModelRegistry(
                party: party, key: try keystore.hpkeKey(), coordinator: roster.coordinator, log: log, logger: logger),
            sessions: SessionRegistry(
                party: party, key: try keystore.hpkeKey(),
                members: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.identity) }), log: log,
                logger: logger),
            members: roster.members.map(\.id),
            recipients: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.hpke) }),
            updates: updates,
            limits: BatchLimits(
                records: batchSize, beat: .cell(every: .milliseconds(batchDeadlineMs)), batches: batches),
            metrics: metrics, logger: logger)
    }

    private static func metrics() -> Metrics {
        let metrics = Metrics()
        TokenMetrics.describeParty(metrics)
        metrics.describe("cordon_token_epoch", .gauge, "Epoch of the token key in force; absent while there is none.")
        metrics.describe("cordon_batches_total", .counter, "Batches whose shares are in the log.")
        metrics.describe("cordon_batches_aborted_total", .counter, "Batches given up; each is proposed again.")
        metrics.describe("cordon_rounds_total", .counter, "Rounds of messages between the parties.")
        metrics.describe("cordon_transactions_scored_total", .counter, "Transactions scored.")
        metrics.describe("cordon_transactions_refused_total", .counter, "Transactions refused by a party.")
        metrics.describe(
            "cordon_batches_recounted_total", .counter, "Batches that were counted by what the log says of them.")
        metrics.describe(
            "cordon_events_counted_total", .counter, "Events of members' tokens, by what became of them in the counts.")
        metrics.describe("cordon_labels_counted_total", .counter, "Labels that are in the counts.")
        metrics.describe("cordon_labels_refused_total", .counter, "Labels that are not, by reason.")
        metrics.describe("cordon_label_batches_total", .counter, "Batches of labels.")
        metrics.describe("cordon_label_records_refused_total", .counter, "Label records refused by a party.")
        metrics.describe(
            "cordon_counted_token_epoch", .gauge,
            "Epoch of the tokens that counts are kept under; absent before the first move.")
        metrics.describe("cordon_tokens_live", .gauge, "Tokens with events that a window can still hold.")
        metrics.describe("cordon_log_errors_total", .counter, "Failed calls of the log that were tried again.")
        metrics.describe("cordon_partitions_stopped", .gauge, "Partitions given up for what their log holds.")
        metrics.describe("cordon_cell_sent_bytes_total", .counter, "Bytes of frames sent to both peers, before TLS.")
        metrics.describe("cordon_cell_sent_frames_total", .counter, "Frames sent to both peers.")
        metrics.describe("cordon_cell_peers_connected", .gauge, "Peers with a link now.")
        return metrics
    }
}
