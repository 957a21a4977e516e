import Copenssl
import Crypto
package import Secrets

/// XAES-256-GCM (https://c2sp.org/XAES-256-GCM) under one key, by OpenSSL: AES-256-GCM under a key that is derived from the first
/// half of a nonce of 24 bytes by CMAC (NIST SP 800-108r1, counter mode), with the second half as its nonce. Used by one thread.
///
/// Nonces are random and long enough never to meet, so one key seals without a limit. Boxes whose nonces begin alike are under
/// one derived key, which is kept until the next that begins otherwise.
package final class BoxCipher {
    /// Bytes of a nonce.
    package static let nonceBytes = 24
    /// Bytes of the nonce's first half, from which a key is derived.
    static let saltBytes = nonceBytes - GCMContext.nonceBytes

    private let blocks: BlockCipher
    /// The subkey of CMAC for whole blocks (NIST SP 800-38B, K1).
    private let subkey: UInt128
    private let derived = GCMContext()
    /// The salt that `derived` has the key of.
    private var salt: UInt128?

    /// - Parameter key: 32 bytes.
    package init(_ key: borrowing SecretKey) {
        let blocks = BlockCipher(key)
        self.blocks = blocks
        var zero: UInt128 = 0
        withUnsafeMutableBytes(of: &zero) { blocks.encrypt($0) }
        let block = UInt128(bigEndian: zero)
        subkey = block << 1 ^ (block >> 127) * 0x87
    }

    /// Appends ciphertext and tag to `out`.
    ///
    /// - Parameter nonce: 24 bytes that this key never sealed anything else with.
    func seal(_ plaintext: [UInt8], nonce: UnsafeRawBufferPointer, associated data: [UInt8], onto out: inout [UInt8]) {
        derive(from: nonce)
        derived.seal(plaintext, nonce: Self.rest(of: nonce), associated: data, onto: &out)
    }

    /// Puts what was sealed in the place of `plaintext`, as far as the tag is this key's for these bytes; where it is
    /// not, that is empty, and false is returned.
    func open(
        _ sealed: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer, associated data: [UInt8],
        into plaintext: inout [UInt8]
    ) -> Bool {
        derive(from: nonce)
        return derived.open(sealed, nonce: Self.rest(of: nonce), associated: data, into: &plaintext)
    }

    private static func rest(of nonce: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: nonce[saltBytes...])
    }

    /// Two blocks of CMAC, each of one block: the counter (2 bytes), "X", zero, and the nonce's first 12 bytes.
    private func derive(from nonce: UnsafeRawBufferPointer) {
        precondition(nonce.count == Self.nonceBytes, "XAES-256-GCM takes a nonce of 24 bytes")
        let high = UInt64(bigEndian: nonce.loadUnaligned(as: UInt64.self))
        let low = UInt32(bigEndian: nonce.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        let salt = UInt128(high) << 32 | UInt128(low)
        guard salt != self.salt else { return }
        let message = 0x58 << 104 | salt ^ subkey
        var key = ((message ^ 1 << 112).bigEndian, (message ^ 2 << 112).bigEndian)
        withUnsafeMutableBytes(of: &key) {
            blocks.encrypt($0)
            derived.set(UnsafeRawBufferPointer($0))
            OPENSSL_cleanse($0.baseAddress, $0.count)
        }
        self.salt = salt
    }
}
