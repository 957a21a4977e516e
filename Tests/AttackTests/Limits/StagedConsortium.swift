import EventLogs
import Ingest
import Keys
import Manifests
import Model
import ModelSync
import Records
import Sealing
import Secrets
import SecureScoring
import Simulation
import Stages
import Support
import Telemetry
import Testing
import ThreeParty
import Tokens

/// The stages of three parties and two members that may send anything, on one thread, over a log whose time a test sets.
final class StagedConsortium {
    let clock = SimulatedClock(start: 20_000 * EventTime.day * 1_000_000)
    let log: SimulatedLog
    let spec: BinnedSpec
    let model: ClearModel
    let a: Prober
    let b: Prober
    private(set) var metrics: [PartyID: Metrics] = [:]
    private var machines: [PartyID: SimulatedMachine] = [:]
    private var stages: [PartyID: ScorePartition] = [:]
    private let coordinator = SigningKey()
    private let keys: [PartyID: [UInt8]]
    let partyKeys: [PartyID: HPKEPublicKey]
    private let queries: QueryLimits

    /// - Parameters:
    ///   - budget: of the first member; the second has none.
    ///   - known: ids that are known at least.
    ///   - rounded: whether members get the calibration's steps alone.
    init(
        _ spec: BinnedSpec, _ model: ClearModel, budget: QueryBudget = .unlimited, eventTime: EventTimeLimits? = nil,
        known: Int = 100, rounded: Bool = false
    ) throws {
        (self.spec, self.model) = (spec, model)
        log = SimulatedLog(SimulatedBroker(clock: clock), clock: clock)
        var generator = SplitMix64(5)
        keys = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, generator.bytes(32)) })
        let publicKeys = try keys.mapValues { try HPKEPrivateKey(bytes: $0).publicKey }
        partyKeys = publicKeys
        a = try Prober("bank-a", publicKeys)
        b = try Prober("bank-b", publicKeys)
        queries = QueryLimits(members: [(a.id, budget), (b.id, .unlimited)], eventTime: eventTime, known: known)
        var topics = [
            Topics.sealed, Topics.sessions, Topics.manifests, Topics.rejected, Topics.labels, Topics.batches,
        ]
        for member in [a, b] {
            topics += [Topics.scores(member.id), Topics.receipts(member.id), Topics.rejected(member.id)]
        }
        try log.create(topics.map { TopicSettings(name: $0) })
        let dealer = ModelDealer(consortium: "c", parties: publicKeys, rounded: rounded) { generator.bytes(16) }
        let (manifest, digest) = try dealer.deal(model, coordinator: coordinator)
        var activation = WireSealedRecord()
        activation.activation = try ModelActivation.make(
            digest, version: "v", sequence: 1, consortium: "c", partition: 0, coordinator: coordinator)
        try log.append(
            [a, b].map { NewRecord(TopicPartition(Topics.sessions), value: $0.announcement.encoded) } + [
                NewRecord(TopicPartition(Topics.manifests), value: manifest.encoded),
                NewRecord(TopicPartition(Topics.sealed), value: activation.encoded),
            ])
        for party in PartyID.allCases {
            machines[party] = SimulatedMachine()
            metrics[party] = Metrics()
        }
        try start()
    }

    // MARK: Parties

    /// Ends all parties, and starts them again on what their disks hold.
    ///
    /// - Parameter forgetful: those that have lost their disks.
    func restart(forgetting forgetful: [PartyID] = []) throws {
        for party in forgetful { machines[party] = SimulatedMachine() }
        try start()
    }

    /// The next commits at a party fail.
    func fail(commits: Int, at party: PartyID) { machines[party]?.fail(commits: commits) }

    private func start() throws {
        let links = InProcessTransport.cell()
        for party in PartyID.allCases {
            let machine = try #require(machines[party])
            let context = PartitionContext(
                partition: TopicPartition(Topics.sealed), log: log, clock: clock, metrics: try #require(metrics[party]),
                logger: .silent, sideWork: { _ in .inline })
            let key = try #require(keys[party])
            let models = try ModelRegistry(
                ModelShares(party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: key)), store: nil),
                consortium: "c", coordinator: coordinator.verifyingKey, log: log, logger: .silent)
            let sessions = try SessionRegistry(
                consortium: "c", party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: key)),
                members: [a.id: a.identity, b.id: b.identity], log: log, logger: .silent)
            let exchange = CellExchange(
                transport: try #require(links[party]), keys: PairKeyring(pairKeys(party)), stream: .scoring(0),
                firstBatch: party == CellBackend.leader ? UInt64(clock.microseconds) : 0, patience: .seconds(5),
                clock: clock)
            stages[party] = try ScorePartition(
                in: context, state: try machine.open("", takingOver: false),
                backend: CellBackend(exchange, models: models, sessions: sessions), models: models,
                counting: CountingTerms(
                    consortium: "c", state: try machine.open(".counts", takingOver: false), members: [a.id, b.id],
                    limit: 8191, history: 1_000_000, updates: TokenUpdates(newest: TokenEpoch(1)),
                    tag: DecisionTag(party: party, keys: PairKeyring(pairKeys(party)))),
                queries: queries, recipients: [a.id: a.hpke, b.id: b.hpke],
                limits: BatchLimits(records: 8, beat: Beat(every: .milliseconds(1))))
        }
    }

    private func pairKeys(_ party: PartyID) -> PairKeys {
        func key(_ first: PartyID) -> SecretKey {
            SecretKey(bytes: [UInt8](repeating: UInt8(first.rawValue) + 1, count: 32))
        }
        return PairKeys(withPrevious: key(party), withNext: key(party.next))
    }

    /// Lets the parties work until nothing happens any more; what a log refuses is tried again.
    func run() throws {
        var idle = 0
        while idle < 20 {
            idle += 1
            for party in PartyID.allCases {
                guard let stage = stages[party] else { continue }
                do throws(any Error) {
                    if case .idle = try stage.turn(until: clock.now) {} else { idle = 0 }
                } catch is LogError { idle = 0 }
            }
            clock.wait(for: .milliseconds(5))
        }
    }

    /// Sends records in one piece, and lets the parties work.
    func send(_ records: [[UInt8]]) throws {
        try log.append(records.map { NewRecord(TopicPartition(Topics.sealed), value: $0) })
        try run()
    }

    /// Sends label records in one piece, and lets the parties work.
    func send(labels records: [[UInt8]]) throws {
        try log.append(records.map { NewRecord(TopicPartition(Topics.labels), value: $0) })
        try run()
    }

    // MARK: What came of it

    private func values(_ topic: String) throws -> [[UInt8]] {
        try log.reader(at: [Position(TopicPartition(topic), 0)]).available(limit: 10_000).map { $0.value ?? [] }
    }

    /// A member's scores by source, of rounded ones the number of the step; an issue where one source has two.
    func scores(_ member: Prober) throws -> [Int64: Int64] {
        var collector = ShareCollector(member: member.id) { party, _ in member.sessions[party] }
        var scores: [Int64: Int64] = [:]
        for (offset, value) in try values(Topics.scores(member.id)).enumerated() {
            for answer in try collector.receive(value, offset: Int64(offset)) {
                guard case .score(let score, _, _) = answer.outcome else { continue }
                let opened: Int64 =
                    switch score {
                    case .exact(let exact): exact
                    case .step(let step, let steps): model.calibration.points.count == steps ? Int64(step) : -1
                    }
                #expect(scores[answer.source.offset] ?? opened == opened)
                scores[answer.source.offset] = opened
            }
        }
        return scores
    }

    /// What all three parties told a member to refuse, by source.
    func refusals(_ member: Prober) throws -> [Int64: Refusal] {
        var collector = ShareCollector(member: member.id) { party, _ in member.sessions[party] }
        var refusals: [Int64: Refusal] = [:]
        for (offset, value) in try values(Topics.scores(member.id)).enumerated() {
            for answer in try collector.receive(value, offset: Int64(offset)) {
                if case .refused(let refusal) = answer.outcome { refusals[answer.source.offset] = refusal }
            }
        }
        return refusals
    }

    /// The offsets of a member's rejected records, by reason.
    func rejected(_ member: Prober) throws -> [String: Set<Int64>] {
        var rejected: [String: Set<Int64>] = [:]
        for value in try values(Topics.rejected(member.id)) {
            let record = try #require(WireRejected(decoding: value))
            #expect(record.stage == "scoring" && record.party > 0)
            rejected[record.reason, default: []].insert(record.offset)
        }
        return rejected
    }
}

