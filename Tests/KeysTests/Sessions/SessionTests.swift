import Foundation
import Keys
import Records
import Secrets
import Testing
import ThreeParty

@Suite("A session")
struct SessionTests {
    private let member: MemberID
    private let parties: [PartyID: [UInt8]] = [
        .zero: [UInt8](repeating: 1, count: 32), .one: [UInt8](repeating: 2, count: 32),
        .two: [UInt8](repeating: 3, count: 32),
    ]
    private let identity: [UInt8] = [UInt8](repeating: 9, count: 32)

    init() throws { member = try #require(MemberID("bank-a")) }

    private func key(_ party: PartyID) throws -> HPKEPrivateKey { try HPKEPrivateKey(bytes: parties[party] ?? []) }

    private func offer(epoch: UInt32 = 4, member name: String = "bank-a") throws -> SessionOffer {
        guard let signing = SigningKey(bytes: identity), let member = MemberID(name) else {
            throw HPKEError.malformedKey
        }
        let zero = try key(.zero).publicKey
        let one = try key(.one).publicKey
        let two = try key(.two).publicKey
        return try SessionOffer(
            consortium: "c", member: member, epoch: epoch, parties: [.zero: zero, .one: one, .two: two],
            identity: signing)
    }

    private func accept(
        _ announcement: WireSessionAnnouncement, at party: PartyID, known: [MemberID: VerifyingKey]? = nil
    ) throws -> Session {
        guard let signing = SigningKey(bytes: identity) else { throw HPKEError.malformedKey }
        let verifying = signing.verifyingKey
        return try Session.accept(
            announcement, consortium: "c", at: party, key: try key(party), members: known ?? [member: verifying])
    }

    /// The announcement with its body changed and signed again by the member itself.
    private func resigned(
        _ original: WireSessionAnnouncement? = nil, _ change: (inout WireSessionBody) -> Void
    ) throws -> WireSessionAnnouncement {
        let original = try original ?? offer().announcement
        guard let signing = SigningKey(bytes: identity), var body = WireSessionBody(decoding: Array(original.body))
        else { throw HPKEError.malformedKey }
        change(&body)
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(try signing.sign(body.encoded, context: "cordon/session/v2"))
        return announcement
    }

    @Test("is the same at the member and at the party that it is with, and different with each")
    func agree() throws {
        let offer = try offer()
        for party in PartyID.allCases {
            let ours = try #require(offer.sessions[party])
            let theirs = try accept(offer.announcement, at: party)
            #expect(theirs.member == member && theirs.party == party && theirs.epoch == 4)
            #expect(traces(ours) == traces(theirs))
            let next = try accept(offer.announcement, at: party.next)
            #expect(Set(traces(ours) + traces(next)).count == 14, "one key, one use")
        }
    }

    @Test("has fresh keys in every announcement")
    func fresh() throws {
        let first = try accept(try offer().announcement, at: .one)
        let second = try accept(try offer().announcement, at: .one)
        #expect(Set(traces(first)).isDisjoint(with: traces(second)))
    }

    @Test("is refused with any byte of body or signature changed")
    func tampered() throws {
        let announcement = try offer().announcement
        for at in announcement.signature.indices {
            var changed = announcement
            changed.signature[at] ^= 1
            #expect(throws: SessionError.badSignature) { try accept(changed, at: .zero) }
        }
        for at in announcement.body.indices {
            var changed = announcement
            changed.body[at] ^= 1
            #expect(throws: SessionError.self) { try accept(changed, at: .zero) }
        }
    }

    @Test("is refused from a member that is not in the roster, or with another's signature")
    func strangers() throws {
        let announcement = try offer(member: "bank-x").announcement
        #expect(throws: SessionError.unknownMember) { try accept(announcement, at: .zero) }
        let other = SigningKey().verifyingKey
        let ours = try offer().announcement
        #expect(throws: SessionError.badSignature) { try accept(ours, at: .zero, known: [member: other]) }
        var unsigned = ours
        unsigned.signature = Data()
        #expect(throws: SessionError.badSignature) { try accept(unsigned, at: .zero) }
    }

    @Test("is bound to member, party and epoch: an encapsulated key serves no other")
    func bound() throws {
        let ours = try offer().announcement
        func keys(_ announcement: WireSessionAnnouncement, at party: PartyID) throws -> [[UInt8]] {
            traces(try accept(announcement, at: party))
        }
        #expect(try keys(resigned(ours) { _ in }, at: .zero) == (try keys(ours, at: .zero)))
        #expect(try keys(resigned(ours) { $0.epoch = 5 }, at: .zero) != (try keys(ours, at: .zero)))
        let swapped = try resigned(ours) { $0.encapsulatedKeys.swapAt(0, 1) }
        #expect(try keys(swapped, at: .zero) != (try keys(ours, at: .zero)))
        #expect(try keys(swapped, at: .zero) != (try keys(ours, at: .one)))
        #expect(try keys(swapped, at: .two) == (try keys(ours, at: .two)))
    }

    @Test("is nothing where the announcement is malformed, or the encapsulated key is no key")
    func malformed() throws {
        var announcement = WireSessionAnnouncement()
        #expect(throws: SessionError.malformed) { try accept(announcement, at: .zero) }
        announcement.body = Data([0xFF, 0xFF, 0xFF])
        #expect(throws: SessionError.malformed) { try accept(announcement, at: .zero) }
        let two = try resigned { $0.encapsulatedKeys.removeLast() }
        #expect(throws: SessionError.malformed) { try accept(two, at: .zero) }
        let name = try resigned { $0.member = "Bank A" }
        #expect(throws: SessionError.malformed) { try accept(name, at: .zero) }
        let cut = try resigned { $0.encapsulatedKeys[0] = Data([1, 2, 3]) }
        #expect(throws: SessionError.notAuthentic) { try accept(cut, at: .zero) }
        let zero = try resigned { $0.encapsulatedKeys[0] = Data(count: 32) }
        #expect(throws: SessionError.notAuthentic) { try accept(zero, at: .zero) }
    }

    @Test("is not offered while a party's key is missing")
    func missingParty() throws {
        let signing = SigningKey()
        let zero = try key(.zero).publicKey
        #expect(throws: HPKEError.malformedKey) {
            _ = try SessionOffer(
                consortium: "c", member: member, epoch: 1, parties: [.zero: zero], identity: signing
            ).sessions
        }
    }
}
