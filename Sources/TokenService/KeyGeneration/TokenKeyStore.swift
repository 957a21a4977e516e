package import EventLogs
import Keys
package import Records
package import ThreeParty
package import Tokens

/// Where a party keeps its shares of token keys, and the seed of a key generation until that ends: in its state, each sealed under a
/// key of its keystore.
package struct TokenKeyStore: ~Copyable {
    private static let keys = "token-keys"
    private static let seeds = "token-seeds"

    package let party: PartyID
    private let state: any StateStore
    private let wrap: SecretKey

    /// - Parameter wrap: the keystore's, of this party alone.
    package init(party: PartyID, state: any StateStore, wrap: consuming SecretKey) {
        self.party = party
        self.state = state
        self.wrap = wrap
    }

    /// The share of an epoch's key; nil where there is none.
    ///
    /// - Throws: `LogError.corrupted` where what is kept does not open, or is not the share that its public key says.
    package borrowing func share(consortium: String, epoch: TokenEpoch) throws(LogError) -> TokenKeyShare? {
        let id = KeyGenerationID(consortium: consortium, epoch: epoch)
        guard let kept = try state.value(Self.keys, id.epochBytes) else { return nil }
        let publicBytes = 4 * GroupElement.byteCount
        guard kept.count > publicBytes,
            let secret = try? SealedBox.open(
                Array(kept[publicBytes...]), under: wrap, associated: label(id, Array(kept[..<publicBytes]))),
            let share = try? TokenKeyShare(
                party: party, secret: TokenScalar(bytes: secret),
                publicKey: Self.publicKey(Array(kept[..<publicBytes])))
        else { throw .corrupted(reason: "the party's share of token key \(epoch.number) does not open") }
        return share
    }

    /// Keeps the share that a key generation ended with, and forgets its seed, in one transaction.
    borrowing func keep(_ share: borrowing TokenKeyShare, of id: KeyGenerationID) throws(LogError) {
        let open = ([share.publicKey.key] + share.publicKey.shares).flatMap(\.compressed)
        let data = label(id, open)
        let box = share.withSecretBytes { SealedBox.seal($0, under: wrap, associated: data) }
        try state.commit(
            [
                .put(table: Self.keys, StateEntry(key: id.epochBytes, value: open + box, order: 0)),
                .remove(table: Self.seeds, key: id.bytes),
            ], positions: [])
    }

    /// The seed of a key generation, drawn and kept when it is first asked for.
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

    private func label(_ id: KeyGenerationID, _ open: [UInt8]) -> [UInt8] {
        Array("cordon/token-key-share/v1/\(party)/".utf8) + id.epochBytes + Array(id.consortium.utf8) + open
    }

    private static func publicKey(_ bytes: [UInt8]) throws(TokenError) -> TokenPublicKey {
        let elements = try [GroupElement](concatenated: bytes)
        return try TokenPublicKey(key: elements[0], shares: Array(elements.dropFirst()))
    }
}
