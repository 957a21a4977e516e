import Crypto
import Foundation

/// A value of ASN.1 in its distinguished encoding (X.690), read as far as certificates need.
struct ASN1Value {
    var tag: UInt8
    var content: ArraySlice<UInt8>
    /// Tag, length and content.
    var encoded: ArraySlice<UInt8>

    /// Nil where the bytes are not one value and nothing else.
    init?(_ bytes: [UInt8]) {
        guard let all = Self.read(bytes[...]), all.count == 1 else { return nil }
        self = all[0]
    }

    private init(tag: UInt8, content: ArraySlice<UInt8>, encoded: ArraySlice<UInt8>) {
        self.tag = tag
        self.content = content
        self.encoded = encoded
    }

    /// The values one behind the other in a sequence or a set.
    var values: [ASN1Value] { Self.read(content) ?? [] }

    private static func read(_ bytes: ArraySlice<UInt8>) -> [ASN1Value]? {
        var (rest, values) = (bytes, [ASN1Value]())
        while let tag = rest.first {
            let start = rest
            rest.removeFirst()
            guard var count = rest.popFirst().map(Int.init) else { return nil }
            if count >= 128 {
                let digits = count - 128
                guard digits <= 2, rest.count >= digits else { return nil }
                count = rest.prefix(digits).reduce(0) { $0 * 256 + Int($1) }
                rest = rest.dropFirst(digits)
            }
            guard rest.count >= count else { return nil }
            let content = rest.prefix(count)
            rest = rest.dropFirst(count)
            values.append(ASN1Value(tag: tag, content: content, encoded: start[..<content.endIndex]))
        }
        return values
    }
}

/// The parts of a certificate that a test looks at (RFC 5280, 4.1).
struct CertificateParts {
    var der: [UInt8]
    var serial: [UInt8]
    var issuer: [UInt8]
    var subject: [UInt8]
    /// As `YYMMDDHHMMSSZ`.
    var validity: [String]
    /// By the bytes of their object identifiers.
    var extensions: [[UInt8]: (isCritical: Bool, value: [UInt8])]
    /// Of the subject.
    var key: P256.Signing.PublicKey
    /// What is signed: the first part, whole.
    var signed: [UInt8]
    /// The signature's algorithm, as is signed and as stands behind.
    var algorithms: [[UInt8]]
    var signature: P256.Signing.ECDSASignature

    /// Nil where the text is no certificate of version 3 in PEM.
    init?(pem: String) {
        let lines = pem.split(separator: "\n")
        guard lines.first == "-----BEGIN CERTIFICATE-----", lines.last == "-----END CERTIFICATE-----",
            let der = Data(base64Encoded: lines.dropFirst().dropLast().joined()),
            let parts = ASN1Value(Array(der))?.values, parts.count == 3, parts[2].content.first == 0,
            // Version 3 is written as 2.
            case let body = parts[0].values, body.count == 8, Array(body[0].content) == [0x02, 0x01, 0x02],
            let key = try? P256.Signing.PublicKey(derRepresentation: Data(body[6].encoded)),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: Data(parts[2].content.dropFirst()))
        else { return nil }
        self.key = key
        self.signature = signature
        signed = Array(parts[0].encoded)
        algorithms = [body[2], parts[1]].map { Array($0.encoded) }
        self.der = Array(der)
        serial = Array(body[1].content)
        issuer = Array(body[3].content)
        validity = body[4].values.map { String(decoding: $0.content, as: UTF8.self) }
        subject = Array(body[5].content)
        extensions = [:]
        for parts in body[7].values.first?.values.map(\.values) ?? [] where parts.count >= 2 {
            extensions[Array(parts[0].content)] = (parts.count == 3, Array(parts[parts.count - 1].content))
        }
    }

    /// Whether the key of `authority` signed, and the issuer is named as it is.
    func isIssued(by authority: CertificateParts) -> Bool {
        issuer == authority.subject && authority.key.isValidSignature(signature, for: signed)
    }
}

/// SHA-256 as FIPS 180-4 has it, slow and plain.
func sha256(_ message: [UInt8]) -> [UInt8] {
    // The first 64 are below 312.
    let primes = (2..<312).filter { number in !(2..<number).contains { number % $0 == 0 } }.map(Double.init)
    // The first 32 bits behind the point of a root.
    func bits(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
    func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
    let constants = primes.map { bits(cbrt($0)) }
    var state = primes.prefix(8).map { bits($0.squareRoot()) }
    var bytes = message + [0x80]
    while bytes.count % 64 != 56 { bytes.append(0) }
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
    for start in stride(from: 0, to: bytes.count, by: 64) {
        var words = (0..<16).map { word in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[start + 4 * word + $1]) }
        }
        for at in 16..<64 {
            let (one, two) = (words[at - 15], words[at - 2])
            let first = rotate(one, 7) ^ rotate(one, 18) ^ one >> 3
            let second = rotate(two, 17) ^ rotate(two, 19) ^ two >> 10
            words.append(words[at - 16] &+ first &+ words[at - 7] &+ second)
        }
        var s = state
        for at in 0..<64 {
            let choice = s[4] & s[5] ^ ~s[4] & s[6]
            let sum = s[7] &+ (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) &+ choice
            let first = sum &+ constants[at] &+ words[at]
            let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
            let second = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) &+ majority
            s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
        }
        state = zip(state, s).map { $0 &+ $1 }
    }
    return state.flatMap { word in [24, 16, 8, 0].map { UInt8(word >> $0 & 255) } }
}
