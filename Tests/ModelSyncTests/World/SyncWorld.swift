import Audit
import EventLogs
import Keys
import LocalStore
import Logging
import Manifests
import Model
import ModelSync
import PipelineFiles
import Records
import Roles
import Secrets
import Stages
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty

/// A coordinator and three parties over one log in a temporary folder, with rows that are known in the clear. Parties are threads;
/// each can be killed at any of its steps, and finds its state as it left it.
final class SyncWorld: Sendable {
    let folder: TemporaryFolder
    let log: SQLiteEventLog
    /// The log's and the coordinator's.
    let clock: ManualClock
    /// The parties'.
    private let partyClock: ManualClock
    let lines = CapturedLines()
    let roster: Roster
    var terms: SyncTerms { roster.syncTerms }
    let rows: ClearRows
    /// The model that is there already, by whose form rows are read.
    let champion: Digest32
    let links = CellLinks()
    let metrics: [PartyID: Metrics]
    /// What each party told its audit log, and what the coordinator told its own.
    let notes = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, AuditNotes()) })
    let coordinatorNotes = AuditNotes()
    let kept = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, KeptShares($0)) })
    /// What each party's rows are; nil where it keeps none.
    let sources: Mutex<[PartyID: (any SyncRowSource)?]>
    /// Models that each party has read to be sealed.
    let sealed = Mutex<[PartyID: [Digest32]]>([:])
    private let running = Mutex<[PartyID: Running]>([:])

    /// Rows of a window of which it is opened how often each bit is set.
    static let featureRows = 80
    static let members = ["bank-a", "bank-b", "bank-c"].map { MemberID($0)! }
    static let operators = ["anna", "bert"].map { OperatorID($0)! }
    static let coordinator = [UInt8](repeating: 77, count: 32)

    /// Nothing comes any more that a test waits for.
    struct Stuck: Error {}

    /// A party's thread, and what ends it.
    struct Running {
        var worker: Worker<Bool>
        var stop: StopFlag
        var life: Life
    }

    /// - Parameters:
    ///   - partyClock: nil for the log's.
    ///   - stranger: a party that signs by another key than the roster's.
    init(
        rows: ClearRows? = nil, approvals: Int = 0, partyClock: ManualClock? = nil, stranger: PartyID? = nil
    ) throws {
        folder = try TemporaryFolder()
        clock = ManualClock()
        self.partyClock = partyClock ?? clock
        log = try SQLiteEventLog(directory: folder.path("log"), clock: clock, durability: .process)
        try log.create(
            [Topics.sync, Topics.manifests, Topics.sealed, Topics.batches, Topics.agreement].map {
                TopicSettings(name: $0)
            })
        roster = try Self.roster(approvals: approvals, stranger: stranger)
        try FileKeystore(directory: folder.path("coordinator")).store(Self.key(Self.coordinator))
        let rows = try rows ?? ClearRows()
        self.rows = rows
        metrics = Dictionary(
            uniqueKeysWithValues: PartyID.allCases.map { ($0, Metrics(describing: SyncMetrics.all)) })
        champion = try Self.deal(rows.championModel, log)
        var sources: [PartyID: (any SyncRowSource)?] = [:]
        for party in PartyID.allCases { sources[party] = rows.source(party) }
        self.sources = Mutex(sources)
    }

    deinit { stop() }

    private static func roster(approvals: Int, stranger: PartyID?) throws -> Roster {
        var parties: [PartyID: Cell.Party] = [:]
        for party in PartyID.allCases {
            let sealing = try HPKEPrivateKey(bytes: opening(party)).publicKey
            parties[party] = Cell.Party(
                id: party, host: "127.0.0.1", port: 1, hpke: sealing, agreement: sealing,
                identity: key(party == stranger ? coordinator : identity(party)).verifyingKey,
                certificate: [UInt8](repeating: 0, count: 32))
        }
        let members = try members.map { member in
            Roster.Member(
                id: member, identity: key(identity(member)).verifyingKey,
                hpke: try HPKEPrivateKey(bytes: identity(member)).publicKey, budget: .unlimited)
        }
        var roster = Roster(
            consortium: "c", epoch: 1, coordinator: key(coordinator).verifyingKey, cell: Cell(parties),
            members: members, eventTime: nil)
        roster.operators = operators.map {
            Roster.Operator(id: $0, identity: key(Digest32(of: [Array($0.name.utf8)]).bytes).verifyingKey)
        }
        roster.approvals = approvals
        roster.openings = OpeningLimits(
            histograms: 8, windows: 256, days: 90, apart: 1_000, featureRows: featureRows)
        return roster
    }

    /// The coordinator, as it begins anew.
    ///
    /// - Parameter log: nil for the world's.
    func coordinator(_ log: (any EventLog)? = nil) throws -> SyncCoordinator {
        try SyncCoordinator(
            roster, keystore: FileKeystore(directory: folder.path("coordinator")), log: log ?? self.log, clock: clock,
            audit: coordinatorNotes)
    }

    /// Makes the next epoch of keys, puts it in force, and closes the one before.
    func rotateKeys() throws {
        func say(_ statement: AgreementStatement, by author: SyncAuthor, _ seed: [UInt8]) throws {
            let record = try statement.record(by: author, consortium: "c", key: Self.key(seed))
            try log.append([NewRecord(TopicPartition(Topics.agreement), value: record)])
        }
        func history() throws -> EpochHistory { try EpochBook(roster, log: log).history }
        let last = try history().newest
        let order = EpochOrder(
            epoch: last.number.next, attempt: 1, agreement: roster.foundingKeys.agreement, suite: last.suite)
        try say(.epochOrder(order), by: .coordinator, Self.coordinator)
        for party in PartyID.allCases {
            let offer = PartyOffer(
                epoch: order.epoch, attempt: 1, hpke: HPKEPrivateKey(order.suite).publicKey,
                agreement: HPKEPrivateKey().publicKey, certificate: last.parties[party]?.certificate ?? .zero)
            try say(.partyOffer(offer), by: .party(party), Self.identity(party))
        }
        guard let keys = try history().composed else { throw Stuck() }
        try say(.epochManifest(EpochManifest(keys, attempt: 1)), by: .coordinator, Self.coordinator)
        let ready = EpochReady(epoch: keys.number, attempt: 1, keys: keys.digest)
        for party in PartyID.allCases { try say(.epochReady(ready), by: .party(party), Self.identity(party)) }
        for (epoch, kind) in [(keys.number, EpochPlaces.Kind.activation), (last.number, .closing)] {
            try say(
                .epochPlaces(EpochPlaces(epoch: epoch, kind: kind, offsets: [0])), by: .coordinator, Self.coordinator)
        }
    }

    // MARK: Keys

    static func key(_ seed: [UInt8]) -> SigningKey {
        guard let key = SigningKey(bytes: seed) else { preconditionFailure("a key has 32 bytes") }
        return key
    }

    static func identity(_ party: PartyID) -> [UInt8] { [UInt8](repeating: UInt8(party.rawValue) + 31, count: 32) }
    static func identity(_ member: MemberID) -> [UInt8] { Digest32(of: [Array(member.name.utf8)]).bytes }
    static func opening(_ party: PartyID) -> [UInt8] { [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32) }

    static func pairs(_ party: PartyID, _ use: UInt8) -> PairKeys {
        func seed(_ first: PartyID) -> [UInt8] { [UInt8](repeating: UInt8(first.rawValue) + use, count: 32) }
        return PairKeys(
            withPrevious: SecretKey(bytes: seed(party.previous)), withNext: SecretKey(bytes: seed(party)))
    }

    static func deal(_ model: ClearModel, _ log: any EventLog) throws -> Digest32 {
        var generator = SplitMix64(state: 3)
        var parties: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { parties[party] = try HPKEPrivateKey(bytes: opening(party)).publicKey }
        let dealer = ModelDealer(consortium: "c", parties: parties) {
            (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        let (manifest, digest) = try dealer.deal(model, coordinator: key(coordinator))
        try log.append([NewRecord(TopicPartition(Topics.manifests), value: manifest.encoded)])
        return digest
    }

    // MARK: Parties

    /// Starts parties that don't run.
    ///
    /// - Parameter steps: after how many steps (frames, commits and appends) a party is killed; never where none is named.
    func start(_ parties: [PartyID] = PartyID.allCases, steps: Int = .max) throws {
        // Who begins anew does so later.
        clock.advance(.milliseconds(10))
        for party in parties {
            let (stop, life) = (StopFlag(), Life(steps: steps))
            metrics[party]?.set(.syncReady, to: 0)
            let worker = Worker { [self] in
                let link = links.begin(party)
                defer { links.end(party) }
                let stage = try stage(party, link, stop, life)
                do {
                    try StageThread(clock: partyClock, failed: nil).run(stage, until: { stop.isSet || life.isOver })
                } catch is LogError where life.isOver {}
                return life.isOver
            }
            running.withLock { $0[party] = Running(worker: worker, stop: stop, life: life) }
        }
    }

    private func stage(
        _ party: PartyID, _ link: CellLinks.Link, _ stop: StopFlag, _ life: Life
    ) throws -> TrainingStage {
        var members: [MemberID: HPKEPublicKey] = [:]
        for member in Self.members { members[member] = try HPKEPrivateKey(bytes: Self.identity(member)).publicKey }
        let opening = try HPKEPrivateKey(bytes: Self.opening(party))
        let cell = TrainingStage.Cell(
            party: party, terms: terms, members: { [members] _ in members }, codeVersion: "test")
        let source = sources.withLock { $0[party] ?? nil }
        return try TrainingStage(
            cell,
            keys: TrainingStage.Keys(
                identity: Self.key(Self.identity(party)), opening: opening, training: Self.pairs(party, 11),
                validation: Self.pairs(party, 21)), rows: source, shares: kept[party]!,
            log: MortalLog(log: log, life: life),
            state: MortalStore(store: try SQLiteStateStore(path: folder.path("\(party).sqlite")), life: life),
            transport: MortalTransport(link, life), clock: partyClock, metrics: metrics[party]!,
            logger: lines.logger(party.name), audit: notes[party]!,
            random: { count in (0..<count).map { _ in UInt8.random(in: 0...255) } },
            isStopping: { stop.isSet || life.isOver },
            sealed: { [self] model in sealed.withLock { $0[party, default: []].append(model) } })
    }

    /// Whether a party that was started has taken its last step.
    func isDead(_ party: PartyID) -> Bool { running.withLock { $0[party]?.life.isOver ?? true } }

    /// Waits until a party has read all orders; false where it does not come to that.
    func waitUntilReady(_ party: PartyID) -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if metrics[party]?.value(Metric.syncReady.name) == 1 { return true }
            SystemClock().wait(for: .milliseconds(5))
        }
        return false
    }

    /// Waits until a party has told its audit log so many events of a kind; false where it does not come to that.
    func waitUntilTold(_ kind: AuditKind, _ count: Int, by party: PartyID) -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if notes[party]!.events.filter({ $0.kind == kind }).count >= count { return true }
            SystemClock().wait(for: .milliseconds(5))
        }
        return false
    }

    /// What a party that does not run has kept.
    func store(_ party: PartyID) throws -> SyncStore {
        SyncStore(try SQLiteStateStore(path: folder.path("\(party).sqlite")))
    }

    /// Waits until a party has been killed; false where it had an end before.
    func waitForDeath(of party: PartyID) throws -> Bool {
        guard let running = running.withLock({ $0.removeValue(forKey: party) }) else { return false }
        return try running.worker.value()
    }

    /// Stops parties; what one failed with is an issue.
    func stop(_ parties: [PartyID] = PartyID.allCases) {
        for party in parties {
            guard let running = running.withLock({ $0.removeValue(forKey: party) }) else { continue }
            running.stop.stop()
            do { _ = try running.worker.value() } catch { Issue.record("\(party) failed: \(error)") }
        }
    }

    // MARK: The topic

    func history() throws -> SyncHistory {
        let topic = try SyncTopic(terms, log: log)
        try topic.read()
        return topic.history
    }

    /// Signs and appends an order; its digest.
    @discardableResult
    func order(_ task: SyncOrder.Task, within seconds: Int64 = 3600) throws -> Digest32 {
        let number = try history().nextNumber
        let order = try SyncOrder(number: number, expires: clock.microseconds / 1_000_000 + seconds, task: task)
        let record = try SyncStatement.order(order).record(
            by: .coordinator, consortium: "c", key: Self.key(Self.coordinator))
        try log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        return try #require(try history().jobs.last).digest
    }

    /// The job of an order once it is over.
    func ended(_ order: Digest32) throws -> SyncJob {
        let topic = try SyncTopic(terms, log: log)
        let patience = SystemClock().now + .seconds(20)
        while true {
            try topic.read()
            let job = try #require(topic.history.job(order))
            if !job.isOpen { return job }
            guard try topic.wait(until: patience, SystemClock()) else { throw Stuck() }
        }
    }

    /// The order to train on all rows.
    func training(
        version: String = "v2", window: Range<Int64>? = nil, labels: Int64 = 0, formModel: Digest32? = nil,
        leastRows: Int = 1, leastFrauds: Int = 1
    ) throws -> SyncOrder.Task {
        .train(
            try TrainTask(
                version: version, formModel: formModel ?? champion,
                window: SyncWindow(window ?? rows.trained, labels: labels), rule: rows.rule,
                frequencies: rows.frequencies, admitted: Self.members.sorted(), leastRows: leastRows,
                leastFrauds: leastFrauds))
    }
}

