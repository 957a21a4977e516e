package import Secrets

/// The sealing end of a key for boxes (`SealedBox`), for as many as are wanted.
///
/// A nonce is 24 random bytes. The first 12 stay for a run of 4,096 boxes, so that a key is derived once a run and not for each
/// box, at either end: of 2^52 boxes, two have one nonce with a probability of 2^-32.
package final class BoxSealer {
    /// Random bytes that a box takes.
    package static let freshBytes = GCMContext.nonceBytes
    /// Boxes under one derived key.
    static let run = 4096

    private let cipher: BoxCipher
    private let random: (Int) -> [UInt8]
    /// The run's salt, and room for the rest: one buffer for all boxes.
    private var nonce = [UInt8](repeating: 0, count: BoxCipher.nonceBytes)
    private var left = 0

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - random: fresh random bytes, as many as asked for.
    package init(_ key: borrowing SecretKey, random: @escaping (Int) -> [UInt8]) {
        cipher = BoxCipher(key)
        self.random = random
    }

    /// Appends a box to `out`.
    ///
    /// - Parameter fresh: `freshBytes` random bytes that were never used before.
    package func seal(
        _ plaintext: [UInt8], fresh: ArraySlice<UInt8>, associated data: [UInt8], onto out: inout [UInt8]
    ) {
        precondition(fresh.count == Self.freshBytes, "a box takes 12 random bytes")
        if left == 0 {
            nonce.replaceSubrange(..<BoxCipher.saltBytes, with: random(BoxCipher.saltBytes))
            left = Self.run
        }
        left -= 1
        nonce.replaceSubrange(BoxCipher.saltBytes..., with: fresh)
        SealedBox.seal(plaintext, nonce: nonce, under: cipher, associated: data, onto: &out)
    }
}
