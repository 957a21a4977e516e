package import EventLogs
package import Manifests
package import Records

/// A party's shares of models, which it keeps beside the log and refreshes: of those with a manifest by its digest, of others that
/// it trained by `SyncVersion.share(of:)`.
package protocol SyncShares: Sendable {
    /// A model's share as it is under an epoch's keys, kept or out of its box; nil where the party has none.
    ///
    /// - Parameter epoch: nil for the roster's.
    func share(of manifest: ModelManifest, under epoch: KeyEpoch?) throws -> ModelShare?
    /// A share that is kept, as it is under an epoch's keys; nil where there is none.
    func share(of model: Digest32, under epoch: KeyEpoch?) throws -> ModelShare?
    /// Keeps a share as it was made, unless there is one of the model; the state has it when this returns.
    func keep(_ share: ModelShare, of model: Digest32) throws(LogError)
    func forget(_ models: [Digest32]) throws(LogError)
}
