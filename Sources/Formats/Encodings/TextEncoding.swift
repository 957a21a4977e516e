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
        let text = try fields(bytes)
        guard self == .utf8 || !text.contains(Self.noCharacter) else { throw Self.unsupported }
        return text
    }

    /// As `utf8`, for readers that check it field by field: a single byte that the encoding does not have is one that UTF-8
    /// does not have either.
    ///
    /// - Throws: `encodingUnsupported` for what is not UTF-16, where that is the encoding.
    func fields(_ bytes: [UInt8]) throws(Rejection) -> [UInt8] {
        switch self {
        case .utf8: return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[3...]) : bytes
        case .ascii, .latin1, .latin9, .windows1252: return singleBytes(bytes)
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

    /// A byte that stands in no UTF-8.
    private static let noCharacter: UInt8 = 0xFF

    private func singleBytes(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
            } else if let scalar = scalar(byte) {
                text += String(Character(scalar)).utf8
            } else {
                text.append(Self.noCharacter)
            }
        }
        return text
    }

    /// The character of a byte from 0x80 on; nil where the encoding has none.
    private func scalar(_ byte: UInt8) -> Unicode.Scalar? {
        switch self {
        case .latin1: return Unicode.Scalar(byte)
        case .latin9: return Self.ofLatin9[byte] ?? Unicode.Scalar(byte)
        case .windows1252: return byte < 0xA0 ? Self.ofWindows1252[Int(byte) - 0x80] : Unicode.Scalar(byte)
        default: return nil
        }
    }

    /// What ISO 8859-15 has in place of eight characters of ISO 8859-1.
    private static let ofLatin9: [UInt8: Unicode.Scalar] = [
        0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
    ]

    /// Windows-1252 from 0x80 to 0x9F, where five bytes stand for nothing.
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
