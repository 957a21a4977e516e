package import EventLogs
package import Keys
package import Logging
import Manifests
package import PipelineFiles
import Records

/// A member's session keys of all epochs that are open; those of the newest are made on first use, and announced on the log.
package func openSessions(
    _ entry: Roster.Member, _ roster: Roster, _ keystore: any Keystore, _ log: any EventLog, _ logger: Logger
) throws -> MemberKeychain {
    try MemberKeychain(entry, roster, keystore, log: log, logger: logger)
}

/// An epoch's session keys of a member, made on first use, and their announcement on the log.
func openSession(
    of keys: EpochKeys, _ entry: Roster.Member, _ roster: Roster, _ keystore: any Keystore, _ log: any EventLog,
    _ logger: Logger
) throws -> [PartyID: Session] {
    let (member, epoch) = (entry.id, keys.number.number)
    let own = keys.members[member] ?? MemberKeys(identity: entry.identity, hpke: entry.hpke)
    if try keystore.sessions(of: member, epoch: epoch) == nil {
        let offer = try SessionOffer(
            consortium: roster.consortium, member: member, epoch: epoch, parties: keys.parties.mapValues(\.hpke),
            identity: try keystore.signingKey(of: own))
        try keystore.store(offer, epoch: epoch)
    }
    guard let (sessions, announcement) = try keystore.sessions(of: member, epoch: epoch) else {
        throw RoleError.sessionKeysGone(epoch: epoch, keys: keystore.place)
    }
    let identity = own.identity
    func isAnnouncement(_ bytes: [UInt8]) -> Bool {
        Session.isAnnouncement(bytes, of: identity, consortium: roster.consortium, member: member, epoch: epoch)
    }
    guard isAnnouncement(announcement) else {
        throw RoleError.sessionKeysOfAnotherVersion(epoch: epoch, keys: keystore.place)
    }
    let topic = TopicPartition(Topics.sessions)
    let reader = try log.reader(at: [Position(topic, 0)])
    while case let records = try reader.available(limit: 256), !records.isEmpty {
        for value in records.compactMap(\.value) {
            if value == announcement { return sessions }
            guard isAnnouncement(value) else { continue }
            throw RoleError.otherSessionKeys(member, epoch: epoch)
        }
    }
    try log.append([NewRecord(topic, key: Array("\(member)/\(epoch)".utf8), value: announcement)])
    logger.notice("session keys announced", metadata: ["epoch": "\(epoch)"])
    return sessions
}
