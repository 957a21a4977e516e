import Keys
import Records
import ThreeParty
import Tokens

/// What a party keeps to itself during a key generation, all of it drawn from one seed: so a party that is restarted deals the same
/// line, in the same bytes.
struct KeyGenerationSecrets: ~Copyable {
    let id: KeyGenerationID
    let party: PartyID
    let dealing: KeyDealing
    /// For this key generation alone: when both ends' seeds are gone, a sub-share on the log opens to nobody, whatever key is
    /// stolen later.
    private let agreement: HPKEPrivateKey

    init(seed: borrowing SecretKey, id: KeyGenerationID, party: PartyID) throws(HPKEError) {
        self.id = id
        self.party = party
        let whose = [id.bytes, [UInt8(party.rawValue)]]
        var line = DerivedNumbers(seed, for: [Array("cordon/token-key-generation/line/v1".utf8)] + whose)
        dealing = KeyDealing(dealer: party, using: &line)
        var numbers = DerivedNumbers(seed, for: [Array("cordon/token-key-generation/agreement/v1".utf8)] + whose)
        agreement = try HPKEPrivateKey(bytes: numbers.bytes(words: 4))
    }

    var publicKey: HPKEPublicKey { agreement.publicKey }

    /// Seals this party's sub-share for another. The digest of the dealing determines it, so one key seals one plaintext.
    borrowing func seal(for reader: PartyID, key: HPKEPublicKey) throws(HPKEError) -> [UInt8] {
        let shared = try agree(with: key, dealer: party, reader: reader)
        let digest = dealing.commitments.digest
        return dealing.subShare(for: reader).withSecretBytes {
            SealedBox.seal($0, once: [digest], under: shared, associated: id.bytes)
        }
    }

    /// Opens what `dealer` sealed for this party.
    ///
    /// - Throws: `dealingInvalid`, where it does not open or is no secret number.
    borrowing func open(
        _ box: [UInt8], of commitments: DealingCommitments, key: HPKEPublicKey
    ) throws(TokenError) -> TokenScalar {
        guard let shared = try? agree(with: key, dealer: commitments.dealer, reader: party),
            let bytes = try? SealedBox.open(box, once: [commitments.digest], under: shared, associated: id.bytes),
            let subShare = try? TokenScalar(bytes: bytes)
        else { throw .dealingInvalid(commitments.dealer) }
        return subShare
    }

    private func agree(
        with key: HPKEPublicKey, dealer: PartyID, reader: PartyID
    ) throws(HPKEError) -> SecretKey {
        try agreement.agree(
            with: key, info: Array("cordon/token-key-generation/sub-share/v1/\(dealer)/\(reader)/".utf8) + id.bytes)
    }
}
