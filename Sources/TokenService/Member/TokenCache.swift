import Crypto
package import EventLogs
import Records
import Sealing
package import Secrets
package import Tokens

/// The tokens that a member has had made, in memory and in the agent's state: an identifier costs a request once an epoch.
///
/// On disk an entry is named by a keyed hash of the identifier and holds the token sealed under the same key, so that the file
/// alone says neither which identifiers there are nor which tokens. Entries of another key or epoch are removed when the cache
/// is opened or moved. Used by one thread.
package final class TokenCache {
    private static let entries = "tokens"
    private static let scopes = "tokens-scope"
    private static let scopeKey = Array("scope".utf8)

    private let state: any StateStore
    private let secret: SecretKey
    private let capacity: Int64
    /// Digest of consortium, epoch and public key.
    private var scope: [UInt8] = []
    /// The number of the next entry, from 1, one more with each that is kept.
    private var next: Int64 = 1
    /// In two generations: the older goes when the younger is full, so that what is asked for again stays.
    private var young: [Identifier: EntityToken] = [:]
    private var old: [Identifier: EntityToken] = [:]
    private let generation: Int

    /// - Parameters:
    ///   - state: the agent's own.
    ///   - secret: of this agent alone; a keystore's.
    ///   - capacity: entries in the state at most; the oldest go first.
    ///   - memory: tokens in memory at most.
    package init(
        state: any StateStore, secret: consuming SecretKey, publicKey: TokenPublicKey, context: TokenContext,
        capacity: Int = 1_000_000, memory: Int = 100_000
    ) throws(LogError) {
        precondition(capacity > 0 && memory > 1, "a cache holds something")
        self.state = state
        self.secret = secret
        self.capacity = Int64(capacity)
        generation = memory / 2
        try move(to: publicKey, context)
    }

    /// Forgets tokens of any other key or epoch. A refresh of shares leaves key, epoch and cache.
    package func move(to publicKey: TokenPublicKey, _ context: TokenContext) throws(LogError) {
        let scope = Digest32(
            of: [Array("cordon/token-cache/v1".utf8), context.consortium, publicKey.key.compressed]
                + [context.epoch.number.bigEndianBytes]
        ).bytes
        guard scope != self.scope else { return }
        if let kept = try state.value(Self.scopes, Self.scopeKey), kept.count == 40, Array(kept[..<32]) == scope {
            next = Int64(bigEndianBytes: kept[32...])
        } else {
            try state.removeAll(in: Self.entries, below: .max)
            next = 1
        }
        self.scope = scope
        (young, old) = ([:], [:])
    }

    /// The tokens that there are of some identifiers; the state is read once for all that are not in memory.
    package func tokens(for identifiers: [Identifier]) throws(LogError) -> [EntityToken?] {
        var found = identifiers.map { young[$0] }
        var missing: [(place: Int, name: [UInt8])] = []
        for (place, identifier) in identifiers.enumerated() where found[place] == nil {
            if let token = old[identifier] {
                found[place] = token
                remember(identifier, token)
            } else {
                missing.append((place, name(identifier)))
            }
        }
        guard !missing.isEmpty else { return found }
        for ((place, name), box) in zip(missing, try state.values(Self.entries, missing.map(\.name))) {
            guard let token = box.flatMap({ open($0, name) }) else { continue }
            found[place] = token
            remember(identifiers[place], token)
        }
        return found
    }

    package func store(_ tokens: [(identifier: Identifier, token: EntityToken)]) throws(LogError) {
        guard !tokens.isEmpty else { return }
        var writes: [StateWrite] = []
        for (identifier, token) in tokens {
            let name = name(identifier)
            let box = SealedBox.seal(token.coordinates, once: label(name), under: secret, associated: [])
            writes.append(.put(table: Self.entries, StateEntry(key: name, value: box, order: next)))
            next += 1
            remember(identifier, token)
        }
        let place = scope + next.bigEndianBytes
        writes.append(.put(table: Self.scopes, StateEntry(key: Self.scopeKey, value: place, order: 0)))
        try state.commit(writes, positions: [])
        // Orders are dense, so as many stay as there is room for.
        if next > capacity + 1 { try state.removeAll(in: Self.entries, below: next - capacity) }
    }

    /// The token in a box; nil for one that does not open, which is no entry: its token is asked for again.
    private func open(_ box: [UInt8], _ name: [UInt8]) -> EntityToken? {
        guard let bytes = try? SealedBox.open(box, once: label(name), under: secret, associated: []) else { return nil }
        return try? EntityToken(coordinates: bytes)
    }

    private func remember(_ identifier: Identifier, _ token: EntityToken) {
        if young.count >= generation { (old, young) = (young, [:]) }
        young[identifier] = token
    }

    /// HMAC-SHA-256 of scope and identifier: 32 bytes.
    private func name(_ identifier: Identifier) -> [UInt8] {
        secret.derive([Array("cordon/token-cache/name/v1".utf8), scope, identifier.hashInput]).lend { key in
            key.withUnsafeBytes { Array($0) }
        }
    }

    /// The identifier's token is one in its scope, so the name determines what is sealed.
    private func label(_ name: [UInt8]) -> [[UInt8]] { [Array("cordon/token-cache/box/v1".utf8), name] }
}
