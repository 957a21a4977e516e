package import EventLogs
package import Keys
package import Logging
package import Records
import Sealing

/// The members' sessions with this party, as announced on `consortium.sessions`. Used by one thread.
package final class SessionRegistry {
    private struct Key: Hashable {
        var member: MemberID
        var epoch: UInt32
    }

    private let party: PartyID
    private let key: HPKEPrivateKey
    private let members: [MemberID: VerifyingKey]
    private let reader: any LogReader
    private let logger: Logger
    private var sessions: [Key: (session: Session, up: BoxCipher)] = [:]

    package init(
        party: PartyID, key: consuming HPKEPrivateKey, members: [MemberID: VerifyingKey], log: any EventLog,
        logger: Logger
    ) throws(LogError) {
        self.party = party
        self.key = key
        self.members = members
        self.logger = logger
        reader = try log.reader(at: [Position(TopicPartition(Topics.sessions), 0)])
    }

    package func isMember(_ member: MemberID) -> Bool { members[member] != nil }

    /// The session that a record names; reads what was announced since, where it is not known yet.
    package func session(_ member: MemberID, epoch: UInt32) throws(LogError) -> Session? {
        try find(member, epoch)?.session
    }

    /// The cipher of the boxes of that session.
    func upCipher(_ member: MemberID, epoch: UInt32) throws(LogError) -> BoxCipher? { try find(member, epoch)?.up }

    private func find(_ member: MemberID, _ epoch: UInt32) throws(LogError) -> (session: Session, up: BoxCipher)? {
        let key = Key(member: member, epoch: epoch)
        if let found = sessions[key] { return found }
        try refresh()
        return sessions[key]
    }

    private func refresh() throws(LogError) {
        while true {
            let records = try reader.available(limit: 256)
            if records.isEmpty { return }
            for record in records {
                guard let value = record.value else { continue }
                guard let announcement = WireSessionAnnouncement(decoding: value) else {
                    logger.error(
                        "a session announcement is unreadable: cut off, or of a newer version",
                        metadata: ["offset": "\(record.position.offset)"])
                    continue
                }
                do {
                    let session = try Session.accept(announcement, at: party, key: self.key, members: members)
                    let key = Key(member: session.member, epoch: session.epoch)
                    // The first of an epoch stays: a later one would take records in flight out of reach.
                    if sessions[key] == nil { sessions[key] = (session, BoxCipher(session.up)) }
                } catch {
                    logger.error(
                        "a session announcement was refused",
                        metadata: ["offset": "\(record.position.offset)", "reason": "\(error)"])
                }
            }
        }
    }
}
