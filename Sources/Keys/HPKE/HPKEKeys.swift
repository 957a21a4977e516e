import Crypto
package import Records
package import Secrets

import struct Foundation.Data

/// Why a key or a ciphertext is refused.
package enum HPKEError: Error, Sendable, Hashable {
    /// The bytes are no key of their suite: of another length, or a public key of small order. Also where no key is given for a
    /// party, and where a key of another suite is to agree on something.
    case malformedKey
    /// The message does not open: it was sealed to another key, for another purpose, or was changed.
    case notAuthentic
}

/// The public half of a key that others encrypt to, of either suite.
package struct HPKEPublicKey: Sendable, Hashable {
    package let suite: KEMSuite
    /// The key as its suite encodes it: 32 bytes of X25519 (RFC 7748), or 1,216 of X-Wing.
    package let bytes: [UInt8]

    /// A key of X25519.
    package init(bytes: [UInt8]) throws(HPKEError) { try self.init(.x25519, bytes: bytes) }

    /// Refuses points of small order, whose shared secrets anybody knows (RFC 9180, 7.1.4; RFC 7748, 6.1), in either suite; and
    /// what ML-KEM can't take (FIPS 203, 7.2).
    package init(_ suite: KEMSuite, bytes: [UInt8]) throws(HPKEError) {
        guard bytes.count == suite.publicKeyBytes,
            let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes.suffix(32)),
            let shared = try? Self.probe.sharedSecretFromKeyAgreement(with: point),
            shared.withUnsafeBytes({ $0.contains { $0 != 0 } })
        else { throw .malformedKey }
        if suite == .xWing {
            guard (try? XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes).encapsulate()) != nil else {
                throw .malformedKey
            }
        }
        self.suite = suite
        self.bytes = bytes
    }

    /// No secret: X25519 clamps every scalar to a multiple of 8, so any of them takes small orders to zero.
    private static let probe = try! Curve25519.KeyAgreement.PrivateKey(
        rawRepresentation: [UInt8](repeating: 1, count: 32))

    fileprivate init(_ key: Curve25519.KeyAgreement.PublicKey) {
        suite = .x25519
        bytes = Array(key.rawRepresentation)
    }

    fileprivate init(_ key: XWingMLKEM768X25519.PublicKey) {
        suite = .xWing
        bytes = Array(key.rawRepresentation)
    }

    fileprivate func sender(info: [UInt8]) throws -> HPKE.Sender {
        switch suite {
        case .x25519:
            try HPKE.Sender(
                recipientKey: Curve25519.KeyAgreement.PublicKey(rawRepresentation: bytes),
                ciphersuite: suite.ciphersuite, info: Data(info))
        case .xWing:
            try HPKE.Sender(
                recipientKey: XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes),
                ciphersuite: suite.ciphersuite, info: Data(info))
        }
    }

    /// Seals one message; `info` says what for and is checked at opening.
    ///
    /// - Parameters:
    ///   - info: the purpose, such as `cordon/model/v1`; public.
    ///   - data: what else the message is bound to, such as a header; not part of the ciphertext.
    /// - Returns: the encapsulated key, of the suite's length, fresh with every call, and the ciphertext, 16 bytes longer than the
    ///   message.
    package func seal(
        _ plaintext: [UInt8], info: [UInt8], associated data: [UInt8]
    ) throws(HPKEError) -> (encapsulated: [UInt8], ciphertext: [UInt8]) {
        do {
            var sender = try sender(info: info)
            let ciphertext = try sender.seal(plaintext, authenticating: data)
            return (Array(sender.encapsulatedKey), Array(ciphertext))
        } catch {
            throw .malformedKey
        }
    }

    /// Encapsulates a fresh secret: what to send, of the suite's length, and the exported secret of 32 bytes (RFC 9180, 5.3).
    ///
    /// - Parameters:
    ///   - info: the purpose and the two ends; the same at the receiver, or it gets another secret.
    ///   - context: the exporter's context, which tells secrets of one encapsulation apart.
    func encapsulate(info: [UInt8], context: [UInt8]) throws(HPKEError) -> (encapsulated: [UInt8], secret: SymmetricKey)
    {
        do {
            let sender = try sender(info: info)
            return (
                Array(sender.encapsulatedKey), try sender.exportSecret(context: Array(context), outputByteCount: 32)
            )
        } catch {
            throw .malformedKey
        }
    }
}

