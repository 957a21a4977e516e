import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Roles
import Secrets
import SecureScoring
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

/// Over-use: a token takes the answers of two parties, so a member that has each of its batches charged at two parties alone,
/// another two each time, gets half as many tokens again as its rate allows.
@Suite("A member that has one party of three not charge its batches")
struct TokenRateTests {
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let clock = ManualClock()
    private let member: MemberID
    private let parties: Parties
    private let context = TokenContext(consortium: Array("attacked".utf8), epoch: .first)
    private static let burst = 1200

    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path("log"), clock: clock, durability: .process)
        member = try Support.member("bank-a")
        parties = try Parties()
        try log.create(
            [Topics.sessions, Topics.blinded(member), Topics.evaluations(member)].map { TopicSettings(name: $0) })
    }

    private func hpke(_ party: PartyID) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32))
    }

    private func identity() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 9, count: 32)) else { throw HPKEError.malformedKey }
        return key
    }

    /// Announces sessions of an epoch, of which one party can make nothing: its encapsulated key is a point of small order.
    private func announce(_ epoch: UInt32, spoiling spoiled: PartyID?) throws -> TokenSessions {
        var keys: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { keys[party] = try hpke(party).publicKey }
        let identity = try identity()
        let offer = try SessionOffer(
            consortium: "attacked", member: member, epoch: epoch, parties: keys, identity: identity)
        var announcement = offer.announcement
        if let spoiled {
            var body = try #require(WireSessionBody(decoding: Array(announcement.body)))
            body.encapsulatedKeys[spoiled.rawValue] = Data(repeating: 0, count: 32)
            announcement.body = Data(body.encoded)
            announcement.signature = Data(try identity.sign(body.encoded, context: "cordon/session/v2"))
        }
        try log.append([NewRecord(TopicPartition(Topics.sessions), value: announcement.encoded)])
        let sessions = TokenSessions(offer.sessions, identity: identity)
        return try #require(sessions)
    }

    private func stage(_ party: PartyID) throws -> TokenStage {
        let identities = [member: try identity().verifyingKey]
        let evaluator = TokenEvaluator(
            share: try parties.share(party), context: context,
            limits: [member: RateLimit(elementsPerSecond: 1, burst: Self.burst)])
        return try TokenStage(
            members: [member],
            responder: TokenResponder(
                evaluator: evaluator, identities: identities, secret: SecretKey(bytes: [UInt8](repeating: 4, count: 32))
            ),
            sessions: SessionRegistry(
                consortium: "attacked", party: party, keys: OpeningKeys(hpke(party)), members: identities, log: log,
                logger: .silent),
            log: log, state: SQLiteStateStore(path: folder.path("\(party).sqlite"), takingOver: true), clock: clock,
            metrics: Metrics())
    }

    /// The tokens that the member gets of batches of 100 elements, asked for within these sessions in turn.
    private func tokens(of sessions: [TokenSessions], batches: Int) throws -> Int {
        var generator = SplitMix64(3)
        let blinded = [GroupElement](repeating: .generator, count: 100)
        for number in 0..<batches {
            let (value, _) = try BlindedBatch.record(
                TokenRequest(epoch: .first, blinded: blinded),
                id: TokenBatchID(time: clock.milliseconds, using: &generator),
                sessions: sessions[number % sessions.count], consortium: context.consortium)
            try log.append([NewRecord(TopicPartition(Topics.blinded(member)), value: value)])
        }
        for party in PartyID.allCases { _ = try stage(party).turn(until: Moment(sinceStart: .zero)) }
        let answers = try log.reader(at: [Position(TopicPartition(Topics.evaluations(member)), 0)])
        var good: [TokenBatchID: Int] = [:]
        for record in try answers.available(limit: 1000) {
            let answer = try UnverifiedEvaluatedBatch(reading: record.value ?? [], from: member)
            for sessions in sessions {
                guard let verified = try? answer.verified(by: sessions) else { continue }
                if case .evaluation = verified.answer { good[answer.id, default: 0] += 1 }
            }
        }
        return good.values.count { $0 >= 2 } * 100
    }

    @Test("gets no more tokens than its rate allows: what two parties charge, the third does, too")
    func rotated() throws {
        let sessions = try PartyID.allCases.map { try announce(UInt32($0.rawValue) + 1, spoiling: $0) }
        #expect(try tokens(of: sessions, batches: 18) <= Self.burst)
    }

    @Test("and a member that follows the protocol gets all of its rate")
    func honest() throws {
        #expect(try tokens(of: [announce(1, spoiling: nil)], batches: 18) == Self.burst)
    }
}

/// Three parties' shares of a key that they made without a dealer.
private struct Parties {
    private let secrets: [[UInt8]]
    private let publicKey: TokenPublicKey

    init() throws {
        var generator = SplitMix64(11)
        let first = KeyDealing(dealer: .zero, using: &generator)
        let second = KeyDealing(dealer: .one, using: &generator)
        let third = KeyDealing(dealer: .two, using: &generator)
        var secrets: [[UInt8]] = []
        var key: TokenPublicKey?
        for party in PartyID.allCases {
            var generation = KeyGeneration(party: party)
            try generation.receive(first.commitments, subShare: first.subShare(for: party))
            try generation.receive(second.commitments, subShare: second.subShare(for: party))
            try generation.receive(third.commitments, subShare: third.subShare(for: party))
            let share = try generation.finish()
            secrets.append(share.withSecretBytes { $0 })
            key = share.publicKey
        }
        self.secrets = secrets
        publicKey = try #require(key)
    }

    func share(_ party: PartyID) throws -> TokenKeyShare {
        try TokenKeyShare(party: party, secret: TokenScalar(bytes: secrets[party.rawValue]), publicKey: publicKey)
    }
}
