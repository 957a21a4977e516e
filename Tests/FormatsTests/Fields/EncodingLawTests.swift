import Formats
import Records
import Support
import Testing

@Suite("Laws of encodings")
struct EncodingLawTests {
    private static let unsupported = Rejection(reason: .encodingUnsupported, field: nil)

    /// A scalar in UTF-16 as RFC 2781, section 2.1, defines it.
    private func units(_ scalar: Unicode.Scalar) -> [UInt16] {
        guard scalar.value > 0xFFFF else { return [UInt16(scalar.value)] }
        let rest = scalar.value - 0x10000
        return [0xD800 + UInt16(rest / 1024), 0xDC00 + UInt16(rest % 1024)]
    }

    private func bytes(_ units: [UInt16], isLittle: Bool) -> [UInt8] {
        units.flatMap { isLittle ? [UInt8($0 % 256), UInt8($0 / 256)] : [UInt8($0 / 256), UInt8($0 % 256)] }
    }

    /// A scalar in UTF-8 as the table of RFC 3629, section 3, defines it.
    private func utf8(_ scalar: Unicode.Scalar) -> [UInt8] {
        let value = scalar.value
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 + (value >> shift) % 64) }
        switch value {
        case ..<0x80: return [UInt8(value)]
        case ..<0x800: return [UInt8(0xC0 + (value >> 6)), tail(0)]
        case ..<0x10000: return [UInt8(0xE0 + (value >> 12)), tail(6), tail(0)]
        default: return [UInt8(0xF0 + (value >> 18)), tail(12), tail(6), tail(0)]
        }
    }

    @Test("every plane of Unicode comes from two bytes a unit, by the ends of each range and between")
    func planes() throws {
        var random = SplitMix64(51)
        let ends: [UInt32] = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x103FF, 0x10FFFF]
        let values = ends + (0..<4000).map { _ in UInt32.random(in: 0...0x10FFFF, using: &random) }
        for scalar in values.compactMap({ Unicode.Scalar($0) }) {
            let (units, expected) = (units(scalar), utf8(scalar))
            for (encoding, isLittle) in [(TextEncoding.utf16LittleEndian, true), (.utf16BigEndian, false)] {
                #expect(try encoding.utf8(bytes(units, isLittle: isLittle)) == expected)
                let marked = bytes([0xFEFF] + units, isLittle: isLittle)
                #expect(try TextEncoding.utf16.utf8(marked) == expected, "\(scalar.value)")
            }
        }
    }

    @Test("half a surrogate pair is refused wherever it stands, and so is half a unit")
    func halves() {
        let text = Array("ab".utf16)
        for half in [0xD800, 0xDBFF, 0xDC00, 0xDFFF] as [UInt16] {
            for place in 0...2 {
                let broken = text[..<place] + [half] + text[place...]
                for (encoding, isLittle) in [(TextEncoding.utf16LittleEndian, true), (.utf16BigEndian, false)] {
                    let wrong = bytes(Array(broken), isLittle: isLittle)
                    #expect(throws: Self.unsupported) { try encoding.utf8(wrong) }
                    #expect(throws: Self.unsupported) { try encoding.utf8(bytes(text, isLittle: isLittle) + [0x61]) }
                }
            }
        }
    }

    @Test("one byte-order mark at the start is no text, and a second one is")
    func marks() throws {
        let second: [UInt8] = [0xEF, 0xBB, 0xBF, 0x61]
        for isLittle in [true, false] {
            let marked = bytes([0xFEFF, 0xFEFF, 0x61], isLittle: isLittle)
            #expect(try TextEncoding.utf16.utf8(marked) == second)
            #expect(try (isLittle ? TextEncoding.utf16LittleEndian : .utf16BigEndian).utf8(marked) == second)
        }
        #expect(try TextEncoding.utf8.utf8([0xEF, 0xBB, 0xBF] + second) == second)
        #expect(try TextEncoding.utf16.utf8([0xFE, 0xFF]) == [] && TextEncoding.utf8.utf8([0xEF, 0xBB, 0xBF]) == [])
        for encoding in TextEncoding.allCases where encoding != .utf16 { #expect(try encoding.utf8([]) == []) }
    }

    @Test("a text is its parts one behind the other, and refused where one of them is")
    func parts() {
        var random = SplitMix64(52)
        for encoding in [TextEncoding.ascii, .latin1, .latin9, .windows1252, .utf8] {
            for _ in 0..<200 {
                let (left, right) = (random.bytes(Int.random(in: 0...9, using: &random)), random.bytes(3))
                let (first, second) = (try? encoding.utf8(left), try? encoding.utf8(right))
                let both = first.flatMap { first in second.map { first + $0 } }
                #expect((try? encoding.utf8(left + right)) == both, "\(encoding) \(left) \(right)")
            }
        }
    }

    @Test("a file has the same records, on the same lines, in whichever encoding it is saved")
    func files() throws {
        let text = "id;time;customer;terminal;amount\n\nä;2031-02-09;Zoé;\"ß;\nt\";7\nb;2031-02-10;é;ø;8\n"
        let scalars = Array(text.unicodeScalars)
        let wide = scalars.flatMap { units($0) }
        let single = scalars.map { UInt8($0.value) }
        let saved: [(TextEncoding, [UInt8])] = [
            (.utf8, scalars.flatMap { utf8($0) }), (.latin1, single), (.latin9, single), (.windows1252, single),
            (.utf16, bytes([0xFEFF] + wide, isLittle: true)), (.utf16, bytes([0xFEFF] + wide, isLittle: false)),
            (.utf16LittleEndian, bytes(wide, isLittle: true)), (.utf16BigEndian, bytes(wide, isLittle: false)),
        ]
        let format = Mapping.Format.csv(Mapping.CSVForm(delimiter: UInt8(ascii: ";")))
        for (encoding, bytes) in saved {
            let mapping = Mapping(format: format, encoding: encoding, type: nil, labels: nil)
            let file = try RecordFile(bytes, name: "f", mapping: mapping)
            let records = Array(file.records)
            #expect(records.map(\.line) == [3, 5], "\(encoding)")
            let parts = records.flatMap { file.parts($0) }
            #expect(parts[0].rejection == Rejection(reason: .controlCharacter, field: "terminal"))
            #expect(parts[1].transaction?.customer == "é" && parts[1].transaction?.terminal == "ø")
            #expect(file.header == 1 && file.columns.count == 5)
        }
    }
}
