package import Audit
package import EventLogs
package import Keys
package import Logging
package import Manifests
package import Records
package import Stages
import Telemetry
import ThreeParty

/// The stage of a party that computes decisions again for auditors, as orders on `consortium.replays` say, with the two others.
///
///     read order → find the kept row → compute, as a batch of one → seal the share to the auditor → answer
///
/// The row is what the transaction was scored by, counts too, in this party's shares. The batch has keys and a stream of its own,
/// and its plan is made of the order: so it says again what was said then, in every bit, and meets no mask of scoring.
package final class ReplayStage: Stage {
    /// Who the party is.
    package struct Terms: Sendable {
        package var party: PartyID
        package var roster: SyncTerms
        /// The terms that took the place of the roster's, as the log has them now.
        package var changes: @Sendable () throws -> [SyncTermsChange]
        /// Opens what the party keeps of a partition; nil where it keeps no rows.
        package var rows: (@Sendable (Int) throws -> ScoredRowStore)?
        /// Leader: the epoch of pairwise keys that decisions are computed by now.
        package var epoch: @Sendable () -> KeyEpoch

        package init(
            party: PartyID, roster: SyncTerms, changes: @escaping @Sendable () throws -> [SyncTermsChange] = { [] },
            rows: (@Sendable (Int) throws -> ScoredRowStore)?,
            epoch: @escaping @Sendable () -> KeyEpoch = { KeyEpoch(1) }
        ) {
            self.party = party
            self.roster = roster
            self.changes = changes
            self.rows = rows
            self.epoch = epoch
        }
    }

    private let terms: Terms
    private let identity: SigningKey
    private let log: any EventLog
    /// Where activations are kept.
    private let state: any StateStore
    private let exchange: CellExchange
    private let models: ModelRegistry
    private let clock: any StageClock
    private let logger: Logger
    private let audit: any AuditWriter
    private let reader: any LogReader
    private var history: ReplayHistory
    /// The order that is computed.
    private var underWay: (job: ReplayHistory.Job, model: ModelManifest)?
    private var looking = Throttle(.milliseconds(200))
    private var proposing = Throttle(.seconds(1))

    private static let partition = TopicPartition(Topics.replays)

    /// - Parameters:
    ///   - identity: the party's, which signs answers.
    ///   - state: the party's of scoring.
    ///   - exchange: of a stream and keys that nothing else has.
    package init(
        _ terms: Terms, identity: consuming SigningKey, log: any EventLog, state: any StateStore,
        exchange: CellExchange, models: ModelRegistry, clock: any StageClock, logger: Logger, audit: any AuditWriter
    ) throws {
        self.terms = terms
        self.identity = identity
        self.log = log
        self.state = state
        self.exchange = exchange
        self.models = models
        self.clock = clock
        self.logger = logger
        self.audit = audit
        history = ReplayHistory(terms.roster)
        reader = try log.reader(at: [Position(Self.partition, try log.earliest(of: Self.partition))])
    }

    package var isUnderWay: Bool { underWay != nil }

    package func turn(until moment: Moment) throws -> Turn {
        do {
            if looking.isDue(at: clock.now) {
                try read()
                try refuse()
            }
            if exchange.leads, underWay == nil, proposing.isDue(at: clock.now) { try propose() }
            switch try exchange.next(until: moment) {
            case .proposed(let proposal, let digest): try follow(proposal, digest)
            case .computed(let result): try answer(result)
            case .completed: underWay = nil
            case nil: return .idle
            }
            return .worked
        } catch  where error is BatchAbort || error is ScoringError || error is RowWindowError {
            // A party that is away, or not as far, or lacks a share or a key: the leader proposes it again while the order stands.
            logger.info("a decision is not computed again yet: \(error)")
            exchange.abandon()
            underWay = nil
            return .rest(.milliseconds(200))
        }
    }

    private func read() throws {
        while case let records = try reader.available(limit: 64), !records.isEmpty {
            // Read behind them: whatever was in force when they came is in it.
            history.adopt(try terms.changes())
            for record in records {
                do throws(ReplayRefusal) {
                    try history.apply(record.value ?? [], time: record.timestamp / 1_000_000)
                } catch {
                    logger.error(
                        "an order to compute a decision again was refused: \(error)",
                        metadata: ["offset": "\(record.position.offset)"])
                    audit.write(AuditEvent(.refused, record, "replay", "\(error)"))
                }
            }
        }
    }

    /// Orders that this party has not answered.
    private var waiting: [ReplayHistory.Job] {
        history.jobs.filter { $0.isOpen && $0.answers[terms.party] == nil }
    }

    /// Answers by name where there is nothing to compute by.
    private func refuse() throws {
        for job in waiting {
            if let code = try refusal(of: job.order) { try say(.refused(code), to: job) }
        }
    }

    private func refusal(of order: ReplayOrder) throws -> ReplayCode? {
        // By the log's clock, as far as this party's is that.
        guard clock.microseconds / 1_000_000 <= order.expires else { return .expired }
        let activations = try ActivationHistory(
            partition: TopicPartition(Topics.sealed, order.partition), state: state)
        guard activations.model(at: order.offset) == order.model else { return .otherModel }
        guard let model = try models.model(order.model) else { return .modelGone }
        do {
            switch try row(of: order) {
            case .gone: return .rowsGone
            case .unknown: return .unknownRow
            case .kept(let form, let bits, _):
                return form == model.manifest.rowForm && bits == model.manifest.shape.bits ? nil : .modelGone
            }
        } catch RowWindowError.otherGeneration {
            // A key is missing here, and the row is not: it is told of where the order is computed, and the other orders go on.
            return nil
        }
    }

    private func row(of order: ReplayOrder) throws -> ScoredRowStore.Found {
        guard let rows = terms.rows else { return .gone }
        return try rows(order.partition).row(
            at: order.offset, RowKey(order.event, of: RowKey.Member(order.member)), in: shares(of: order).counts,
            by: models.rowRefresh())
    }

    /// Leader: names the first order that not all have answered.
    private func propose() throws {
        guard let job = history.jobs.first(where: { $0.isOpen }), try refusal(of: job.order) == nil else { return }
        let shares = try shares(of: job.order)
        let plan = BatchPlan(replaying: job.order, epoch: terms.epoch(), shares: shares)
        try exchange.propose(plan)
        try begin(job, plan, shares)
    }

    /// The generation that the model's shares are of now. Parties that are not equally far make different plans.
    private func shares(of order: ReplayOrder) throws -> SharesInForce {
        try GenerationSwitch(partition: TopicPartition(Topics.sealed, order.partition), state: state)
            .inForce(at: .max, model: order.model)
    }

    private func follow(_ proposal: PlanProposal, _ digest: Digest32) throws {
        try read()
        for job in history.jobs where job.order.offset == proposal.range.lowerBound {
            let shares = try shares(of: job.order)
            let plan = BatchPlan(replaying: job.order, epoch: proposal.epoch, shares: shares)
            guard plan.digest == digest, try refusal(of: job.order) == nil else { continue }
            return try begin(job, plan, shares)
        }
        exchange.abort(digest)
    }

    private func begin(_ job: ReplayHistory.Job, _ plan: BatchPlan, _ shares: SharesInForce) throws {
        guard let model = try models.model(job.order.model) else { return exchange.abort(plan.digest) }
        let prepared = try models.prepared(model, in: shares.model)
        guard case .kept(_, let bits, let row) = try row(of: job.order) else { return exchange.abort(plan.digest) }
        underWay = (job, model.manifest)
        try exchange.begin(plan, .again(prepared, BatchInputs([row], bits: bits)))
    }

    private func answer(_ result: BatchResult) throws {
        guard let (job, model) = underWay else { return }
        if history.job(job.digest)?.answers[terms.party] == nil {
            let answer = try ReplayAnswer(
                party: terms.party, to: job.order, share: result.scoreShares, ringBits: model.shape.ringBits,
                steps: model.rounding.map { $0.bits + 1 } ?? 0)
            try say(answer.word, to: job)
        }
        guard !exchange.leads else { return }
        exchange.complete()
        underWay = nil
    }

    private func say(_ word: ReplayAnswer.Word, to job: ReplayHistory.Job) throws {
        var fields: [AuditField: String] = [.member: job.order.member.name, .outcome: "answered"]
        if case .refused(let code) = word {
            fields[.outcome] = "refused"
            fields[.code] = code.rawValue
        }
        // Before anybody learns of it.
        audit.write(AuditEvent(.replayed, of: job.digest, fields))
        var record = WireReplayRecord()
        record.answer = try ReplayAnswer(party: terms.party, order: job.digest, word: word)
            .signed(consortium: terms.roster.consortium, key: identity)
        try log.append([NewRecord(Self.partition, value: record.encoded)])
        try read()
    }
}
