import Keys
import Manifests
import Records
import Testing

@Suite("A member's keys")
struct EpochMemberTests {
    private typealias People = EpochPeople
    private let anna = People.members[0]
    private let bert = People.members[1]

    @Test("change with the next epoch where the old and the new identity sign, whatever attempt it comes of")
    func changes() throws {
        var world = EpochWorld()
        try world.take(world.memberOffer(anna, to: 1))
        try world.say(world.order(), by: .coordinator)
        try world.say(world.order(), by: .coordinator)
        try world.offerAll()
        try world.say(.epochManifest(world.manifest()), by: .coordinator)
        #expect(world.history.newest.members[anna] == People.keys(of: anna), "before the epoch the old keys hold")
        let ready = try world.ready()
        for party in PartyID.allCases { try world.say(.epochReady(ready), by: .party(party)) }
        #expect(world.history.newest.members == [anna: People.keys(of: anna, 1), bert: People.keys(of: bert)])
        #expect(world.history.epochs[KeyEpoch(1)]?.members[anna] == People.keys(of: anna))
        #expect(world.history.memberOffers.isEmpty)
    }

    @Test("stay where only one of both identities signs")
    func oneSignature() throws {
        var world = EpochWorld()
        // The old one alone: whoever has stolen it names an identity that it does not hold.
        #expect(world.refusal(world.memberOffer(anna, to: 1, new: 2)) == .badNewSignature(.member(anna)))
        #expect(world.refusal(world.memberOffer(anna, to: 1, new: 0)) == .badNewSignature(.member(anna)))
        let offer = AgreementStatement.memberOffer(MemberOffer(epoch: KeyEpoch(2), keys: People.keys(of: anna, 1)))
        #expect(world.refusal(offer, by: .member(anna)) == .badNewSignature(.member(anna)))
        // The new one alone.
        #expect(world.refusal(world.memberOffer(anna, to: 1, old: 1)) == .badSignature(.member(anna)))
        // Signed for the other purpose each.
        var swapped = try #require(WireAgreementRecord(decoding: world.memberOffer(anna, to: 1)))
        (swapped.signature, swapped.newSignature) = (swapped.newSignature, swapped.signature)
        #expect(world.refusal(swapped.encoded) == .badSignature(.member(anna)))
        try world.agree()
        #expect(world.history.newest.members[anna] == People.keys(of: anna))
    }

    @Test("are out of a stolen old identity's reach, once they have changed")
    func stolen() throws {
        var world = EpochWorld()
        let first = world.memberOffer(anna, to: 1)
        try world.take(first)
        try world.rotate()
        #expect(world.refusal(world.memberOffer(anna, to: 2, old: 0)) == .badSignature(.member(anna)))
        #expect(world.refusal(first) == .replayed)
        let erased = AgreementStatement.epochErased(try EpochErased(epoch: KeyEpoch(1), keys: []))
        #expect(world.refusal(erased, by: .member(anna)) == .badSignature(.member(anna)))
        world.versions[anna] = 1
        try world.say(erased, by: .member(anna))
        // Keys that were in force once are in force never again.
        #expect(world.refusal(world.memberOffer(anna, to: 0, new: 0)) == .usedKey)
        try world.take(world.memberOffer(anna, to: 2))
        try world.agree()
        #expect(world.history.newest.members[anna] == People.keys(of: anna, 2))
    }

    @Test("change one by one: the identity alone, or the HPKE key alone")
    func single() throws {
        for keys in [
            MemberKeys(identity: People.identity(.member(anna), 1), hpke: People.keys(of: anna).hpke),
            MemberKeys(identity: People.identity(.member(anna)), hpke: People.hpke("new")),
        ] {
            var world = EpochWorld()
            let isNew = keys.identity != People.identity(.member(anna))
            try world.take(
                AgreementStatement.memberOffer(MemberOffer(epoch: KeyEpoch(2), keys: keys)).record(
                    by: .member(anna), consortium: "demo", key: People.signing(.member(anna)),
                    new: People.signing(.member(anna), isNew ? 1 : 0)))
            try world.agree()
            #expect(world.history.newest.members[anna] == keys)
        }
    }

