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
        body.consortium = "consortium"
        body.member = "bank-a"
        body.epoch = 7
        body.encapsulatedKeys = [key, key, key]
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(try signing().sign(body.encoded, context: "cordon/session/v2"))
        return announcement
    }

    /// Computed elsewhere: HPKE's export (RFC 9180, 5.3) for "cordon/session/secret" under the info
    /// "cordon/session/v2/bank-a/party-0/7/consortium", then HMAC-SHA-256 of each key's use.
    @Test(
        "gives keys by HPKE's export, bound to member, party and epoch, one for each use",
        arguments: [
            (
                PartyID.zero,
                [
                    "fa4b67cc0e7b1a4a0c17edf165ffbd91", "0f6dbd6093f5b3b6fd9b80e1d7e73d9a",
                    "1218e38258b994e0181fa1b4d0f3b3a6", "4b826a4a8f395530a95c9a4de3fa2419",
                    "c7a9d44f01385f77e0aee35483afb217", "703f56963bbd96dcbc9ed85b5bf3cd21",
                    "be4d710bf5337d50fa37b9b16564d555",
                ]
            ),
            (
                .one,
                [
                    "e76a1da27cf420de82110af0a4cd31fd", "2292a0fbae4d1ff871cc4d282377bd5f",
                    "31f95ac64f80fdd54bd39a18ad0523ba", "0ab83d90d5e98e4639e01439a813bce7",
                    "0a9d6bae8d339e4d624749c87009e785", "06b8141b7da001f6711e2e11310fbdc1",
                    "3ce1feeb203f03195c48ad2f8ef4e44a",
                ]
            ),
            (
                .two,
                [
                    "17043d876c2216e8f731023681b736fd", "5ba661d9d206ee6ebc0902bfc57e7e00",
                    "d891b4598e540bcfb6fe75bc54d5cec5", "3aa521ecd3df0280384f2ce0ac1b5372",
                    "a2e91bc552cf9bbc22f0bb24d4511da2", "4231f789ded611fd1ae8697c9351dcc0",
                    "3bfc5b829f382c29010d5cc32e63d78f",
                ]
            ),
        ])
    func vectors(party: PartyID, keys: [String]) throws {
        let identity = try signing().verifyingKey
        let session = try Session.accept(
            announcement(), consortium: "consortium", at: party, key: HPKEPrivateKey(bytes: Self.party),
            members: [member: identity])
        #expect(session.member == member && session.party == party && session.epoch == 7)
        #expect(traces(session) == keys.map { bytes($0) })
    }

    @Test("is one for its member, identity and epoch alone")
    func recognised() throws {
        let whole = try announcement().encoded
        let identity = try signing().verifyingKey
        #expect(Session.isAnnouncement(whole, of: identity, consortium: "consortium", member: member, epoch: 7))
        for epoch in [0, 6, 8, .max] as [UInt32] {
            #expect(
                !Session.isAnnouncement(whole, of: identity, consortium: "consortium", member: member, epoch: epoch))
        }
        let other = try Support.member("bank-b")
        #expect(!Session.isAnnouncement(whole, of: identity, consortium: "consortium", member: other, epoch: 7))
        for name in ["", "other", "consortium/1"] {
            #expect(!Session.isAnnouncement(whole, of: identity, consortium: name, member: member, epoch: 7))
            #expect(throws: SessionError.otherConsortium) {
                try Session.accept(
                    announcement(), consortium: name, at: .zero, key: HPKEPrivateKey(bytes: Self.party),
                    members: [member: identity])
            }
        }
        #expect(
            !Session.isAnnouncement(
                whole, of: SigningKey().verifyingKey, consortium: "consortium", member: member, epoch: 7))
    }

    @Test("is none with any byte changed or cut, or without its signature")
    func damaged() throws {
        let whole = try announcement().encoded
        let identity = try signing().verifyingKey
        for at in whole.indices {
            var changed = whole
            changed[at] ^= 1
            #expect(
                !Session.isAnnouncement(changed, of: identity, consortium: "consortium", member: member, epoch: 7),
                "byte \(at)")
            #expect(
                !Session.isAnnouncement(
                    Array(whole.prefix(at)), of: identity, consortium: "consortium", member: member, epoch: 7))
        }
        var unsigned = try announcement()
        unsigned.signature = Data()
        #expect(
            !Session.isAnnouncement(unsigned.encoded, of: identity, consortium: "consortium", member: member, epoch: 7))
        // Signed for something else by the same member.
        var elsewhere = try announcement()
        elsewhere.signature = Data(try signing().sign(Array(elsewhere.body), context: "cordon/model/v1"))
        #expect(
            !Session.isAnnouncement(elsewhere.encoded, of: identity, consortium: "consortium", member: member, epoch: 7)
        )
        #expect(throws: SessionError.badSignature) {
            try Session.accept(
                elsewhere, consortium: "consortium", at: .zero, key: HPKEPrivateKey(bytes: Self.party),
                members: [member: identity])
        }
    }

    @Test("names its member and epoch, and has a key for each party in order", arguments: [0, 1, .max] as [UInt32])
    func offer(epoch: UInt32) throws {
        let keys = [HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey, HPKEPrivateKey().publicKey]
        let offer = try SessionOffer(
            consortium: "consortium", member: member, epoch: epoch,
            parties: [.zero: keys[0], .one: keys[1], .two: keys[2]],
            identity: signing())
        let body = try #require(WireSessionBody(decoding: Array(offer.announcement.body)))
        #expect(body.member == "bank-a" && body.epoch == epoch && body.encapsulatedKeys.count == 3)
        #expect(Set(body.encapsulatedKeys).count == 3 && body.encapsulatedKeys.allSatisfy { $0.count == 32 })
        let identity = try signing().verifyingKey
        #expect(
            Session.isAnnouncement(
                offer.announcement.encoded, of: identity, consortium: "consortium", member: member, epoch: epoch))
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
            _ = try SessionOffer(
                consortium: "consortium", member: member, epoch: 1, parties: parties, identity: SigningKey()
            ).sessions
        }
    }
}
