package import Audit
package import EventLogs
package import Keys
package import Logging
import Manifests
package import PipelineFiles
package import Records
package import SecureScoring
package import Stages
import TLSTransport
package import Telemetry
package import ThreeParty
import TokenService
package import Tokens

/// One of the three scoring parties as one process: a stage for each partition of `consortium.sealed`, and its part in entity
/// tokens.
package struct PartyRole: Sendable {
    let party: PartyID
    let roster: Roster
    let keystore: any Keystore
    /// The stores of how far the party is: "" of scoring, ".tokens", ".training", ".shares", ".reasons", and ".counts-" and
    /// ".rows-" with the partition's number.
    let stores: any StateStores
    let limits: BatchLimits
    let tokenLimit: RateLimit
    /// The number of the attempt at the first token key.
    let tokenAttempt: Int
    /// How many scored rows are kept; nil where none are.
    let rows: RowLimits?
    let log: any EventLog
    let logger: Logger
    let clock: any StageClock
    /// Whether nothing is left of the party's state, and the two others are to deal it.
    let takesOver: Bool
    /// Where the party's audit log is; nil for none.
    let audit: (any AuditStorage)?
    /// The generations of shares that it is to make, and has made.
    package let refreshes = Refreshes()
    private let sideWork: @Sendable (String) -> SideWork

    /// - Parameter sideWork: where work beside the partitions' stages is done, by a label each.
    package init(
        party: PartyID, roster: Roster, keystore: any Keystore, stores: any StateStores, limits: BatchLimits,
        tokenLimit: RateLimit, tokenAttempt: Int, rows: RowLimits? = nil, log: any EventLog, logger: Logger,
        clock: any StageClock = SystemClock(), audit: (any AuditStorage)? = nil, takesOver: Bool = false,
        sideWork: @escaping @Sendable (String) -> SideWork = { .queue($0) }
    ) {
        self.party = party
        self.roster = roster
        self.keystore = keystore
        self.stores = stores
        self.limits = limits
        self.tokenLimit = tokenLimit
        self.tokenAttempt = tokenAttempt
        self.rows = rows
        self.log = log
        self.logger = logger
        self.clock = clock
        self.audit = audit
        self.takesOver = takesOver
        self.sideWork = sideWork
    }

    /// What the stages of one party have in common.
    struct Shared: Sendable {
        let members: ConsortiumMembers
        /// The store of scoring.
        let store: any StateStore
        let shares: ShareStore
        let models: ModelShares
        let transport: any Transport
        let updates: TokenUpdates
        let keychain: PartyKeychain
        let metrics: Metrics
        /// Nil where the party keeps none.
        let auditLog: AuditLog?
        let evidence: EvidenceBook?
        let sealed = SealedModels()
        let takeOver: PartyTakeOver
        let dealings = Dealings()

        var audit: any AuditWriter { auditLog ?? NoAudit() }
    }

    /// Works until told to stop.
    ///
    /// - Parameters:
    ///   - authorityFile: the authority that issued the parties' TLS certificates (PEM).
    ///   - metricsFile: nil for none.
    package func run(authorityFile: String, metricsFile: String?, until stop: StopFlag) throws {
        let metrics = Metrics(describing: RoleMetrics.party)
        var links: TLSTransport?
        defer { links?.close() }
        var threads = StageThreads()
        let plans = try stages(metrics, until: stop) {
            let transport = try openTransport(authorityFile)
            links = transport
            return transport
        }
        let watch = KeyWatch.plan(keystore, clock: clock, metrics: metrics, logger: logger)
        for plan in plans + [watch] { threads.add(plan, clock: clock, stop: stop) }
        if let metricsFile, let links {
            let file = MetricsFile(path: metricsFile, metrics: metrics, log: log) {
                metrics.set(.cellSentBytes, to: Double(links.sent.bytes))
                metrics.set(.cellSentFrames, to: Double(links.sent.frames))
                metrics.set(.cellPeersConnected, to: Double(links.connected.count))
            }
            threads.add("metrics") { file.run(until: stop) }
        }
        let partitions = try log.partitions(of: Topics.sealed)
        logger.notice("party started", metadata: ["partitions": "\(partitions)"])
        try threads.run(stop: stop)
        logger.notice("party stopped")
    }

    /// The stages of the party: one for each partition of `consortium.sealed`, one each for tokens, for epochs of keys and for
    /// generations of shares, and one each for trainings, for replays and for reasons.
    ///
    /// - Parameters:
    ///   - stop: ends a training where it stands, which otherwise waits for its peers.
    ///   - links: opens the party's end of its links, once everything else is found to be there.
    package func stages(
        _ metrics: Metrics, until stop: StopFlag = StopFlag(), links: () throws -> any Transport
    ) throws -> [StagePlan] {
        if let days = tokenLimit.daysToTryBIN {
            logger.warning(
                "at this rate a member can try all cards of a six-digit BIN in \(days) days: give a lower --token-rate",
                metadata: ["rate": "\(tokenLimit.elementsPerSecond)", "burst": "\(tokenLimit.burst)"])
        }
        try topicChecks.run()
        let partitions = try log.partitions(of: Topics.sealed)
        let store = try stores.open("")
        let updates = try PartyTokens.loadUpdates(
            party: party, roster: roster, keystore: keystore, state: stores.open(".tokens"))
        try keyChecks.run()
        let audit = try openAudit()
        let members = try ConsortiumMembers(roster, log: log)
        let transport = try links()
        let keychain = try PartyKeychain(party, roster, keystore, partitions: partitions, log: log)
        let shares = ShareStore(try stores.open(".shares"))
        let shared = Shared(
            members: members, store: store, shares: shares,
            models: ModelShares(
                party: party, keys: keychain.opening, founding: KeyEpoch(roster.epoch), store: shares),
            transport: transport, updates: updates, keychain: keychain, metrics: metrics, auditLog: audit,
            evidence: audit.map { _ in EvidenceBook(party: party, state: store) },
            takeOver: try PartyTakeOver(store, partitions: partitions, isWanted: takesOver))
        let stopped = Tally()
        let scoring = (0..<partitions).map { partition in
            StagePlan(
                "partition-\(partition)",
                retried: retried(metrics, ["partition": "\(TopicPartition(Topics.sealed, partition))"]),
                outlives: { error in
                    guard let error = error as? LogError, error.concernsOnePartition else { return false }
                    metrics.set(.partitionsStopped, to: Double(stopped.add()))
                    logger.error("partition stopped: \(error)")
                    // With others to work on, this process goes on without it.
                    return stopped.count < partitions
                },
                make: { shared.takeOver.isDone ? try stage(partition, shared) : nil })
        }
        let tokens = StagePlan("tokens", retried: retried(metrics, [:])) {
            PartyTokens(
                party: party, roster: roster, members: members, keystore: keystore, log: log,
                state: try stores.open(".tokens", takingOver: true), limit: tokenLimit, attempt: tokenAttempt,
                updates: updates, keychain: shared.keychain, clock: clock, metrics: metrics, logger: logger,
                audit: shared.audit)
        }
        let keys = StagePlan("keys", retried: retried(metrics, ["stage": "keys"])) {
            // It says which models it has: those that it is dealt, too.
            guard shared.takeOver.isDone else { return nil }
            let models = try modelKeeping(shared)
            return PartyKeyStage(
                party, roster, keystore, shared.keychain, log: log, clock: clock, logger: logger,
                certificate: { [keystore] in try certificateDigest(keystore.path(of: "tls-\($0).pem")) },
                refresh: { [self] in try refreshed(by: $0, $1, shared.keychain.book.history) },
                rest: { [self] in refreshes.close() },
                eraseShares: { [self] in try erase(shared.shares, through: $0, $1, partitions: partitions) },
                keepModels: models.keep, isNeeded: models.isNeeded)
        }
        let signing = audit.map { audit in
            StagePlan("audit", isBackground: true) {
                AuditStage(
                    audit, topic: try HeadTopic(.party(party), audit, terms: roster.syncTerms, log: log),
                    epochs: try EpochAudit(roster, log: log, to: audit),
                    evidence: shared.evidence.map { EvidencePublisher($0, audit: audit, log: log) }, clock: clock,
                    metrics: metrics, logger: logger)
            }
        }
        let refresh = StagePlan("refresh", isBackground: true, retried: retried(metrics, ["stage": "refresh"])) {
            RefreshStage(
                transport: transport, refreshes: refreshes, store: shared.shares, clock: clock, metrics: metrics,
                logger: logger, audit: shared.audit)
        }
        let training = try training(shared, until: stop)
        let (replays, reasons) = (try replaying(shared), try reasoning(shared))
        return scoring + [tokens, keys, refresh, dealing(shared, partitions: partitions)]
            + [training, signing, replays, reasons].compactMap { $0 }
    }

    /// What this party has refreshed for an order; nil while the three are at it.
    private func refreshed(
        by order: EpochOrder, _ keys: EpochKeys, _ history: EpochHistory
    ) throws -> PartyKeyStage.Refreshed? {
        guard order.refreshes else { return PartyKeyStage.Refreshed() }
        let generation = ShareGeneration(keys.number.number)
        let base = RefreshSession.base(consortium: roster.consortium, generation: generation, order: keys.digest)
        if let made = refreshes.made, made.base == base { return PartyKeyStage.Refreshed(models: made.models) }
        let name = KeyNames(keys.number, founding: roster.epoch).agreement
        let newest = history.newest.number
        refreshes.order(
            RefreshOrder(
                generation: generation, base: base, after: history.generation(under: newest),
                version: { history.generation(of: $0, under: newest) }
            ) { [self] in
                try pairKeys(
                    party, try keystore.hpkeKey(name), keys, consortium: roster.consortium, for: .refresh)
            })
        return nil
    }

    /// Erases the keys of generations up to that in force with an epoch, and shares of models that are out of use behind it.
    ///
    /// - Returns: false where counts or rows on the disk have not come to the generation yet.
    private func erase(
        _ shares: ShareStore, through epoch: KeyEpoch, _ history: EpochHistory, partitions: Int
    ) throws -> Bool {
        let last = history.lives.last { $0.isActive && $0.number <= epoch && $0.order?.refreshes ?? false }
        guard let last else { return true }
        return try shares.erase(
            through: ShareGeneration(last.number.number), partitions: 0..<partitions, keepsRows: rows != nil
        ) { model in history.generation(of: model, under: last.number) }
    }

    /// The party's audit log, with an entry that it starts; nil where it keeps none.
    private func openAudit() throws -> AuditLog? {
        guard let audit else { return nil }
        let log = try roster.auditLog(of: .party(party), key: keystore.signingKey(), in: audit, clock: clock)
        log.write(AuditEvent(.started, [.program: programVersion]))
        return log
    }

    /// The reporter of errors that are tried again.
    func retried(_ metrics: Metrics, _ metadata: Logger.Metadata) -> @Sendable (LogError) -> Void {
        { error in
            logger.error("\(error)", metadata: metadata)
            metrics.add(1, to: .logErrors)
        }
    }

    /// The checks at the party's start, in order: topics that it can't do without are there, and keep the newest record
    /// of each key; and it has its own key.
    package var checks: [Check] { topicChecks + keyChecks }

    private var topicChecks: [Check] {
        var topics = [Topics.sealed, Topics.tokenKeys, Topics.labels, Topics.batches]
        if audit != nil { topics.append(Topics.audit) }
        // Of those that take part now; a log that can't be reached says so at the topics.
        let members = try? ConsortiumMembers(roster, log: log)
        for member in members?.current.members ?? roster.members {
            topics += [
                Topics.scores(member.id), Topics.receipts(member.id), Topics.blinded(member.id),
                Topics.evaluations(member.id),
            ]
            if audit != nil { topics.append(Topics.evidence(member.id)) }
        }
        // A party without rows takes no part in trainings.
        let sync = rows == nil ? [] : [Topics.sync]
        var needs = TopicNeeds(
            compacted: [Topics.manifests], complete: [Topics.sessions, Topics.tokenKeys] + sync,
            stamped: [Topics.sealed, Topics.labels] + sync)
        needs.agreed = members?.agreement.retention.agreedTopics ?? [:]
        return topics.map { .topic($0, in: log) } + needs.checks(log, logger)
    }

    /// The checks of what is only looked at once the party's state is open.
    private var keyChecks: [Check] {
        [
            Check("HPKE key") {
                let newest = try EpochBook(roster, log: log).history.newest.number
                _ = try keystore.hpkeKey(KeyNames(newest, founding: roster.epoch).hpke)
            }
        ]
    }

    private func openTransport(_ authorityFile: String) throws -> TLSTransport {
        let book = try EpochBook(roster, log: log)
        let file = try certificateFile(book.history)
        return try TLSTransport(
            TLSIdentity(
                party: party, certificate: keystore.path(of: "\(file).pem"),
                key: keystore.privatePath(of: "\(file).key"),
                authority: authorityFile, pins: roster.cell.certificates,
                accepts: { peer, certificate in
                    // A log that can't be reached now has what was read of it.
                    book.history.accepts(certificate, of: peer)
                        || (try? book.refresh().accepts(certificate, of: peer)) ?? false
                }, roster: roster.digest),
            endpoints: roster.cell.parties.mapValues { Endpoint(host: $0.host, port: $0.port) }, logger: logger)
    }

    /// The name of the newest certificate of the party that is in force and in its folder, without an ending.
    private func certificateFile(_ history: EpochHistory) throws -> String {
        for keys in history.open.reversed() {
            let file = "tls-\(keys.number)"
            if try certificateDigest(keystore.path(of: "\(file).pem")) == keys.parties[party]?.certificate {
                return file
            }
        }
        return "tls"
    }

    /// A partition's part of what members may ask.
    private func queryLimits(_ members: ConsortiumMembers) throws -> QueryLimits {
        QueryLimits(
            members: members, partitions: try log.partitions(of: Topics.sealed), eventTime: roster.eventTime)
    }

    private func stage(_ partition: Int, _ shared: Shared) throws -> ScorePartition {
        let (members, keychain) = (shared.members, shared.keychain)
        let context = PartitionContext(
            partition: TopicPartition(Topics.sealed, partition), log: log, clock: clock, metrics: shared.metrics,
            logger: logger, audit: shared.audit, sideWork: sideWork)
        let promotions = AgreedPromotions(roster, members, log: log)
        let models = try ModelRegistry(
            shared.models, consortium: roster.consortium, coordinator: roster.coordinator,
            approvals: members.current.approvalTerms, log: log, logger: logger, audit: shared.audit,
            isSealed: { [self] (digest) throws(LogError) in try isSealed(digest, shared) },
            objection: { (manifest) throws(LogError) in try members.objection(to: manifest) },
            refusal: { (activation, time) throws(LogError) in try promotions.refusal(of: activation, at: time) })
        let sessions = try SessionRegistry(
            consortium: roster.consortium, party: party, keys: keychain.opening, members: members, log: log,
            logger: logger, audit: shared.audit)
        let exchange = CellExchange(
            transport: shared.transport, keys: keychain.scoring, stream: .scoring(UInt32(partition)),
            firstBatch: party == CellBackend.leader ? UInt64(clock.microseconds) : 0, patience: .seconds(5),
            clock: clock)
        let counting = CountingTerms(
            consortium: roster.consortium, state: try stores.open(".counts-\(partition)"),
            members: roster.members.map(\.id), limit: roster.countLimit, history: roster.historyLimit,
            updates: shared.updates, tag: DecisionTag(party: party, keys: keychain.scoring),
            rows: try rows.map {
                RowTerms(
                    state: try stores.open(".rows-\(partition)"), limits: $0,
                    agreed: { members.agreement.retention.rows })
            },
            shares: (party, shared.shares),
            opensReasons: { members.history.effective.agreement.openings.reasons != nil })
        return try ScorePartition(
            in: context, state: shared.store,
            backend: CellBackend(exchange, models: models, sessions: sessions, states: shared.evidence != nil),
            models: models, epochs: keychain.partitionEpochs(shared.shares), counting: counting,
            queries: try queryLimits(members), recipients: members, limits: limits, evidence: shared.evidence,
            dealings: shared.dealings)
    }
}
