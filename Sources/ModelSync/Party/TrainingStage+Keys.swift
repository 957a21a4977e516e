package import Keys
import Manifests
package import Records
package import ThreeParty

extension TrainingStage {
    /// The keys of the party. Shared, since they can't be copied.
    package final class Keys: Sendable {
        let identity: SigningKey
        /// What shares of models are sealed to, by epoch.
        private let opening: OpeningKeys
        /// The roster's epoch, for orders that name none.
        private let founding: KeyEpoch
        /// With both neighbours, by epoch.
        private let training: EpochKeyring<TrainingKeys>
        private let validation: EpochKeyring<TrainingKeys>

        /// - Parameters:
        ///   - founding: the roster's epoch.
        ///   - identity: what reports are signed by.
        ///   - opening: what shares of models are sealed to.
        ///   - training: what the party shares with its neighbours, for trainings alone.
        ///   - validation: likewise, for validations.
        package init(
            identity: consuming SigningKey, opening: OpeningKeys, founding: KeyEpoch,
            training: EpochKeyring<TrainingKeys>, validation: EpochKeyring<TrainingKeys>
        ) {
            self.identity = identity
            self.opening = opening
            self.founding = founding
            self.training = training
            self.validation = validation
        }

        /// Keys of one epoch.
        package convenience init(
            identity: consuming SigningKey, opening: consuming HPKEPrivateKey,
            training: consuming PairKeys, validation: consuming PairKeys
        ) {
            self.init(
                identity: identity, opening: OpeningKeys(opening), founding: KeyEpoch(1),
                training: EpochKeyring(TrainingKeys(training)), validation: EpochKeyring(TrainingKeys(validation)))
        }

        /// What this party seals its share of a model to by an order.
        ///
        /// - Throws: `OrderRefusal.keysGone` where this party has none of the order's epoch.
        func sealing(of order: SyncOrder) throws -> HPKEPublicKey {
            let epoch = order.epoch ?? founding
            guard let held = try opening.key(of: epoch) else { throw OrderRefusal.keysGone(epoch) }
            return held.key.publicKey
        }

        /// The pairwise keys that an order is done with.
        ///
        /// - Throws: `OrderRefusal.keysGone` where this party has none of the order's epoch.
        func pair(of order: SyncOrder) throws -> TrainingKeys {
            let epoch = order.epoch ?? founding
            let ring =
                switch order.task {
                case .train: training
                case .validate, .seal: validation
                }
            guard let held = try ring.key(of: epoch) else { throw OrderRefusal.keysGone(epoch) }
            return held.key
        }
    }
}
