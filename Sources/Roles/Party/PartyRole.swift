package import EventLogs
package import Keys
import LocalStore
package import Logging
package import PipelineFiles
package import Records
package import SecureScoring
package import Stages
import TLSTransport
import Telemetry
import ThreeParty
import TokenService
package import Tokens

/// One of the three scoring parties as one process: a stage for each partition of `consortium.sealed`, and its part in entity
/// tokens.
package struct PartyRole {
    let party: PartyID
    let roster: Roster
    let keystore: FileKeystore
    /// The authority that issued the parties' TLS certificates (PEM).
    let authorityFile: String
    /// The file in which the party keeps how far it is; names of further files begin with it.
    let stateFile: String
    let limits: BatchLimits
    let tokenLimit: RateLimit
    /// The number of the attempt at the first token key.
    let tokenAttempt: Int
    let metricsFile: String?
    let log: any EventLog
    let logger: Logger
    private let clock: any StageClock

    package init(
        party: PartyID, roster: Roster, keystore: FileKeystore, authorityFile: String, stateFile: String,
        limits: BatchLimits, tokenLimit: RateLimit, tokenAttempt: Int, metricsFile: String?, log: any EventLog,
        logger: Logger, clock: any StageClock = SystemClock()
    ) {
        self.party = party
        self.roster = roster
        self.keystore = keystore
        self.authorityFile = authorityFile
        self.stateFile = stateFile
        self.limits = limits
        self.tokenLimit = tokenLimit
        self.tokenAttempt = tokenAttempt
        self.metricsFile = metricsFile
        self.log = log
        self.logger = logger
        self.clock = clock
    }

    /// Works until told to stop.
    package func run(until stop: StopFlag) throws {
        let partitions = try log.partitions(of: Topics.sealed)
        try checkTopics()
        let store = try SQLiteStateStore(path: stateFile)
        let updates = try PartyTokens.loadUpdates(
            party: party, roster: roster, keystore: keystore, stateFile: stateFile + ".tokens")
        _ = try keystore.hpkeKey()
        let transport = try openTransport()
        defer { transport.close() }
        let metrics = PartyMetrics.described()
        let stopped = Tally()
        var threads = StageThreads()
        for partition in 0..<partitions {
            threads.add("partition-\(partition)") {
                do {
                    let stage = try stage(partition, store, transport, updates, metrics)
                    try thread(metrics, ["partition": "\(TopicPartition(Topics.sealed, partition))"])
                        .run(stage, until: { stop.isSet })
                } catch let error as LogError where error.concernsOnePartition {
                    metrics.set("cordon_partitions_stopped", to: Double(stopped.add()))
                    logger.error("partition stopped: \(error)")
                    // With others to work on, this process goes on without it.
                    if stopped.count == partitions { throw error }
                }
            }
        }
        threads.add("tokens") {
            let tokens = try PartyTokens(
                party: party, roster: roster, keystore: keystore, log: log, stateFile: stateFile + ".tokens",
                limit: tokenLimit, attempt: tokenAttempt, updates: updates, clock: clock, metrics: metrics,
                logger: logger)
            try thread(metrics, [:]).run(tokens, until: { stop.isSet })
        }
        if let metricsFile {
            let file = MetricsFile(path: metricsFile, metrics: metrics, log: log) {
                metrics.set("cordon_cell_sent_bytes_total", to: Double(transport.sent.bytes))
                metrics.set("cordon_cell_sent_frames_total", to: Double(transport.sent.frames))
                metrics.set("cordon_cell_peers_connected", to: Double(transport.connected.count))
            }
            threads.add("metrics") { file.run(until: stop) }
        }
        logger.notice("party started", metadata: ["partitions": "\(partitions)"])
        try threads.run(stop: stop)
        logger.notice("party stopped")
    }

    /// The loop around a stage, which reports the errors that are tried again.
    private func thread(_ metrics: Metrics, _ metadata: Logger.Metadata) -> StageThread {
        StageThread(clock: clock) { error in
            logger.error("\(error)", metadata: metadata)
            metrics.add(1, to: "cordon_log_errors_total")
        }
    }

    /// Checks that the topics it can't do without are there, and keep the newest record of each key.
    private func checkTopics() throws {
        for topic in [Topics.tokenKeys, Topics.labels, Topics.batches] { _ = try log.partitions(of: topic) }
        for member in roster.members {
            for topic in [Topics.scores(member.id), Topics.blinded(member.id), Topics.evaluations(member.id)] {
                _ = try log.partitions(of: topic)
            }
        }
        try TopicNeeds(compacted: [Topics.sessions, Topics.manifests]).check(log, logger)
    }

    private func openTransport() throws -> TLSTransport {
        try TLSTransport(
            TLSIdentity(
                party: party, certificate: keystore.directory + "/tls.pem", key: keystore.directory + "/tls.key",
                authority: authorityFile, pins: roster.parties.mapValues(\.certificate)),
            endpoints: roster.parties.mapValues { Endpoint(host: $0.host, port: $0.port) }, logger: logger)
    }

    private func stage(
        _ partition: Int, _ store: any StateStore, _ transport: any Transport, _ updates: TokenUpdates,
        _ metrics: Metrics
    ) throws -> ScorePartition {
        let context = PartitionContext(
            partition: TopicPartition(Topics.sealed, partition), log: log, clock: clock, metrics: metrics,
            logger: logger)
        let models = try ModelRegistry(
            party: party, key: try keystore.hpkeKey(), coordinator: roster.coordinator, log: log, logger: logger)
        let sessions = try SessionRegistry(
            party: party, key: try keystore.hpkeKey(),
            members: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.identity) }), log: log,
            logger: logger)
        let exchange = CellExchange(
            transport: transport, keys: try pairKeys(party, roster, keystore), stream: .scoring(UInt32(partition)),
            firstBatch: party == CellBackend.leader ? UInt64(clock.microseconds) : 0, patience: .seconds(5),
            clock: clock)
        let counting = CountingTerms(
            state: try SQLiteStateStore(path: "\(stateFile).counts-\(partition)"), members: roster.members.map(\.id),
            updates: updates, tag: DecisionTag(party: party, keys: try pairKeys(party, roster, keystore)))
        return try ScorePartition(
            in: context, state: store, backend: CellBackend(exchange, models: models, sessions: sessions),
            models: models, counting: counting,
            recipients: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.hpke) }), limits: limits)
    }
}
