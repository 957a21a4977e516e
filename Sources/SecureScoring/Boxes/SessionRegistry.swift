package import Audit
package import EventLogs
package import Keys
package import Logging
import Manifests
package import Records
import Sealing

/// The members' sessions with this party, as announced on `consortium.sessions`. Used by one thread.
package final class SessionRegistry {
    private struct Key: Hashable {
        var member: MemberID
        var epoch: UInt32
    }

    private let consortium: String
    private let party: PartyID
    private let keys: OpeningKeys
    private let members: any MemberDirectory
    private let logger: Logger
    private let audit: any AuditWriter
    private var announced: Announcements<Key, Opened>

    /// A session, with the ciphers of its boxes set up.
    private struct Opened {
        var session: Session
        var transactions: BoxCipher
        var labels: BoxCipher

        init(_ session: Session) {
            self.session = session
            transactions = BoxCipher(session.transactionBoxes)
            labels = BoxCipher(session.labelBoxes)
        }
    }

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - keys: the party's, that sessions of each epoch are sealed to.
    ///   - members: asked at each announcement by whom it has to be signed.
    package init(
        consortium: String, party: PartyID, keys: OpeningKeys, members: any MemberDirectory,
        log: any EventLog, logger: Logger, audit: any AuditWriter = NoAudit()
    ) throws(LogError) {
        self.consortium = consortium
        self.party = party
        self.keys = keys
        self.members = members
        self.logger = logger
        self.audit = audit
        announced = try Announcements(on: Topics.sessions, in: log)
    }

    /// The same, with members that are those of all epochs.
    package convenience init(
        consortium: String, party: PartyID, keys: OpeningKeys, members: [MemberID: VerifyingKey],
        log: any EventLog, logger: Logger, audit: any AuditWriter = NoAudit()
    ) throws(LogError) {
        let entries = members.keys.sorted().map { MemberEntry(id: $0, budget: .unlimited, hpke: nil) }
        try self.init(
            consortium: consortium, party: party, keys: keys, members: FixedMembers(entries, identities: members),
            log: log, logger: logger, audit: audit)
    }

    /// Whether a member takes part, or did.
    package func isMember(_ member: MemberID) throws(LogError) -> Bool {
        if members.entry(of: member) != nil { return true }
        try members.refresh()
        return members.entry(of: member) != nil
    }

    /// Whether a member that did take part takes none in an epoch.
    package func hasLeft(_ member: MemberID, by epoch: UInt32) throws(LogError) -> Bool {
        if members.standing(of: member, in: epoch) == .unknown { try members.refresh() }
        return members.standing(of: member, in: epoch) == .left
    }

    /// The session that a record names; reads what was announced since, where it is not known yet.
    package func session(_ member: MemberID, epoch: UInt32) throws(LogError) -> Session? {
        try find(member, epoch)?.session
    }

    /// The cipher of that session's boxes of transactions; nil where `id` is that of another announcement.
    func transactionCipher(_ member: MemberID, epoch: UInt32, _ id: SessionID?) throws(LogError) -> BoxCipher? {
        try find(member, epoch, id)?.transactions
    }

    /// The cipher of that session's boxes of labels; nil where `id` is that of another announcement.
    func labelCipher(_ member: MemberID, epoch: UInt32, _ id: SessionID?) throws(LogError) -> BoxCipher? {
        try find(member, epoch, id)?.labels
    }

    private func find(_ member: MemberID, _ epoch: UInt32, _ id: SessionID?) throws(LogError) -> Opened? {
        try find(member, epoch).flatMap { $0.session.id == id ? $0 : nil }
    }

    private func find(_ member: MemberID, _ epoch: UInt32) throws(LogError) -> Opened? {
        // A session of a closed epoch goes with the key that it was sealed to.
        guard !keys.isForgotten(KeyEpoch(epoch)) else {
            announced.forget(Key(member: member, epoch: epoch))
            return nil
        }
        return try announced.value(of: Key(member: member, epoch: epoch)) { (record) throws(LogError) in
            try verified(record)
        }
    }

    private func verified(_ record: LogRecord) throws(LogError) -> (key: Key, value: Opened)? {
        let place: Logger.Metadata = ["offset": "\(record.position.offset)"]
        guard let announcement = WireSessionAnnouncement(decoding: record.value ?? []) else {
            logger.error("a session announcement is unreadable: cut off, or of a newer version", metadata: place)
            audit.write(AuditEvent(.refused, record, "session announcement", "unreadable"))
            return nil
        }
        let signer = try signer(of: announcement)
        do {
            guard let epoch = Session.epoch(of: announcement) else { throw SessionError.malformed }
            guard let held = try keys.key(of: KeyEpoch(epoch)) else {
                // Of an epoch that is closed, as a rule: its key is gone.
                logger.info("a session announcement is of an epoch that this party has no key of", metadata: place)
                return nil
            }
            let session = try Session.accept(
                announcement, consortium: consortium, at: party, key: held.key, members: signer)
            return (Key(member: session.member, epoch: session.epoch), Opened(session))
        } catch {
            logger.error(
                "a session announcement was refused", metadata: place.merging(["reason": "\(error)"]) { $1 })
            audit.write(AuditEvent(.refused, record, "session announcement", "\(error)"))
            return nil
        }
    }

    /// The key that an announcement has to be signed by, with its member; nothing where that takes no part in the epoch. Members
    /// announce what three parties are ready for, so this party finds the epoch at the next look, if there is one.
    private func signer(of announcement: WireSessionAnnouncement) throws(LogError) -> [MemberID: VerifyingKey] {
        guard let body = WireSessionBody(decoding: Array(announcement.body)), let member = MemberID(body.member) else {
            return [:]
        }
        if members.standing(of: member, in: body.epoch) == .unknown { try members.refresh() }
        return members.identity(of: member, in: body.epoch).map { [member: $0] } ?? [:]
    }
}
