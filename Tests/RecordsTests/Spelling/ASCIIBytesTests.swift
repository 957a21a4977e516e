import Records
import Support
import Testing

@Suite("Texts that are ASCII")
struct ASCIIBytesTests {
    @Test("know each byte's kind", arguments: UInt8(0)...255)
    func kinds(byte: UInt8) {
        let scalar = Unicode.Scalar(byte)
        #expect(byte.isDigit == ("0"..."9" as ClosedRange<Unicode.Scalar>).contains(scalar))
        #expect(byte.isUppercase == ("A"..."Z" as ClosedRange<Unicode.Scalar>).contains(scalar))
        #expect(byte.isLowercase == ("a"..."z" as ClosedRange<Unicode.Scalar>).contains(scalar))
        #expect([byte].isDigits == byte.isDigit)
        #expect([byte].isUppercaseAlphanumeric == (byte.isDigit || byte.isUppercase))
        // One of another kind spoils the whole, wherever it stands.
        for around in [[byte, 48, 48], [48, byte, 48], [48, 48, byte]] as [[UInt8]] {
            #expect(around.isDigits == byte.isDigit)
            #expect(around.isUppercaseAlphanumeric == (byte.isDigit || byte.isUppercase))
        }
    }

    @Test("change the case of letters alone")
    func cases() {
        let all = (0...127).map { UInt8($0) }
        let text = String(decoding: all, as: UTF8.self)
        #expect(all.uppercased == Array(text.uppercased().utf8) && all.lowercased == Array(text.lowercased().utf8))
        let beyond = (128...255).map { UInt8($0) }
        #expect(beyond.uppercased == beyond && beyond.lowercased == beyond)
    }

    @Test("are trimmed at both ends, and nowhere else", arguments: 0..<64)
    func trimmed(pattern: Int) {
        // Six places, each a space or a letter.
        let space: UInt8 = 32
        var bytes: [UInt8] = (0..<6).map { place in pattern >> place & 1 == 0 ? space : 65 + UInt8(place) }
        let letters = bytes.indices.filter { bytes[$0] != space }
        var expected: [UInt8] = []
        if let first = letters.first, let last = letters.last { expected = Array(bytes[first...last]) }
        let without = letters.map { bytes[$0] }
        #expect(bytes.without(" ") == without && bytes.without("") == bytes)
        #expect(bytes.without(" A") == without.filter { $0 != 65 })
        bytes.trim { $0 == space }
        #expect(bytes == expected)
    }

    @Test("have no zeros before their first other byte, and are of digits where they are empty")
    func zeros() {
        #expect(Array("000120".utf8).withoutLeadingZeros == Array("120".utf8))
        #expect(
            Array("000".utf8).withoutLeadingZeros.isEmpty && Array(" 0".utf8).withoutLeadingZeros == Array(" 0".utf8))
        #expect([UInt8]().isDigits && [UInt8]().isUppercaseAlphanumeric)
    }
}
