import Copenssl

/// An RSA key that others sign by, as a JSON Web Key has it (RFC 7518, section 6.3): for RS256 alone.
package struct RSAPublicKey: Sendable {
    private let modulus: [UInt8]
    private let exponent: [UInt8]

    /// Bits that a modulus may have: fewer can be broken, more cost too much.
    private static let bits = 2048...8192

    /// - Parameters: big-endian.
    /// - Returns: nil where the modulus is shorter than 2,048 bits or longer than 8,192, or the exponent is none.
    package init?(modulus: [UInt8], exponent: [UInt8]) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        guard let first = modulus.first, let last = modulus.last, last & 1 == 1,
            Self.bits.contains(modulus.count * 8 - first.leadingZeroBitCount),
            (1...4).contains(exponent.count), let end = exponent.last, end & 1 == 1, exponent != [1]
        else { return nil }
        self.modulus = modulus
        self.exponent = exponent
    }

    /// Whether a signature is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2) over a message's digest.
    ///
    /// The whole encoded message is made and compared, and nothing of the signature is parsed: what a lenient parser would let
    /// through differs.
    ///
    /// - Parameter digest: SHA-256 of the message.
    package func verifies(_ signature: [UInt8], digest: [UInt8]) -> Bool {
        guard signature.count == modulus.count, digest.count == 32 else { return false }
        let n = BN_bin2bn(modulus, Int32(modulus.count), nil)
        let e = BN_bin2bn(exponent, Int32(exponent.count), nil)
        let s = BN_bin2bn(signature, Int32(signature.count), nil)
        let m = BN_new()
        let context = BN_CTX_new()
        defer {
            for number in [n, e, s, m] { BN_free(number) }
            BN_CTX_free(context)
        }
        guard BN_cmp(s, n) < 0, BN_mod_exp(m, s, e, n, context) == 1 else { return false }
        var found = [UInt8](repeating: 0, count: modulus.count)
        guard BN_bn2binpad(m, &found, Int32(found.count)) == Int32(found.count) else { return false }
        // DigestInfo of SHA-256 (RFC 8017, section 9.2, note 1).
        let info: [UInt8] = [
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
            0x20,
        ]
        let fill = [UInt8](repeating: 0xff, count: modulus.count - 3 - info.count - digest.count)
        return found == [0, 1] + fill + [0] + info + digest
    }
}
