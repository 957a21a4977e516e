import Copenssl
package import Records

/// One party's part in a rotation's factor: 32 secret bytes. Commitments are exchanged before any is shown, so that none is
/// chosen after another.
package struct RotationContribution: ~Copyable, Sendable {
    package let party: PartyID
    private let secret: TokenScalar

    package static let byteCount = Scalar.byteCount

    /// Draws a party's own contribution, uniform from 1 to the order less 1.
    package init(party: PartyID, using generator: inout some RandomNumberGenerator) {
        self.party = party
        secret = TokenScalar(using: &generator)
    }

    /// What a party showed.
    ///
    /// - Throws: as `TokenScalar(bytes:)`.
    package init(party: PartyID, bytes: [UInt8]) throws(TokenError) {
        self.party = party
        secret = try TokenScalar(bytes: bytes)
    }

    /// What a party showed this one alone.
    package init(party: PartyID, secret: consuming TokenScalar) {
        self.party = party
        self.secret = secret
    }

    /// For the other two parties alone.
    package borrowing func withSecretBytes<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
        try secret.withSecretBytes(body)
    }

    /// 32 bytes that fix the contribution and hide it, for one rotation.
    package borrowing func commitment(for context: TokenContext) -> [UInt8] {
        secret.withSecretBytes { bytes in
            var message = TokenUpdate.transcript("cordon/token-rotation/commitment/v1", context)
            message += [UInt8(party.rawValue)] + bytes
            defer { OPENSSL_cleanse(&message, message.count) }
            return SHA256.hash(message)
        }
    }
}
