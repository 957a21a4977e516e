import Copenssl
import Records

/// A rotation of the token key by a factor Δ: the key becomes Δ·k, a token T becomes Δ·T (updatable tokenisation; Cachin,
/// Camenisch, Freire-Stögbauer and Lehmann 2017). Who has not Δ can't link old tokens to new ones.
///
/// Parties alone have Δ, and keep it for as long as records with old tokens may be read again.
package struct TokenUpdate: ~Copyable, Sendable {
    /// The epoch whose key and tokens are moved.
    package let from: TokenEpoch
    package let to: TokenEpoch
    private let factor: TokenScalar

    /// The factor of three contributions, each of which was committed to: no party chooses it, and it is uniform where one
    /// of the three is.
    ///
    /// - Parameters:
    ///   - context: the old epoch's.
    ///   - commitments: by party, as they were before any contribution was shown.
    /// - Throws: `contributionInvalid`, which names a party whose contribution is not what it committed to or not its own;
    ///   `malformed` unless there is a commitment for each party.
    package init(
        _ zero: borrowing RotationContribution, _ one: borrowing RotationContribution,
        _ two: borrowing RotationContribution, commitments: [[UInt8]], context: TokenContext
    ) throws(TokenError) {
        guard commitments.count == PartyID.allCases.count else { throw .malformed }
        let isOpened = [
            zero.party == .zero && zero.commitment(for: context) == commitments[0],
            one.party == .one && one.commitment(for: context) == commitments[1],
            two.party == .two && two.commitment(for: context) == commitments[2],
        ]
        for party in PartyID.allCases where !isOpened[party.rawValue] { throw .contributionInvalid(party) }
        var message = Self.transcript("cordon/token-rotation/factor/v1", context)
        // Room for all, so that no growth leaves a copy behind.
        message.reserveCapacity(message.count + 3 * RotationContribution.byteCount)
        zero.withSecretBytes { message += $0 }
        one.withSecretBytes { message += $0 }
        two.withSecretBytes { message += $0 }
        defer { OPENSSL_cleanse(&message, message.count) }
        let scalar = HashToCurve.scalar(message, tag: Array("CordonTokensV1-RotationFactor".utf8))
        guard let factor = TokenScalar(scalar) else { throw .scalarIsZero }
        self.factor = factor
        from = context.epoch
        to = context.epoch.next
    }

    /// What a party kept of a rotation.
    ///
    /// - Parameter bytes: as `withSecretBytes` gave them.
    /// - Throws: as `TokenScalar(bytes:)`.
    package init(from epoch: TokenEpoch, bytes: [UInt8]) throws(TokenError) {
        factor = try TokenScalar(bytes: bytes)
        from = epoch
        to = epoch.next
    }

    /// For a key store alone, which seals it.
    package borrowing func withSecretBytes<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
        try factor.withSecretBytes(body)
    }

    /// A label, the consortium and the epoch, so that no hash of one rotation serves another one.
    static func transcript(_ label: String, _ context: TokenContext) -> [UInt8] {
        OPRFSuite.prefixed(Array(label.utf8)) + OPRFSuite.prefixed(context.consortium) + context.epoch.bytes
    }

    /// Tokens of the old epoch as those of the new one, in their order. Cost: a multiplication each, one inversion for all.
    package borrowing func moved(_ tokens: [EntityToken]) -> [EntityToken] {
        GroupElement.multiply(tokens.map(\.element), by: factor).map(EntityToken.init)
    }

    /// Tokens of the new epoch as those of the old one, in their order: what events that came early are counted under.
    package borrowing func movedBack(_ tokens: [EntityToken]) -> [EntityToken] {
        GroupElement.multiply(tokens.map(\.element), by: factor.inverted()).map(EntityToken.init)
    }

    /// A party's share of the new key Δ·k, with its public side. Only this party's secret is needed for it.
    package borrowing func moved(_ share: borrowing TokenKeyShare) -> TokenKeyShare {
        TokenKeyShare(
            unchecked: share.party, secret: share.secret.multiplied(by: factor), publicKey: moved(share.publicKey))
    }

    /// The public side of the new key, which whoever has the factor can compute alone.
    package borrowing func moved(_ publicKey: TokenPublicKey) -> TokenPublicKey {
        let elements = GroupElement.multiply([publicKey.key] + publicKey.shares, by: factor)
        return TokenPublicKey(unchecked: elements[0], shares: Array(elements.dropFirst()))
    }
}
