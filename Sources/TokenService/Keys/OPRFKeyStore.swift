package import EventLogs
package import Records
import Sealing
package import Secrets
package import Tokens

/// Where a party keeps its shares of token keys, the factors of rotations, and the seed of an attempt until that ends:
/// in its state, each sealed under a key of its keystore and bound to consortium, party and epoch.
///
/// What a party has found, and the others perhaps not yet, lies apart from what is in force.
package struct OPRFKeyStore: ~Copyable {
    /// Of keys in force, by epoch: the newest and the one before.
    private static let keys = "token-keys"
    /// By the epoch that they lead from; ordered by when the one after came in force, in seconds since 1970.
    private static let updates = "token-updates"
    /// A share and its factor, by attempt.
    private static let prepared = "token-keys-prepared"
    private static let seeds = "token-seeds"

    package let party: PartyID
    private let state: any StateStore
    private let wrap: SecretKey

    private static let shareBytes = 4 * GroupElement.byteCount + SealedBox.overhead + 32

    /// - Parameter wrap: the keystore's, of this party alone.
    package init(party: PartyID, state: any StateStore, wrap: consuming SecretKey) {
        self.party = party
        self.state = state
        self.wrap = wrap
    }

    // MARK: In force

    /// The newest epoch whose key is in force; nil where there is no key yet.
    package borrowing func newest() throws -> TokenEpoch? {
        var newest: TokenEpoch?
        for key in try keys(in: Self.keys) { newest = max(newest ?? TokenEpoch(0), Self.epoch(key)) }
        return newest
    }

    /// The share of an epoch's key that is in force, or was before the newest; nil where there is none.
    ///
    /// - Throws: `LogError.corrupted` where what is kept does not open, or is not the share that its public key says.
    package borrowing func share(consortium: String, epoch: TokenEpoch) throws(LogError) -> TokenKeyShare? {
        let id = KeyGenerationID(consortium: consortium, epoch: epoch)
        guard let kept = try state.value(Self.keys, id.epochBytes) else { return nil }
        return try openShare(kept, of: id)
    }

    /// The factor from an epoch's key to the next one's, which is in force; nil where it is not kept.
    ///
    /// - Throws: `LogError.corrupted` where it does not open.
    package borrowing func update(consortium: String, from epoch: TokenEpoch) throws(LogError) -> TokenUpdate? {
        let id = KeyGenerationID(consortium: consortium, epoch: epoch)
        guard let box = try state.value(Self.updates, id.epochBytes) else { return nil }
        return try open(box, from: id)
    }

    /// All factors that are kept: of keys in force, and of those that may be in force for others already.
    package borrowing func updates(consortium: String) throws -> TokenUpdates {
        let newest = try newest()
        let updates = TokenUpdates(
            newest: newest ?? .first,
            key: try newest.flatMap { try share(consortium: consortium, epoch: $0)?.publicKey })
        for key in try keys(in: Self.updates) {
            if let update = try update(consortium: consortium, from: Self.epoch(key)) { updates.prepare(update) }
        }
        // In the order of attempts: the last is the one that goes on.
        for key in try keys(in: Self.prepared) {
            guard let kept = try state.value(Self.prepared, key), kept.count > Self.shareBytes,
                let before = Self.epoch(key).previous
            else { continue }
            let id = KeyGenerationID(consortium: consortium, epoch: before)
            updates.prepare(try open(Array(kept[Self.shareBytes...]), from: id))
        }
        return updates
    }

    /// Forgets factors to keys that came in force before `time`, in seconds since 1970.
    ///
    /// - Returns: from which epochs they led.
    borrowing func forgetUpdates(before time: Int64) throws -> [TokenEpoch] {
        var old: [TokenEpoch] = []
        try state.scan(Self.updates) { if $0.order < time { old.append(Self.epoch($0.key)) } }
        if !old.isEmpty { try state.removeAll(in: Self.updates, below: time) }
        return old
    }

    // MARK: Attempts

    /// Keeps what an attempt came to at this party; it is not in force.
    borrowing func prepare(_ key: borrowing NewTokenKey, of id: KeyGenerationID) throws(LogError) {
        let open = ([key.share.publicKey.key] + key.share.publicKey.shares).flatMap(\.compressed)
        let data = label(id, open)
        var value = open + key.share.withSecretBytes { SealedBox.seal($0, under: wrap, associated: data) }
        if let before = id.epoch.previous {
            let label = updateLabel(KeyGenerationID(consortium: id.consortium, epoch: before))
            switch key.update {
            case .some(let update):
                value += update.withSecretBytes { SealedBox.seal($0, under: wrap, associated: label) }
            case nil: break
            }
        }
        try state.commit(
            [.put(table: Self.prepared, StateEntry(key: id.bytes, value: value, order: 0))], positions: [])
    }

    /// Puts in force what was prepared, and forgets seeds and what else was prepared up to this epoch, and shares from
    /// before the epoch before, in one transaction.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: before anything changes, `LogError.corrupted` where what was prepared does not open.
    borrowing func begin(_ id: KeyGenerationID, at now: Int64) throws {
        guard let kept = try state.value(Self.prepared, id.bytes), kept.count >= Self.shareBytes else {
            throw LogError.corrupted(reason: "the party's share of token key \(id.epoch.number) is gone")
        }
        let share = Array(kept[..<Self.shareBytes])
        _ = try openShare(share, of: id)
        var writes: [StateWrite] = [
            .put(table: Self.keys, StateEntry(key: id.epochBytes, value: share, order: 0))
        ]
        if let before = id.epoch.previous {
            let old = KeyGenerationID(consortium: id.consortium, epoch: before)
            let update = Array(kept[Self.shareBytes...])
            _ = try open(update, from: old)
            writes.append(.put(table: Self.updates, StateEntry(key: old.epochBytes, value: update, order: now)))
        }
        for table in [Self.prepared, Self.seeds] {
            for key in try keys(in: table) where Self.epoch(key) <= id.epoch {
                writes.append(.remove(table: table, key: key))
            }
        }
        for key in try keys(in: Self.keys) where Self.epoch(key).next < id.epoch {
            writes.append(.remove(table: Self.keys, key: key))
        }
        try state.commit(writes, positions: [])
    }

    /// The seed of an attempt, drawn and kept when it is first asked for.
    borrowing func seed(
        of id: KeyGenerationID, using generator: inout some RandomNumberGenerator
    ) throws(LogError) -> SecretKey {
        let data = Array("cordon/token-seed/v1/\(party)/".utf8) + id.bytes
        if let box = try state.value(Self.seeds, id.bytes) {
            guard let seed = try? SealedBox.open(box, under: wrap, associated: data) else {
                throw .corrupted(reason: "the seed of a key generation does not open")
            }
            return SecretKey(bytes: seed)
        }
        let seed = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let box = SealedBox.seal(seed, under: wrap, associated: data)
        try state.commit([.put(table: Self.seeds, StateEntry(key: id.bytes, value: box, order: 0))], positions: [])
        return SecretKey(bytes: seed)
    }

    // MARK: Form

    private func keys(in table: String) throws -> [[UInt8]] {
        var keys: [[UInt8]] = []
        try state.scan(table) { keys.append($0.key) }
        return keys
    }

    /// Every key of a table begins with its epoch.
    private static func epoch(_ key: [UInt8]) -> TokenEpoch {
        TokenEpoch(UInt64(bigEndianBytes: key.prefix(8)))
    }

    private borrowing func openShare(_ kept: [UInt8], of id: KeyGenerationID) throws(LogError) -> TokenKeyShare {
        let publicBytes = 4 * GroupElement.byteCount
        guard kept.count > publicBytes,
            let secret = try? SealedBox.open(
                Array(kept[publicBytes...]), under: wrap, associated: label(id, Array(kept[..<publicBytes]))),
            let share = try? TokenKeyShare(
                party: party, secret: TokenScalar(bytes: secret),
                publicKey: Self.publicKey(Array(kept[..<publicBytes])))
        else { throw .corrupted(reason: "the party's share of token key \(id.epoch.number) does not open") }
        return share
    }

    private borrowing func open(_ box: [UInt8], from id: KeyGenerationID) throws(LogError) -> TokenUpdate {
        guard let bytes = try? SealedBox.open(box, under: wrap, associated: updateLabel(id)),
            let update = try? TokenUpdate(from: id.epoch, bytes: bytes)
        else { throw .corrupted(reason: "the factor from token key \(id.epoch.number) does not open") }
        return update
    }

    private func label(_ id: KeyGenerationID, _ open: [UInt8]) -> [UInt8] {
        Array("cordon/token-key-share/v1/\(party)/".utf8) + id.epochBytes + Array(id.consortium.utf8) + open
    }

    private func updateLabel(_ id: KeyGenerationID) -> [UInt8] {
        Array("cordon/token-update/v1/\(party)/".utf8) + id.epochBytes + Array(id.consortium.utf8)
    }

    private static func publicKey(_ bytes: [UInt8]) throws(TokenError) -> TokenPublicKey {
        let elements = try [GroupElement](concatenated: bytes)
        return try TokenPublicKey(key: elements[0], shares: Array(elements.dropFirst()))
    }
}
