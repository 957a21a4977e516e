/// How the bytes of JSON and CSV records are characters, by the names that the IANA registers.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    case ascii = "us-ascii"
    case latin1 = "iso-8859-1"
    /// ISO 8859-15, which has the euro sign.
    case latin9 = "iso-8859-15"
    case windows1252 = "windows-1252"
    /// In the byte order that a byte-order mark says.
    case utf16 = "utf-16"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"

    /// The bytes of a record or a file in UTF-8, without a byte-order mark at their start.
    ///
    /// UTF-8 is handed on as it is, since its readers check it field by field.
    ///
    /// - Throws: `encodingUnsupported` for bytes that the encoding does not have.
    package func utf8(_ bytes: [UInt8]) throws(Rejection) -> [UInt8] {
        switch self {
        case .utf8: return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
        case .ascii, .latin1, .latin9, .windows1252:
            return try Self.encoded(bytes.map { byte throws(Rejection) in try scalar(byte) })
        case .utf16:
            guard let mark = bytes.first, bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else {
                throw Self.unsupported
            }
            return try Self.utf16(bytes, isLittleEndian: mark == 0xFF)
        case .utf16LittleEndian: return try Self.utf16(bytes, isLittleEndian: true)
        case .utf16BigEndian: return try Self.utf16(bytes, isLittleEndian: false)
        }
    }

    private static let unsupported = Rejection(reason: .encodingUnsupported, field: nil)

    private static func encoded(_ scalars: [Unicode.Scalar]) -> [UInt8] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return Array(String(text).utf8)
    }

    private func scalar(_ byte: UInt8) throws(Rejection) -> Unicode.Scalar {
        guard byte >= 0x80 else { return Unicode.Scalar(byte) }
        switch self {
        case .latin1: return Unicode.Scalar(byte)
        case .latin9: return Self.ofLatin9[byte] ?? Unicode.Scalar(byte)
        case .windows1252 where byte < 0xA0:
            // Five bytes stand for nothing.
            guard let scalar = Self.ofWindows1252[Int(byte) - 0x80] else { throw Self.unsupported }
            return scalar
        case .windows1252: return Unicode.Scalar(byte)
        default: throw Self.unsupported
        }
    }

    /// What ISO 8859-15 has in place of eight characters of ISO 8859-1.
    private static let ofLatin9: [UInt8: Unicode.Scalar] = [
        0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
    ]

    /// Windows-1252 from 0x80 to 0x9F.
    private static let ofWindows1252: [Unicode.Scalar?] = [
        "€", nil, "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", nil, "Ž", nil,
        nil, "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", nil, "ž", "Ÿ",
    ]

    private static func utf16(_ bytes: [UInt8], isLittleEndian: Bool) throws(Rejection) -> [UInt8] {
        guard bytes.count % 2 == 0 else { throw unsupported }
        let (high, low) = isLittleEndian ? (1, 0) : (0, 1)
        var units = stride(from: 0, to: bytes.count, by: 2).map { at -> UInt16 in
            UInt16(bytes[at + high]) << 8 | UInt16(bytes[at + low])
        }
        if units.first == 0xFEFF { units.removeFirst() }
        guard let text = String(validating: units, as: UTF16.self) else { throw unsupported }
        return Array(text.utf8)
    }
}
