import EventLogs
import Keys
import Manifests
import ModelSync
import Records
import Synchronization
import Testing
import ThreeParty

/// A party's shares of models, as its role keeps them; they stay over its deaths.
final class KeptShares: SyncShares {
    private let party: PartyID
    private let shares = Mutex<[Digest32: ModelShare]>([:])

    init(_ party: PartyID) { self.party = party }

    func share(of manifest: ModelManifest, under epoch: KeyEpoch?) throws -> ModelShare? {
        if let kept = try share(of: manifest.digest, under: epoch) { return kept }
        let share = try ModelShare(
            opening: manifest, for: party, key: HPKEPrivateKey(bytes: SyncWorld.opening(party)))
        try keep(share, of: manifest.digest)
        return share
    }

    func share(of model: Digest32, under _: KeyEpoch?) throws -> ModelShare? { shares.withLock { $0[model] } }

    func keep(_ share: ModelShare, of model: Digest32) throws(LogError) {
        shares.withLock { $0[model] = $0[model] ?? share }
    }

    func forget(_ models: [Digest32]) throws(LogError) {
        shares.withLock { shares in models.forEach { shares[$0] = nil } }
    }
}

extension SyncWorld {
    /// A party's share of a model that it trained, wherever it has it by now.
    func trained(_ party: PartyID, _ order: Digest32) throws -> (
        share: ModelShare, fraction: Int, report: TrainedReport
    ) {
        let row = try #require(try store(party).model(of: order))
        let kept = try kept[party]?.share(of: SyncVersion.share(of: order), under: nil)
        return (try #require(row.share?.modelShare ?? kept), row.fraction, row.report)
    }
}
