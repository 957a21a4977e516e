import Crypto
package import ThreeParty

/// AES-256-GCM boxes: nonce (12 bytes), ciphertext, tag (16 bytes).
package enum SealedBox {
    package static let nonceBytes = AESGCM.nonceBytes
    package static let overhead = nonceBytes + AESGCM.tagBytes

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
        let nonce = nonce ?? Array(AES.GCM.Nonce())
        return key.lend { AESGCM.seal(plaintext, after: nonce, nonce: nonce, under: $0, authenticating: data) }
    }

    /// Seals under a key that is derived for this one plaintext, so that sealing again gives the same bytes. The label
    /// must determine the plaintext.
    package static func seal(
        _ plaintext: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) -> [UInt8] {
        key.derive(label).lend { AESGCM.seal(plaintext, nonce: Self.zero, under: $0, authenticating: data) }
    }

    package static func open(
        _ box: [UInt8], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        guard box.count >= overhead,
            let plaintext = key.lend({
                AESGCM.open(
                    box[nonceBytes...], nonce: Array(box[..<nonceBytes]), under: $0, authenticating: data)
            })
        else { throw .notAuthentic }
        return plaintext
    }

    /// Opens what `seal(_:once:under:associated:)` made.
    package static func open(
        _ box: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        guard
            let plaintext = key.derive(label).lend({
                AESGCM.open(box[...], nonce: zero, under: $0, authenticating: data)
            })
        else { throw .notAuthentic }
        return plaintext
    }

    /// The nonce of a key that seals once.
    private static let zero = [UInt8](repeating: 0, count: nonceBytes)
}
