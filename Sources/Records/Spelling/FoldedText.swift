/// A text as the rules of spelling read it: in ASCII, without what can't be seen, without spaces at its ends.
package struct FoldedText {
    /// Bytes of UTF-8 that a text may have before it is folded.
    package static let maximumBytes = 256

    /// Why a text has no reading in ASCII.
    package enum Fault: Error, Sendable, Hashable {
        case empty, tooLong, controlCharacter
        /// A character that is not of ASCII and has no published reading in it.
        case notASCII
    }

    /// ASCII from space to tilde, at least one character, with no space at either end.
    package private(set) var bytes: [UInt8] = []

    /// - Throws: `tooLong` for more than 256 bytes of UTF-8; `controlCharacter`, `notASCII`; `empty` where nothing is left.
    package init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        for scalar in text.unicodeScalars where !Self.isInvisible(scalar.value) {
            bytes.append(try Self.ascii(scalar))
        }
        bytes.trim(where: { $0 == UInt8(ascii: " ") })
        guard !bytes.isEmpty else { throw .empty }
    }

    /// Whether a character is a soft hyphen, a zero-width character, a mark of direction, a joiner, a byte-order mark or a
    /// variation selector.
    static func isInvisible(_ value: UInt32) -> Bool {
        switch value {
        case 0xAD, 0x34F, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2064, 0x2066...0x206F,
            0xFE00...0xFE0F, 0xFEFF:
            true
        default: false
        }
    }

    /// Whether a character is a space of any width, a tab or a line's end.
    static func isSpace(_ value: UInt32) -> Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Digits of every script become 0 to 9, full-width characters their ordinary ones, every space a space (tabs and line
    /// ends too), every dash a hyphen.
    private static func ascii(_ scalar: Unicode.Scalar) throws(Fault) -> UInt8 {
        if isSpace(scalar.value) { return UInt8(ascii: " ") }
        switch scalar.value {
        case 0x21...0x7E: return UInt8(scalar.value)
        case 0...0x1F, 0x7F...0x9F: throw .controlCharacter
        case 0x2010...0x2015, 0x2212, 0xFE58, 0xFE63: return UInt8(ascii: "-")
        case 0xFF01...0xFF5E: return UInt8(scalar.value - 0xFEE0)
        default:
            guard scalar.properties.numericType == .decimal, let digit = scalar.properties.numericValue else {
                throw .notASCII
            }
            return UInt8(ascii: "0") + UInt8(digit)
        }
    }
}

/// What the rules do with texts that are ASCII.
extension [UInt8] {
    /// Takes such elements away at both ends.
    package mutating func trim(where isTrimmed: (UInt8) -> Bool) {
        while let last, isTrimmed(last) { removeLast() }
        removeFirst(prefix(while: isTrimmed).count)
    }

    /// The bytes without those of `characters`, which are ASCII.
    package func without(_ characters: String) -> [UInt8] {
        let unwanted = Array(characters.utf8)
        return filter { !unwanted.contains($0) }
    }

    package var uppercased: [UInt8] { map { (97...122).contains($0) ? $0 - 32 : $0 } }
    package var lowercased: [UInt8] { map { (65...90).contains($0) ? $0 + 32 : $0 } }
    /// Holds of no bytes, too, as the next does.
    package var isDigits: Bool { allSatisfy(\.isDigit) }
    package var isUppercaseAlphanumeric: Bool { allSatisfy { $0.isDigit || $0.isUppercase } }
    package var withoutLeadingZeros: [UInt8] { Array(drop { $0 == UInt8(ascii: "0") }) }
}

extension UInt8 {
    package var isDigit: Bool { (48...57).contains(self) }
    package var isUppercase: Bool { (65...90).contains(self) }
    package var isLowercase: Bool { (97...122).contains(self) }
}