// MARK: - Death

/// How many steps a process still has.
final class Life: Sendable {
    private let left: Mutex<Int>

    init(steps: Int) { left = Mutex(steps) }

    var isOver: Bool { left.withLock { $0 <= 0 } }

    /// Takes a step; false once none is left.
    func step() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}

/// A log that a process that was killed writes nothing to.
struct MortalLog: LogDecorator {
    let log: any EventLog
    let life: Life

    @discardableResult
    func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
        guard life.step() else { throw .failed(reason: "the process was killed") }
        return try log.append(batch)
    }
}

/// A state that a process that was killed keeps nothing in.
struct MortalStore: StoreDecorator {
    let store: any StateStore
    let life: Life

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        guard life.step() else { throw .failed(reason: "the process was killed") }
        try store.commit(writes, positions: positions)
    }
}

/// Links over which a process that was killed says nothing.
struct MortalTransport: Transport {
    private let link: any Transport
    private let life: Life

    init(_ link: any Transport, _ life: Life) {
        self.link = link
        self.life = life
    }

    var party: PartyID { link.party }
    var connected: Set<PartyID> { link.connected }
    var sent: TransportCount { link.sent }

    func send(_ frame: Frame, to peer: PartyID) { if life.step() { link.send(frame, to: peer) } }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        life.isOver ? nil : try link.receive(stream: stream, timeout: timeout)
    }
}
