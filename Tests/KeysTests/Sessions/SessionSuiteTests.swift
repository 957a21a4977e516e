import Foundation
import Keys
import Records
import Support
import Testing

@Suite("A session's suite")
struct SessionSuiteTests {
    private let member: MemberID
    private let identity = [UInt8](repeating: 9, count: 32)

    init() throws { member = try Support.member("bank-a") }

    /// The key of a party in one suite, the same each time.
    private func key(_ party: PartyID, _ suite: KEMSuite) throws -> HPKEPrivateKey {
        let secret = [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32)
        return try HPKEPrivateKey(bytes: suite == .xWing ? HPKEPrivateKey.xWingMark + secret : secret)
    }

    private func signer() throws -> SigningKey {
        guard let key = SigningKey(bytes: identity) else { throw HPKEError.malformedKey }
        return key
    }

    private func offer(_ suites: [KEMSuite]) throws -> SessionOffer {
        var parties: [PartyID: HPKEPublicKey] = [:]
        for (party, suite) in zip(PartyID.allCases, suites) { parties[party] = try key(party, suite).publicKey }
        return try SessionOffer(consortium: "c", member: member, epoch: 4, parties: parties, identity: signer())
    }

    private func accept(
        _ announcement: WireSessionAnnouncement, at party: PartyID, _ suite: KEMSuite
    ) throws -> Session {
        let known = try signer().verifyingKey
        return try Session.accept(
            announcement, consortium: "c", at: party, key: key(party, suite), members: [member: known])
    }

    @Test(
        "is each party's own: both ends have the same keys, also where parties differ",
        arguments: [
            ([KEMSuite.xWing, .xWing, .xWing], [0x647A, 0x647A, 0x647A] as [UInt32], 3462),
            ([.x25519, .x25519, .x25519], [], 183), ([.xWing, .x25519, .xWing], [0x647A, 0x20, 0x647A], 2371),
        ])
    func agree(suites: [KEMSuite], numbers: [UInt32], size: Int) throws {
        let offer = try offer(suites)
        let body = try #require(WireSessionBody(decoding: Array(offer.announcement.body)))
        #expect(body.suites == numbers)
        #expect(body.encapsulatedKeys.map(\.count) == suites.map(\.encapsulatedBytes))
        #expect(offer.announcement.encoded.count == size)
        for (party, suite) in zip(PartyID.allCases, suites) {
            let ours = try #require(offer.sessions[party])
            #expect(traces(ours) == traces(try accept(offer.announcement, at: party, suite)))
        }
    }

    @Test("by X25519 for a hybrid key is a downgrade, and the other way round another suite's")
    func downgrade() throws {
        let classical = try offer([.x25519, .xWing, .x25519]).announcement
        #expect(throws: SessionError.suiteDowngrade) { try accept(classical, at: .zero, .xWing) }
        #expect(try accept(classical, at: .one, .xWing).party == .one)
        #expect(throws: SessionError.otherSuite) { try accept(classical, at: .one, .x25519) }
        let old = try offer([.x25519, .x25519, .x25519]).announcement
        for party in PartyID.allCases {
            #expect(throws: SessionError.suiteDowngrade) { try accept(old, at: party, .xWing) }
        }
    }

    @Test("that is no suite, or not one for each party, makes no session")
    func malformed() throws {
        func resigned(_ suites: [UInt32]) throws -> WireSessionAnnouncement {
            let original = try offer([.xWing, .xWing, .xWing]).announcement
            var body = try #require(WireSessionBody(decoding: Array(original.body)))
            body.suites = suites
            var announcement = WireSessionAnnouncement()
            announcement.body = Data(body.encoded)
            announcement.signature = Data(try signer().sign(body.encoded, context: "cordon/session/v2"))
            return announcement
        }
        #expect(throws: SessionError.malformed) { try accept(resigned([0x647A]), at: .zero, .xWing) }
        #expect(throws: SessionError.malformed) {
            try accept(resigned([0x647A, 0x647A, 0x647A, 0x647A]), at: .zero, .xWing)
        }
        #expect(throws: SessionError.otherSuite) { try accept(resigned([7, 0x647A, 0x647A]), at: .zero, .xWing) }
        #expect(throws: SessionError.suiteDowngrade) { try accept(resigned([]), at: .zero, .xWing) }
        // It says X-Wing, and encapsulates by X25519.
        let original = try offer([.x25519, .xWing, .xWing]).announcement
        var body = try #require(WireSessionBody(decoding: Array(original.body)))
        body.suites = [0x647A, 0x647A, 0x647A]
        var announcement = WireSessionAnnouncement()
        announcement.body = Data(body.encoded)
        announcement.signature = Data(try signer().sign(body.encoded, context: "cordon/session/v2"))
        #expect(throws: SessionError.notAuthentic) { try accept(announcement, at: .zero, .xWing) }
    }
}
