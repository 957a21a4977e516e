import Crypto

/// The public half of an Ed25519 identity (RFC 8032), of a member or of the coordinator. The roster has it.
package struct VerifyingKey: Sendable, Hashable {
    /// The 32 bytes of the key, as RFC 8032 encodes a point.
    package let bytes: [UInt8]

    /// Nil where the bytes are not 32, and for points of small order, under which anybody's signatures verify.
    package init?(bytes: [UInt8]) {
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil,
            !Self.smallOrders.contains(Array(bytes[..<31]) + [bytes[31] & 0x7F])
        else { return nil }
        self.bytes = bytes
    }

    /// The second coordinates of the eight points whose order divides the curve's cofactor (RFC 8032, 5.1), in every
    /// encoding; the sign of the first one, which is the last bit, is left out.
    private static let smallOrders: Set<[UInt8]> = {
        let prime = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        func number(_ first: UInt8, of rest: [UInt8]) -> [UInt8] { [first] + rest.dropFirst() }
        let zero = [UInt8](repeating: 0, count: 32)
        return [
            // Order 4: zero, and the prime itself.
            zero, prime,
            // Order 1, and the prime and one; order 2.
            number(1, of: zero), number(0xEE, of: prime), number(0xEC, of: prime),
            // Order 8.
            [
                0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
                0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
            ],
            [
                0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
                0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
            ],
        ]
    }()

    /// Whether `signature` was made by the holder over `message` in `context`. Another length than 64 bytes is no
    /// signature, and neither is a second half at or above the group's order (RFC 8032, 5.1.7).
    ///
    /// - Parameter context: what the signature is for, such as `cordon/session/v1`; one that was made for another
    ///   purpose is none here.
    package func verifies(_ signature: [UInt8], over message: [UInt8], context: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Self.signed(message, context))
    }

    /// The bytes that are signed: the context in UTF-8, a zero byte, the message. Contexts have no zero byte, so no two
    /// pairs give the same. It is plain Ed25519 over them, not RFC 8032's Ed25519ctx.
    package static func signed(_ message: [UInt8], _ context: String) -> [UInt8] { Array(context.utf8) + [0] + message }
}

/// What signs with an Ed25519 key that stays where it is, such as a hardware token.
package protocol Signer: Sendable {
    var verifyingKey: VerifyingKey { get }

    /// A plain Ed25519 signature (RFC 8032, 5.1.6) of 64 bytes over the message as it is.
    func signature(over message: [UInt8]) throws(SigningError) -> [UInt8]
}

/// The report that a key does not sign now: its token is away, or refuses. A key in memory always signs.
package struct SigningError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the token's module said.
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { "the identity does not sign: \(reason)" }
}

/// The private half of an identity: in memory, or in a token that signs with it. It can't be copied, and is wiped when it goes.
package struct SigningKey: ~Copyable, Sendable {
    private enum Holder: Sendable {
        case memory(Curve25519.Signing.PrivateKey)
        case token(any Signer)
    }

    private let holder: Holder

    /// A fresh key from the system's generator.
    package init() { holder = .memory(Curve25519.Signing.PrivateKey()) }

    /// Takes a key as the keystore holds it; nil where there are not 32 bytes.
    package init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
        holder = .memory(key)
    }

    /// Takes a key that never leaves its token.
    package init(_ signer: any Signer) { holder = .token(signer) }

    /// The public half, for the roster.
    package var verifyingKey: VerifyingKey {
        switch holder {
        case .memory(let key): VerifyingKey(bytes: Array(key.publicKey.rawRepresentation))!
        case .token(let signer): signer.verifyingKey
        }
    }

    /// The 32 secret bytes (RFC 8032, 5.1.5), for the keystore file alone; nil for a key in a token.
    package var rawRepresentation: [UInt8]? {
        switch holder {
        case .memory(let key): Array(key.rawRepresentation)
        case .token: nil
        }
    }

    /// A signature of 64 bytes over `message`, bound to what it is for. Two over the same message may differ.
    ///
    /// - Throws: where the key is in a token, and that does not sign.
    package borrowing func sign(_ message: [UInt8], context: String) throws(SigningError) -> [UInt8] {
        let message = VerifyingKey.signed(message, context)
        switch holder {
        case .memory(let key):
            guard let signature = try? key.signature(for: message) else {
                preconditionFailure("Ed25519 signs any message")
            }
            return Array(signature)
        case .token(let signer): return try signer.signature(over: message)
        }
    }
}