/// Four own features of seven edges each.
func probedSpec() throws -> BinnedSpec {
    let features = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
    return try BinnedSpec(
        spec: FeatureSpec(name: "probed", features: features),
        edges: features.map { _ in (0..<7).map { Double($0) + 0.5 } })
}

/// The same, and behind them how many events a terminal had on a day that ended a day ago, which the parties count.
func countingSpec() throws -> BinnedSpec {
    let own = (0..<4).map { Feature(name: "f\($0)", kind: .amount) }
    let window = Feature.Window(days: 1, delayDays: 1)
    let spec = FeatureSpec(
        name: "counting",
        features: own + [Feature(name: "terminal_count", kind: .consortium(.count, .terminal, window))],
        terms: ConsortiumTerms(bucket: EventTime.day, labelDelay: EventTime.day))
    return try BinnedSpec(spec: spec, edges: own.map { _ in (0..<7).map { Double($0) + 0.5 } } + [[0.5, 1.5, 2.5]])
}

/// A token of a terminal: the generator of P-256 (SEC 1, compressed) in its place.
let terminalToken = BoxedTokens(
    epoch: 1,
    bytes: [
        0x03, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77,
        0x03,
        0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96,
    ])

/// A model of random trees.
func probedModel(_ spec: BinnedSpec) throws -> ClearModel {
    var generator = SplitMix64(11)
    let trees = (0..<9).map { _ in
        Forest.Tree(
            conditions: (0..<3).map { _ in Int.random(in: 0..<spec.bits, using: &generator) },
            leaves: (0..<8).map { _ in Int32.random(in: -3000...3000, using: &generator) })
    }
    return try ClearModel(
        version: "v", binned: spec, forest: Forest(trees: trees, bits: spec.bits),
        calibration: Calibration(points: [.init(score: 0, probability: 0.5)]))
}
