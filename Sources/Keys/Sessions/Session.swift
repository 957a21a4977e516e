import Crypto
package import Records
package import Secrets

import struct Foundation.Data

/// The keys between one member and one party for one epoch, made by HPKE's secret export (RFC 9180, 5.3): one for each use, so
/// that no key is of two algorithms or two kinds of records.
///
/// The member makes them (`SessionOffer`) and announces them once an epoch on `consortium.sessions`; each party takes
/// its own from there (`accept(_:at:key:members:)`). Both then have the same.
package final class Session: Sendable {
    package let member: MemberID
    package let party: PartyID
    /// The session epoch of the roster; it has nothing to do with the token epoch.
    package let epoch: UInt32
    /// The name of the announcement that the keys are of, which records carry.
    package let id: SessionID
    /// Of the member's boxes of transactions (XAES-256-GCM). Every key has 32 bytes.
    package let transactionBoxes: SecretKey
    /// Of the member's boxes of labels (XAES-256-GCM).
    package let labelBoxes: SecretKey
    /// Derives a key for each of the party's boxes of score shares (HMAC-SHA-256).
    package let scoreBoxes: SecretKey
    /// Of the party's tags on its part of tokens (HMAC-SHA-256).
    package let evaluationTags: SecretKey
    /// Of the party's tags on its receipts of labels (HMAC-SHA-256).
    package let receiptTags: SecretKey
    /// Of the member's boxes of choices (XAES-256-GCM).
    package let choiceBoxes: SecretKey
    /// Derives a key for each of the party's boxes of contributions (HMAC-SHA-256).
    package let contributionBoxes: SecretKey

    /// - Parameter secret: the 32 bytes that HPKE exports; all keys are derived from it by HMAC-SHA-256.
    init(member: MemberID, party: PartyID, epoch: UInt32, id: SessionID, secret: borrowing SecretKey) {
        self.id = id
        self.member = member
        self.party = party
        self.epoch = epoch
        func key(_ use: String) -> SecretKey { secret.derive([Array("cordon/session/v2/\(use)".utf8)]) }
        transactionBoxes = key("transaction-boxes")
        labelBoxes = key("label-boxes")
        scoreBoxes = key("score-boxes")
        evaluationTags = key("evaluation-tags")
        receiptTags = key("receipt-tags")
        choiceBoxes = key("choice-boxes")
        contributionBoxes = key("contribution-boxes")
    }

    /// HPKE's info of one session. It names consortium, both ends and the epoch, so an encapsulation that is moved to another
    /// place gives another secret. The consortium's name, which may be any text, is last.
    static func info(_ consortium: String, _ member: MemberID, _ party: PartyID, _ epoch: UInt32) -> [UInt8] {
        Array("cordon/session/v2/\(member)/\(party)/\(epoch)/\(consortium)".utf8)
    }
    static let exportContext = Array("cordon/session/secret".utf8)

    /// The name of the sessions that an announcement with this body makes.
    static func id(of body: [UInt8]) -> SessionID {
        SessionID(Digest32(of: [Array("cordon/session/id/v2".utf8), body]))
    }
}

/// Why a party does not take an announcement, in the order in which it looks.
package enum SessionError: Error, Sendable, Hashable {
    /// The bytes are no body of three encapsulated keys with a member's name.
    case malformed
    /// The announcement names another consortium, or none, as those of older versions.
    case otherConsortium
    /// The roster has no member of this name.
    case unknownMember
    /// The signature is not the member's over this body.
    case badSignature
    /// The secret for this party is encapsulated by a weaker suite than its key of the epoch: by X25519 for a hybrid key, what is
    /// sealed under it would be open to a quantum computer after all.
    case suiteDowngrade
    /// The secret for this party is encapsulated by another suite than its key of the epoch.
    case otherSuite
    /// The party's encapsulated key is none of its suite.
    case notAuthentic
}

