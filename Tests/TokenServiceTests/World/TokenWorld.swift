import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Secrets
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

let bankA = MemberID("bank-a")!
let bankB = MemberID("bank-b")!

/// A consortium in one process: two members and three parties over one SQLite log in a temporary folder. Parties start, turn and
/// stop when the test says so, and find their state as they left it.
final class TokenWorld {
    let path: String
    let clock = StillClock()
    let log: any EventLog
    let key: SharedKey
    let context = TokenContext(consortium: Array("test".utf8), epoch: TokenEpoch(1))
    let metrics = Dictionary(uniqueKeysWithValues: PartyID.allCases.map { ($0, Metrics()) })
    let banks: [MemberID: [PartyID: Session]]
    /// As the parties have them.
    private let accepted: [MemberID: [PartyID: Session]]
    /// The parties that answer, in the order in which they turn.
    private var running: [TokenStage] = []

    static let limit = RateLimit(elementsPerSecond: 10, burst: 2000)
    static let members = [bankA, bankB]

    init() throws {
        path = NSTemporaryDirectory() + "cordon-\(UUID().uuidString)"
        log = try SQLiteEventLog(directory: path + "/log", clock: clock, durability: .process)
        key = try SharedKey(seed: 5)
        var topics = [Topics.tokenKeys]
        for member in Self.members { topics += [Topics.blinded(member), Topics.evaluations(member)] }
        try log.create(topics.map { TopicSettings(name: $0) })
        var banks: [MemberID: [PartyID: Session]] = [:]
        var accepted: [MemberID: [PartyID: Session]] = [:]
        for member in Self.members {
            (banks[member], accepted[member]) = try Self.agree(member, epoch: 1)
        }
        self.banks = banks
        self.accepted = accepted
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Sessions of a member with the parties, each at both of its ends.
    static func agree(
        _ member: MemberID, epoch: UInt32
    ) throws -> (member: [PartyID: Session], parties: [PartyID: Session]) {
        let identity = try identity(member)
        var keys: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { keys[party] = try hpke(party).publicKey }
        let offer = try SessionOffer(
            consortium: "c", member: member, epoch: epoch, parties: keys, identity: identity)
        var accepted: [PartyID: Session] = [:]
        for party in PartyID.allCases {
            accepted[party] = try Session.accept(
                offer.announcement, consortium: "c", at: party, key: hpke(party),
                members: [member: identity.verifyingKey])
        }
        return (offer.sessions, accepted)
    }

    /// The identity of a member, by its name.
    static func identity(_ member: MemberID) throws -> SigningKey {
        guard let key = SigningKey(bytes: Digest32(of: [Array(member.name.utf8)]).bytes) else {
            throw TokenError.malformed
        }
        return key
    }

    private static func hpke(_ party: PartyID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32))
    }

    // MARK: Parties

    func stateFile(_ party: PartyID) -> String { "\(path)/\(party).sqlite" }

    /// - Parameter key: another than the consortium's makes the party a liar.
    func stage(
        _ party: PartyID, key: SharedKey? = nil, log: (any EventLog)? = nil, state: (any StateStore)? = nil,
        known: [MemberID] = TokenWorld.members, clock: (any StageClock)? = nil
    ) throws -> TokenStage {
        try stage(
            party, share: (key ?? self.key).share(party), log: log, state: state, known: known, clock: clock)
    }

    func stage(
        _ party: PartyID, share: consuming TokenKeyShare, previous: consuming TokenKeyShare? = nil,
        epoch: UInt64 = 1, log: (any EventLog)? = nil, state: (any StateStore)? = nil,
        known: [MemberID] = TokenWorld.members, clock: (any StageClock)? = nil
    ) throws -> TokenStage {
        let evaluator = TokenEvaluator(
            share: share, previous: previous,
            context: TokenContext(consortium: context.consortium, epoch: TokenEpoch(epoch)),
            limits: Dictionary(uniqueKeysWithValues: known.map { ($0, Self.limit) }))
        return try TokenStage(
            members: Self.members,
            responder: TokenResponder(
                evaluator: evaluator,
                identities: Dictionary(
                    uniqueKeysWithValues: Self.members.map { ($0, try Self.identity($0).verifyingKey) }),
                secret: secret(UInt8(party.rawValue) + 50)),
            sessions: KnownSessions(accepted.compactMapValues { $0[party] }), log: log ?? self.log,
            state: state ?? SQLiteStateStore(path: stateFile(party), takingOver: true), clock: clock ?? self.clock,
            metrics: metrics[party] ?? Metrics())
    }

    /// Starts parties, which turn with `turn()`.
    func start(_ parties: PartyID..., lying: [PartyID] = []) throws {
        let stranger = lying.isEmpty ? nil : try SharedKey(seed: 6)
        for party in parties.isEmpty ? PartyID.allCases : parties {
            running.append(try stage(party, key: lying.contains(party) ? stranger : nil))
        }
    }

    /// Starts a party with a share of its own.
    func start(_ party: PartyID, share: consuming TokenKeyShare) throws {
        running.append(try stage(party, share: share))
    }

    /// Stops all.
    func stop() { running = [] }

    /// A turn of every party that was started.
    func turn() throws { for stage in running { try stage.turn() } }

    /// Leaves a member so much of its rate at a party, in thousandths of an element.
    func leave(_ thousandths: Int64, to member: MemberID, at party: PartyID) throws {
        let bytes = withUnsafeBytes(of: thousandths.bigEndian) { Array($0) }
        let entry = StateEntry(key: Array(member.name.utf8), value: bytes, order: clock.milliseconds)
        try SQLiteStateStore(path: stateFile(party)).commit([.put(table: "token-rates", entry)], positions: [])
    }

    // MARK: Members

    func sessions(_ member: MemberID, signer: (any Signer)? = nil) throws -> TokenSessions {
        let identity = try signer.map { SigningKey($0) } ?? Self.identity(member)
        let sessions = TokenSessions(banks[member] ?? [:], identity: identity)
        return try #require(sessions)
    }

    func client(
        _ member: MemberID = bankA, sessions: TokenSessions? = nil, metrics: Metrics = Metrics(), batchSize: Int = 256,
        log: (any EventLog)? = nil
    ) throws -> TokenClient {
        return try TokenClient(
            sessions: sessions ?? self.sessions(member), key: key.publicKey, context: context, cache: cache(member),
            log: log ?? self.log, clock: clock, metrics: metrics, batchSize: batchSize)
    }

    /// Asks for tokens, and lets the parties turn and the time go on until there are results; for a second at most.
    func tokens(of client: TokenClient, for identifiers: [Identifier]) throws -> TokenResults {
        let call = try client.call(for: identifiers, deadline: clock.now + .seconds(1))
        while true {
            if let results = try client.results(of: call, until: clock.now) { return results }
            try turn()
            clock.advance(.milliseconds(10))
        }
    }

    func cacheFile(_ member: MemberID) -> String { "\(path)/\(member).sqlite" }

    func cache(
        _ member: MemberID = bankA, capacity: Int = 1000, memory: Int = 100, publicKey: TokenPublicKey? = nil,
        epoch: UInt64 = 1
    ) throws -> TokenCache {
        try TokenCache(
            state: SQLiteStateStore(path: cacheFile(member)),
            secret: SecretKey(bytes: [UInt8](repeating: 70, count: 32)), publicKey: publicKey ?? key.publicKey,
            context: TokenContext(consortium: context.consortium, epoch: TokenEpoch(epoch)), capacity: capacity,
            memory: memory)
    }

    /// A batch as a client makes it, and what it was made for.
    func batch(
        _ identifiers: [Identifier], _ member: MemberID = bankA, seed: UInt64 = 1, time: Int64? = nil,
        epoch: UInt64 = 1
    ) throws -> (value: [UInt8], id: TokenBatchID, batch: PendingRequest) {
        var generator = SplitMix64(seed)
        let made = try TokenRequestBatch(
            identifiers, key: key.publicKey,
            context: TokenContext(consortium: context.consortium, epoch: TokenEpoch(epoch)), using: &generator)
        let id = TokenBatchID(time: time ?? clock.milliseconds, using: &generator)
        let (value, _) = try BlindedBatch.record(
            made.request, id: id, sessions: try sessions(member), consortium: context.consortium)
        return (value, id, PendingRequest(made))
    }

    // MARK: The log

    func append(_ values: [[UInt8]?], to topic: String) throws {
        try log.append(values.map { NewRecord(TopicPartition(topic), value: $0) })
    }

    /// What stands in a topic now.
    func records(_ topic: String) throws -> [LogRecord] {
        try log.reader(at: [Position(TopicPartition(topic), 0)]).next(limit: 100_000, timeout: .zero)
    }

    /// What parties answered to a member, as it reads it.
    func answers(_ member: MemberID = bankA) throws -> [EvaluatedBatch] {
        let sessions = try sessions(member)
        return try records(Topics.evaluations(member)).map {
            try UnverifiedEvaluatedBatch(reading: $0.value ?? [], from: member).verified(by: sessions)
        }
    }
}

/// Owns what can't be returned beside other values.
final class PendingRequest {
    private var batch: TokenRequestBatch

    init(_ batch: consuming TokenRequestBatch) { self.batch = batch }

    func receive(_ answer: PartyAnswer) throws -> TokenProgress { try batch.receive(answer) }
}

final class KnownSessions: SessionDirectory {
    private let sessions: [MemberID: Session]

    init(_ sessions: [MemberID: Session]) { self.sessions = sessions }

    func session(_ member: MemberID, epoch: UInt32) -> Session? {
        sessions[member].flatMap { $0.epoch == epoch ? $0 : nil }
    }
}
