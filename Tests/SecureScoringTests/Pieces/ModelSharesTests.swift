import EventLogs
import Foundation
import Keys
import LocalStore
import Manifests
import ModelSync
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("A party's shares of models")
struct ModelSharesTests {
    private let world: World

    init() throws { world = try World() }

    private func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 77, count: 32)) else { throw HPKEError.malformedKey }
        return key
    }

    /// A party's private key of an epoch: its seed with the epoch added.
    private static func key(_ party: PartyID, _ epoch: KeyEpoch) throws -> HPKEPrivateKey {
        try HPKEPrivateKey(bytes: PartySeeds.hpke(party).map { $0 &+ UInt8(epoch.number) })
    }

    private func deal(_ version: String, under epoch: KeyEpoch?) throws -> ModelManifest {
        var parties: [PartyID: HPKEPublicKey] = [:]
        for party in PartyID.allCases { parties[party] = try Self.key(party, epoch ?? KeyEpoch(3)).publicKey }
        var random = SplitMix64(state: UInt64(version.utf8.count))
        let dealer = ModelDealer(consortium: "c", parties: parties, epoch: epoch) {
            (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let (wire, _) = try dealer.deal(try randomModel(version, spec: world.spec), coordinator: coordinator())
        try world.log.append([NewRecord(TopicPartition(Topics.manifests), value: wire.encoded)])
        return try ModelManifest(verifying: wire, consortium: "c", coordinator: coordinator().verifyingKey)
    }

    /// A party that has keys of some epochs, and forgets others.
    private func shares(_ held: Set<UInt32>) throws -> (shares: ModelShares, keys: OpeningKeys) {
        let keys = OpeningKeys { epoch in
            held.contains(epoch.number) ? OpeningKeys.Held(try Self.key(.one, epoch)) : nil
        }
        return (ModelShares(party: .one, keys: keys, founding: KeyEpoch(3), store: try world.shares(.one)), keys)
    }

    @Test("are in boxes that the keys of their epoch open, and no others; where that is gone the refusal says so")
    func epochs() throws {
        let (old, new) = (try deal("v1", under: nil), try deal("v2", under: KeyEpoch(5)))
        let (all, _) = try shares([3, 5])
        for manifest in [old, new] {
            let share = try all.oldest(of: manifest)
            let key = try Self.key(.one, manifest.epoch ?? KeyEpoch(3))
            #expect(share.generation == .dealt)
            #expect(try share.share.kept == ModelShare(opening: manifest, for: .one, key: key).kept)
        }
        let late = try deal("v3", under: KeyEpoch(4))
        #expect(throws: ManifestError.keysGone(KeyEpoch(4))) { try all.oldest(of: late) }
        #expect(try world.shares(.one).models()[late.digest] == nil)
    }

    @Test("are kept of every model before keys go, also of those that nobody has asked for; then no key is needed")
    func kept() throws {
        let models = [try deal("v1", under: nil), try deal("v2", under: KeyEpoch(5))]
        // Not the coordinator's, unreadable, and sealed to a key that the party never had.
        try world.log.append([NewRecord(TopicPartition(Topics.manifests), value: [1, 2, 3])])
        let strange = try deal("v3", under: KeyEpoch(8))
        let (own, keys) = try shares([3, 5])
        var keeper = try ModelKeeper(own, consortium: "c", coordinator: coordinator().verifyingKey, log: world.log)
        #expect(try world.shares(.one).models().isEmpty)
        try keeper.keep()
        #expect(Set(try world.shares(.one).models().keys) == Set(models.map(\.digest)))
        // One that comes later is kept the next time.
        let later = try deal("v4", under: KeyEpoch(5))
        try keeper.keep()
        keys.forget(KeyEpoch(3))
        keys.forget(KeyEpoch(5))
        for manifest in models + [later] {
            #expect(try own.oldest(of: manifest).generation == .dealt)
            #expect(try own.share(of: manifest, in: .dealt) != nil)
            #expect(try own.share(of: manifest, in: ShareGeneration(2)) == nil)
        }
        #expect(throws: ManifestError.keysGone(KeyEpoch(8))) { try own.oldest(of: strange) }
    }

    @Test("are kept or the reader fails: keys stay where a store can't be written, and the same is kept the next time")
    func full() throws {
        let model = try deal("v1", under: nil)
        let keys = OpeningKeys(try Self.key(.one, KeyEpoch(3)))
        let full = FullStore(store: try SQLiteStateStore(path: world.path + "/full.sqlite"), hasRoom: Flag())
        let own = ModelShares(party: .one, keys: keys, store: ShareStore(full))
        var keeper = try ModelKeeper(own, consortium: "c", coordinator: coordinator().verifyingKey, log: world.log)
        #expect(throws: LogError.self) { try keeper.keep() }
        full.hasRoom.set()
        try keeper.keep()
        #expect(try ShareStore(full).models()[model.digest] == [.dealt])
    }

    @Test("are forgotten, of all generations, when they are told to be")
    func forgotten() throws {
        let (one, other) = (try deal("v1", under: nil), try deal("v2", under: nil))
        let (own, _) = try shares([3])
        for manifest in [one, other] { _ = try own.oldest(of: manifest) }
        let store = try world.shares(.one)
        _ = try store.refreshModels(by: World.refreshKey(1, of: .one), of: .one) { _ in .dealt }
        #expect(try store.models()[one.digest] == [.dealt, ShareGeneration(1)])
        try store.forget([one.digest, Digest32(of: [[9]])])
        #expect(try store.models()[one.digest] == nil)
        #expect(try store.share(of: one.digest, in: .dealt) == nil)
        #expect(try store.models()[other.digest] == [.dealt, ShareGeneration(1)])
    }
}

/// A store that can't be written to for a while.
private struct FullStore: StoreDecorator {
    let store: any StateStore
    let hasRoom: Flag

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        if !hasRoom.isSet { throw .unreachable(reason: "the disk is full") }
        try store.commit(writes, positions: positions)
    }
}
