import Crypto

/// Ed25519 (RFC 8032) identities of members and of the coordinator.
package struct VerifyingKey: Sendable, Hashable {
    package let bytes: [UInt8]

    /// Nil where the 32 bytes are not a key.
    package init?(bytes: [UInt8]) {
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else { return nil }
        self.bytes = bytes
    }

    /// Whether `signature` was made by the holder over `message` in `context`.
    package func verifies(_ signature: [UInt8], over message: [UInt8], context: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Self.signed(message, context))
    }

    package static func signed(_ message: [UInt8], _ context: String) -> [UInt8] { Array(context.utf8) + [0] + message }
}

package struct SigningKey: ~Copyable, Sendable {
    private let key: Curve25519.Signing.PrivateKey

    package init() { key = Curve25519.Signing.PrivateKey() }

    package init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
        self.key = key
    }

    package var verifyingKey: VerifyingKey { VerifyingKey(bytes: Array(key.publicKey.rawRepresentation))! }

    package var rawRepresentation: [UInt8] { Array(key.rawRepresentation) }

    /// A signature over `message`, bound to what it is for.
    package borrowing func sign(_ message: [UInt8], context: String) -> [UInt8] {
        guard let signature = try? key.signature(for: VerifyingKey.signed(message, context)) else {
            preconditionFailure("Ed25519 signs any message")
        }
        return Array(signature)
    }
}
