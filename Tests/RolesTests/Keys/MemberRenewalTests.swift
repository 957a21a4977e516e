import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Support
import Testing

/// A member that changes its keys, with an agent of its own, on the log of a consortium whose keys the test rotates.
@Suite("A member's own change of keys")
struct MemberRenewalTests {
    private let people: KeyPeople
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let member = Terms.member(0)

    init() throws {
        people = try KeyPeople()
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: ManualClock())
        try log.create([
            TopicSettings(name: Topics.agreement), TopicSettings(name: Topics.sessions),
            TopicSettings(name: Topics.scores(member)), TopicSettings(name: Topics.transactions(member)),
        ])
    }

    private var keystore: FileKeystore { people.terms.keys(member.name) }
    private var renewal: MemberRenewal {
        MemberRenewal(people.roster, keystore: keystore, log: log, clock: ManualClock())
    }

    private func agent() throws -> MemberKeychain {
        try openSessions(people.roster.members[0], people.roster, keystore, log, .silent)
    }

    private func history() throws -> EpochHistory {
        let topic = try AgreementTopic(people.roster, log: log)
        try topic.read()
        return topic.epochs
    }

    /// Says something as one of the others.
    private func say(_ statement: AgreementStatement, by author: SyncAuthor) throws {
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: people.record(statement, by: author))])
    }

    /// Makes the next epoch as it comes to by the log, and closes the one before.
    private func rotate() throws {
        let last = try history().newest
        try say(
            .epochOrder(
                EpochOrder(
                    epoch: last.number.next, attempt: 1, agreement: people.roster.foundingKeys.agreement,
                    suite: last.suite)),
            by: .coordinator)
        for party in PartyID.allCases { try say(.partyOffer(KeyPeople.offer(party, history())), by: .party(party)) }
        let keys = try #require(try history().composed)
        try say(.epochManifest(EpochManifest(keys, attempt: 1)), by: .coordinator)
        for party in PartyID.allCases {
            try say(.epochReady(EpochReady(epoch: keys.number, attempt: 1, keys: keys.digest)), by: .party(party))
        }
        try say(.epochPlaces(EpochPlaces(epoch: keys.number, kind: .activation, offsets: [0])), by: .coordinator)
        try say(.epochPlaces(EpochPlaces(epoch: last.number, kind: .closing, offsets: [0])), by: .coordinator)
    }

    private func erase(_ epoch: KeyEpoch) throws {
        for party in PartyID.allCases { try say(.epochErased(EpochErased(epoch: epoch, keys: [])), by: .party(party)) }
    }

    private func names() throws -> [String] {
        try keystore.inventory().filter { ["identity", "HPKE"].contains($0.kind.name) }
            .map { String($0.place.split(separator: "/").last ?? "") }.sorted()
    }

    @Test(
        "is offered once, signed by both, and in force with the next epoch, whose sessions the new identity announces")
    func renews() throws {
        let before = people.roster.members[0]
        let agent = try agent()
        let offered = try renewal.offer(identity: true, hpke: true)
        #expect(offered.member == member && !offered.wasThere && offered.offer.epoch == KeyEpoch(2))
        #expect(offered.offer.keys.identity != before.identity && offered.offer.keys.hpke.suite == .xWing)
        let again = try renewal.offer(identity: true, hpke: true)
        #expect(again.wasThere && again.offer == offered.offer)
        #expect(try log.end(of: TopicPartition(Topics.agreement)) == 1)
        #expect(
            try history().newest.members[member]?.identity == before.identity
                && keystore.signingKey().verifyingKey == before.identity)
        try rotate()
        #expect(try history().newest.members[member] == offered.offer.keys)
        #expect(agent.hpke == before.hpke)
        #expect(try agent.follow() && agent.hpke == offered.offer.keys.hpke)
        let announced = try #require(try keystore.sessions(of: member, epoch: 2)?.announcement)
        func isSigned(by identity: VerifyingKey) -> Bool {
            Session.isAnnouncement(
                announced, of: identity, consortium: people.roster.consortium, member: member, epoch: 2)
        }
        #expect(isSigned(by: offered.offer.keys.identity) && !isSigned(by: before.identity))
        // An agent that begins now has the sessions of both.
        let late = try self.agent()
        #expect(late.sealing.now.number == 2 && late.session(.one, 1) != nil)
    }

    @Test(
        "erases the old keys once the old epoch is done with; the new ones take their names, and a stolen old identity signs nothing"
    )
    func erases() throws {
        let before = people.roster.members[0]
        let agent = try agent()
        let stolen = try keystore.signingKey()
        let offered = try renewal.offer(identity: true, hpke: true)
        try rotate()
        _ = try agent.follow()
        #expect(try !agent.erase(now: 1))
        #expect(try names() == ["hpke-2.key", "hpke.key", "identity-2.key", "identity.key"])
        try erase(KeyEpoch(1))
        _ = try agent.follow()
        #expect(try agent.erase(now: 1))
        #expect(try names() == ["hpke.key", "identity.key"])
        #expect(try keystore.signingKey().verifyingKey == offered.offer.keys.identity)
        #expect(try keystore.hpkeKey().publicKey == offered.offer.keys.hpke)
        #expect(try history().life(KeyEpoch(1))?.erased[.member(member)]?.keys == ["hpke", "identity", "session-1"])
        // Whoever has the old one names itself, in vain.
        let mine = SigningKey()
        let theft = try AgreementStatement.memberOffer(
            MemberOffer(
                epoch: KeyEpoch(3),
                keys: MemberKeys(identity: mine.verifyingKey, hpke: HPKEPrivateKey(.xWing).publicKey))
        ).record(by: .member(member), consortium: people.roster.consortium, key: stolen, new: mine)
        var tried = try history()
        #expect(throws: EpochRefusal.badSignature(.member(member))) { try tried.apply(theft, time: 1) }
        #expect(stolen.verifyingKey == before.identity)
        // And once more, from the new ones.
        let next = try renewal.offer(identity: false, hpke: true)
        #expect(
            next.offer.keys.identity == offered.offer.keys.identity && next.offer.keys.hpke != offered.offer.keys.hpke)
        try rotate()
        _ = try agent.follow()
        try erase(KeyEpoch(2))
        _ = try agent.follow()
        #expect(try agent.erase(now: 1) && names() == ["hpke.key", "identity.key"])
        #expect(try keystore.hpkeKey().publicKey == next.offer.keys.hpke)
    }

    @Test("that comes too late is offered anew for the epoch behind it, and its keys go with the old ones")
    func late() throws {
        let agent = try agent()
        // As a command that was killed between the keys and the offer.
        try keystore.store(SigningKey(), "identity-2")
        try rotate()
        _ = try agent.follow()
        let offered = try renewal.offer(identity: true, hpke: false)
        #expect(offered.offer.epoch == KeyEpoch(3) && offered.offer.keys.hpke == people.roster.members[0].hpke)
        try erase(KeyEpoch(1))
        _ = try agent.follow()
        #expect(try agent.erase(now: 1))
        #expect(try names() == ["hpke.key", "identity-3.key", "identity.key"])
        try rotate()
        _ = try agent.follow()
        try erase(KeyEpoch(2))
        _ = try agent.follow()
        #expect(try agent.erase(now: 1) && names() == ["hpke.key", "identity.key"])
        #expect(try keystore.signingKey().verifyingKey == offered.offer.keys.identity)
    }

    @Test("leaves keys that are credentials to whoever hands them in, and the new ones their numbers; the sessions go")
    func credentials() throws {
        let handed = folder.path("credentials")
        try FileManager.default.createDirectory(atPath: handed, withIntermediateDirectories: true)
        for name in ["identity.key", "hpke.key"] {
            try FileManager.default.moveItem(atPath: keystore.path(of: name), toPath: handed + "/" + name)
        }
        let store = FileKeystore(directory: keystore.directory, credentials: handed)
        let agent = try openSessions(people.roster.members[0], people.roster, store, log, .silent)
        let offered = try MemberRenewal(people.roster, keystore: store, log: log, clock: ManualClock())
            .offer(identity: true, hpke: true)
        try rotate()
        _ = try agent.follow()
        try erase(KeyEpoch(1))
        _ = try agent.follow()
        #expect(try agent.erase(now: 1))
        #expect(try names() == ["hpke-2.key", "identity-2.key"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: handed).sorted() == ["hpke.key", "identity.key"])
        #expect(try history().life(KeyEpoch(1))?.erased[.member(member)]?.keys == ["session-1"])
        #expect(try store.name(of: offered.offer.keys.identity) == "identity-2")
    }

    @Test("offers the keys that a killed command has made; a copy of the folder without them erases nothing")
    func copies() throws {
        let copy = FileKeystore(directory: folder.path("copy"))
        try copy.store(keystore.signingKey())
        try copy.store(keystore.hpkeKey(), "hpke")
        _ = try agent()
        try FileManager.default.copyItem(
            atPath: keystore.path(of: "session-1.key"), toPath: copy.path(of: "session-1.key"))
        let other = try openSessions(people.roster.members[0], people.roster, copy, log, .silent)
        let made = SigningKey()
        try keystore.store(made, "identity-2")
        #expect(try renewal.offer(identity: true, hpke: true).offer.keys.identity == made.verifyingKey)
        try rotate()
        // Whoever copies the folder's sessions and forgets its keys.
        _ = try agent()
        try FileManager.default.copyItem(
            atPath: keystore.path(of: "session-2.key"), toPath: copy.path(of: "session-2.key"))
        #expect(try other.follow())
        try erase(KeyEpoch(1))
        _ = try other.follow()
        #expect(try other.erase(now: 1) && !copy.holds("session-1"))
        #expect(copy.holds("identity") && copy.holds("hpke"))
    }

    @Test("is of the HPKE key alone where the identity is in a token")
    func token() throws {
        try keystore.setIdentity(uri: "pkcs11:token=a;object=b")
        #expect(throws: MemberRenewalError.identityInToken(keys: keystore.place)) {
            try renewal.offer(identity: true, hpke: true)
        }
        #expect(try log.end(of: TopicPartition(Topics.agreement)) == 0)
        #expect(!keystore.holds("identity-2") && !keystore.holds("hpke-2"))
    }

    @Test("is refused, saying so, where the log has another offer in the member's name, or the folder is nobody's")
    func refused() throws {
        let thief = SigningKey()
        let theft = try AgreementStatement.memberOffer(
            MemberOffer(
                epoch: KeyEpoch(2),
                keys: MemberKeys(identity: thief.verifyingKey, hpke: HPKEPrivateKey(.xWing).publicKey))
        ).record(by: .member(member), consortium: people.roster.consortium, key: keystore.signingKey(), new: thief)
        try log.append([NewRecord(TopicPartition(Topics.agreement), value: theft)])
        #expect(throws: MemberRenewalError.otherOffer(member, KeyEpoch(2))) {
            try renewal.offer(identity: true, hpke: true)
        }
        let stranger = FileKeystore(directory: folder.path("stranger"))
        try stranger.store(SigningKey())
        #expect(throws: MemberRenewalError.noMember(keys: stranger.place)) {
            try MemberRenewal(people.roster, keystore: stranger, log: log).offer(identity: true, hpke: true)
        }
        for error in [
            MemberRenewalError.otherOffer(member, KeyEpoch(2)), .noMember(keys: "k"), .identityInToken(keys: "k"),
        ] {
            #expect("\(error)".count > 20)
        }
    }
}
