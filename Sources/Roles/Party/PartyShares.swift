import EventLogs
import Keys
import Manifests
import ModelSync
import PipelineFiles
import Records
import SecureScoring
import ThreeParty

/// A party's shares of models for its trainings: of the generation in force with the epoch that an order names, so that all three
/// take the same.
struct PartyShares: SyncShares {
    let models: ModelShares
    let store: ShareStore
    let book: EpochBook

    func share(of manifest: ModelManifest, under epoch: KeyEpoch?) throws -> ModelShare? {
        do {
            return try models.share(of: manifest, in: generation(of: manifest.digest, under: epoch))
        } catch is ManifestError { return nil }
    }

    func share(of model: Digest32, under epoch: KeyEpoch?) throws -> ModelShare? {
        try store.share(of: model, in: generation(of: model, under: epoch))
    }

    func keep(_ share: ModelShare, of model: Digest32) throws(LogError) {
        guard try store.models()[model] == nil else { return }
        try store.keep(share, of: model, in: .dealt)
    }

    func forget(_ models: [Digest32]) throws(LogError) { try store.forget(models) }

    /// The generation of kept rows under an epoch's keys.
    func generation(under epoch: KeyEpoch?) throws -> ShareGeneration {
        try epoch.map { try history(with: $0).generation(under: $0) } ?? .dealt
    }

    private func generation(of model: Digest32, under epoch: KeyEpoch?) throws -> ShareGeneration {
        try epoch.map { try history(with: $0).generation(of: model, under: $0) } ?? .dealt
    }

    /// The history of keys with an order's epoch, which may not have been read yet.
    private func history(with epoch: KeyEpoch) throws -> EpochHistory {
        _ = try book.life(epoch)
        return book.history
    }
}

/// The keeping of a party's shares of all models, before they are refreshed and before keys go that they are sealed to; and what
/// trainings need of an epoch. Used by the thread of the party's keys.
final class ModelKeeping {
    private let shares: PartyShares
    private let founding: KeyEpoch
    private var keeper: ModelKeeper
    /// Nil of a party that takes no part in trainings.
    private let trainings: SyncTopic?

    /// - Parameter trainings: what is said of trainings; nil of a party that takes no part in them.
    init(_ shares: PartyShares, roster: Roster, log: any EventLog, trainings: SyncTopic?) throws(LogError) {
        self.shares = shares
        self.trainings = trainings
        founding = KeyEpoch(roster.epoch)
        keeper = try ModelKeeper(
            shares.models, consortium: roster.consortium, coordinator: roster.coordinator, log: log)
    }

    /// Keeps this party's shares of all models that are on the log now, and of those that the three have sealed: of them it is the
    /// share that was sealed, whether or not the coordinator has put the boxes on the log.
    func keep() throws {
        if let trainings {
            try trainings.read()
            let kept = try shares.store.models()
            for version in trainings.history.versions {
                guard let sealed = version.sealed, kept[sealed.model] == nil,
                    let job = trainings.history.job(sealed.order),
                    let share = try shares.share(
                        of: SyncVersion.share(of: version.candidate), under: job.order.epoch)
                else { continue }
                try shares.keep(share, of: sealed.model)
            }
        }
        try keeper.keep()
    }

    /// Whether an order that is under way uses the keys of an epoch.
    func isNeeded(_ epoch: KeyEpoch) throws -> Bool {
        guard let trainings else { return false }
        try trainings.read()
        return trainings.history.open.map { ($0.order.epoch ?? founding) == epoch } ?? false
    }
}
