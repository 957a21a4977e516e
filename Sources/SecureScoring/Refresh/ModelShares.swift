package import EventLogs
package import Keys
package import Manifests
package import Records
package import ThreeParty

/// A party's shares of models: those that it keeps itself, and those in boxes of manifests that its keys open, which it keeps from
/// then on. So a box is opened once, under keys of an epoch that is open.
package struct ModelShares: Sendable {
    package let party: PartyID
    private let keys: OpeningKeys
    private let founding: KeyEpoch
    /// Nil where the party keeps none, and opens boxes each time.
    package let store: ShareStore?

    /// - Parameters:
    ///   - keys: the party's, that boxes of each epoch are sealed to.
    ///   - founding: the roster's epoch, for manifests that name none.
    package init(party: PartyID, keys: OpeningKeys, founding: KeyEpoch = KeyEpoch(1), store: ShareStore?) {
        self.party = party
        self.keys = keys
        self.founding = founding
        self.store = store
    }

    /// The oldest share of a model that the party keeps, or what is in its box, which it keeps then. A newer one may be of an
    /// attempt at an epoch that comes to nothing, and another take its place under the same generation.
    ///
    /// - Throws: `ManifestError` where no share is kept and the box does not open.
    package func oldest(of manifest: ModelManifest) throws -> (share: ModelShare, generation: ShareGeneration) {
        if let store, let generation = try store.models()[manifest.digest]?.first,
            let share = try store.share(of: manifest.digest, in: generation)
        {
            return (share, generation)
        }
        let share = try open(manifest)
        try store?.keep(share, of: manifest.digest, in: .dealt)
        return (share, .dealt)
    }

    /// A model's share in a generation; nil where the party has none in it.
    ///
    /// - Throws: `ManifestError` where no share is kept and the box does not open.
    package func share(of manifest: ModelManifest, in generation: ShareGeneration) throws -> ModelShare? {
        let oldest = try oldest(of: manifest)
        if oldest.generation == generation { return oldest.share }
        return try store?.share(of: manifest.digest, in: generation)
    }

    private func open(_ manifest: ModelManifest) throws -> ModelShare {
        let epoch = manifest.epoch ?? founding
        guard let held = try keys.key(of: epoch) else { throw ManifestError.keysGone(epoch) }
        return try ModelShare(opening: manifest, for: party, key: held.key)
    }
}

/// The reader of `consortium.manifests` that keeps a party's share of every model there, so that the keys that boxes are sealed to
/// can be erased. Used by one thread.
package struct ModelKeeper {
    private let shares: ModelShares
    private let consortium: String
    private let coordinator: VerifyingKey
    private var dealt: Announcements<Digest32, Bool>

    package init(
        _ shares: ModelShares, consortium: String, coordinator: VerifyingKey, log: any EventLog
    ) throws(LogError) {
        self.shares = shares
        self.consortium = consortium
        self.coordinator = coordinator
        dealt = try Announcements(on: Topics.manifests, in: log)
    }

    /// Reads all that is in the log now, and keeps this party's shares; the state has them when this returns. A manifest that the
    /// coordinator did not sign is passed over, and so is a box that does not open: who looks for the model says so.
    package mutating func keep() throws(LogError) {
        let (shares, consortium, coordinator) = (shares, consortium, coordinator)
        _ = try dealt.all { (record) throws(LogError) in
            guard let wire = WireModelManifest(decoding: record.value ?? []),
                let manifest = try? ModelManifest(verifying: wire, consortium: consortium, coordinator: coordinator)
            else { return nil }
            do { _ = try shares.oldest(of: manifest) } catch let error as LogError { throw error } catch {
                return nil
            }
            return (manifest.digest, true)
        }
    }
}
