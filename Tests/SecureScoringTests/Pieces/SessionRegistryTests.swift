import EventLogs
import Foundation
import Keys
import Records
import Sealing
import Secrets
import SecureScoring
import Support
import Testing

@Suite("The sessions that members announced, at a party")
struct SessionRegistryTests {
    private let world: World
    private let lines = CapturedLines()

    /// Both banks have announced their first session.
    init() throws { world = try World() }

    private func registry(
        _ party: PartyID = .one, key: PartyID? = nil, members: [MemberID: VerifyingKey]? = nil
    ) throws -> SessionRegistry {
        try SessionRegistry(
            consortium: "c", party: party, keys: OpeningKeys(try HPKEPrivateKey(bytes: PartySeeds.hpke(key ?? party))),
            members: members ?? [world.a.id: world.a.identity, world.b.id: world.b.identity], log: world.log,
            logger: lines.logger())
    }

    private func append(_ value: [UInt8]?) throws {
        try world.log.append([NewRecord(TopicPartition(Topics.sessions), value: value)])
    }

    /// Whether two keys are one: what is sealed under the first opens under the second.
    private func isSame(_ one: borrowing SecretKey, _ other: borrowing SecretKey) -> Bool {
        let box = SealedBox.seal([1, 2, 3], under: one, associated: [])
        return (try? SealedBox.open(box, under: other, associated: [])) == [1, 2, 3]
    }

    private func isOwn(_ session: Session?, _ bank: Bank, at party: PartyID) throws -> Bool {
        let (found, own) = (try #require(session), try #require(bank.sessions[party]))
        return isSame(found.transactionBoxes, own.transactionBoxes) && isSame(found.scoreBoxes, own.scoreBoxes)
            && found.member == bank.id && found.epoch == bank.epoch && found.party == party
    }

    @Test("are the ones that the members have, at each party", arguments: PartyID.allCases)
    func opens(party: PartyID) throws {
        let registry = try registry(party)
        #expect(try isOwn(registry.session(world.a.id, epoch: 1), world.a, at: party))
        #expect(try isOwn(registry.session(world.b.id, epoch: 1), world.b, at: party))
        #expect(try registry.session(world.a.id, epoch: 2) == nil && registry.session(world.a.id, epoch: 0) == nil)
        #expect(try registry.isMember(world.a.id))
        #expect(try !registry.isMember(MemberID("bank-c")!))
        #expect(lines.entries.isEmpty)
    }

    @Test("are found when they were announced since, and earlier ones stay")
    func epochs() throws {
        let registry = try registry()
        #expect(try registry.session(world.a.id, epoch: 9) == nil)
        let later = try Bank("bank-a", epoch: 9)
        try world.announce(later)
        #expect(try isOwn(registry.session(world.a.id, epoch: 9), later, at: .one))
        #expect(try isOwn(registry.session(world.a.id, epoch: 1), world.a, at: .one))
    }

    @Test("stay as the first announcement of an epoch has them, also for a party that comes later")
    func first() throws {
        let registry = try registry()
        _ = try registry.session(world.a.id, epoch: 1)
        let again = try Bank("bank-a", epoch: 1)
        try world.announce(again)
        _ = try registry.session(world.a.id, epoch: 2)
        for registry in [registry, try self.registry()] {
            #expect(try isOwn(registry.session(world.a.id, epoch: 1), world.a, at: .one))
            #expect(try !isOwn(registry.session(world.a.id, epoch: 1), again, at: .one))
        }
    }

    @Test("that somebody else announces, or that are changed, are refused with where and why")
    func refused() throws {
        let whole = try Bank("bank-a", epoch: 5).announcement
        let stranger = try Bank("bank-c", epoch: 5).announcement
        let changes: [(inout WireSessionAnnouncement) -> Void] = [
            { $0.signature = Data() }, { $0.signature[0] ^= 1 }, { $0.signature[63] ^= 0x80 }, { $0.body = Data() },
            { $0.body[0] ^= 0xFF }, { $0.body[$0.body.count / 2] ^= 1 }, { $0.body[$0.body.count - 1] ^= 1 },
        ]
        try append(nil)
        try append(stranger.encoded)
        for change in changes {
            var changed = whole
            change(&changed)
            try append(changed.encoded)
        }
        try append(Array(whole.encoded.dropLast()))
        let registry = try registry()
        #expect(try registry.session(world.a.id, epoch: 5) == nil)
        #expect(try registry.session(MemberID("bank-c")!, epoch: 5) == nil)
        let refused = lines.entries.filter { $0.message == "a session announcement was refused" }
        #expect(refused.count == changes.count + 1)
        // Behind the banks' own two and the tombstone.
        for (number, entry) in refused.enumerated() {
            #expect(entry.metadata.hasPrefix("offset=\(number + 3) reason="), "\(entry.metadata)")
        }
        #expect(lines.entries.last?.message == "a session announcement is unreadable: cut off, or of a newer version")
        // What is whole behind all that counts.
        try append(whole.encoded)
        #expect(try registry.session(world.a.id, epoch: 5) != nil)
    }

    @Test("are the members' with the party's own key alone, and of members of the roster alone")
    func keys() throws {
        // What another key makes of an announcement are other secrets.
        #expect(try !isOwn(registry(.one, key: .two).session(world.a.id, epoch: 1), world.a, at: .one))
        let alone = try registry(members: [world.b.id: world.b.identity])
        #expect(try alone.session(world.a.id, epoch: 1) == nil && alone.session(world.b.id, epoch: 1) != nil)
        // A member under another one's identity is nobody.
        let mixed = try registry(members: [world.a.id: world.b.identity, world.b.id: world.a.identity])
        #expect(try mixed.session(world.a.id, epoch: 1) == nil && mixed.session(world.b.id, epoch: 1) == nil)
        for entry in lines.entries { #expect(entry.message == "a session announcement was refused") }
    }
}
