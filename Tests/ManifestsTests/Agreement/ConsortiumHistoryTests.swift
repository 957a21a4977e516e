import Keys
import Manifests
import Records
import Testing

@Suite("The history of a consortium")
struct ConsortiumHistoryTests {
    private let a = Agreed.member("bank-a")
    private let d = Agreed.member("bank-d")

    @Test("has members from the epoch of keys on that stands on the version by which they joined or left")
    func membership() throws {
        var world = ConsortiumWorld()
        #expect(world.history.standing(of: a, in: KeyEpoch(1)) == .takesPart)
        #expect(world.history.standing(of: d, in: KeyEpoch(1)) == .unknown)
        #expect(world.history.standing(of: a, in: KeyEpoch(2)) == .unknown)
        try world.agree {
            $0.members.append(Agreed.entry("bank-d", joined: 20_000))
            $0.members[0].departure = Agreed.departure()
        }
        // In force, and in effect with the next epoch alone.
        #expect(world.history.effective.agreement.version == 1)
        #expect(world.history.standing(of: a, in: KeyEpoch(1)) == .takesPart)
        try world.rotate()
        #expect(world.history.effective.agreement.version == 2)
        #expect(world.history.standing(of: a, in: KeyEpoch(2)) == .left)
        #expect(world.history.standing(of: a, in: KeyEpoch(1)) == .takesPart)
        #expect(world.history.standing(of: d, in: KeyEpoch(2)) == .takesPart)
        #expect(world.history.standing(of: d, in: KeyEpoch(1)) == .unknown)
        #expect(world.history.standing(of: Agreed.member("bank-e"), in: KeyEpoch(2)) == .unknown)
        let keys = world.history.epochs.newest.members
        #expect(keys[a] == nil && keys[d] == MemberKeys(identity: Agreed.identity(.member(d)), hpke: Agreed.hpke(9)))
        #expect(world.history.version(in: KeyEpoch(0)) == nil && world.history.version(in: KeyEpoch(3)) == nil)
    }

    @Test("orders keys on the version in force alone")
    func orders() throws {
        var world = ConsortiumWorld()
        let early = world.order()
        try world.agree { $0.members[0].budget = .unlimited }
        #expect(try world.refusal(.epochOrder(early), by: .coordinator) == .keys(.otherAgreement))
        #expect(try world.refusal(.epochOrder(world.order()), by: .coordinator) == nil)
    }

    @Test("takes signatures by the identity of the newest epoch, and the agreement's own word against a stolen one")
    func identities() throws {
        var world = ConsortiumWorld()
        let member = SyncAuthor.member(a)
        let offer = MemberOffer(
            epoch: KeyEpoch(2), keys: MemberKeys(identity: Agreed.identity(member, copy: 1), hpke: Agreed.hpke(9)))
        let record = try AgreementStatement.memberOffer(offer).record(
            by: member, consortium: "demo", key: Agreed.key(member), new: Agreed.key(member, copy: 1))
        world.time += 1
        try world.history.apply(record, time: world.time)
        let next = Agreed.next(ConsortiumWorld.founding) { $0.members[1].budget = .unlimited }
        try world.say(.proposal(AgreementProposal(next)), by: member)
        try world.rotate()
        let signature = AgreementStatement.signature(AgreementSignature(of: next))
        #expect(try world.refusal(signature, by: member) == .agreement(.badSignature(member)))
        #expect(try world.refusal(signature, by: member, copy: 1) == nil)
        // The others give it another one.
        try world.agree(copies: [member: 2]) { $0.members[0].identity = Agreed.identity(member, copy: 2) }
        #expect(world.history.agreement.identity(of: member) == Agreed.identity(member, copy: 2))
        try world.say(.epochPlaces(EpochPlaces(epoch: KeyEpoch(2), kind: .activation, offsets: [1])), by: .coordinator)
        try world.say(.epochPlaces(EpochPlaces(epoch: KeyEpoch(1), kind: .closing, offsets: [2])), by: .coordinator)
        try world.rotate()
        #expect(world.history.epochs.newest.members[a]?.identity == Agreed.identity(member, copy: 2))
        #expect(world.history.agreement.identity(of: member) == Agreed.identity(member, copy: 2))
    }

    @Test("a party that is replaced offers keys by its new identity, and the one before has no say in the next epoch")
    func party() throws {
        var world = ConsortiumWorld()
        let two = SyncAuthor.party(.two)
        try world.agree(copies: [two: 1]) {
            $0.parties[.two] = .init(identity: Agreed.identity(two, copy: 1), address: .init(host: "new", port: 7))
        }
        let before = world
        try world.rotate(copies: [two: 1])
        #expect(world.history.epochs.newest.parties[.two]?.identity == Agreed.identity(two, copy: 1))
        var old = before
        #expect(throws: ConsortiumRefusal.keys(.badSignature(two))) { try old.rotate() }
    }

    @Test("refuses what is no record, and what kinds of authors have no say in")
    func records() throws {
        var world = ConsortiumWorld()
        #expect(throws: ConsortiumRefusal.agreement(.record(.encoding))) { try world.history.apply([1], time: 1) }
        #expect(world.history == ConsortiumWorld().history)
        #expect(ConsortiumRefusal.keys(.replayed).description == EpochRefusal.replayed.description)
    }
}
