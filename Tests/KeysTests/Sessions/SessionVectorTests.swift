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
    /// "cordon/session/v1/bank-a/party-0/7", then HMAC-SHA-256 of the direction.
    @Test(
        "gives keys by HPKE's export, bound to member, party and epoch, one for each direction",
        arguments: [
            (PartyID.zero, "393815a056e4d3d6d6edc91f24d91a9a", "d2c0e48ab133e6b76ef838dadbc355f5"),
            (.one, "456abe92d5b4d0c6272fe076a6c614fe", "8cb716c5a0ca8ccd98d21f950d7eb9b0"),
            (.two, "b6021bbdb7fc24c10eff07f3a14a3b16", "c3d5b645719ad1539e64990134a57cdc"),
        ])
    func vectors(party: PartyID, up: String, down: String) throws {
        let identity = try signing().verifyingKey
        let session = try Session.accept(
            announcement(), at: party, key: HPKEPrivateKey(bytes: Self.party), members: [member: identity])
        #expect(session.member == member && session.party == party && session.epoch == 7)
        #expect(trace(session.up) == bytes(up) && trace(session.down) == bytes(down))
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
