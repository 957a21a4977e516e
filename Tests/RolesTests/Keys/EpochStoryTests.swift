import Foundation
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Simulation
import Testing

@Suite("The story of keys")
struct EpochStoryTests {
    private let conductor = EpochConductor(grace: 30)
    /// 2025-01-01T00:00:00Z.
    private let start: Int64 = 1_735_689_600

    @Test("is the roster's keys alone, where nothing was said")
    func nothing() throws {
        let people = try KeyPeople()
        let founding = people.roster.foundingKeys
        let story = EpochStory(people.history)
        #expect(
            story.lines == [
                "epoch 1  \(founding.digest)  agreement \(people.roster.foundingKeys.agreement)",
                "  the roster's keys, from the beginning", "", "nothing is under way",
            ])
        #expect(story.progress(conductor, now: start) == "nothing is under way")
    }

    @Test("goes on step by step, and names whom it waits for")
    func progress() throws {
        var people = try KeyPeople()
        var said: [String] = []
        func tell(_ time: Int64 = 0) { said.append(EpochStory(people.history).progress(conductor, now: start + time)) }
        try people.order(at: start)
        try people.offer([.one], at: start)
        tell()
        try people.offer([.zero, .two], at: start)
        tell()
        try people.fix(at: start)
        try people.ready([.zero, .two], at: start)
        tell()
        try people.ready([.one], at: start)
        tell()
        try people.place(.activation, KeyEpoch(2), at: start + 10)
        tell(15)
        tell(60)
        try people.place(.closing, KeyEpoch(1), at: start + 50)
        try people.say(.epochErased(EpochErased(epoch: KeyEpoch(1), keys: [])), by: .party(.zero), at: start + 60)
        tell()
        #expect(
            said == [
                "[1/6] keys offered: waiting for party-0, party-2",
                "[2/6] keys fixed: waiting for the coordinator",
                "[3/6] parties ready: waiting for party-1",
                "[4/6] in force: waiting for the coordinator",
                "[5/6] in force; epoch 1 is closed in 25 s",
                "[5/6] in force; epoch 1 is closed in 0 s",
                "[6/6] epoch 1 closed: party-1, party-2 still to erase its keys",
            ])
        var again = try KeyPeople()
        for attempt in 1...2 as ClosedRange<UInt32> {
            let order = EpochOrder(
                epoch: KeyEpoch(2), attempt: attempt, agreement: again.roster.foundingKeys.agreement,
                suite: again.history.newest.suite)
            try again.say(.epochOrder(order), by: .coordinator, at: start)
        }
        #expect(
            EpochStory(again.history).progress(conductor, now: start)
                == "[1/6] keys offered (attempt 2): waiting for party-0, party-1, party-2")
    }

    /// One whole rotation with a member's new identity and a refresh, and the next under way.
    private func people() throws -> KeyPeople {
        var people = try KeyPeople()
        let member = Terms.member(1)
        let identity = SigningKey()
        let keys = MemberKeys(identity: identity.verifyingKey, hpke: HPKEPrivateKey(.xWing).publicKey)
        let offer = try AgreementStatement.memberOffer(MemberOffer(epoch: KeyEpoch(2), keys: keys)).record(
            by: .member(member), consortium: people.roster.consortium,
            key: people.terms.keys(member.name).signingKey(),
            new: identity)
        try people.history.apply(offer, time: start)
        try people.order(at: start)
        try people.offer(at: start + 1)
        try people.fix(at: start + 2)
        let epoch = try #require(people.history.rotation?.keys)
        for party in PartyID.allCases {
            let ready = EpochReady(
                epoch: KeyEpoch(2), attempt: 1, keys: epoch.digest, models: party == .one ? [.zero] : [],
                counts: party == .one ? 1000 : 0)
            try people.say(.epochReady(ready), by: .party(party), at: start + 60)
        }
        try people.say(
            .epochPlaces(EpochPlaces(epoch: KeyEpoch(2), kind: .activation, offsets: [7, 9])), by: .coordinator,
            at: start + 61)
        try people.say(
            .epochPlaces(EpochPlaces(epoch: KeyEpoch(1), kind: .closing, offsets: [70, 90])), by: .coordinator,
            at: start + 121)
        try people.say(
            .epochErased(EpochErased(epoch: KeyEpoch(1), keys: ["hpke", "agreement"])), by: .party(.two),
            at: start + 122)
        try people.order(at: start + 3600)
        try people.offer([.two], at: start + 3601)
        return people
    }

    @Test("has every epoch with what is new in it, and what is under way")
    func lines() throws {
        let people = try people()
        let epochs = people.history.lives.map(\.keys)
        let blank = "                        "
        #expect(
            EpochStory(people.history).lines == [
                "epoch 1  \(epochs[0].digest)  agreement \(people.roster.foundingKeys.agreement)",
                "  the roster's keys, from the beginning",
                "  2025-01-01T00:02:01Z  closed, at consortium.sealed 0@70, 1@90",
                blank + "party/party-2 has erased agreement, hpke",
                "epoch 2  \(epochs[1].digest)  agreement \(people.roster.foundingKeys.agreement)",
                "  2025-01-01T00:00:00Z  ordered, attempt 1, \(people.history.newest.suite)",
                blank + "bank-1 has a new identity",
                "  2025-01-01T00:01:00Z  all three parties are ready",
                blank + "party-1 refreshed 1 model, 1000 tokens",
                "  2025-01-01T00:01:01Z  in force, at consortium.sealed 0@7, 1@9",
                "epoch 3",
                "  2025-01-01T01:00:00Z  ordered, attempt 1, \(people.history.newest.suite)",
                blank + "party-2 has offered keys",
                "",
                "keys of epoch 3 are waited for, of party-0, party-1",
            ])
    }

    @Test("says the same to programs, with all public keys")
    func json() throws {
        let people = try people()
        let data = try EpochStory(people.history).json()
        let root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(root["standing"] as? String == "offers" && root["newest"] as? Int == 2 && root["active"] as? Int == 2)
        let epochs = try #require(root["epochs"] as? [[String: Any]])
        #expect(epochs.compactMap { $0["epoch"] as? Int } == [1, 2])
        #expect(epochs[1]["previous"] as? String == epochs[0]["digest"] as? String)
        let members = try #require(epochs[1]["members"] as? [String: [String: String]])
        let member = try #require(people.history.newest.members[Terms.member(1)])
        #expect(members["bank-1"]?["identity"] == Data(member.identity.bytes).base64EncodedString())
        let parties = try #require(epochs[1]["parties"] as? [String: [String: String]])
        let party = try #require(people.history.newest.parties[.two])
        #expect(parties["party-2"]?["hpke"] == Data(party.hpke.bytes).base64EncodedString())
        #expect(parties["party-2"]?["agreement"] == Data(party.agreement.bytes).base64EncodedString())
        #expect((epochs[0]["closing"] as? [String: Any])?["offsets"] as? [Int] == [70, 90])
        #expect(epochs[0]["ordered_at"] == nil && epochs[1]["ordered_at"] as? String == "2025-01-01T00:00:00Z")
        #expect((epochs[0]["erased"] as? [String: [String]]) == ["party/party-2": ["agreement", "hpke"]])
        let next = try #require(root["under_way"] as? [String: Any])
        #expect(next["epoch"] as? Int == 3 && next["offered"] as? [String] == ["party-2"])
    }
}