    @Test("are refused where they are nothing new, somebody else's, for another epoch, too late, or the second")
    func refused() throws {
        var world = EpochWorld()
        #expect(world.refusal(world.memberOffer(anna, to: 0)) == .nothingNew)
        #expect(
            world.refusal(world.memberOffer(anna, to: 1, epoch: KeyEpoch(3)))
                == .skipped(KeyEpoch(3), newest: KeyEpoch(1)))
        #expect(world.refusal(world.memberOffer(anna, to: 1, epoch: KeyEpoch(1))) == .old(KeyEpoch(1)))
        func offer(_ keys: MemberKeys, signedBy new: borrowing SigningKey) -> [UInt8] {
            do {
                return try AgreementStatement.memberOffer(MemberOffer(epoch: KeyEpoch(2), keys: keys)).record(
                    by: .member(anna), consortium: "demo", key: People.signing(.member(anna)), new: new)
            } catch { preconditionFailure("a key in memory signs") }
        }
        let fresh = People.keys(of: anna, 1)
        let others = [
            offer(
                MemberKeys(identity: People.identity(.member(bert)), hpke: fresh.hpke),
                signedBy: People.signing(.member(bert))),
            offer(
                MemberKeys(identity: People.identity(.coordinator), hpke: fresh.hpke),
                signedBy: People.signing(.coordinator)),
            offer(
                MemberKeys(identity: fresh.identity, hpke: People.keys(of: PartyID.one).agreement),
                signedBy: People.signing(.member(anna), 1)),
        ]
        for record in others { #expect(world.refusal(record) == .usedKey) }
        try world.take(world.memberOffer(bert, to: 1))
        let same = offer(
            MemberKeys(identity: fresh.identity, hpke: People.keys(of: bert, 1).hpke),
            signedBy: People.signing(.member(anna), 1))
        #expect(world.refusal(same) == .usedKey)
        try world.take(world.memberOffer(anna, to: 1))
        #expect(world.refusal(world.memberOffer(anna, to: 2)) == .alreadyOffered(.member(anna)))
        try world.fix()
        #expect(world.refusal(world.memberOffer(anna, to: 3)) == .fixed(KeyEpoch(2)))
        try world.say(world.order(), by: .coordinator)
        #expect(world.refusal(world.memberOffer(anna, to: 3)) == .alreadyOffered(.member(anna)))
    }

    @Test("are those of the agreement where it brings a member in, drops one, or gives one other keys than before")
    func agreement() throws {
        var world = EpochWorld()
        let carl = try #require(MemberID("bank-c"))
        #expect(world.refusal(world.memberOffer(carl, to: 1)) == .unknownAuthor(.member(carl)))
        try world.take(world.memberOffer(anna, to: 1))
        world.history.adopt(People.membership(Digest32(of: [[2]]), [anna, carl]))
        try world.rotate()
        #expect(world.history.newest.members == [anna: People.keys(of: anna, 1), carl: People.keys(of: carl)])
        // Who has left says nothing any more, but what it has erased.
        #expect(world.refusal(world.memberOffer(bert, to: 1)) == .unknownAuthor(.member(bert)))
        try world.say(.epochErased(EpochErased(epoch: KeyEpoch(1), keys: ["session-1"])), by: .member(bert))
        let late = AgreementStatement.epochErased(try EpochErased(epoch: KeyEpoch(1), keys: []))
        #expect(world.refusal(late, by: .member(carl)) == .unknownAuthor(.member(carl)))
        // The agreement stays as it is: so do the keys that were offered.
        world.versions[anna] = 1
        try world.rotate()
        #expect(world.history.newest.members[anna] == People.keys(of: anna, 1))
        // Operators give a member new keys whose own were stolen, whatever the thief offers.
        try world.take(world.memberOffer(anna, to: 5))
        var recovered = People.membership(Digest32(of: [[3]]), [anna, carl])
        recovered.members[anna] = People.keys(of: anna, 9)
        world.history.adopt(recovered)
        try world.rotate()
        #expect(world.history.newest.members[anna] == People.keys(of: anna, 9))
    }

    @Test("and parties' are those of whom the agreement names: a replaced party's offers count for nothing")
    func replacedParty() throws {
        var world = EpochWorld()
        var version = People.membership(Digest32(of: [[2]]))
        version.parties[.one] = People.identity(.party(.one), 7)
        world.history.adopt(version)
        try world.say(world.order(), by: .coordinator)
        let offer = AgreementStatement.partyOffer(world.offer(.one))
        #expect(world.refusal(offer, by: .party(.one)) == .badSignature(.party(.one)))
        let host = People.signing(.party(.one), 7)
        try world.take(offer.record(by: .party(.one), consortium: "demo", key: host))
        for party in [PartyID.zero, .two] { try world.say(.partyOffer(world.offer(party)), by: .party(party)) }
        try world.say(.epochManifest(world.manifest()), by: .coordinator)
        #expect(world.history.rotation?.keys?.parties[.one]?.identity == host.verifyingKey)
        let ready = AgreementStatement.epochReady(try world.ready())
        #expect(world.refusal(ready, by: .party(.one)) == .badSignature(.party(.one)))
        try world.take(ready.record(by: .party(.one), consortium: "demo", key: host))
    }
}
