import Crypto
package import Secrets

/// XAES-256-GCM boxes (`BoxCipher`): nonce (24 bytes), ciphertext, tag (16 bytes). A box whose key seals once is of AES-256-GCM
/// (NIST SP 800-38D) and has no nonce. A salted box is such a one behind a salt of 16 bytes. Associated data is authenticated and
/// stands outside of the box: who opens has to have the same bytes.
package enum SealedBox {
    /// Bytes of a nonce.
    package static let nonceBytes = BoxCipher.nonceBytes
    /// Bytes that a box with a nonce is longer than its plaintext: 40.
    package static let overhead = nonceBytes + GCMContext.tagBytes

    /// Why a box did not open: it was made under another key, for another header, or was changed on its way.
    package enum OpenError: Error, Sendable, Hashable {
        case notAuthentic
    }

    /// Seals under a fresh random nonce.
    package static func seal(
        _ plaintext: [UInt8], under key: borrowing SecretKey, associated data: [UInt8]
    ) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<nonceBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var box: [UInt8] = []
        seal(plaintext, nonce: nonce, under: BoxCipher(key), associated: data, onto: &box)
        return box
    }

    /// Appends a box to `out`.
    ///
    /// - Parameter nonce: 24 bytes that this key never sealed anything else with.
    package static func seal(
        _ plaintext: [UInt8], nonce: [UInt8], under cipher: BoxCipher, associated data: [UInt8],
        onto out: inout [UInt8]
    ) {
        out.append(contentsOf: nonce)
        nonce.withUnsafeBytes { cipher.seal(plaintext, nonce: $0, associated: data, onto: &out) }
    }

    /// Seals under a key that is derived for this one plaintext, so that sealing again gives the same bytes. The label
    /// must determine the plaintext: two plaintexts under one label would share key and nonce, which gives away their
    /// XOR and lets others forge boxes. The box is 16 bytes longer than the plaintext.
    package static func seal(
        _ plaintext: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) -> [UInt8] {
        var box: [UInt8] = []
        box.reserveCapacity(plaintext.count + GCMContext.tagBytes)
        Self.zero.withUnsafeBytes {
            GCMContext(key.derive(label)).seal(plaintext, nonce: $0, associated: data, onto: &box)
        }
        return box
    }

    /// Seals under a key that is derived for this one plaintext, of a salt that follows from it (as the synthetic nonce of RFC 5297
    /// does) and stands before the ciphertext: sealing again gives the same bytes, and no key serves twice, whatever the label is.
    /// The box is 32 bytes longer than the plaintext.
    ///
    /// - Parameters:
    ///   - label: what the plaintext is; who opens has to have the same.
    ///   - origin: what the plaintext was computed from, where an equal plaintext of another origin must not show as equal.
    package static func seal(
        _ plaintext: [UInt8], salted label: [[UInt8]], from origin: [UInt8], under key: borrowing SecretKey,
        associated data: [UInt8]
    ) -> [UInt8] {
        let salt = key.derive(label + [saltLabel, origin, plaintext]).lend {
            $0.withUnsafeBytes { Array($0.prefix(saltBytes)) }
        }
        return salt + seal(plaintext, once: label + [salt], under: key, associated: data)
    }

    /// Opens a box of `seal(_:under:associated:)`.
    ///
    /// - Throws: `notAuthentic`, also for a box of fewer than 40 bytes. Nothing of the plaintext is given out.
    package static func open(
        _ box: [UInt8], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        var plaintext: [UInt8] = []
        guard box.withUnsafeBytes({ open($0, under: BoxCipher(key), associated: data, into: &plaintext) }) else {
            throw .notAuthentic
        }
        return plaintext
    }

    /// Puts what a box holds in the place of `plaintext`; false where it does not open, and then `plaintext` is of no
    /// use.
    package static func open(
        _ box: UnsafeRawBufferPointer, under cipher: BoxCipher, associated data: [UInt8], into plaintext: inout [UInt8]
    ) -> Bool {
        guard box.count >= overhead else {
            plaintext.removeAll(keepingCapacity: true)
            return false
        }
        return cipher.open(
            UnsafeRawBufferPointer(rebasing: box[nonceBytes...]),
            nonce: UnsafeRawBufferPointer(rebasing: box[..<nonceBytes]), associated: data, into: &plaintext)
    }

    /// Opens what `seal(_:once:under:associated:)` made.
    package static func open(
        _ box: [UInt8], once label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        var plaintext: [UInt8] = []
        let isAuthentic = box.withUnsafeBytes { box in
            zero.withUnsafeBytes {
                GCMContext(key.derive(label)).open(box, nonce: $0, associated: data, into: &plaintext)
            }
        }
        guard isAuthentic else { throw .notAuthentic }
        return plaintext
    }

    /// Opens what `seal(_:salted:from:under:associated:)` made.
    package static func open(
        _ box: [UInt8], salted label: [[UInt8]], under key: borrowing SecretKey, associated data: [UInt8]
    ) throws(OpenError) -> [UInt8] {
        try open(
            Array(box.dropFirst(saltBytes)), once: label + [Array(box.prefix(saltBytes))], under: key,
            associated: data)
    }

    private static let saltBytes = 16
    private static let saltLabel = Array("salt".utf8)

    /// The nonce of a key that seals once.
    private static let zero = [UInt8](repeating: 0, count: GCMContext.nonceBytes)
}

extension SealedBox.OpenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAuthentic: "the box was sealed under another key or for another header, or was changed"
        }
    }
}
