package import EventLogs
package import Keys
package import Logging
package import PipelineFiles
package import Records

/// This epoch's session keys of a member, made on first use, and their announcement on the log.
package func openSessions(
    _ entry: Roster.Member, _ roster: Roster, _ keystore: any Keystore, _ log: any EventLog, _ logger: Logger
) throws -> [PartyID: Session] {
    let member = entry.id
    if try keystore.sessions(of: member, epoch: roster.epoch) == nil {
        let offer = try SessionOffer(
            consortium: roster.consortium, member: member, epoch: roster.epoch, parties: roster.cell.sealingKeys,
            identity: try keystore.signingKey())
        try keystore.store(offer, epoch: roster.epoch)
    }
    guard let (sessions, announcement) = try keystore.sessions(of: member, epoch: roster.epoch) else {
        throw RoleError.sessionKeysGone(epoch: roster.epoch, keys: keystore.place)
    }
    func isAnnouncement(_ bytes: [UInt8]) -> Bool {
        Session.isAnnouncement(
            bytes, of: entry.identity, consortium: roster.consortium, member: member, epoch: roster.epoch)
    }
    guard isAnnouncement(announcement) else {
        throw RoleError.sessionKeysOfAnotherVersion(epoch: roster.epoch, keys: keystore.place)
    }
    let topic = TopicPartition(Topics.sessions)
    let reader = try log.reader(at: [Position(topic, 0)])
    while case let records = try reader.available(limit: 256), !records.isEmpty {
        for value in records.compactMap(\.value) {
            if value == announcement { return sessions }
            guard isAnnouncement(value) else { continue }
            throw RoleError.otherSessionKeys(member, epoch: roster.epoch)
        }
    }
    try log.append([NewRecord(topic, key: Array("\(member)/\(roster.epoch)".utf8), value: announcement)])
    logger.notice("session keys announced", metadata: ["epoch": "\(roster.epoch)"])
    return sessions
}
