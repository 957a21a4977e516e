import Crypto
import Foundation

/// Whether an entry of `webhook-signature` is valid by a public key as receivers are given it.
func isValid(_ signature: String, of bytes: [UInt8], by receivers: String) throws -> Bool {
    guard let key = Data(base64Encoded: String(receivers.dropFirst(5))),
        let value = Data(base64Encoded: String(signature.dropFirst(4)))
    else { return false }
    return try Curve25519.Signing.PublicKey(rawRepresentation: key).isValidSignature(value, for: bytes)
}
