import Synchronization

/// A role's private keys of one use, by epoch: had when they are first asked for, and forgotten when the epoch is closed.
package final class EpochKeyring<Key: ~Copyable & Sendable>: Sendable {
    /// The key of one epoch. Who holds it may end what it has begun with it.
    package final class Held: Sendable {
        package let key: Key

        package init(_ key: consuming Key) { self.key = key }
    }

    private struct State {
        var held: [KeyEpoch: Held] = [:]
        var forgotten: Set<KeyEpoch> = []
    }

    private let state = Mutex(State())
    private let find: @Sendable (KeyEpoch) throws -> Held?

    /// - Parameter find: has an epoch's key, from a keystore or by agreement; nil where there is none, or none any more.
    package init(find: @escaping @Sendable (KeyEpoch) throws -> Held?) { self.find = find }

    /// A ring with one key for whatever epoch.
    package convenience init(_ key: consuming Key) {
        let held = Held(key)
        self.init { _ in held }
    }

    /// The key of an epoch; nil where this role has none, or has forgotten it.
    package func key(of epoch: KeyEpoch) throws -> Held? {
        let (known, isForgotten) = state.withLock { ($0.held[epoch], $0.forgotten.contains(epoch)) }
        guard !isForgotten else { return nil }
        guard known == nil, let found = try find(epoch) else { return known }
        return state.withLock { state in
            guard !state.forgotten.contains(epoch) else { return nil }
            // Of two that looked at once, one's.
            let held = state.held[epoch] ?? found
            state.held[epoch] = held
            return held
        }
    }

    /// Whether an epoch's key was forgotten.
    package func isForgotten(_ epoch: KeyEpoch) -> Bool { state.withLock { $0.forgotten.contains(epoch) } }

    /// Forgets the key of an epoch for good: it is wiped once nobody holds it any more.
    package func forget(_ epoch: KeyEpoch) {
        state.withLock { state in
            state.held[epoch] = nil
            state.forgotten.insert(epoch)
        }
    }
}
