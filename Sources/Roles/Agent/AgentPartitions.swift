package import EventLogs
import Formats
import Ingest
package import Keys
import Logging
import Manifests
package import Model
import PipelineFiles
import Policy
import Records
import Secrets
import Stages
import Synchronization
import Telemetry
import Tokens

/// The partitions of a member's transactions that this agent owns now. Each has its state and two stages: one decides, one
/// ingests. Ownership comes from the consumer group (`AgentMembership`); a predecessor that still runs can write neither into the
/// state nor to the outward topics.
final class AgentPartitions: Sendable {
    private let role: AgentRole
    let sessions: MemberKeychain
    /// What the agreement opened of reasons when this agent began; nil for nothing.
    let reasons: ReasonLimits?
    private let tokens: AgentTokens
    private let host: any StageHost
    private let clock: any StageClock
    private let metrics: Metrics
    private let logger: Logger
    private let owned = Mutex<[TopicPartition: Owned]>([:])
    /// Partitions that this agent was given and gave up, for what the log holds.
    private let stopped = Mutex<Set<TopicPartition>>([])
    /// Partitions that begin again after an error. The group is asked in between: it may have given them to somebody else.
    private let paused = Mutex<[TopicPartition: Pause]>([:])

    private struct Pause {
        /// The store as it was taken over. Not once more: a successor may have done so.
        var store: any StateStore
        var retry: Retry
        var end: Moment
    }

    private struct Owned {
        var store: any StateStore
        var state: AgentState
        /// The position of the state when this began: who goes further ends the row of failures.
        var begin: Int64?
        var retry: Retry
        var stop: StopFlag
        var running: any RunningStages

        /// The pause after a failure.
        func pause(from now: Moment) -> Pause {
            var retry = retry
            if state.ingested != begin { retry.succeeded() }
            let end = now + retry.pause()
            return Pause(store: store, retry: retry, end: end)
        }
    }

    /// - Parameter host: runs the partitions' stages.
    init(of role: AgentRole, sessions: MemberKeychain, host: any StageHost, metrics: Metrics) {
        self.role = role
        self.sessions = sessions
        reasons = sessions.book.agreement.openings.reasons
        self.host = host
        self.metrics = metrics
        clock = role.clock
        logger = role.logger
        tokens = AgentTokens(
            member: role.member, roster: role.roster, keystore: role.keystore, spec: role.spec, sessions: sessions,
            rules: IdentifierRules(bankCode: role.bankCode), log: role.log, clock: role.clock, metrics: metrics,
            logger: role.logger)
    }

