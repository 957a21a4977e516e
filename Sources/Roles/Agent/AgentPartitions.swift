import Dispatch
package import EventLogs
package import Formats
import Ingest
package import Keys
import LocalStore
package import Logging
package import Model
package import PipelineFiles
package import Policy
package import Records
import Secrets
package import Stages
import Synchronization
package import Telemetry

/// The partitions of a member's transactions that this agent owns now. Each has its state and two stages on threads of their
/// own: one ingests, one decides. Ownership comes from the consumer group; a predecessor that still runs can write neither into
/// the state nor to the outward topics.
package final class AgentPartitions: Sendable {
    private let member: Roster.Member
    private let roster: Roster
    private let keystore: FileKeystore
    private let spec: BinnedSpec
    private let mapping: Mapping
    private let rules: ValidationRules
    private let policy: DecisionPolicy
    private let sessions: [PartyID: Session]
    private let tokens: AgentTokens
    private let form: any AgentForm
    private let stateFolder: String
    private let log: any EventLog
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
        var store: SQLiteStateStore
        var retry: Retry
        var end: Moment
    }

    private struct Owned {
        var store: SQLiteStateStore
        var state: AgentState
        /// The position of the state when this began: who goes further ends the row of failures.
        var begin: Int64?
        var retry: Retry
        var stop: StopFlag
        var running: StageThreads.Running

        /// The pause after a failure.
        func pause(from now: Moment) -> Pause {
            var retry = retry
            if state.ingested != begin { retry.succeeded() }
            let end = now + retry.pause()
            return Pause(store: store, retry: retry, end: end)
        }
    }

    package init(
        member: Roster.Member, roster: Roster, keystore: FileKeystore, spec: BinnedSpec, mapping: Mapping,
        rules: ValidationRules, policy: DecisionPolicy, sessions: [PartyID: Session], tokens: AgentTokens,
        form: any AgentForm, stateFolder: String, log: any EventLog, clock: any StageClock = SystemClock(),
        metrics: Metrics, logger: Logger
    ) {
        self.member = member
        self.roster = roster
        self.keystore = keystore
        self.spec = spec
        self.mapping = mapping
        self.rules = rules
        self.policy = policy
        self.sessions = sessions
        self.tokens = tokens
        self.form = form
        self.stateFolder = stateFolder
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    /// Sealed transactions without a decision.
    package var waiting: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.waiting } } }

    /// Ids of transactions whose duplicates are known.
    package var knownIDs: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.knownIDs } } }

    /// Events whose labels have not left.
    package var unlabelled: Int { owned.withLock { $0.values.reduce(0) { $0 + $1.state.unlabelled } } }

    /// Partitions that this agent works on.
    package var count: Int { owned.withLock { $0.count } }

    /// Works on whatever the group gives until told to stop.
    package func run(_ settings: GroupSettings, until stop: StopFlag) throws {
        let place = try log.join(settings)
        defer { place.leave() }
        defer { end(owned.withLock { Array($0.keys) }) }
        while !stop.isSet {
            switch try place.next(timeout: .milliseconds(200)) {
            case .assigned(let partitions):
                for partition in partitions {
                    let path = agentState(stateFolder, partition)
                    try begin(partition, SQLiteStateStore(path: path, takingOver: true))
                }
                if count == 0 { logger.notice("in the group, without a partition: others have all of them") }
            case .revoked(let partitions):
                end(partitions)
                try place.release(partitions)
            case .lost(let partitions): end(partitions)
            case nil:
                try check()
                try resume()
            }
        }
    }

    /// Restores a partition's state and starts its stages.
    private func begin(_ partition: TopicPartition, _ store: SQLiteStateStore, _ retry: Retry = Retry()) throws {
        let state = try AgentState(
            spec: spec.spec, own: policy.windows, hasher: try windowHasher(keystore), lateness: rules.late,
            transactions: partition, store: store)
        let stop = StopFlag()
        // What was decided before is read back, and a predecessor is fenced, before anything new is read.
        let recovered = DispatchSemaphore(value: 0)
        var stages = StageThreads()
        stages.add("decisions-\(partition.partition)") { [self] in
            defer { recovered.signal() }
            let stage: DecisionPipeline
            do { stage = try decisionPipeline(state) } catch {
                // Before the signal: a replaced agent ingests nothing, either.
                stop.stop()
                throw error
            }
            recovered.signal()
            try run(stage, until: stop)
        }
        stages.add("ingest-\(partition.partition)") { [self] in
            recovered.wait()
            if !stop.isSet { try run(ingestPipeline(state), until: stop) }
        }
        let begin = state.ingested
        let running = stages.start(stop: stop)
        owned.withLock {
            $0[partition] = Owned(
                store: store, state: state, begin: begin, retry: retry, stop: stop, running: running)
        }
        logger.notice("partition assigned", metadata: ["partition": "\(partition)"])
    }

    /// Turns a stage until told to stop. An error ends it, whatever it is: its partition begins again (`check`).
    private func run(_ stage: some Stage, until stop: StopFlag) throws {
        try StageThread(clock: clock, failed: nil).run(stage, until: { stop.isSet })
    }

    private func end(_ partitions: [TopicPartition]) {
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
    private func check() throws {
        for (partition, owned) in owned.withLock({ $0 }) {
            guard let error = owned.running.error else { continue }
            end([partition])
            guard let error = error as? LogError else { throw error }
            switch PartitionSequel(after: error, of: owned.state) {
            case .handedOver: continue
            case .begunAgain:
                metrics.add(1, to: "cordon_log_errors_total")
                paused.withLock { $0[partition] = owned.pause(from: clock.now) }
            case .stopped:
                let count = stopped.withLock { stopped in
                    stopped.insert(partition)
                    return stopped.count
                }
                metrics.set("cordon_partitions_stopped", to: Double(count))
                logger.error("partition stopped: \(error)", metadata: ["partition": "\(partition)"])
                guard self.owned.withLock({ !$0.isEmpty }) || paused.withLock({ !$0.isEmpty }) else { throw error }
            case .fatal: throw error
            }
        }
    }

    /// Begins again, from the last checkpoint, what was paused long enough.
    private func resume() throws {
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
            member: member.id, epoch: roster.epoch, sessions: sessions, spec: spec,
            idKey: try keystore.localKey("event-id"), random: randomBytes)
        return try IngestPipeline(
            member: member.id, log: log, state: state, mapping: mapping, rules: rules,
            sealer: form.sealer(sealer, spec),
            consortium: try tokens.feed(stateFile: tokenState(stateFolder, state.transactions)),
            recipient: member.hpke, clock: clock, metrics: metrics)
    }

    private func decisionPipeline(_ state: AgentState) throws -> DecisionPipeline {
        let cards = try ModelCards(coordinator: roster.coordinator, log: log, logger: logger)
        let shares = ShareCollector(member: member.id) { [roster, sessions] party, epoch in
            epoch == roster.epoch ? sessions[party] : nil
        }
        return try DecisionPipeline(
            member: member.id, log: log, state: state, collector: form.collector(shares, member.id), card: cards.card,
            policy: policy, clock: clock, metrics: metrics, logger: logger)
    }
}

/// The file of a partition's state in an agent's folder.
package func agentState(_ folder: String, _ partition: TopicPartition) -> String {
    "\(folder)/\(partition.topic)-\(partition.partition).sqlite"
}

/// The hasher of names in an agent's windows: under a key of the member's own, so that its state folder holds no names.
package func windowHasher(_ keystore: FileKeystore) throws -> EntityHasher {
    EntityHasher(key: try keystore.localKey("windows"))
}
