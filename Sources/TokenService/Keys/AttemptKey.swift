import Keys
import Records
import Sealing
import Secrets

/// What a party's secrets for the others are sealed with, in one attempt alone: when both ends' seeds are gone, what is
/// in the log opens to nobody, whatever key is stolen later.
struct AttemptKey: ~Copyable {
    let id: KeyGenerationID
    let party: PartyID
    private let agreement: HPKEPrivateKey

    /// The same from the same seed.
    init(seed: borrowing SecretKey, id: KeyGenerationID, party: PartyID) throws(HPKEError) {
        self.id = id
        self.party = party
        var numbers = DerivedNumbers(
            seed, for: [Array("cordon/token-key-generation/agreement/v1".utf8), id.bytes, [UInt8(party.rawValue)]])
        agreement = try HPKEPrivateKey(bytes: numbers.bytes(words: 4))
    }

    var publicKey: HPKEPublicKey { agreement.publicKey }

    /// Seals what this party has for another.
    ///
    /// - Parameter digest: determines it, so one key seals one plaintext.
    borrowing func seal(
        _ bytes: [UInt8], digest: [UInt8], for reader: PartyID, key: HPKEPublicKey
    ) throws(HPKEError) -> [UInt8] {
        let shared = try agree(with: key, dealer: party, reader: reader)
        return SealedBox.seal(bytes, once: [digest], under: shared, associated: id.bytes)
    }

    /// Opens what `dealer` sealed for this party; nil where it does not open.
    borrowing func open(_ box: [UInt8], digest: [UInt8], of dealer: PartyID, key: HPKEPublicKey) -> [UInt8]? {
        guard let shared = try? agree(with: key, dealer: dealer, reader: party) else { return nil }
        return try? SealedBox.open(box, once: [digest], under: shared, associated: id.bytes)
    }

    private func agree(
        with key: HPKEPublicKey, dealer: PartyID, reader: PartyID
    ) throws(HPKEError) -> SecretKey {
        try agreement.agree(
            with: key, info: Array("cordon/token-key-generation/sub-share/v1/\(dealer)/\(reader)/".utf8) + id.bytes)
    }
}
