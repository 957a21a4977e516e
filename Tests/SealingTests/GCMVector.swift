/// "The Galois/Counter Mode of Operation" (McGrew and Viega), test cases 13 to 16: AES-256-GCM.
struct GCMVector: Sendable {
    var key: String
    var nonce: String
    var plaintext: String
    var data: String
    /// With the tag behind it.
    var ciphertext: String

    private static let text =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
        + "ba637b391aafd255"
    private static let sealed =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
        + "bcc9f662898015ad"
    private static let key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
    private static let zero = String(repeating: "0", count: 64)

    static let all = [
        GCMVector(
            key: zero, nonce: String(zero.prefix(24)), plaintext: "", data: "",
            ciphertext: "530f8afbc74536b9a963b4f1c4cb738b"),
        GCMVector(
            key: zero, nonce: String(zero.prefix(24)), plaintext: String(zero.prefix(32)), data: "",
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
        GCMVector(
            key: key, nonce: "cafebabefacedbaddecaf888", plaintext: text, data: "",
            ciphertext: sealed + "b094dac5d93471bdec1a502270e3cc6c"),
        GCMVector(
            key: key, nonce: "cafebabefacedbaddecaf888", plaintext: String(text.prefix(120)),
            data: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: sealed.prefix(120) + "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]
}

/// The bytes of a text of hexadecimal digits.
func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
}
