import EventLogs
import Keys
import Manifests
import PipelineFiles
import Records
import SecureScoring
import Synchronization
import ThreeParty

/// A party's private keys of all epochs that are in use, for all of its stages: what members seal to, and what it shares with its
/// neighbours. They come out of the keystore when they are first asked for, and are forgotten when their epoch is closed.
final class PartyKeychain: Sendable {
    let book: EpochBook
    let opening: OpeningKeys
    let scoring: PairKeyring
    let replay: PairKeyring
    let training: EpochKeyring<TrainingKeys>
    let validation: EpochKeyring<TrainingKeys>
    let reasons: EpochKeyring<TrainingKeys>
    private let partitions: Int
    /// The partitions that are done with an epoch.
    private let done = Mutex<[KeyEpoch: Set<Int>]>([:])

    /// - Parameter partitions: of `consortium.sealed`.
    init(
        _ party: PartyID, _ roster: Roster, _ keystore: any Keystore, partitions: Int, log: any EventLog
    ) throws(LogError) {
        let book = try EpochBook(roster, log: log)
        self.book = book
        self.partitions = partitions
        opening = OpeningKeys { epoch in
            guard let key = try keystore.held(KeyNames(epoch, founding: roster.epoch).hpke) else { return nil }
            return OpeningKeys.Held(key)
        }
        @Sendable func agree(_ epoch: KeyEpoch, _ use: PairUse) throws -> PairKeys? {
            guard let keys = try book.life(epoch)?.keys,
                let own = try keystore.held(KeyNames(epoch, founding: roster.epoch).agreement)
            else { return nil }
            return try pairKeys(party, own, keys, consortium: roster.consortium, for: use)
        }
        @Sendable func trained(_ epoch: KeyEpoch, _ use: PairUse) throws -> EpochKeyring<TrainingKeys>.Held? {
            guard let pair = try agree(epoch, use) else { return nil }
            return .init(TrainingKeys(pair))
        }
        @Sendable func held(_ epoch: KeyEpoch, _ use: PairUse) throws -> PairKeyring.Held? {
            guard let pair = try agree(epoch, use) else { return nil }
            return PairKeyring.Held(pair)
        }
        scoring = PairKeyring { epoch in try held(epoch, .scoring) }
        replay = PairKeyring { epoch in try held(epoch, .replay) }
        training = EpochKeyring { epoch in try trained(epoch, .training) }
        validation = EpochKeyring { epoch in try trained(epoch, .validation) }
        reasons = EpochKeyring { epoch in try trained(epoch, .reasons) }
    }

    /// What the party's partitions go by, and tell.
    ///
    /// - Parameter shares: where the keys of generations of shares are.
    func partitionEpochs(_ shares: ShareStore) -> PartitionEpochs {
        PartitionEpochs(
            founding: book.history.terms.founding.number,
            ready: { [book] epoch in try book.life(epoch)?.keys.digest },
            generation: { [book] epoch in
                guard let life = try book.life(epoch), let order = life.order,
                    order.refreshes, let key = try shares.key(of: ShareGeneration(epoch.number))
                else { return nil }
                let models = life.ready.values.map { Set($0.models) }
                return ReadyGeneration(
                    generation: key.generation, mark: key.mark,
                    models: models.dropFirst().reduce(models.first ?? []) { $0.intersection($1) })
            },
            done: { [self] epoch, partition in
                done.withLock { _ = $0[epoch, default: []].insert(partition) }
            })
    }

    /// Whether no partition needs anything of an epoch any more.
    func isDone(_ epoch: KeyEpoch) -> Bool { done.withLock { $0[epoch]?.count == partitions } }

    /// Forgets all keys of an epoch, so that they are wiped.
    func forget(_ epoch: KeyEpoch) {
        opening.forget(epoch)
        scoring.forget(epoch)
        replay.forget(epoch)
        training.forget(epoch)
        validation.forget(epoch)
        reasons.forget(epoch)
    }
}

/// The names of a party's private keys of an epoch in its keystore: those of the roster's epoch have no number.
struct KeyNames {
    let hpke: String
    let agreement: String

    init(_ epoch: KeyEpoch, founding: UInt32) {
        let suffix = epoch.number == founding ? "" : "-\(epoch)"
        (hpke, agreement) = ("hpke" + suffix, "agreement" + suffix)
    }
}

extension Keystore {
    /// The key of this name; nil where there is none.
    func held(_ name: String) throws(KeystoreError) -> HPKEPrivateKey? {
        do throws(KeystoreError) { return try hpkeKey(name) } catch {
            guard case .missing = error else { throw error }
            return nil
        }
    }
}
