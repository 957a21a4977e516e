import Foundation
import Keys
import Records
import Support
import Testing

@Suite("A session's announcement")
struct SessionVectorTests {
    private let member: MemberID
    private static let identity = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    private static let party = bytes("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d")

    init() throws { member = try Support.member("bank-a") }

    private func signing() throws -> SigningKey {
        guard let key = SigningKey(bytes: Self.identity) else { throw HPKEError.malformedKey }
        return key
    }

    /// What bank-a announces for epoch 7, with an encapsulated key whose other half is in the vectors of RFC 9180.
    private func announcement() throws -> WireSessionAnnouncement {
        let key = Data(bytes("6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256"))
        var body = WireSessionBody()
        body.member = "bank-a"
        body.epoch = 7
        body.encapsulatedKeys = [key, key, key]
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(try signing().sign(body.encoded, context: "cordon/session/v1"))
        return announcement
    }

    /// Computed elsewhere: HPKE's export (RFC 9180, 5.3) for "cordon/session/secret" under the info
    /// "cordon/session/v1/bank-a/party-0/7", then HMAC-SHA-256 of each key's use.
    @Test(
        "gives keys by HPKE's export, bound to member, party and epoch, one for each use",
        arguments: [
            (
                PartyID.zero,
                [
                    "12db623841c838208d2610e9f86863a6", "6776a70192946e4c98adee51251fac13",
                    "5cc3e06f66ef8c8dd1877501e7db5fe2", "d705d518040d237babc08244688d7e62",
                    "b1710a5af32dc5ef9c2ece15c11e6fcd",
                ]
            ),
            (
                .one,
                [
                    "76bcdd0636ffd467b68535423fe1caa4", "bede925241860658a7d151802a767c83",
                    "e0f2b67a9ff1bdf7ecef57775c016706", "680a732802d67ec7e45bcca3a0bdacec",
                    "bc2ed285bda0256f3198f77ba8c548da",
                ]
            ),
            (
                .two,
                [
                    "95f8eb5d3488e2b9e6f1f962e7a8d8a4", "ce13798b93378df5339dabb13be0acf4",
                    "d1610f0b090f75debf8534b4037d732b", "e1b11a13a790f3dd1f8ad99a77522056",
                    "fd1f1dac7731bbabaf01434738a5c8fe",
                ]
            ),
        ])
    func vectors(party: PartyID, keys: [String]) throws {
        let identity = try signing().verifyingKey
        let session = try Session.accept(
            announcement(), at: party, key: HPKEPrivateKey(bytes: Self.party), members: [member: identity])
        #expect(session.member == member && session.party == party && session.epoch == 7)
        #expect(traces(session) == keys.map { bytes($0) })
    }

    @Test("is one for its member, identity and epoch alone")
    func recognised() throws {
        let whole = try announcement().encoded
        let identity = try signing().verifyingKey
        #expect(Session.isAnnouncement(whole, of: identity, member: member, epoch: 7))
        for epoch in [0, 6, 8, .max] as [UInt32] {
            #expect(!Session.isAnnouncement(whole, of: identity, member: member, epoch: epoch))
        }
        let other = try Support.member("bank-b")
        #expect(!Session.isAnnouncement(whole, of: identity, member: other, epoch: 7))
        #expect(!Session.isAnnouncement(whole, of: SigningKey().verifyingKey, member: member, epoch: 7))
    }

    @Test("is none with any byte changed or cut, or without its signature")
    func damaged() throws {
        let whole = try announcement().encoded
        let identity = try signing().verifyingKey
        for at in whole.indices {
            var changed = whole
            changed[at] ^= 1
            #expect(!Session.isAnnouncement(changed, of: identity, member: member, epoch: 7), "byte \(at)")
            #expect(!Session.isAnnouncement(Array(whole.prefix(at)), of: identity, member: member, epoch: 7))
        }
        var unsigned = try announcement()
        unsigned.signature = Data()
        #expect(!Session.isAnnouncement(unsigned.encoded, of: identity, member: member, epoch: 7))
        // Signed for something else by the same member.
        var elsewhere = try announcement()
        elsewhere.signature = Data(try signing().sign(Array(elsewhere.body), context: "cordon/model/v1"))
        #expect(!Session.isAnnouncement(elsewhere.encoded, of: identity, member: member, epoch: 7))
        #expect(throws: SessionError.badSignature) {
            try Session.accept(
                elsewhere, at: .zero, key: HPKEPrivateKey(bytes: Self.party), members: [member: identity])
        }
    }

    @Test("names its member and epoch, and has a key for each party in order", arguments: [0, 1, .max] as [UInt32])
    func offer(epoch: UInt32) throws {
        let keys = [HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey]
        let offer = try SessionOffer(
            member: member, epoch: epoch, parties: [.zero: keys[0], .one: keys[1], .two: keys[2]],
            identity: signing())
        let body = try #require(WireSessionBody(decoding: Array(offer.announcement.body)))
        #expect(body.member == "bank-a" && body.epoch == epoch && body.encapsulatedKeys.count == 3)
        #expect(Set(body.encapsulatedKeys).count == 3 && body.encapsulatedKeys.allSatisfy { $0.count == 32 })
        let identity = try signing().verifyingKey
        #expect(Session.isAnnouncement(offer.announcement.encoded, of: identity, member: member, epoch: epoch))
        #expect(Set(offer.sessions.keys) == Set(PartyID.allCases))
        for party in PartyID.allCases {
            let session = try #require(offer.sessions[party])
            #expect(session.party == party && session.epoch == epoch && session.member == member)
        }
    }

    @Test("is not made while any one of the parties' keys is missing", arguments: PartyID.allCases)
    func missing(party: PartyID) throws {
        var keys: [PartyID: HPKEPublicKey] = [:]
        for other in PartyID.allCases where other != party { keys[other] = HPKEPrivateKey().publicKey }
        let (member, parties) = (member, keys)
        #expect(throws: HPKEError.malformedKey) {
            _ = try SessionOffer(member: member, epoch: 1, parties: parties, identity: SigningKey()).sessions
        }
    }
}
