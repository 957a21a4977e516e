import Audit
import EventLogs
import Keys
import Logging
import Manifests
import ModelSync
import PipelineFiles
import Records
import Secrets
import Stages
import Synchronization
import Telemetry
import ThreeParty

extension PartyRole {
    /// The stage that trains with the two others; nil where the log has no topic for it. A party without rows refuses by name.
    ///
    /// - Parameter stop: the role's: a training ends where it stands.
    func training(_ shared: Shared, until stop: StopFlag) throws -> StagePlan? {
        let (members, keychain) = (shared.members, shared.keychain)
        do { _ = try log.partitions(of: Topics.sync) } catch LogError.unknownTopic where rows == nil { return nil }
        return StagePlan("training", isBackground: true, retried: retried(shared.metrics, ["stage": "training"])) {
            var cell = TrainingStage.Cell(
                party: party, terms: roster.syncTerms,
                members: { [roster] epoch in
                    try keychain.book.life(epoch ?? KeyEpoch(roster.epoch))?.keys.members.mapValues(\.hpke) ?? [:]
                }, codeVersion: programVersion)
            cell.changes = members.termsChanges
            let kept = rows.map { limits in
                KeptRows(members: members, limits: limits, shares: partyShares(shared)) {
                    [stores] () throws(LogError) in
                    try stores.open(".rows-0")
                }
            }
            return try TrainingStage(
                cell,
                keys: TrainingStage.Keys(
                    identity: try keystore.signingKey(), opening: keychain.opening,
                    founding: KeyEpoch(roster.epoch), training: keychain.training, validation: keychain.validation),
                rows: kept, shares: partyShares(shared), log: log,
                state: try stores.open(".training", takingOver: true), transport: shared.transport, clock: clock,
                metrics: shared.metrics, logger: logger, audit: shared.audit,
                random: { randomBytes($0) }, isStopping: { stop.isSet }, sealed: { shared.sealed.add($0) })
        }
    }

    /// The party's shares of models, for its trainings.
    func partyShares(_ shared: Shared) -> PartyShares {
        PartyShares(models: shared.models, store: shared.shares, book: shared.keychain.book)
    }

    /// What keeps the party's shares of models before keys of an epoch go.
    func modelKeeping(_ shared: Shared) throws(LogError) -> ModelKeeping {
        let trainings =
            rows == nil ? nil : try SyncTopic(roster.syncTerms, log: log, changes: shared.members.termsChanges)
        return try ModelKeeping(partyShares(shared), roster: roster, log: log, trainings: trainings)
    }

    /// Whether the three parties have sealed a model, by what each of them signed: none of them opens another as one that they
    /// trained.
    ///
    /// What this party has read so of already is known: reading the topic anew takes the longer the older a consortium is, and
    /// transactions wait for it where a model is put in force.
    func isSealed(_ model: Digest32, _ shared: Shared) throws(LogError) -> Bool {
        if shared.sealed.contains(model) { return true }
        let topic = try SyncTopic(roster.syncTerms, log: log, changes: shared.members.termsChanges)
        try topic.read()
        return topic.history.version(sealedAs: model) != nil
    }
}

/// The models that the three parties have sealed, as far as a party has read of them in the background.
final class SealedModels: Sendable {
    private let models = Mutex<Set<Digest32>>([])

    func add(_ model: Digest32) { _ = models.withLock { $0.insert(model) } }
    func contains(_ model: Digest32) -> Bool { models.withLock { $0.contains(model) } }
}
