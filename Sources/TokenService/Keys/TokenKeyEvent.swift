package import Tokens

/// News of token keys for a party's operator.
package enum TokenKeyEvent: Sendable, Hashable {
    /// The coordinator ordered a rotation, and this party begins this attempt at it.
    case ordered(KeyGenerationID)
    /// Three parties have found this key; this one's share is in its store. Reported at the start, too, of the key that is
    /// in force then.
    case inForce(TokenEpoch, TokenPublicKey)
    /// The attempt came to nothing.
    case failed(KeyGenerationID, KeyGenerationFailure)
}
