import EventLogs
import Foundation
import Keys
import LocalStore
import PipelineFiles
import Records
import Sealing
import SecureScoring
import Support
import Testing

/// Erasure: members share the right to write to `consortium.sessions`, so one of them writes under another one's key.
@Suite("A member that erases another member's session")
struct ErasedSessionTests {
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let topic = TopicPartition(Topics.sessions)
    private let member: MemberID
    private let parties: [PartyID: HPKEPublicKey]

    /// The topics are those that the consortium's file has.
    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: FixedClock())
        member = try Support.member("bank-a")
        parties = [
            .zero: try HPKEPrivateKey(bytes: Self.seed).publicKey, .one: HPKEPrivateKey().publicKey,
            .two: HPKEPrivateKey().publicKey,
        ]
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines/topics.yaml")
        try log.create(readTopics(file: file.standardized.path, members: [member, Support.member("bank-b")]))
    }

    private static let seed = [UInt8](repeating: 7, count: 32)

    private func identity() throws -> SigningKey {
        guard let key = SigningKey(bytes: Self.seed) else { throw HPKEError.malformedKey }
        return key
    }

    private func offer(_ identity: borrowing SigningKey) throws -> SessionOffer {
        try SessionOffer(consortium: "c", member: member, epoch: 1, parties: parties, identity: identity)
    }

    private func append(_ value: [UInt8]?) throws {
        try log.append([NewRecord(topic, key: Array("\(member)/1".utf8), value: value)])
    }

    /// The session with the member that party 0 has when it starts now.
    private func found() throws -> Session? {
        let registry = try SessionRegistry(
            consortium: "c", party: .zero, keys: OpeningKeys(HPKEPrivateKey(bytes: Self.seed)),
            members: [member: identity().verifyingKey], log: log, logger: .silent)
        return try registry.session(member, epoch: 1)
    }

    private func isSame(_ found: Session?, _ own: Session?) throws -> Bool {
        let (found, own) = (try #require(found), try #require(own))
        let box = SealedBox.seal([1, 2, 3], under: own.transactionBoxes, associated: [])
        return (try? SealedBox.open(box, under: found.transactionBoxes, associated: [])) == [1, 2, 3]
    }

    @Test("leaves the first announcement where it was: no tombstone, no garbage and no other signature takes its place")
    func others() throws {
        let own = try offer(identity())
        let forged = try offer(SigningKey())
        try append(own.announcement.encoded)
        for value in [nil, [], [0xFF], forged.announcement.encoded, Array(own.announcement.encoded.dropLast())] {
            try append(value)
            #expect(try isSame(found(), own.sessions[.zero]))
        }
    }

    @Test("does not come first by being early: what the member did not sign announces nothing")
    func early() throws {
        let own = try offer(identity())
        try append(offer(SigningKey()).announcement.encoded)
        try append(nil)
        #expect(try found() == nil)
        try append(own.announcement.encoded)
        #expect(try isSame(found(), own.sessions[.zero]))
    }

    @Test(
        "has no helper in the member itself: its first announcement of an epoch stays, also for a party that starts anew"
    )
    func again() throws {
        let own = try offer(identity())
        try append(own.announcement.encoded)
        try append(offer(identity()).announcement.encoded)
        #expect(try isSame(found(), own.sessions[.zero]))
    }
}
