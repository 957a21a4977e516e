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

/// Deals a model to the parties and activates it: the manifest on `consortium.manifests`, then, in every partition of
/// `consortium.sealed`, the record from which on it is in force.
///
/// - Parameter audit: gets an entry of it before it is on the log.
package func deal(
    _ model: ClearModel, roster: Roster, coordinator: any Keystore, log: any EventLog,
    audit: any AuditWriter = NoAudit()
) throws -> Digest32 {
    let key = try coordinator.signingKey()
    guard key.verifyingKey == roster.coordinator else {
        throw RoleError.notTheCoordinator(keys: coordinator.place)
    }
    let dealer = ModelDealer(
        consortium: roster.consortium, parties: roster.cell.sealingKeys, rounded: roster.roundsScores,
        random: { randomBytes(16) })
    let (manifest, digest) = try dealer.deal(model, coordinator: key)
    let sequence = UInt64(SystemClock().microseconds)
    audit.write(AuditEvent(.manifest, of: digest, [.version: model.version]))
    try log.append([
        NewRecord(TopicPartition(Topics.manifests), key: digest.bytes, value: manifest.encoded)
    ])
    audit.write(AuditEvent(.activation, of: digest, [.version: model.version, .sequence: "\(sequence)"]))
    try activateModel(digest, version: model.version, sequence: sequence, roster: roster, key: key, log: log)
    return digest
}
