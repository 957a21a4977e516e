import Foundation
import Keys
import Manifests
import Records
import Testing

@Suite("An epoch of keys")
struct EpochKeysTests {
    private typealias People = EpochPeople
    private let founding = People.terms(founding: 4).founding

    private func epoch(
        _ consortium: String = "demo", number: UInt32 = 4, previous: Digest32 = .zero,
        agreement: Digest32 = People.agreement,
        change: (inout [PartyID: PartyKeys], inout [MemberID: MemberKeys]) -> Void = { _, _ in }
    ) -> EpochKeys {
        var (parties, members) = (founding.parties, founding.members)
        change(&parties, &members)
        return EpochKeys(
            consortium: consortium, number: KeyEpoch(number), previous: previous, agreement: agreement,
            parties: parties,
            members: members)
    }

    @Test("is named by the bytes that docs/PROTOCOL.md says")
    func digest() throws {
        var parts: [[UInt8]] = []
        func part(_ bytes: [UInt8]) { parts.append(bytes) }
        part(Array("cordon/epoch/v1".utf8))
        part(Array("demo".utf8))
        part([0, 0, 0, 4])
        part([UInt8](repeating: 0, count: 32))
        part(People.agreement.bytes)
        for party in PartyID.allCases {
            let keys = try #require(founding.parties[party])
            part(Array("party-\(party.rawValue)".utf8))
            part(keys.identity.bytes)
            part([0, 0, 0, 0x20])
            part(keys.hpke.bytes)
            part(keys.agreement.bytes)
            part(keys.certificate.bytes)
        }
        for member in ["bank-a", "bank-b"] {
            let keys = try #require(MemberID(member).flatMap { founding.members[$0] })
            part(Array(member.utf8))
            part(keys.identity.bytes)
            part([0, 0, 0, 0x20])
            part(keys.hpke.bytes)
        }
        #expect(founding.digest == Digest32(of: parts))
    }

    @Test("is another with anything in it changed")
    func another() throws {
        let carl = try #require(MemberID("bank-c"))
        let (anna, fresh) = (People.members[0], People.hpke("fresh"))
        let all = [
            epoch(), epoch("dem"), epoch(number: 5), epoch(previous: Digest32(of: [])), epoch(agreement: .zero),
            epoch { parties, _ in parties[.zero]?.identity = People.identity(.coordinator) },
            epoch { parties, _ in parties[.one]?.hpke = fresh },
            epoch { parties, _ in parties[.one]?.agreement = fresh },
            epoch { parties, _ in parties[.two]?.certificate = .zero },
            epoch { parties, _ in (parties[.zero], parties[.one]) = (parties[.one], parties[.zero]) },
            epoch { _, members in members[anna]?.hpke = fresh },
            epoch { _, members in members[anna]?.identity = People.identity(.coordinator) },
            epoch { _, members in members[anna] = nil },
            epoch { _, members in members[carl] = members[anna] },
        ]
        #expect(Set(all.map(\.digest)).count == all.count)
        #expect(epoch() == founding)
    }

    @Test("says by which identity its authors sign")
    func identities() {
        #expect(founding.identity(of: .party(.one)) == People.identity(.party(.one)))
        #expect(founding.identity(of: .member(People.members[1])) == People.identity(.member(People.members[1])))
        #expect(founding.identity(of: .coordinator) == nil)
        #expect(founding.suite == .x25519)
        #expect(MemberID("bank-c").flatMap { founding.identity(of: .member($0)) } == nil)
    }

    @Test("names suites by HPKE's numbers, the stronger behind the weaker")
    func suites() throws {
        #expect(KEMSuite.allCases.map(\.rawValue) == [0x0020, 0x647A] && KEMSuite.x25519 < .xWing)
        let key = People.hpke("x")
        #expect(try HPKEPublicKey(.x25519, bytes: key.bytes) == key && key.suite == .x25519)
        #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(.x25519, bytes: [1, 2, 3]) }
        #expect(throws: HPKEError.malformedKey) { try HPKEPublicKey(.xWing, bytes: key.bytes) }
    }
}
