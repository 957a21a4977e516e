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
    let sequence = UInt64(SystemClock().microseconds)
    var records: [NewRecord] = []
    for partition in 0..<(try log.partitions(of: Topics.sealed)) {
        var record = WireSealedRecord()
        record.activation = ModelActivation.make(
            digest, version: model.version, sequence: sequence, consortium: roster.consortium, partition: partition,
            coordinator: key)
        records.append(NewRecord(TopicPartition(Topics.sealed, partition), value: record.encoded))
    }
    try log.append(records)
    return digest
}
