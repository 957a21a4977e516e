import Crypto
package import Records
package import Secrets

import struct Foundation.Data

/// The keys between one member and one party for one epoch, made by HPKE's secret export (RFC 9180, 5.3): one for
/// transactions on their way up, one for score shares on their way down.
package final class Session: Sendable {
    package let member: MemberID
    package let party: PartyID
    package let epoch: UInt32
    package let up: SecretKey
    package let down: SecretKey

    init(member: MemberID, party: PartyID, epoch: UInt32, secret: borrowing SecretKey) {
        self.member = member
        self.party = party
        self.epoch = epoch
        up = secret.derive([Array("cordon/session/up".utf8)])
        down = secret.derive([Array("cordon/session/down".utf8)])
    }

    static func info(_ member: MemberID, _ party: PartyID, _ epoch: UInt32) -> [UInt8] {
        Array("cordon/session/v1/\(member)/\(party)/\(epoch)".utf8)
    }
    static let exportContext = Array("cordon/session/secret".utf8)
}

/// Why an announcement is not one.
package enum SessionError: Error, Sendable, Hashable {
    case malformed
    case unknownMember
    case badSignature
    case notAuthentic
}

/// A member's side of an epoch: the announcement for the log, and the secrets that a restart needs again.
package struct SessionOffer: ~Copyable {
    package let announcement: WireSessionAnnouncement
    package let sessions: [PartyID: Session]
    /// What `FileKeystore` keeps, 32 bytes a party.
    let secrets: [PartyID: [UInt8]]

    package init(
        member: MemberID, epoch: UInt32, parties: [PartyID: HPKEPublicKey], identity: borrowing SigningKey
    ) throws(HPKEError) {
        var body = WireSessionBody()
        body.member = member.name
        body.epoch = epoch
        var sessions: [PartyID: Session] = [:]
        var secrets: [PartyID: [UInt8]] = [:]
        for party in PartyID.allCases {
            guard let key = parties[party] else { throw .malformedKey }
            let (encapsulated, secret) = try key.encapsulate(
                info: Session.info(member, party, epoch), context: Session.exportContext)
            body.encapsulatedKeys.append(Data(encapsulated))
            secrets[party] = secret.withUnsafeBytes { Array($0) }
            sessions[party] = Session(member: member, party: party, epoch: epoch, secret: SecretKey(secret))
        }
        var announcement = WireSessionAnnouncement()
        let bytes = body.encoded
        announcement.body = Data(bytes)
        announcement.signature = Data(identity.sign(bytes, context: "cordon/session/v1"))
        self.announcement = announcement
        self.sessions = sessions
        self.secrets = secrets
    }
}

extension Session {
    private static let context = "cordon/session/v1"

    /// Whether these bytes are an announcement that the member with this identity made for this epoch.
    package static func isAnnouncement(
        _ bytes: [UInt8], of identity: VerifyingKey, member: MemberID, epoch: UInt32
    ) -> Bool {
        guard let announcement = WireSessionAnnouncement(decoding: bytes),
            let body = WireSessionBody(decoding: Array(announcement.body))
        else { return false }
        return body.member == member.name && body.epoch == epoch
            && identity.verifies(Array(announcement.signature), over: Array(announcement.body), context: context)
    }

    /// A party's side: checks who announced, and opens its own encapsulation.
    package static func accept(
        _ announcement: WireSessionAnnouncement, at party: PartyID, key: borrowing HPKEPrivateKey,
        members: [MemberID: VerifyingKey]
    ) throws(SessionError) -> Session {
        guard let body = WireSessionBody(decoding: Array(announcement.body)), body.encapsulatedKeys.count == 3,
            let member = MemberID(body.member)
        else { throw .malformed }
        guard let identity = members[member] else { throw .unknownMember }
        guard
            identity.verifies(
                Array(announcement.signature), over: Array(announcement.body), context: "cordon/session/v1")
        else { throw .badSignature }
        do {
            let secret = try key.decapsulate(
                Array(body.encapsulatedKeys[party.rawValue]), info: info(member, party, body.epoch),
                context: exportContext)
            return Session(member: member, party: party, epoch: body.epoch, secret: SecretKey(secret))
        } catch {
            throw .notAuthentic
        }
    }
}