    /// Sealed transactions without a decision.
    var waiting: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.waiting } } }

    /// Ids of transactions whose duplicates are known.
    var knownIDs: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.knownIDs } } }

    /// Events whose labels have not left.
    var unlabelled: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.unlabelled } } }

    /// Partitions that this agent works on.
    var count: Int { owned.withLock { $0.count } }

    /// Takes a partition's state over, and begins to work on it.
    func begin(_ partition: TopicPartition) throws {
        try begin(partition, role.stores.open(agentState(partition), takingOver: true))
    }

    /// Restores a partition's state and starts its stages.
    private func begin(_ partition: TopicPartition, _ store: any StateStore, _ retry: Retry = Retry()) throws {
        let state = try AgentState(
            spec: role.spec.spec,
            own: role.policy.windows + (role.own?.windows ?? []) + (role.shadow?.spec.windows ?? []),
            hasher: try windowHasher(role.keystore),
            lateness: role.rules.late, transactions: partition, store: store)
        let stop = StopFlag()
        // What was decided before is read back, and a predecessor is fenced, before anything new is read. An agent that was
        // replaced ingests nothing, either.
        let isRecovered = Mutex(false)
        let decisions = StagePlan("decisions-\(partition.partition)") { [self] in
            let stage = try decisionPipeline(state)
            isRecovered.withLock { $0 = true }
            return stage
        }
        let ingest = StagePlan("ingest-\(partition.partition)") { [self] in
            isRecovered.withLock { $0 } ? try ingestPipeline(state) : nil
        }
        let receipts = StagePlan("receipts-\(partition.partition)") { [self] in try receiptReader(state) }
        let begin = state.ingested
        let running = host.start([decisions, ingest, receipts], stop: stop)
        owned.withLock {
            $0[partition] = Owned(
                store: store, state: state, begin: begin, retry: retry, stop: stop, running: running)
        }
        logger.notice("partition assigned", metadata: ["partition": "\(partition)"])
    }

    /// Says so where the group has left this agent without a partition.
    func reportIdle() {
        if count == 0 { logger.notice("in the group, without a partition: others have all of them") }
    }

    /// Ends the work on every partition.
    func endAll() { end(owned.withLock { Array($0.keys) }) }

    /// Ends the work on partitions: their state is kept, for whoever has them next.
    func end(_ partitions: [TopicPartition]) {
        stopped.withLock { $0.subtract(partitions) }
        for partition in partitions {
            paused.withLock { _ = $0.removeValue(forKey: partition) }
            guard let owned = owned.withLock({ $0.removeValue(forKey: partition) }) else { continue }
            owned.stop.stop()
            do { try owned.running.wait() } catch {
                logger.warning(
                    "a partition ended early", metadata: ["partition": "\(partition)", "reason": "\(error)"])
            }
            logger.notice("partition given back", metadata: ["partition": "\(partition)"])
        }
    }

    /// Ends partitions whose work ended with an error, and pauses those that begin again; throws what ends the process.
    func check() throws {
        for (partition, owned) in owned.withLock({ $0 }) {
            guard let error = owned.running.error else { continue }
            end([partition])
            guard let error = error as? LogError else { throw error }
            switch PartitionSequel(after: error, of: owned.state) {
            case .handedOver: continue
            case .begunAgain:
                metrics.add(1, to: .logErrors)
                paused.withLock { $0[partition] = owned.pause(from: clock.now) }
            case .stopped:
                let count = stopped.withLock { stopped in
                    stopped.insert(partition)
                    return stopped.count
                }
                metrics.set(.partitionsStopped, to: Double(count))
                logger.error("partition stopped: \(error)", metadata: ["partition": "\(partition)"])
                guard self.owned.withLock({ !$0.isEmpty }) || paused.withLock({ !$0.isEmpty }) else { throw error }
            case .fatal: throw error
            }
        }
    }

    /// Begins again, from the last checkpoint, what was paused long enough.
    func resume() throws {
        for (partition, pause) in paused.withLock({ $0 }) where pause.end <= clock.now {
            paused.withLock { _ = $0.removeValue(forKey: partition) }
            do {
                try begin(partition, pause.store, pause.retry)
            } catch LogError.fenced {
                logger.notice("partition handed over", metadata: ["partition": "\(partition)"])
            }
        }
    }

    private func ingestPipeline(_ state: AgentState) throws -> IngestPipeline {
        let sealer = TransactionSealer(
            member: role.member.id, sessions: sessions.sealing, spec: role.spec, shadow: role.shadow?.spec.spec,
            idKey: try role.keystore.localKey("event-id"), random: randomBytes)
        return try IngestPipeline(
            member: role.member.id, log: role.log, state: state, mapping: role.mapping, rules: role.rules,
            sealer: role.form.sealer(sealer, role.spec),
            consortium: try tokens.feed(role.stores.open(tokenState(state.transactions), takingOver: true)),
            shadow: role.shadow?.spec, recipient: { [sessions] in sessions.hpke }, clock: clock, metrics: metrics)
    }

    private func receiptReader(_ state: AgentState) throws -> ReceiptReader {
        try ReceiptReader(
            member: role.member.id, log: role.log, state: state, sessions: ownSessions, clock: clock, metrics: metrics,
            logger: logger)
    }

    /// The member's session with a party in an epoch.
    private var ownSessions: (PartyID, UInt32) -> Session? {
        { [sessions] party, epoch in sessions.session(party, epoch) }
    }

    private func decisionPipeline(_ state: AgentState) throws -> DecisionPipeline {
        let cards = try ModelCards(
            consortium: role.roster.consortium, coordinator: role.roster.coordinator, log: role.log, logger: logger)
        let shares = ShareCollector(member: role.member.id, sessions: ownSessions)
        return try DecisionPipeline(
            member: role.member.id, log: role.log, state: state,
            collector: role.form.collector(shares, role.member.id), card: cards.card, policy: role.policy,
            own: role.own, shadow: role.shadow?.spec, wantsReasons: reasons != nil,
            participation: { [sealing = sessions.sealing] in sealing.participation }, clock: clock, metrics: metrics,
            logger: logger)
    }
}

/// The name of the store of a partition's state among an agent's.
package func agentState(_ partition: TopicPartition) -> String { "\(partition.topic)-\(partition.partition).sqlite" }

/// The hasher of names in an agent's windows: under a key of the member's own, so that its state folder holds no names.
package func windowHasher(_ keystore: any Keystore) throws -> EntityHasher {
    EntityHasher(key: try keystore.localKey("windows"))
}
