import Audit
import EventLogs
import Foundation
import Keys
import LocalStore
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

/// A consortium in one process: two members and three parties over one SQLite log in a temporary folder, with each
/// party's own view of that log. Parties start and stop when the test says so, and find their state as they left it.
final class World: Sendable {
    let a: Bank
    let b: Bank
    let spec: BinnedSpec
    let log: any EventLog
    let views: [PartyID: FaultyLog]
    let metrics: [PartyID: Metrics]
    /// The consortium and the members, where a party's roster has others, or in another order.
    let rosters = Mutex<[PartyID: (consortium: String, members: [MemberID])]>([:])
    /// The rotations of the token key that each party knows of.
    let updates: [PartyID: TokenUpdates]
    let entries = CollectedLog()
    /// The parties' time.
    let time = WatchedClock()
    let wire = Wire()
    /// What each party is asked to deal.
    let dealings = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, Dealings()) })
    let path: String
    /// The most events of a member that count for a token in a day.
    let countLimit: Int
    /// Whether the parties' agreement opens reasons.
    let opensReasons = Mutex(true)
    let historyLimit: Int
    private let parties = Mutex<[PartyID: PartyThread]>([:])
    private let clock: Ticks
    /// What members may ask; without limits where the test is of something else.
    private let queries: QueryLimits
    let coordinator = [UInt8](repeating: 77, count: 32)
    private let watch: @Sendable (PartyID, any StateStore) -> any StateStore
    /// How many scored rows parties keep; nil where they keep none.
    private let rows: RowLimits?
    /// Whether parties sign for their scores.
    private let states: Bool

    /// Counts instead of telling the time.
    private final class Ticks: WallClock {
        private let count: Mutex<Int64>

        init(from first: Int64) { count = Mutex(first) }

        var microseconds: Int64 {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    /// - Parameters:
    ///   - banks: the two members; new ones where none are named.
    ///   - began: seconds since 1970 at which the log begins; long after all events where a test does not say so.
    ///   - viewed: the topic of which a party's view may differ.
    ///   - queries: unlimited where none are named.
    ///   - watch: what a party keeps its state in, made of what it would keep it in.
    init(
        spec: BinnedSpec? = nil, banks: (a: Bank, b: Bank)? = nil, viewed: String = Topics.sealed,
        began: Int64 = 1_790_000_000, queries: QueryLimits? = nil, countLimit: Int = 8191,
        historyLimit: Int = 1_000_000, rows: RowLimits? = nil,
        states: Bool = false,
        watch: @escaping @Sendable (PartyID, any StateStore) -> any StateStore = { $1 }
    ) throws {
        self.countLimit = countLimit
        self.historyLimit = historyLimit
        self.rows = rows
        self.states = states
        path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
        a = try banks?.a ?? Bank("bank-a")
        b = try banks?.b ?? Bank("bank-b")
        self.spec = try spec ?? testSpec()
        self.watch = watch
        clock = Ticks(from: began * 1_000_000)
        self.queries =
            queries ?? QueryLimits(members: [(a.id, .unlimited), (b.id, .unlimited)], eventTime: nil)
        log = try SQLiteEventLog(directory: path + "/log", clock: clock)
        var topics = [
            Topics.sealed, Topics.sessions, Topics.manifests, Topics.rejected, Topics.labels, Topics.batches,
        ]
        for bank in [a, b] {
            topics += [
                Topics.scores(bank.id), Topics.receipts(bank.id), Topics.rejected(bank.id), Topics.evidence(bank.id),
            ]
        }
        try log.create(topics.map { TopicSettings(name: $0) })
        var views: [PartyID: FaultyLog] = [:]
        for party in PartyID.allCases { views[party] = FaultyLog(log, topic: viewed) }
        self.views = views
        metrics = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, Metrics()) })
        // The generator of the group will do as a key: nobody computes tokens by it here.
        let generator = try GroupElement(compressed: TestToken.bytes("t1"))
        let key = try TokenPublicKey(key: generator, shares: [generator, generator, generator])
        updates = Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, TokenUpdates(newest: TokenEpoch(1), key: key)) })
        for bank in [a, b] { try announce(bank) }
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: path)
    }

    // MARK: The log

    func announce(_ bank: Bank) throws {
        try log.append([NewRecord(TopicPartition(Topics.sessions), value: bank.announcement.encoded)])
    }

    /// Puts a model's shares on the log; the digest is what an activation names.
    ///
    /// - Parameter rounded: whether members get the calibration's steps alone.
    func deal(_ model: ClearModel, rounded: Bool = false) throws -> Digest32 {
        guard let key = SigningKey(bytes: coordinator) else { throw HPKEError.malformedKey }
        var generator = SplitMix64(state: 3)
        let dealer = ModelDealer(consortium: "c", parties: try PartySeeds.publicKeys(), rounded: rounded) {
            (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let (manifest, digest) = try dealer.deal(model, coordinator: key)
        try log.append([NewRecord(TopicPartition(Topics.manifests), value: manifest.encoded)])
        return digest
    }

    /// Puts a model on the log as three parties do that trained it: each seals its own components. Parties open it once it is in
    /// `sealed`.
    func seal(_ model: ClearModel) throws -> Digest32 {
        guard let key = SigningKey(bytes: coordinator) else { throw HPKEError.malformedKey }
        let dealt = try deal(model)
        let wire = try #require(WireModelManifest(decoding: records(Topics.manifests).last?.value ?? []))
        let form = try ModelManifest(verifying: wire, consortium: "c", coordinator: key.verifyingKey)
        let header = ModelManifest.header(
            version: model.version + " trained", consortium: "c", order: dealt, form: form, shape: form.shape,
            fraction: form.fractionBits, calibration: form.calibration, rounded: false
        ).encoded
        let boxes = try PartyID.allCases.map { party in
            let own = try HPKEPrivateKey(bytes: PartySeeds.hpke(party))
            return try ModelManifest.seal(
                form.components(for: party, key: own), of: party, header: header, to: own.publicKey)
        }
        let (manifest, digest) = try ModelManifest.make(header: header, boxes: boxes, coordinator: key)
        try log.append([NewRecord(TopicPartition(Topics.manifests), value: manifest.encoded)])
        return digest
    }

    /// The models as a party finds them on the log.
    func models(
        _ party: PartyID, approvals: ApprovalTerms = .none, audit: any AuditWriter = NoAudit(),
        shares: ShareStore? = nil
    ) throws -> ModelRegistry {
        guard let key = SigningKey(bytes: coordinator) else { throw HPKEError.malformedKey }
        return try ModelRegistry(
            ModelShares(
                party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: PartySeeds.hpke(party))), store: shares),
            consortium: "c", coordinator: key.verifyingKey, approvals: approvals, log: log,
            logger: entries.logger(party), audit: audit,
            isSealed: { [sealed] (model) throws(LogError) in sealed.contains(model) })
    }

    /// Models that the parties have sealed by what each of them said.
    let sealed = SealedModels()
    /// Models that the agreement does not allow to be put in force.
    let unpromoted = SealedModels()

    final class SealedModels: Sendable {
        private let models = Mutex<Set<Digest32>>([])

        func set(_ models: Set<Digest32>) { self.models.withLock { $0 = models } }
        func contains(_ model: Digest32) -> Bool { models.withLock { $0.contains(model) } }
    }

    /// A record that activates a model; `forged` is signed by somebody else.
    func activation(
        _ digest: Digest32, sequence: UInt64, forged: Bool = false, approvals: [[UInt8]] = []
    ) throws -> [UInt8] {
        let seed = forged ? [UInt8](repeating: 78, count: 32) : coordinator
        guard let key = SigningKey(bytes: seed) else { throw HPKEError.malformedKey }
        var record = WireSealedRecord()
        record.activation = try ModelActivation.make(
            digest, version: "v", sequence: sequence, consortium: "c", partition: 0, approvals: approvals,
            coordinator: key)
        return record.encoded
    }

    /// Appends to `consortium.sealed` in one piece; returns the offsets.
    @discardableResult
    func append(_ records: [[UInt8]?]) throws -> [Int64] {
        try log.append(records.map { NewRecord(TopicPartition(Topics.sealed), value: $0) }).map(\.offset)
    }

    /// Appends to `consortium.labels` in one piece; returns the offsets.
    @discardableResult
    func appendLabels(_ records: [[UInt8]?]) throws -> [Int64] {
        try log.append(records.map { NewRecord(TopicPartition(Topics.labels), value: $0) }).map(\.offset)
    }

    /// What stands in a topic now.
    func records(_ topic: String) throws -> [LogRecord] {
        try log.reader(at: [Position(TopicPartition(topic), 0)]).next(limit: 100_000, timeout: .zero)
    }

    // MARK: Parties

    /// - Parameter patience: how long a party waits for another; long unless the test makes one fall silent.
    func start(
        _ started: PartyID..., patience: Duration = .seconds(20), catchUp: Duration = .seconds(20), batch: Int = 256
    ) throws {
        guard let signing = SigningKey(bytes: coordinator) else { throw HPKEError.malformedKey }
        let verifying = signing.verifyingKey
        let members = [a.id: a.identity, b.id: b.identity]
        let recipients = [a.id: try a.hpke().publicKey, b.id: try b.hpke().publicKey]
        for party in started.isEmpty ? PartyID.allCases : started {
            let (countLimit, historyLimit) = (countLimit, historyLimit)
            guard let view = views[party], let metrics = metrics[party], let updates = updates[party] else { continue }
            let logger = entries.logger(party)
            let transport = wire.transport(party)
            let state = "\(path)/\(party).sqlite"
            let first = party == CellBackend.leader ? UInt64(clock.microseconds) << 20 : 0
            let limits = BatchLimits(records: batch, beat: Beat(every: .milliseconds(1)), catchUp: catchUp)
            let context = PartitionContext(
                partition: TopicPartition(Topics.sealed), log: view, clock: time, metrics: metrics,
                logger: logger)
            let terms = rosters.withLock { $0[party] } ?? (consortium: "c", members: [a.id, b.id])
            let thread = PartyThread(context) { [queries, watch, rows, path, sealed, unpromoted, states, dealings] in
                let seed = PartySeeds.hpke(party)
                let shares = ShareStore(watch(party, try SQLiteStateStore(path: state + ".shares")))
                let models = try ModelRegistry(
                    ModelShares(party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: seed)), store: shares),
                    consortium: "c", coordinator: verifying, log: view, logger: logger,
                    isSealed: { (model) throws(LogError) in sealed.contains(model) },
                    refusal: { (activation, _) throws(LogError) in
                        unpromoted.contains(activation.model) ? "not_agreed: so" : nil
                    })
                let sessions = try SessionRegistry(
                    consortium: "c", party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: seed)), members: members,
                    log: view,
                    logger: logger)
                let exchange = CellExchange(
                    transport: transport, keys: PartySeeds.pairs(party), stream: .scoring(0), firstBatch: first,
                    patience: patience, clock: context.clock)
                let store = watch(party, try SQLiteStateStore(path: state))
                return try ScorePartition(
                    in: context, state: store,
                    backend: CellBackend(exchange, models: models, sessions: sessions, states: states), models: models,
                    counting: CountingTerms(
                        consortium: terms.consortium,
                        state: watch(party, try SQLiteStateStore(path: state + ".counts")),
                        members: terms.members, limit: countLimit, history: historyLimit, updates: updates,
                        tag: PartySeeds.decisionTag(party),
                        rows: try rows.map {
                            RowTerms(
                                state: watch(party, try SQLiteStateStore(path: Self.rows(path, party))), limits: $0)
                        }, shares: (party, shares), opensReasons: { [self] in opensReasons.withLock { $0 } }),
                    queries: queries,
                    recipients: recipients, limits: limits,
                    evidence: states ? EvidenceBook(party: party, state: store) : nil,
                    dealings: dealings[party])
            }
            parties.withLock { $0[party] = thread }
        }
    }

    /// Stops parties, the leader first so that no batch is left half done; what one failed with is an issue.
    func stop(_ stopped: PartyID...) {
        for party in (stopped.isEmpty ? PartyID.allCases : stopped).sorted() {
            guard let thread = parties.withLock({ $0.removeValue(forKey: party) }) else { continue }
            if let failure = thread.stop() { Issue.record("\(party) failed: \(failure)") }
        }
    }

    /// Waits until a party ends by itself; returns what it failed with.
    func ended(_ party: PartyID) -> (any Error)? {
        parties.withLock { $0.removeValue(forKey: party) }?.wait()
    }

    private static func rows(_ path: String, _ party: PartyID) -> String { "\(path)/\(party).sqlite.rows" }

    /// The rows that a party keeps, as a reader of its own finds them.
    func scoredRows(_ party: PartyID) throws -> ScoredRowStore {
        let limits = try #require(rows)
        return try ScoredRowStore(
            RowTerms(state: try SQLiteStateStore(path: Self.rows(path, party)), limits: limits), partition: 0)
    }

    /// What a party has still to sign for.
    func evidence(_ party: PartyID) throws -> EvidenceBook {
        EvidenceBook(party: party, state: try SQLiteStateStore(path: "\(path)/\(party).sqlite"))
    }

    /// As after a lost disk: the parties' state is gone, the log is there.
    ///
    /// - Parameter countsOnly: whether only what they counted is gone.
    func forgetState(_ forgetful: PartyID..., countsOnly: Bool = false) throws {
        for party in forgetful.isEmpty ? PartyID.allCases : forgetful {
            for suffix in (countsOnly ? [] : ["", "-wal", "-shm"]) + [".counts", ".counts-wal", ".counts-shm"] {
                let file = "\(path)/\(party).sqlite\(suffix)"
                if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
            }
        }
    }
}
