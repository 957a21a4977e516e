/// Encodings of one byte a character that messages are written in beside UTF-8.
enum SingleByteEncoding {
    case ascii, latin1, latin9, windows1252

    /// - Parameter name: as a declaration has it, in small letters (the IANA's names and what programs write for them).
    init?(_ name: String) {
        switch name {
        case "us-ascii", "ascii": self = .ascii
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1": self = .latin1
        case "iso-8859-15", "iso8859-15", "iso_8859-15", "latin9", "latin-9": self = .latin9
        case "windows-1252", "cp1252", "cp-1252", "win-1252", "x-cp1252", "ansi": self = .windows1252
        default: return nil
        }
    }

    /// The text as UTF-8.
    ///
    /// - Throws: `malformedXML` for a byte that is no character of the encoding.
    func decode(_ bytes: [UInt8]) throws(MessageFault) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 128 {
                text.append(byte)
            } else {
                guard let scalar = scalar(byte) else { throw MessageFault(.malformedXML) }
                text += String(Character(scalar)).utf8
            }
        }
        return text
    }

    /// The character of a byte above 127; nil where there is none.
    private func scalar(_ byte: UInt8) -> Unicode.Scalar? {
        switch self {
        case .ascii: return nil
        case .latin1: return Unicode.Scalar(byte)
        case .latin9: return Self.euro[byte] ?? Unicode.Scalar(byte)
        case .windows1252: return byte >= 0xA0 ? Unicode.Scalar(byte) : Self.quotes[Int(byte) - 0x80]
        }
    }

    /// Where ISO-8859-15 is another than ISO-8859-1.
    private static let euro: [UInt8: Unicode.Scalar] = [
        0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
    ]

    /// 0x80 to 0x9F of Windows-1252, which has no characters at five of them.
    private static let quotes: [Unicode.Scalar?] = [
        "€", nil, "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", nil, "Ž", nil,
        nil, "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", nil, "ž", "Ÿ",
    ]
}
