import EventLogs
import Foundation
import Keys
import LocalStore
import Logging
import Manifests
import Model
import ModelSync
import Records
import Secrets
import SecureScoring
import Stages
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty
import Tokens

/// Three parties with their real backends, openers and sealers over one log, and links that a test may tamper with. A batch is run
/// at all three, on one thread, until nothing more is said.
final class AttackedCell {
    /// What a run of a batch came to.
    struct Run {
        var scored: [PartyID: ScoredBatch] = [:]
        var aborts: [PartyID: BatchAbort] = [:]
        var frames: [TamperedLinks.Sent] = []

        /// The frame of a kind from one party to another.
        func frame(_ kind: Frame.Kind, from sender: PartyID, to receiver: PartyID) throws -> Frame {
            try #require(
                frames.first { $0.to == receiver && $0.frame.sender == sender && $0.frame.kind == kind }?.frame)
        }
    }

    /// A clock that stands still.
    private final class Still: StageClock {
        private let ticks = Mutex<Int64>(0)
        let now = Moment(sinceStart: .zero)
        var microseconds: Int64 {
            ticks.withLock {
                $0 += 1; return $0
            }
        }
        func wait(for duration: Duration) {}
    }

    let spec: BinnedSpec
    let clear: ClearModel
    let bank: AttackingBank
    let other: AttackingBank
    private(set) var model: ModelManifest
    private let folder = try! TemporaryFolder()
    private let log: any EventLog
    private var registries: [PartyID: ModelRegistry] = [:]
    private var counting: [PartyID: PartitionCounting] = [:]
    private let clock = Still()
    private let logger = CapturedLines().logger()
    private var offset: Int64 = 0

    static func hpke(_ party: PartyID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32))
    }

    static func pairKeys(_ party: PartyID) -> PairKeys {
        func key(_ number: PartyID) -> SecretKey {
            SecretKey(bytes: [UInt8](repeating: UInt8(number.rawValue) + 11, count: 32))
        }
        return PairKeys(withPrevious: key(party), withNext: key(party.next))
    }

    /// - Parameter rounded: whether members get the calibration's steps of scores.
    init(_ spec: BinnedSpec, _ clear: ClearModel, rounded: Bool = false) throws {
        self.spec = spec
        self.clear = clear
        var parties: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { parties[party] = try Self.hpke(party).publicKey }
        bank = try AttackingBank("bank-a", parties)
        other = try AttackingBank("bank-b", parties)
        log = try SQLiteEventLog(directory: folder.path("log"), clock: clock)
        try log.create(
            [Topics.sealed, Topics.sessions, Topics.manifests, Topics.labels, Topics.batches].map {
                TopicSettings(name: $0)
            })
        let coordinator = SigningKey()
        var generator = SplitMix64(3)
        let dealer = ModelDealer(consortium: "c", parties: parties, rounded: rounded) { generator.bytes(16) }
        let (manifest, _) = try dealer.deal(clear, coordinator: coordinator)
        model = try ModelManifest(verifying: manifest, consortium: "c", coordinator: coordinator.verifyingKey)
        try log.append(
            [NewRecord(TopicPartition(Topics.manifests), value: manifest.encoded)]
                + [bank, other].map { NewRecord(TopicPartition(Topics.sessions), value: $0.announcement.encoded) })
        for party in PartyID.allCases {
            registries[party] = try ModelRegistry(
                ModelShares(party: party, keys: OpeningKeys(try Self.hpke(party)), store: nil), consortium: "c",
                coordinator: coordinator.verifyingKey, log: log, logger: logger)
            let terms = CountingTerms(
                consortium: "c", state: try SQLiteStateStore(path: folder.path("\(party).sqlite")),
                members: [bank.id, other.id], limit: 8191, history: 1_000_000,
                updates: TokenUpdates(newest: TokenEpoch(1)),
                tag: DecisionTag(party: party, keys: PairKeyring(Self.pairKeys(party))))
            counting[party] = PartitionCounting(
                terms,
                in: PartitionContext(
                    partition: TopicPartition(Topics.sealed), log: log, clock: clock, metrics: Metrics(),
                    logger: logger))
        }
    }

    // MARK: Batches

    /// A batch of transactions, as `consortium.sealed` has them.
    func batch(_ records: [[UInt8]]) throws -> SealedBatch {
        let range = offset..<offset + Int64(records.count)
        offset = range.upperBound
        return SealedBatch(
            partition: 0,
            transactions: zip(range, records).map { SealedRecord(Self.record(Topics.sealed, $0, $1)) }, in: range,
            repeats: [], model: model, standing: try counts(.zero)?.standing)
    }

    /// A batch of records of `consortium.labels`.
    func labels(_ records: [[UInt8]]) throws -> SealedBatch {
        let standing = try #require(try counts(.zero)).standing
        let range = standing.labels..<standing.labels + Int64(records.count)
        return SealedBatch(
            partition: 0, labels: zip(range, records).map { Self.record(Topics.labels, $0, $1) }, in: range, at: offset,
            model: model, standing: standing)
    }

    private static func record(_ topic: String, _ offset: Int64, _ value: [UInt8]) -> LogRecord {
        LogRecord(position: Position(TopicPartition(topic), offset), key: nil, value: value, headers: [], timestamp: 0)
    }

    func counts(_ party: PartyID) throws -> PartitionCounts? { try counting[party]?.counts(for: model) }

    func sessions(of party: PartyID) throws -> SessionRegistry {
        try SessionRegistry(
            consortium: "c", party: party, keys: OpeningKeys(try Self.hpke(party)),
            members: [bank.id: bank.identity, other.id: other.identity], log: log,
            logger: logger)
    }

    /// Without limits.
    private func admission(_ party: PartyID) throws -> Admission {
        let limits = QueryLimits(members: [(bank.id, .unlimited), (other.id, .unlimited)], eventTime: nil)
        let context = PartitionContext(
            partition: TopicPartition(Topics.sealed), log: log, clock: clock, metrics: Metrics(), logger: logger)
        let state = try SQLiteStateStore(path: folder.path("\(party)-asked-\(UUID().uuidString).sqlite"))
        return try Admission(
            limits, taken: TakenRecords(in: context, state: state, at: 0), partition: context.partition, state: state)
    }

    /// Runs a batch at all three parties, each of which has just started.
    func run(_ batch: SealedBatch, change: @escaping TamperedLinks.Change = { _, _ in }) throws -> Run {
        let links = TamperedLinks(change: change)
        var backends: [PartyID: CellBackend] = [:]
        for party in PartyID.allCases {
            let exchange = CellExchange(
                transport: links.transport(of: party), keys: PairKeyring(Self.pairKeys(party)), stream: .scoring(0),
                firstBatch: party == .zero ? 1 : 0,
                patience: .seconds(1), clock: clock)
            backends[party] = CellBackend(
                exchange, models: try #require(registries[party]), sessions: try sessions(of: party))
        }
        var run = Run()
        try backends[.zero]?.propose(batch.plan, decisions: 0)
        try backends[.zero]?.begin(batch, counts: counts(.zero), admission: try admission(.zero))
        var heard = -1
        while heard < links.sent.count {
            heard = links.sent.count
            for party in PartyID.allCases where run.scored[party] == nil && run.aborts[party] == nil {
                do {
                    switch try backends[party]?.next(until: clock.now) {
                    case .proposed:
                        try backends[party]?.begin(batch, counts: counts(party), admission: try admission(party))
                    case .computed(let scored): run.scored[party] = scored
                    case .completed, nil: continue
                    }
                } catch let abort as BatchAbort { run.aborts[party] = abort }
            }
        }
        run.frames = links.sent
        return run
    }
}
