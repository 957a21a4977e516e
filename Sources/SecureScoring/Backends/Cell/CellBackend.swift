package import EventLogs
package import Keys
package import Manifests
package import Records
import Sealing
package import Stages
package import ThreeParty

/// The backend over frames between three parties: opens this party's boxes, computes with the two others, and seals its
/// shares of the scores.
package final class CellBackend: ScoringBackend {
    /// The party that proposes.
    package static let leader = PlanProposal.leader

    private let exchange: CellExchange
    private let models: ModelRegistry
    private let sessions: SessionRegistry
    private let opener: BatchOpener
    /// Whether the party signs for its scores.
    private let states: Bool
    /// Batches that are not computed yet, in order.
    private var opened: [OpenedBatch] = []

    /// - Parameters:
    ///   - exchange: of frames with the others.
    ///   - models: the same as the stage's.
    ///   - states: whether to make statements on scores, for the party's audit log.
    package init(_ exchange: CellExchange, models: ModelRegistry, sessions: SessionRegistry, states: Bool = false) {
        self.states = states
        self.exchange = exchange
        self.models = models
        self.sessions = sessions
        opener = BatchOpener(party: exchange.party, sessions: sessions)
    }

    package var party: PartyID { exchange.party }
    package var leads: Bool { exchange.leads }

    package func propose(_ plan: BatchPlan, decisions: Int64) throws {
        try exchange.propose(plan, decisions: decisions)
    }

    package func begin(_ batch: SealedBatch, counts: PartitionCounts?, admission: Admission) throws {
        guard let model = try models.model(batch.model.digest) else {
            throw ScoringError.modelNotDealt(batch.model.digest)
        }
        try counts?.refresh(to: batch.shares.counts)
        let prepared = try models.prepared(model, in: batch.shares.model)
        let batch = try opener.open(batch, counts: counts, admission: admission)
        opened.append(batch)
        try exchange.begin(batch.batch.plan, batch.work(prepared, counts))
    }

    package func next(until deadline: Moment) throws -> ScoringEvent? {
        let event: CellExchange.Event?
        do { event = try exchange.next(until: deadline) } catch {
            opened = []
            throw error
        }
        switch event {
        case .proposed(let proposal, let digest): return .proposed(proposal, digest: digest)
        case .computed(let result): return .computed(try scored(opened.removeFirst(), result))
        case .completed: return .completed
        case nil: return nil
        }
    }

    private func scored(_ batch: OpenedBatch, _ result: BatchResult) throws(LogError) -> ScoredBatch {
        let sealer = ScoreSealer(party: party, model: batch.batch.model, sessions: sessions)
        return ScoredBatch(
            scores: try sealer.scores(batch.transactions, result, range: batch.batch.plan.range),
            agreement: result.agreement, rounds: result.rounds,
            counted: batch.counted(result.agreement, inputs: result.inputs, shadow: result.shadow),
            statements: try states
                ? batch.batch.statements(by: party, batch.transactions, result, session: sessions.session) : [])
    }

    package func complete() { exchange.complete() }

    package func refuse(_ plan: Digest32) {
        exchange.abort(plan)
        opened = []
    }

    package func forgetOlder() {
        exchange.forgetOlder()
        opened = []
    }

    package func abandon() {
        exchange.abandon()
        opened = []
    }

    package func opens(_ record: SealedRecord, of model: ModelManifest) throws -> Bool {
        try opener.refusal(of: record, by: model)?.isOfOpenedBox ?? true
    }

    package func session(_ member: MemberID, epoch: UInt32) throws(LogError) -> Session? {
        try sessions.session(member, epoch: epoch)
    }

    package func reopen(
        _ batch: SealedBatch, _ agreement: Agreement, counts: PartitionCounts
    ) throws -> CountedBatch {
        try counts.refresh(to: batch.shares.counts)
        let opened = try opener.open(batch, counts: counts)
        guard zip(opened.refusals, agreement.refusals).allSatisfy({ $0 == nil || $1 != nil }),
            let counted = opened.counted(agreement)
        else {
            throw ScoringError.notOpenedAgain(
                TopicPartition(Topics.sealed, batch.plan.partition), batch.plan.range.lowerBound)
        }
        return counted
    }
}
