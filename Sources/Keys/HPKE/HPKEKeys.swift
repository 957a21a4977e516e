import Crypto
package import Secrets

import struct Foundation.Data

/// Hybrid public-key encryption as used everywhere here: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM
/// (RFC 9180, suite 0x0020, 0x0001, 0x0002).
package enum HPKESuite {
    static let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
}

package enum HPKEError: Error, Sendable, Hashable {
    case malformedKey
    case notAuthentic
}

/// The public half of a key that others encrypt to: 32 bytes.
package struct HPKEPublicKey: Sendable, Hashable {
    package let bytes: [UInt8]

    /// Refuses points of small order, whose shared secrets anybody knows (RFC 9180, 7.1.4; RFC 7748, 6.1).
    package init(bytes: [UInt8]) throws(HPKEError) {
        guard let key = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes),
            let shared = try? Self.probe.sharedSecretFromKeyAgreement(with: key),
            shared.withUnsafeBytes({ $0.contains { $0 != 0 } })
        else { throw .malformedKey }
        self.bytes = bytes
    }

    /// No secret: X25519 clamps every scalar to a multiple of 8, so any of them takes small orders to zero.
    private static let probe = try! Curve25519.KeyAgreement.PrivateKey(
        rawRepresentation: [UInt8](repeating: 1, count: 32))

    fileprivate init(_ key: Curve25519.KeyAgreement.PublicKey) { bytes = Array(key.rawRepresentation) }

    fileprivate var key: Curve25519.KeyAgreement.PublicKey {
        // The initialiser has parsed the same bytes.
        try! Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes)
    }

    /// Seals one message; `info` says what for and is checked at opening.
    package func seal(
        _ plaintext: [UInt8], info: [UInt8], associated data: [UInt8]
    ) throws(HPKEError) -> (encapsulated: [UInt8], ciphertext: [UInt8]) {
        do {
            var sender = try HPKE.Sender(recipientKey: key, ciphersuite: HPKESuite.suite, info: Data(info))
            let ciphertext = try sender.seal(plaintext, authenticating: data)
            return (Array(sender.encapsulatedKey), Array(ciphertext))
        } catch {
            throw .malformedKey
        }
    }

    /// Encapsulates a fresh secret: what to send, and the exported secret of 32 bytes.
    func encapsulate(info: [UInt8], context: [UInt8]) throws(HPKEError) -> (encapsulated: [UInt8], secret: SymmetricKey)
    {
        do {
            let sender = try HPKE.Sender(recipientKey: key, ciphersuite: HPKESuite.suite, info: Data(info))
            return (
                Array(sender.encapsulatedKey), try sender.exportSecret(context: Array(context), outputByteCount: 32)
            )
        } catch {
            throw .malformedKey
        }
    }
}

/// The private half; wiped when it goes.
package struct HPKEPrivateKey: ~Copyable, Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    package init() { key = Curve25519.KeyAgreement.PrivateKey() }

    package init(bytes: [UInt8]) throws(HPKEError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { throw .malformedKey }
        self.key = key
    }

    package var publicKey: HPKEPublicKey { HPKEPublicKey(key.publicKey) }

    /// For the keystore file alone.
    var rawRepresentation: [UInt8] { Array(key.rawRepresentation) }

    package borrowing func open(
        _ ciphertext: [UInt8], encapsulated: [UInt8], info: [UInt8], associated data: [UInt8]
    ) throws(HPKEError) -> [UInt8] {
        do {
            let sent = try HPKEPublicKey(bytes: encapsulated)
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: HPKESuite.suite, info: Data(info), encapsulatedKey: Data(sent.bytes))
            return Array(try recipient.open(ciphertext, authenticating: data))
        } catch {
            throw .notAuthentic
        }
    }

    borrowing func decapsulate(_ encapsulated: [UInt8], info: [UInt8], context: [UInt8]) throws(HPKEError)
        -> SymmetricKey
    {
        do {
            let sent = try HPKEPublicKey(bytes: encapsulated)
            let recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: HPKESuite.suite, info: Data(info), encapsulatedKey: Data(sent.bytes))
            return try recipient.exportSecret(context: Array(context), outputByteCount: 32)
        } catch {
            throw .notAuthentic
        }
    }

    /// Static Diffie-Hellman with another key pair of the same use, as a key for `info`: both ends get the same.
    package borrowing func agree(with other: HPKEPublicKey, info: [UInt8]) throws(HPKEError) -> SecretKey {
        guard let shared = try? key.sharedSecretFromKeyAgreement(with: other.key) else { throw .malformedKey }
        return SecretKey(
            shared.hkdfDerivedSymmetricKey(
                using: SHA256.self, salt: Array("cordon/agreement/v1".utf8), sharedInfo: info, outputByteCount: 32))
    }
}
