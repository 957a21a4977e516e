import Synchronization

/// The rotations that a party has the factors of: written by whoever rotates the key, used by whoever counts tokens.
///
/// A factor is there before members have tokens of its epoch, so a token of an epoch that is missing here was forged, or is older
/// than the factors that are kept.
package final class TokenUpdates: Sendable {
    private struct State: ~Copyable {
        var updates: [TokenEpoch: Kept] = [:]
        var newest: TokenEpoch
    }

    /// A dictionary holds no value that can't be copied.
    private final class Kept: Sendable {
        let update: TokenUpdate

        init(_ update: consuming TokenUpdate) { self.update = update }
    }

    private let state: Mutex<State>

    /// - Parameter newest: whose key is in force.
    package init(newest: TokenEpoch) { state = Mutex(State(newest: newest)) }

    /// The newest epoch whose key is in force: what is counted is to move to its tokens.
    package var newest: TokenEpoch { state.withLock { $0.newest } }

    /// Keeps a factor, in the place of another one between the same epochs, which no member has tokens of.
    package func prepare(_ update: consuming TokenUpdate) {
        let from = update.from
        let kept = Kept(update)
        state.withLock { $0.updates[from] = kept }
    }

    /// Puts an epoch's key in force. An older epoch than the newest changes nothing, so a repetition does no harm.
    package func begin(_ epoch: TokenEpoch) { state.withLock { $0.newest = max($0.newest, epoch) } }

    /// Forgets a factor that no record in the log needs any more.
    package func forget(from epoch: TokenEpoch) { state.withLock { _ = $0.updates.removeValue(forKey: epoch) } }

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
