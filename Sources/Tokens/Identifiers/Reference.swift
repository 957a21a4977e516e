import Records

/// An identifier without check digits or a form of its own: as its giver spells it, in capitals, with single spaces.
enum Reference {
    /// Bytes that a reference may have once it is folded.
    static let maximumBytes = 128

    /// The text in capitals, with one space where there are several.
    ///
    /// - Throws: `tooLong` for more than 128 bytes.
    static func canonical(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        guard folded.count <= maximumBytes else { throw .tooLong }
        return Array(folded.uppercased.split(separator: UInt8(ascii: " ")).joined(separator: [UInt8(ascii: " ")]))
    }

    /// As others, but a UUID (RFC 9562, section 4) without its braces and hyphens.
    static func device(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        let text = try canonical(folded)
        let digits = text.without("{}-")
        let groups = text.without("{}").split(separator: UInt8(ascii: "-")).map(\.count)
        let isHex = digits.allSatisfy { $0.isDigit || (65...70).contains($0) }
        return isHex && groups == [8, 4, 4, 4, 12] ? digits : text
    }
}
