import Crypto
package import Secrets

import struct Foundation.Data

/// Hybrid public-key encryption as used everywhere here: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM
/// (RFC 9180, suite 0x0020, 0x0001, 0x0002), in base mode. Base mode says nothing of the sender: whoever knows the
/// public key can seal.
package enum HPKESuite {
    static let suite = HPKE.Ciphersuite(kem: .Curve25519_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
}

/// Why a key or a ciphertext is refused.
package enum HPKEError: Error, Sendable, Hashable {
    /// The bytes are no key: not 32, or a public key of small order. Also where no key is given for a party.
    case malformedKey
    /// The message does not open: it was sealed to another key, for another purpose, or was changed.
    case notAuthentic
}

/// The public half of a key that others encrypt to: the 32 bytes of an X25519 key (RFC 7748).
package struct HPKEPublicKey: Sendable, Hashable {
    /// The key's u-coordinate, as RFC 7748 encodes it.
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
    ///
    /// - Parameters:
    ///   - info: the purpose, such as `cordon/model/v1`; public.
    ///   - data: what else the message is bound to, such as a header; not part of the ciphertext.
    /// - Returns: the encapsulated key, 32 bytes, fresh with every call, and the ciphertext, 16 bytes longer than the
    ///   message.
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

    /// Encapsulates a fresh secret: what to send, 32 bytes, and the exported secret of 32 bytes (RFC 9180, 5.3).
    ///
    /// - Parameters:
    ///   - info: the purpose and the two ends; the same at the receiver, or it gets another secret.
    ///   - context: the exporter's context, which tells secrets of one encapsulation apart.
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

    /// A fresh key from the system's generator.
    package init() { key = Curve25519.KeyAgreement.PrivateKey() }

    /// Takes a key as the keystore holds it: 32 bytes, secret. Any 32 are one, as X25519 clamps them.
    ///
    /// - Throws: `malformedKey` where there are not 32 bytes.
    package init(bytes: [UInt8]) throws(HPKEError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { throw .malformedKey }
        self.key = key
    }

    package var publicKey: HPKEPublicKey { HPKEPublicKey(key.publicKey) }

    /// For the keystore file alone.
    var rawRepresentation: [UInt8] { Array(key.rawRepresentation) }

    /// Opens what was sealed to this key with the same `info` and associated data.
    ///
    /// - Throws: `notAuthentic`, whatever is wrong: the encapsulated key, the ciphertext, `info` or the associated
    ///   data.
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

    /// The secret of an encapsulation to this key. It is no proof of anything: one to another key, or with another
    /// `info`, gives a secret that nobody else has, and shows when the first box does not open.
    ///
    /// - Throws: `notAuthentic` where the encapsulated key is none.
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

    /// Static Diffie-Hellman (X25519) with another key pair of the same use, through HKDF-SHA256 (RFC 5869) to a key of
    /// 32 bytes for `info`: both ends get the same, each time.
    package borrowing func agree(with other: HPKEPublicKey, info: [UInt8]) throws(HPKEError) -> SecretKey {
        guard let shared = try? key.sharedSecretFromKeyAgreement(with: other.key) else { throw .malformedKey }
        return SecretKey(
            shared.hkdfDerivedSymmetricKey(
                using: SHA256.self, salt: Array("cordon/agreement/v1".utf8), sharedInfo: info, outputByteCount: 32))
    }
}

extension HPKEError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedKey: "the key is none of X25519: 32 bytes, and not of small order"
        case .notAuthentic: "the message was sealed to another key or for another purpose, or was changed"
        }
    }
}