/// A member's side of an epoch: the announcement for the log, and the secrets that a restart needs again.
package struct SessionOffer: ~Copyable {
    package let announcement: WireSessionAnnouncement
    package let sessions: [PartyID: Session]
    /// The sessions' secrets as `FileKeystore` keeps them, 32 bytes a party.
    let secrets: [PartyID: [UInt8]]

    /// Makes fresh secrets for all three parties. Every call makes others, so a member keeps its first offer of an
    /// epoch.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - parties: the parties' HPKE keys of the epoch.
    ///   - identity: the member's, which signs the announcement.
    /// - Throws: `HPKEError.malformedKey` where a party has no key, `SigningError`.
    package init(
        consortium: String, member: MemberID, epoch: UInt32, parties: [PartyID: HPKEPublicKey],
        identity: borrowing SigningKey
    ) throws {
        var body = WireSessionBody()
        body.member = member.name
        body.epoch = epoch
        body.consortium = consortium
        var exported: [PartyID: SymmetricKey] = [:]
        var secrets: [PartyID: [UInt8]] = [:]
        for party in PartyID.allCases {
            guard let key = parties[party] else { throw HPKEError.malformedKey }
            let (encapsulated, secret) = try key.encapsulate(
                info: Session.info(consortium, member, party, epoch), context: Session.exportContext)
            body.encapsulatedKeys.append(Data(encapsulated))
            body.suites.append(key.suite.rawValue)
            secrets[party] = secret.withUnsafeBytes { Array($0) }
            exported[party] = secret
        }
        // As announcements were before there was another suite.
        if body.suites.allSatisfy({ $0 == KEMSuite.x25519.rawValue }) { body.suites = [] }
        var announcement = WireSessionAnnouncement()
        let bytes = body.encoded
        announcement.body = Data(bytes)
        announcement.signature = Data(try identity.sign(bytes, context: Session.context))
        self.announcement = announcement
        let id = Session.id(of: bytes)
        var sessions: [PartyID: Session] = [:]
        for (party, secret) in exported {
            sessions[party] = Session(member: member, party: party, epoch: epoch, id: id, secret: SecretKey(secret))
        }
        self.sessions = sessions
        self.secrets = secrets
    }
}

extension Session {
    /// What a member's signature over an announcement is for.
    fileprivate static let context = "cordon/session/v2"

    /// Whether these bytes are an announcement that the member with this identity made for this epoch. What it
    /// encapsulates is not looked at.
    package static func isAnnouncement(
        _ bytes: [UInt8], of identity: VerifyingKey, consortium: String, member: MemberID, epoch: UInt32
    ) -> Bool {
        guard let announcement = WireSessionAnnouncement(decoding: bytes),
            let body = WireSessionBody(decoding: Array(announcement.body))
        else { return false }
        return body.consortium == consortium && body.member == member.name && body.epoch == epoch
            && identity.verifies(Array(announcement.signature), over: Array(announcement.body), context: context)
    }

    /// The epoch that an announcement says it is of; nil for one that can't be read.
    package static func epoch(of announcement: WireSessionAnnouncement) -> UInt32? {
        WireSessionBody(decoding: Array(announcement.body))?.epoch
    }

    /// A party's side: checks who announced, and opens its own encapsulation. Of which epoch the session is, the
    /// announcement says; the caller decides whether it is wanted.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - key: the party's own, of the epoch that is announced.
    ///   - members: the identities of the roster.
    /// - Throws: the first thing that is wrong, in the order of `SessionError`.
    package static func accept(
        _ announcement: WireSessionAnnouncement, consortium: String, at party: PartyID, key: borrowing HPKEPrivateKey,
        members: [MemberID: VerifyingKey]
    ) throws(SessionError) -> Session {
        guard let body = WireSessionBody(decoding: Array(announcement.body)), body.encapsulatedKeys.count == 3,
            body.suites.isEmpty || body.suites.count == 3, let member = MemberID(body.member)
        else { throw .malformed }
        guard body.consortium == consortium else { throw .otherConsortium }
        guard let identity = members[member] else { throw .unknownMember }
        guard
            identity.verifies(
                Array(announcement.signature), over: Array(announcement.body), context: context)
        else { throw .badSignature }
        let suite = body.suites.isEmpty ? KEMSuite.x25519.rawValue : body.suites[party.rawValue]
        guard suite == key.suite.rawValue else {
            throw KEMSuite(rawValue: suite).map { $0 < key.suite } ?? false ? .suiteDowngrade : .otherSuite
        }
        do {
            let secret = try key.decapsulate(
                Array(body.encapsulatedKeys[party.rawValue]), info: info(consortium, member, party, body.epoch),
                context: exportContext)
            return Session(
                member: member, party: party, epoch: body.epoch, id: id(of: Array(announcement.body)),
                secret: SecretKey(secret))
        } catch {
            throw .notAuthentic
        }
    }
}

extension [PartyID: Session] {
    /// The name of the announcement that a member's sessions with the parties are of.
    package var id: SessionID {
        guard let session = self[.zero] else { preconditionFailure("a member has a session with each party") }
        return session.id
    }
}

extension SessionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "the announcement is damaged"
        case .otherConsortium: "the announcement is of another consortium than the roster's, or of an older version"
        case .unknownMember: "the roster has no member of this name"
        case .badSignature: "the member that it names did not sign the announcement"
        case .suiteDowngrade:
            "the key for this party is of a weaker suite than the party's of the epoch (suite_downgrade)"
        case .otherSuite: "the key for this party is of another suite than the party's"
        case .notAuthentic: "the key for this party is none of its suite"
        }
    }
}
