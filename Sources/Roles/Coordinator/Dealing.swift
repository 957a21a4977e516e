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
package func deal(_ model: ClearModel, roster: Roster, coordinator: FileKeystore, log: any EventLog) throws -> Digest32
{
    let key = try coordinator.signingKey()
    guard key.verifyingKey == roster.coordinator else {
        throw RoleError.notTheCoordinator(keys: coordinator.directory)
    }
    let dealer = ModelDealer(
        consortium: roster.consortium, parties: roster.cell.sealingKeys, rounded: roster.roundsScores,
        random: { randomBytes(16) })
    let (manifest, digest) = try dealer.deal(model, coordinator: key)
    try log.append([
        NewRecord(TopicPartition(Topics.manifests), key: digest.bytes, value: manifest.encoded)
    ])
    try activateModel(
        digest, version: model.version, sequence: UInt64(SystemClock().microseconds), roster: roster, key: key, log: log
    )
    return digest
}
