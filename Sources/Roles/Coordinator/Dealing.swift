package import Audit
package import EventLogs
package import Keys
import Manifests
package import Model
import ModelSync
package import PipelineFiles
package import Records
import Secrets
import Stages

/// Deals a model to the parties, under their newest keys, and activates it: the manifest on `consortium.manifests`, then, in every
/// partition of `consortium.sealed`, the record from which on it is in force.
///
/// - Parameters:
///   - activates: whether it is put in force at once.
///   - audit: gets an entry of it before it is on the log.
/// - Throws: `RoleError.closedMeanwhile` where the keys' epoch was closed before the manifest was there: parties may have erased
///   what opens it. Nothing is activated then.
package func deal(
    _ model: ClearModel, roster: Roster, coordinator: any Keystore, log: any EventLog, activates: Bool = true,
    audit: any AuditWriter = NoAudit()
) throws -> Digest32 {
    let key = try coordinator.signingKey()
    guard key.verifyingKey == roster.coordinator else {
        throw RoleError.notTheCoordinator(keys: coordinator.place)
    }
    let book = try EpochBook(roster, log: log)
    let keys = book.history.newest
    let dealer = ModelDealer(
        consortium: roster.consortium, parties: keys.parties.mapValues(\.hpke),
        epoch: keys.number == KeyEpoch(roster.epoch) ? nil : keys.number, rounded: roster.roundsScores,
        random: { randomBytes(16) })
    let (manifest, digest) = try dealer.deal(model, coordinator: key)
    let sequence = UInt64(SystemClock().microseconds)
    audit.write(AuditEvent(.manifest, of: digest, [.version: model.version]))
    try log.append([
        NewRecord(TopicPartition(Topics.manifests), key: digest.bytes, value: manifest.encoded)
    ])
    guard try book.refresh().life(keys.number)?.closing == nil else { throw RoleError.closedMeanwhile(keys.number) }
    guard activates else { return digest }
    audit.write(AuditEvent(.activation, of: digest, [.version: model.version, .sequence: "\(sequence)"]))
    try activateModel(digest, version: model.version, sequence: sequence, roster: roster, key: key, log: log)
    return digest
}
