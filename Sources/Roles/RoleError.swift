package import Audit
package import EventLogs
package import Records

/// Why a role can't start or go on: the roster, keys, topics or files that it was given do not fit. Each says what to do.
package enum RoleError: Error, Sendable, Hashable {
    case unknownMember(String)
    case rosterLacks(PartyID)
    case notTheCoordinator(keys: String)
    /// The keystore lost what it had stored.
    case sessionKeysGone(epoch: UInt32, keys: String)
    case otherSessionKeys(MemberID, epoch: UInt32)
    /// What the keystore holds was made by an older version, or for another consortium.
    case sessionKeysOfAnotherVersion(epoch: UInt32, keys: String)
    case sessionKeysIncomplete
    case noTokenKey
    /// No model on the log is for the bins that the agent was given.
    case otherBins(file: String, digest: String, models: [String])
    /// A spec can't be the next one beside the model in force: both names.
    case otherCounts(String, String)
    case topicNotCompacted(topic: String, cleanup: TopicSettings.Cleanup)
    /// A topic that must keep every record does not, by the setting named.
    case topicLosesRecords(_ topic: String, _ setting: String)
    case topicStampedByWriters(topic: String)
    case topicKeepsTooLittle(topic: String, seconds: Int64, least: Int64)
    /// The agreement wants records gone after a time; nil where they stay for ever.
    case topicKeepsTooMuch(topic: String, seconds: Int64?, most: Int64)
    /// The agreement does not name what scores are to be used for.
    case purposeNotAgreed(String, agreed: [String])
    case httpServer(reason: String)
    /// The folder holds a role's keys already.
    case keysExist(directory: String)
    /// The folder's identity is none of the roster's.
    case keysOfNobody(directory: String)
    /// An epoch of keys was closed while something was sealed under it.
    case closedMeanwhile(KeyEpoch)
    case usersFile(file: String, reason: String)
    /// A file holds no certificate.
    case certificate(path: String)
    /// A party that is to take over has scored here before.
    case holdsState
    /// The role's audit log is not what the role wrote.
    case auditLog(AuditFault)
}

extension RoleError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .holdsState:
            "this party has a state here already: `--take-over` is for a host that has nothing left of it but its keys; start without "
                + "it, or remove the state first"
        case .unknownMember(let name): "the roster has no member `\(name)`"
        case .rosterLacks(let party): "the roster lacks \(party)"
        case .notTheCoordinator(let keys): "the key in \(keys) is not the roster's coordinator"
        case .sessionKeysGone(let epoch, let keys): "the session keys of epoch \(epoch) are not in \(keys)"
        case .otherSessionKeys(let member, let epoch):
            "other session keys of \(member) for epoch \(epoch) are on \(Topics.sessions): all its agents need "
                + "the same key folder, or the roster another epoch"
        case .sessionKeysOfAnotherVersion(let epoch, let keys):
            "the session keys of epoch \(epoch) in \(keys) were announced by an older version, or to another consortium: remove "
                + "session-\(epoch).key there and start all agents of the member again"
        case .sessionKeysIncomplete: "there are not session keys with all three parties"
        case .noTokenKey:
            "there is no token key yet: the parties make the first one by themselves when all three run `cordon score`"
        case .otherBins(let file, let digest, let models):
            "the bins in \(file) have the digest \(digest), but \(models.joined(separator: ", ")): "
                + "take the bins that the consortium published with its model"
        case .otherCounts(let next, let inForce):
            "the feature spec of \(next) can't be collected beside \(inForce), which is in force: it has to be another one, and read the "
                + "same counts of the consortium by the same cut points, or tell labels where these are none"
        case .topicNotCompacted(let topic, let cleanup):
            "\(topic): cleanup.policy is \(cleanup.rawValue) and must be compact, or what it holds is gone one day"
        case .topicLosesRecords(let topic, let setting):
            "\(topic): \(setting): every record has to stay, because the first of a key is the one that counts"
        case .topicStampedByWriters(let topic):
            "\(topic): message.timestamp.type is CreateTime and must be LogAppendTime, or members say themselves on which day "
                + "they ask, and no limit of the roster holds"
        case .topicKeepsTooLittle(let topic, let seconds, let least):
            "\(topic): retention.ms is \(seconds * 1000) and must be at least \(least * 1000), "
                + "so that windows can be filled again from it"
        case .topicKeepsTooMuch(let topic, let seconds, let most):
            "not_agreed: \(topic): retention.ms is \(seconds.map { $0 * 1000 } ?? -1) and must be at most \(most * 1000), as the "
                + "agreement has it: `cordon topics check` tells of all topics"
        case .purposeNotAgreed(let purpose, let agreed):
            "not_agreed: the agreement has scores for \(agreed.joined(separator: ", ")), and not for \(purpose)"
        case .auditLog(let fault):
            "the audit log is not what this role wrote: \(fault). Keep the file as evidence; moved away, a new log begins, and who has "
                + "seen the old one's heads will say that it was set back"
        case .certificate(let path): "the file \(path) holds no certificate in PEM"
        case .httpServer(let reason): "the HTTP server failed: \(reason)"
        case .keysExist(let directory):
            "\(directory) holds keys already, and keys are never overwritten: name another folder"
        case .keysOfNobody(let directory):
            "the roster has nobody with the identity in \(directory): it was put together from another card"
        case .closedMeanwhile(let epoch):
            "epoch \(epoch) of keys was closed meanwhile, and parties may not have what was sealed under it: do it again"
        case .usersFile(let file, let reason): "\(file): \(reason)"
        }
    }
}
