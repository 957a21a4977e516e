import Crypto
package import ThreeParty

import struct Foundation.Data

/// AES-256-GCM boxes: nonce (12 bytes), ciphertext, tag (16 bytes).
package enum SealedBox {
    package static let overhead = 28
    package static let nonceBytes = 12

    /// Why a box did not open: it was made under another key, for another header, or was changed on its way.
    package enum OpenError: Error, Sendable, Hashable {
        case notAuthentic
    }

    /// Seals under a fresh random nonce; a key may seal 2^32 boxes (NIST SP 800-38D, 8.3).
    ///
    /// - Parameter nonce: 12 random bytes that were never used before; nil takes them from the system's generator.
    package static func seal(
        _ plaintext: [UInt8], nonce: [UInt8]? = nil, under key: borrowing SecretKey, associated data: [UInt8]
    ) -> [UInt8] {
        key.lend { key in
            guard let nonce = try? nonce.map({ try AES.GCM.Nonce(data: $0) }) ?? AES.GCM.Nonce(),
                let box = try? AES.GCM.seal(plaintext, using: key, nonce: nonce, authenticating: data),
                let all = box.combined
            else { preconditionFailure("AES-GCM takes a 32-byte key; and a 12-byte nonce; the caller gave others") }
            return Array(all)
        }
    }

    /// Seals under a key that is derived for this one plaintext, so that sealing again gives the same bytes. The label
    /// must determine the plaintext.
    package static func seal(
        _ plaintext: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) -> [UInt8] {
        key.derive(label).lend { key in
            guard let nonce = try? AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)),
                let box = try? AES.GCM.seal(plaintext, using: key, nonce: nonce, authenticating: data)
            else { preconditionFailure("AES-GCM takes a 32-byte key; the caller gave another") }
            return Array(box.ciphertext) + Array(box.tag)
        }
    }

    package static func open(
        _ box: [UInt8], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        guard box.count >= overhead else { throw .notAuthentic }
        do {
            return try key.lend { key in
                Array(try AES.GCM.open(AES.GCM.SealedBox(combined: Data(box)), using: key, authenticating: data))
            }
        } catch {
            throw .notAuthentic
        }
    }

    /// Opens what `seal(_:once:under:associated:)` made.
    package static func open(
        _ box: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        guard box.count >= 16 else { throw .notAuthentic }
        return try open([UInt8](repeating: 0, count: 12) + box, under: key.derive(label), associated: data)
    }
}
