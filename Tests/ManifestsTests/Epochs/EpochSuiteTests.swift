import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("Suites of keys from epoch to epoch")
struct EpochSuiteTests {
    private typealias People = EpochPeople
    private let anna = People.members[0]

    private func order(_ suite: KEMSuite, in world: EpochWorld) -> AgreementStatement {
        .epochOrder(
            EpochOrder(
                epoch: world.next, attempt: world.attempt + 1, agreement: world.history.membership.agreement,
                suite: suite))
    }

    private func offer(_ party: PartyID, _ suite: KEMSuite, in world: EpochWorld) -> AgreementStatement {
        let plain = world.offer(party)
        return .partyOffer(
            PartyOffer(
                epoch: plain.epoch, attempt: plain.attempt, hpke: HPKEPrivateKey(suite).publicKey,
                agreement: plain.agreement, certificate: plain.certificate))
    }

    /// A world whose newest epoch is of X-Wing.
    private func hybrid() throws -> EpochWorld {
        var world = EpochWorld()
        try world.say(order(.xWing, in: world), by: .coordinator)
        for party in PartyID.allCases { try world.say(offer(party, .xWing, in: world), by: .party(party)) }
        try world.say(.epochManifest(world.manifest()), by: .coordinator)
        let ready = try world.ready()
        for party in PartyID.allCases { try world.say(.epochReady(ready), by: .party(party)) }
        try world.say(world.places(KeyEpoch(2), .activation), by: .coordinator)
        return world
    }

    @Test("change by an order, with both open until the epoch before is closed")
    func change() throws {
        let world = try hybrid()
        #expect(world.history.open.map(\.suite) == [.x25519, .xWing])
        #expect(world.history.newest.parties.values.allSatisfy { $0.agreement.suite == .x25519 })
    }

    @Test("are those that the order says: neither weaker nor stronger keys are offered to it")
    func wanted() throws {
        for (wanted, other) in [(KEMSuite.xWing, KEMSuite.x25519), (.x25519, .xWing)] {
            var world = EpochWorld()
            try world.say(order(wanted, in: world), by: .coordinator)
            let offer = offer(.one, other, in: world)
            #expect(world.refusal(offer, by: .party(.one)) == .otherSuite(other, wanted: wanted))
        }
    }

    @Test("do not go back: an order of a weaker one is refused, the next attempt's too")
    func downgrade() throws {
        var world = try hybrid()
        try world.say(world.places(KeyEpoch(1), .closing), by: .coordinator)
        let refusal = EpochRefusal.suiteDowngrade(.x25519, from: .xWing)
        #expect(world.refusal(order(.x25519, in: world), by: .coordinator) == refusal)
        try world.say(order(.xWing, in: world), by: .coordinator)
        #expect(world.refusal(order(.x25519, in: world), by: .coordinator) == refusal)
        #expect(world.history.rotation?.order.suite == .xWing)
    }

    @Test("may go back to before an attempt that came to nothing: no key of it was ever in force")
    func abandoned() throws {
        var world = EpochWorld()
        try world.say(order(.xWing, in: world), by: .coordinator)
        try world.say(offer(.one, .xWing, in: world), by: .party(.one))
        try world.say(order(.x25519, in: world), by: .coordinator)
        try world.say(offer(.one, .x25519, in: world), by: .party(.one))
        #expect(world.history.standing == .offers(KeyEpoch(2), attempt: 2, of: [.zero, .two]))
    }

    @Test("of a member's key do not go back either, and need not be the parties'")
    func members() throws {
        var world = EpochWorld()
        func offer(_ hpke: HPKEPublicKey) throws -> [UInt8] {
            let keys = MemberKeys(identity: People.identity(.member(anna)), hpke: hpke)
            return try AgreementStatement.memberOffer(MemberOffer(epoch: world.next, keys: keys)).record(
                by: .member(anna), consortium: "demo", key: People.signing(.member(anna)),
                new: People.signing(.member(anna)))
        }
        try world.take(offer(HPKEPrivateKey(.xWing).publicKey))
        try world.rotate()
        #expect(world.history.newest.members[anna]?.hpke.suite == .xWing && world.history.newest.suite == .x25519)
        #expect(try world.refusal(offer(People.hpke("new"))) == .suiteDowngrade(.x25519, from: .xWing))
        try world.take(offer(HPKEPrivateKey(.xWing).publicKey))
    }

    @Test("stand in records and digests: the same bytes of another suite are another key, or none")
    func bytes() throws {
        let key = HPKEPrivateKey(.xWing).publicKey
        let offer = PartyOffer(
            epoch: KeyEpoch(2), attempt: 1, hpke: key, agreement: People.hpke("pairs"), certificate: .zero)
        let record = try AgreementStatement.partyOffer(offer).record(
            by: .party(.one), consortium: "demo", key: People.signing(.party(.one)))
        let message = try AgreementMessage(reading: record, consortium: "demo")
        #expect(message.statement == .partyOffer(offer))
        var wire = try #require(WireAgreementRecord(decoding: record))
        var body = try #require(WireAgreementBody(decoding: Array(wire.body)))
        body.partyOffer.hpke.suite = KEMSuite.x25519.rawValue
        wire.body = Data(body.encoded)
        #expect(throws: AgreementMistake.key) { try AgreementMessage(reading: wire.encoded, consortium: "demo") }
    }
}
