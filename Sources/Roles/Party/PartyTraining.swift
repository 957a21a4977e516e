import EventLogs
import Keys
import Logging
import Manifests
import ModelSync
import PipelineFiles
import Records
import Secrets
import Stages
import Telemetry
import ThreeParty

extension PartyRole {
    /// The stage that trains with the two others; nil where the log has no topic for it. A party without rows refuses by name.
    ///
    /// - Parameters:
    ///   - stop: the role's: a training ends where it stands.
    func training(_ transport: any Transport, _ metrics: Metrics, until stop: StopFlag) throws -> StagePlan? {
        do { _ = try log.partitions(of: Topics.sync) } catch LogError.unknownTopic where rows == nil { return nil }
        return StagePlan("training", isBackground: true, retried: retried(metrics, ["stage": "training"])) {
            let opening = try keystore.hpkeKey()
            let cell = TrainingStage.Cell(
                party: party, terms: roster.syncTerms, sealing: opening.publicKey,
                members: Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.hpke) }),
                codeVersion: programVersion)
            let kept = rows.map { limits in
                KeptRows(members: roster.members.map(\.id), limits: limits) { [stores] () throws(LogError) in
                    try stores.open(".rows-0")
                }
            }
            return try TrainingStage(
                cell,
                keys: TrainingStage.Keys(
                    identity: try keystore.signingKey(), opening: opening,
                    training: try pairKeys(party, roster, keystore, for: .training),
                    validation: try pairKeys(party, roster, keystore, for: .validation)),
                rows: kept, log: log, state: try stores.open(".training", takingOver: true), transport: transport,
                clock: clock, metrics: metrics, logger: logger, random: { randomBytes($0) },
                isStopping: { stop.isSet })
        }
    }

    /// Whether the three parties have sealed a model, by what each of them signed: none of them opens another as one that they
    /// trained.
    func isSealed(_ model: Digest32) throws(LogError) -> Bool {
        let topic = try SyncTopic(roster.syncTerms, log: log)
        try topic.read()
        return topic.history.version(sealedAs: model) != nil
    }
}
