import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import Model
import Records
import SecureScoring
import Stages
import Synchronization
import Telemetry
import ThreeParty
import Tokens

/// A clock that moves only where somebody waits by it.
final class StepClock: StageClock {
    private let time = Mutex(Duration.zero)

    var now: Moment { Moment(sinceStart: time.withLock { $0 }) }
    var microseconds: Int64 { time.withLock { Int64($0 / .microseconds(1)) } }
    func wait(for duration: Duration) { time.withLock { $0 += duration } }
}

/// The pieces of one party's stage over a world's log, each by itself.
struct Pieces {
    let world: World
    let party: PartyID
    let clock = StepClock()
    let context: PartitionContext
    let state: any StateStore
    let registry: ModelRegistry
    let models: ModelSwitch
    let terms: CountingTerms

    /// - Parameter rows: takes note of counts and rows, which are kept then.
    init(_ world: World, _ party: PartyID = .one, consortium: String = "c", rows: LabelOrder? = nil) throws {
        self.world = world
        self.party = party
        context = PartitionContext(
            partition: TopicPartition(Topics.sealed), log: try world.view(party), clock: clock, metrics: Metrics(),
            logger: world.entries.logger(party), sideWork: { _ in .inline })
        state = try SQLiteStateStore(path: "\(world.path)/\(party).sqlite")
        registry = try world.models(party)
        models = try ModelSwitch(registry, state: state, in: context)
        let counts = try SQLiteStateStore(path: "\(world.path)/\(party).sqlite.counts")
        let kept = try rows.map { order in
            RowTerms(
                state: order.watch(try SQLiteStateStore(path: "\(world.path)/\(party).sqlite.rows")),
                limits: RowLimits(days: 90, bytes: 1 << 30)!)
        }
        terms = CountingTerms(
            consortium: consortium, state: rows?.watch(counts) ?? counts, members: [world.a.id, world.b.id],
            limit: world.countLimit, history: world.historyLimit, updates: TokenUpdates(newest: TokenEpoch(1)),
            tag: PartySeeds.decisionTag(party),
            rows: kept)
    }

    func sealedLog(at offset: Int64 = 0) throws -> SealedLog {
        try SealedLog(context.partition, log: context.log, at: offset, clock: clock)
    }

    /// A follower's check that waits for nothing.
    ///
    /// - Parameter taken: what the party took before.
    func check(taken: TakenRecords) throws -> ProposalCheck {
        let counting = PartitionCounting(terms, in: context)
        let reader = BatchReader(
            try sealedLog(), models: models, counting: counting, patience: .zero, in: context)
        let replay = DecisionReplay(counting, reader: reader, backend: LoneBackend(party), in: context)
        return ProposalCheck(
            models: models, reader: reader, replay: replay, counting: counting, taken: taken,
            backend: LoneBackend(party),
            patience: .milliseconds(50))
    }

    /// What the party took, as its state has it.
    func taken() throws -> TakenRecords { try TakenRecords(in: context, state: state, at: models.committed) }

    /// - Parameter other: in place of the pieces' own state.
    func stage(
        _ backend: any ScoringBackend, batches: Int = 2, records: Int = 256, state other: (any StateStore)? = nil
    ) throws -> ScorePartition {
        try ScorePartition(
            in: context, state: other ?? state, backend: backend, models: registry, counting: terms,
            queries: QueryLimits(members: [(world.a.id, .unlimited), (world.b.id, .unlimited)], eventTime: nil),
            recipients: [world.a.id: try world.a.hpke().publicKey, world.b.id: try world.b.hpke().publicKey],
            limits: BatchLimits(records: records, beat: Beat(every: .milliseconds(1)), batches: batches))
    }

    /// The records of the log, decoded.
    func sealed() throws -> [SealedRecord] { try world.records(Topics.sealed).map { SealedRecord($0) } }
}

/// A backend that leads alone, as one would that computes by itself: each batch is computed as soon as it has begun, and completed
/// with the event after that. Its scores are the sources of what it took.
final class LoneBackend: ScoringBackend {
    let party: PartyID
    let leads = true
    /// The batches that began, in order.
    private(set) var begun: [SealedBatch] = []
    /// Refused of every batch, by their place in it.
    var refused: Set<Int> = []
    /// The code of it.
    var code: UInt8 = 6
    /// Thrown in the place of the next event.
    var failure: BatchAbort?
    private var events: [ScoringEvent] = []

    init(_ party: PartyID = .zero) { self.party = party }

    func propose(_ plan: BatchPlan, decisions: Int64) {}

    func begin(_ batch: SealedBatch, counts: PartitionCounts?, admission: Admission) {
        begun.append(batch)
        let records = batch.content.records
        let codes = records.indices.map { refused.contains($0) ? code : 0 }
        let none = [UInt8](repeating: 0, count: records.count)
        events.append(
            .computed(
                ScoredBatch(
                    scores: [
                        NewRecord(
                            TopicPartition(Topics.scores(MemberID("bank-a")!)),
                            value: records.map { UInt8(truncatingIfNeeded: $0.position.offset) })
                    ],
                    agreement: Agreement(
                        plan: batch.plan.digest, codes: (codes, none, none), found: none, transcript: .zero),
                    rounds: 0,
                    counted: nil)))
        events.append(.completed)
    }

    func next(until deadline: Moment) throws -> ScoringEvent? {
        if let failure {
            self.failure = nil
            events = []
            throw failure
        }
        return events.isEmpty ? nil : events.removeFirst()
    }

    func complete() {}
    func refuse(_ plan: Digest32) {}
    func forgetOlder() {}
    func abandon() { events = [] }
    func opens(_ record: SealedRecord, of model: ModelManifest) -> Bool { true }
    func session(_ member: MemberID, epoch: UInt32) -> Session? { nil }

    func reopen(_ batch: SealedBatch, _ agreement: Agreement, counts: PartitionCounts) throws -> CountedBatch {
        throw ScoringError.notOpenedAgain(TopicPartition(Topics.sealed), batch.plan.range.lowerBound)
    }
}

extension World {
    /// A party's own view of the log.
    func view(_ party: PartyID) throws -> FaultyLog {
        guard let view = views[party] else { throw LogError.failed(reason: "the world has no such party") }
        return view
    }

    /// Sealed transactions of the first bank.
    func seal(_ sources: some Sequence<Int64>) throws -> [[UInt8]] {
        try sources.map { try a.seal(values($0), source: $0, spec: spec) }
    }

    /// Deals a model and activates it at the log's end; its digest.
    @discardableResult
    func activate(_ version: String, sequence: UInt64) throws -> Digest32 {
        let digest = try deal(try randomModel(version, spec: spec))
        try append([try activation(digest, sequence: sequence)])
        return digest
    }
}
