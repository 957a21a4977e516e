package import Records
import Synchronization

/// The rotations that a party has the factors of: written by whoever rotates the key, used by whoever counts tokens.
///
/// A factor is there before members have tokens of its epoch, so a token of an epoch that is missing here was forged, or is older
/// than the factors that are kept.
package final class TokenUpdates: Sendable {
    private struct State: ~Copyable {
        var updates: [TokenEpoch: Kept] = [:]
        var newest: TokenEpoch
        /// The public key of an epoch, from which the factors lead to those of all others.
        var known: (epoch: TokenEpoch, key: GroupElement)?
        /// Of epochs that were asked for since the last change.
        var digests: [TokenEpoch: Digest32] = [:]
        var changes = 0

        mutating func forgetDigests() {
            digests = [:]
            changes += 1
        }
    }

    /// A dictionary holds no value that can't be copied.
    private final class Kept: Sendable {
        let update: TokenUpdate

        init(_ update: consuming TokenUpdate) { self.update = update }
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - newest: whose key is in force.
    ///   - key: that key; nil where there is none yet.
    package init(newest: TokenEpoch, key: TokenPublicKey? = nil) {
        state = Mutex(State(newest: newest, known: key.map { (newest, $0.key) }))
    }

    /// The newest epoch whose key is in force: what is counted is to move to its tokens.
    package var newest: TokenEpoch { state.withLock { $0.newest } }

    /// Keeps a factor, in the place of another one between the same epochs, which no member has tokens of.
    package func prepare(_ update: consuming TokenUpdate) {
        let from = update.from
        let kept = Kept(update)
        state.withLock {
            $0.updates[from] = kept
            $0.forgetDigests()
        }
    }

    /// Puts an epoch's key in force. An older epoch than the newest changes nothing, so a repetition does no harm.
    ///
    /// - Parameter key: the epoch's; nil where it follows from the one before.
    package func begin(_ epoch: TokenEpoch, key: TokenPublicKey? = nil) {
        let found = key?.key ?? self.key(of: epoch)
        state.withLock {
            guard epoch >= $0.newest else { return }
            $0.newest = epoch
            if let found { $0.known = (epoch, found) }
            $0.forgetDigests()
        }
    }

    /// Forgets a factor that no record in the log needs any more.
    package func forget(from epoch: TokenEpoch) {
        state.withLock {
            $0.updates[epoch] = nil
            $0.forgetDigests()
        }
    }

    /// The digest of an epoch's public key, as this party's factors have it: parties that read different rotations have
    /// different ones. Nil where there is no key, or no factor to that epoch.
    package func keyDigest(of epoch: TokenEpoch) -> Digest32? {
        let (found, changes) = state.withLock { ($0.digests[epoch], $0.changes) }
        if let found { return found }
        guard let key = key(of: epoch) else { return nil }
        let digest = Digest32(of: [Array("cordon/token-epoch-key/v2".utf8), epoch.bytes, key.compressed])
        state.withLock { if $0.changes == changes { $0.digests[epoch] = digest } }
        return digest
    }

    /// A public key moves as a token does.
    private func key(of epoch: TokenEpoch) -> GroupElement? {
        guard let known = state.withLock({ $0.known }) else { return nil }
        return move([EntityToken(known.key)], from: known.epoch, to: epoch)?.first?.element
    }

    /// Tokens of one epoch as those of another, in their order; nil where a factor between the two is missing. Cost: a
    /// multiplication for each token and epoch between.
    package func move(_ tokens: [EntityToken], from: TokenEpoch, to: TokenEpoch) -> [EntityToken]? {
        var tokens = tokens
        var epoch = from
        while epoch < to {
            guard let kept = kept(from: epoch) else { return nil }
            tokens = kept.update.moved(tokens)
            epoch = epoch.next
        }
        while epoch > to {
            guard let before = epoch.previous, let kept = kept(from: before) else { return nil }
            tokens = kept.update.movedBack(tokens)
            epoch = kept.update.from
        }
        return tokens
    }

    private func kept(from epoch: TokenEpoch) -> Kept? { state.withLock { $0.updates[epoch] } }
}
