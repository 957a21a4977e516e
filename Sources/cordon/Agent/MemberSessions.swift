import Configuration
import EventLogs
import Keys
import Logging
import Records
import ThreeParty

/// This epoch's session keys of a member, made on first use, and their announcement on the log.
func openSessions(
    _ entry: Roster.Member, _ roster: Roster, _ keystore: FileKeystore, _ log: any EventLog, _ logger: Logger
) throws -> [PartyID: Session] {
    let member = entry.id
    if try keystore.sessions(of: member, epoch: roster.epoch) == nil {
        let offer = try SessionOffer(
            member: member, epoch: roster.epoch, parties: roster.parties.mapValues(\.hpke),
            identity: try keystore.signingKey())
        try keystore.store(offer, epoch: roster.epoch)
    }
    guard let (sessions, announcement) = try keystore.sessions(of: member, epoch: roster.epoch) else {
        throw Failure("the session keys of epoch \(roster.epoch) are not in \(keystore.directory)")
    }
    let topic = TopicPartition(Topics.sessions)
    let reader = try log.reader(at: [Position(topic, 0)])
    while case let records = try reader.available(limit: 256), !records.isEmpty {
        for value in records.compactMap(\.value) {
            if value == announcement { return sessions }
            guard Session.isAnnouncement(value, of: entry.identity, member: member, epoch: roster.epoch) else {
                continue
            }
            throw Failure(
                "other session keys of \(member) for epoch \(roster.epoch) are on \(Topics.sessions): all its agents need "
                    + "the same key folder, or the roster another epoch")
        }
    }
    try log.append([NewRecord(topic, key: Array("\(member)/\(roster.epoch)".utf8), value: announcement)])
    logger.notice("session keys announced", metadata: ["epoch": "\(roster.epoch)"])
    return sessions
}