/// The private half.
package struct HPKEPrivateKey: ~Copyable, Sendable {
    private enum Key: Sendable {
        case x25519(Curve25519.KeyAgreement.PrivateKey)
        case xWing(XWingMLKEM768X25519.PrivateKey)
    }

    /// In front of an X-Wing seed: the suite's number, in two bytes.
    package static let xWingMark: [UInt8] = [0x64, 0x7A]

    private let key: Key

    /// A fresh key from the system's generator.
    package init(_ suite: KEMSuite = .x25519) {
        switch suite {
        case .x25519: key = .x25519(Curve25519.KeyAgreement.PrivateKey())
        case .xWing:
            guard let made = try? XWingMLKEM768X25519.PrivateKey.generate() else {
                preconditionFailure("a seed of 32 random bytes is a key of X-Wing")
            }
            key = .xWing(made)
        }
    }

    /// Takes a key as the keystore holds it, secret: 32 bytes of X25519, of which any are one, as X25519 clamps them; or the number
    /// of X-Wing's suite and the 32 bytes of its seed.
    ///
    /// - Throws: `malformedKey` for any other bytes.
    package init(bytes: [UInt8]) throws(HPKEError) {
        if bytes.count == 34, bytes.starts(with: Self.xWingMark),
            let key = try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: bytes[2...], publicKey: nil)
        {
            self.key = .xWing(key)
        } else if let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) {
            self.key = .x25519(key)
        } else {
            throw .malformedKey
        }
    }

    package var suite: KEMSuite {
        switch key {
        case .x25519: .x25519
        case .xWing: .xWing
        }
    }

    package var publicKey: HPKEPublicKey {
        switch key {
        case .x25519(let key): HPKEPublicKey(key.publicKey)
        case .xWing(let key): HPKEPublicKey(key.publicKey)
        }
    }

    /// For the keystore file alone.
    package var rawRepresentation: [UInt8] {
        switch key {
        case .x25519(let key): Array(key.rawRepresentation)
        case .xWing(let key): Self.xWingMark + key.seedRepresentation
        }
    }

    private borrowing func recipient(_ encapsulated: [UInt8], info: [UInt8]) throws -> HPKE.Recipient {
        switch key {
        case .x25519(let key):
            let sent = try HPKEPublicKey(bytes: encapsulated)
            return try HPKE.Recipient(
                privateKey: key, ciphersuite: suite.ciphersuite, info: Data(info), encapsulatedKey: Data(sent.bytes))
        case .xWing(let key):
            return try HPKE.Recipient(
                privateKey: key, ciphersuite: suite.ciphersuite, info: Data(info), encapsulatedKey: Data(encapsulated))
        }
    }

    /// Opens what was sealed to this key with the same `info` and associated data.
    ///
    /// - Throws: `notAuthentic`, whatever is wrong: the encapsulated key, the ciphertext, `info` or the associated
    ///   data.
    package borrowing func open(
        _ ciphertext: [UInt8], encapsulated: [UInt8], info: [UInt8], associated data: [UInt8]
    ) throws(HPKEError) -> [UInt8] {
        do {
            var recipient = try recipient(encapsulated, info: info)
            return Array(try recipient.open(ciphertext, authenticating: data))
        } catch {
            throw .notAuthentic
        }
    }

    /// The secret of an encapsulation to this key. It is no proof of anything: one to another key, or with another
    /// `info`, gives a secret that nobody else has, and shows when the first box does not open.
    ///
    /// - Throws: `notAuthentic` where the encapsulated key is none of this key's suite.
    borrowing func decapsulate(_ encapsulated: [UInt8], info: [UInt8], context: [UInt8]) throws(HPKEError)
        -> SymmetricKey
    {
        do {
            return try recipient(encapsulated, info: info).exportSecret(context: Array(context), outputByteCount: 32)
        } catch {
            throw .notAuthentic
        }
    }

    /// Static Diffie-Hellman (X25519) with another key pair of the same use, through HKDF-SHA256 (RFC 5869) to a key of
    /// 32 bytes for `info`: both ends get the same, each time.
    ///
    /// - Throws: `malformedKey` where either key is of another suite than X25519.
    package borrowing func agree(with other: HPKEPublicKey, info: [UInt8]) throws(HPKEError) -> SecretKey {
        guard case .x25519(let key) = key, other.suite == .x25519,
            let other = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: other.bytes),
            let shared = try? key.sharedSecretFromKeyAgreement(with: other)
        else { throw .malformedKey }
        return SecretKey(
            shared.hkdfDerivedSymmetricKey(
                using: SHA256.self, salt: Array("cordon/agreement/v1".utf8), sharedInfo: info, outputByteCount: 32))
    }
}

/// A role's keys that others encrypt to, by epoch.
package typealias OpeningKeys = EpochKeyring<HPKEPrivateKey>

extension HPKEError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedKey: "the key is none of its suite, such as one of another length or of small order"
        case .notAuthentic: "the message was sealed to another key or for another purpose, or was changed"
        }
    }
}
