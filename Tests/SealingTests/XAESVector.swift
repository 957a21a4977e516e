/// The test vectors of https://c2sp.org/XAES-256-GCM: one for each value of the bit that CMAC's subkey hangs on.
struct XAESVector: Sendable {
    var key: [UInt8]
    var data: [UInt8]
    /// With the tag behind it.
    var ciphertext: [UInt8]
    var nonce = Array("ABCDEFGHIJKLMNOPQRSTUVWX".utf8)
    var plaintext = Array("XAES-256-GCM".utf8)

    static let all = [
        XAESVector(
            key: [UInt8](repeating: 1, count: 32), data: [],
            ciphertext: bytes("ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271")),
        XAESVector(
            key: [UInt8](repeating: 3, count: 32), data: Array("c2sp.org/XAES-256-GCM".utf8),
            ciphertext: bytes("986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d")),
    ]
}

/// The bytes of a text of hexadecimal digits.
func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
}
