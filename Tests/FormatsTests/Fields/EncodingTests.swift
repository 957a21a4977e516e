import Formats
import Foundation
import Records
import Support
import Testing

@Suite("Encodings of records")
struct EncodingTests {
    @Test("have the characters that the system says", arguments: [TextEncoding.latin1, .latin9, .windows1252, .ascii])
    func bytes(encoding: TextEncoding) throws {
        let charset = [
            TextEncoding.latin1: "iso8859-1", .latin9: "iso8859-15", .windows1252: "cp1252", .ascii: "ascii",
        ]
        for byte in 0...255 as ClosedRange<UInt8> {
            let own = try? encoding.utf8([byte])
            #expect(own == (try Self.system(byte, try #require(charset[encoding]))), "\(byte)")
        }
    }

    /// What each of the bytes from 128 on is; nil for none.
    private static func system(_ byte: UInt8, _ charset: String) throws -> [UInt8]? {
        let scalar = Unicode.Scalar(byte)
        guard byte >= 128 else { return [byte] }
        switch charset {
        case "ascii": return nil
        case "cp1252" where byte < 160:
            guard let found = String(data: Data([byte]), encoding: .windowsCP1252), found != "\u{FFFD}",
                !(found.unicodeScalars.first?.properties.generalCategory == .control)
            else { return nil }
            return Array(found.utf8)
        case "iso8859-15":
            let changed: [UInt8: String] = [
                164: "€", 166: "Š", 168: "š", 180: "Ž", 184: "ž", 188: "Œ", 189: "œ", 190: "Ÿ",
            ]
            return Array((changed[byte] ?? String(Character(scalar))).utf8)
        default: return Array(String(Character(scalar)).utf8)
        }
    }

    @Test(
        "of two bytes go by the mark or by their name, and half a pair is none", arguments: 1...4 as ClosedRange<UInt64>
    )
    func wide(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let text = String((0..<50).map { _ in "aé店😀\u{A0},;\"".randomElement(using: &random) ?? "a" })
        let little = text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let utf8 = Array(text.utf8)
        #expect(
            try TextEncoding.utf16LittleEndian.utf8(little) == utf8 && TextEncoding.utf16BigEndian.utf8(big) == utf8)
        #expect(try TextEncoding.utf16.utf8([0xFF, 0xFE] + little) == utf8)
        #expect(try TextEncoding.utf16.utf8([0xFE, 0xFF] + big) == utf8)
        #expect(try TextEncoding.utf16LittleEndian.utf8([0xFF, 0xFE] + little) == utf8)
        for wrong in [little, Array(little.dropLast()), [0xFF, 0xFE, 0x00, 0xD8], [0xFF], []] as [[UInt8]] {
            #expect(throws: Rejection(reason: .encodingUnsupported, field: nil)) { try TextEncoding.utf16.utf8(wrong) }
        }
    }

    private func csv(_ encoding: TextEncoding) -> RecordParser {
        let columns = ["id", "time", "customer", "terminal", "amount", "note"]
        return RecordParser(
            mapping: Mapping(
                format: .csv(Mapping.CSVForm(columns: columns)), encoding: encoding, type: nil, labels: nil))
    }

    @Test("that a mapping does not declare are refused with the column, and columns that nobody reads don't matter")
    func undeclared() {
        func line(_ terminal: [UInt8], _ note: [UInt8]) -> [UInt8] {
            Array("p,2026-11-20,c,".utf8) + terminal + Array(",1,".utf8) + note
        }
        let latin = line([0x4D, 0xFC], [])
        #expect(csv(.utf8).parts(latin)[0].rejection == Rejection(reason: .encodingUnsupported, field: "terminal"))
        #expect(csv(.ascii).parts(latin)[0].rejection?.reason == .encodingUnsupported)
        #expect(csv(.latin1).parts(latin)[0].transaction?.terminal == "Mü")
        #expect(csv(.utf8).parts(line([0x4D], [0xFC]))[0].transaction?.terminal == "M")
        for byte in [0x81, 0x8D, 0x8F, 0x90, 0x9D] as [UInt8] {
            let refused = csv(.windows1252).parts(line([0x4D, byte], []))[0].rejection
            #expect(refused == Rejection(reason: .encodingUnsupported, field: "terminal"))
            #expect(csv(.windows1252).parts(line([0x80], [byte]))[0].transaction?.terminal == "\u{20AC}")
            let json = Array(#"{"id":"p","time":"2026-11-20","customer":""#.utf8) + [byte, 0xFC] + Array("\"}".utf8)
            let found = RecordParser(mapping: Mapping(encoding: .windows1252)).parts(json)[0].rejection
            #expect(found == Rejection(reason: .encodingUnsupported, field: "customer"))
        }
        #expect(csv(.ascii).parts(latin)[0].rejection?.field == "terminal")
    }

    @Test("don't matter in columns that nobody reads, in a header neither")
    func header() throws {
        let mapping = Mapping(
            format: .csv(Mapping.CSVForm()), encoding: .windows1252, terminal: "M\u{FC}", type: nil, labels: nil)
        let header = Array("id,time,customer,amount,".utf8) + [0x81] + Array(",M".utf8) + [0xFC]
        let file = try RecordFile(
            header + Array("\np,2026-11-20,c,1,".utf8) + [0x8D] + Array(",t\n".utf8), name: "a.csv", mapping: mapping)
        #expect(file.header == 1 && file.records.map { file.parts($0)[0].transaction?.terminal } == ["t"])
    }

    @Test(
        "have no U+FFFD: what it stands for was lost, and ids would look alike", arguments: ["id", "customer", "payee"])
    func replacement(field: String) {
        let mapping = Mapping(extras: [.entity(.payee): "payee"])
        var values = ["id": "p", "time": "2026-11-20", "customer": "c", "terminal": "t", "amount": "1", "payee": "q"]
        values[field] = "M\u{FFFD}ller"
        let text = "{" + values.sorted { $0.key < $1.key }.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",") + "}"
        let part = RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
        let found = part.checked(by: ValidationRules(), received: .max).rejection
        #expect(found == Rejection(reason: .encodingUnsupported, field: field))
    }

    @Test("of JSON are refused with the field, where all else is right")
    func json() {
        func rejection(_ text: String) -> Rejection? {
            let bytes = text.utf8.map { $0 == UInt8(ascii: "#") ? 0xFC : $0 }
            return RecordParser(mapping: .canonical).parts(bytes)[0].rejection
        }
        let rest = #""id":"p","time":"2026-11-20","customer":"c","amount":1"#
        for (text, field) in [
            ("{\(rest),\"terminal\":\"M#ller\"}", "terminal"),
            ("{\(rest),\"terminal\":\"x\",\"a\":{\"b\":\"#\"}}", "a.b"),
            ("{\(rest),\"terminal\":\"x\",\"a\":[\"#\"]}", nil), ("{\(rest),\"terminal\":\"x\",\"#\":1}", nil),
        ] { #expect(rejection(text) == Rejection(reason: .encodingUnsupported, field: field), "\(text)") }
        let names = ["\"#\":1,\"\u{D6}\":1,\"%\":1", "\"m\":{\"#\":1,\"%\":1}", "\"m\":[{\"#\":1,\"%\":1}]"]
        for names in names {
            let bytes = "{\(rest),\(names),\"terminal\":\"x\"}".utf8.map { $0 == 0x23 ? 0xFC : $0 == 0x25 ? 0xF6 : $0 }
            let found = RecordParser(mapping: .canonical).parts(bytes)[0].rejection
            #expect(found == Rejection(reason: .encodingUnsupported, field: nil), "\(names)")
        }
        #expect(rejection("{\(rest),\"terminal\":\"x\",\"stra\u{DF}e\":{\"a\":\"#\"}}")?.field == "stra\u{DF}e.a")
        #expect(rejection("{\(rest),\"terminal\":\"x\",\"a#\":\"#\"}")?.field == nil)
        #expect(rejection("{\(rest),\"terminal\":\"M#\"")?.reason == .malformedJSON)
        #expect(rejection("{\(rest),#\"terminal\":\"M\"}")?.reason == .malformedJSON)
        let latin = Array("{\(rest),\"terminal\":\"M#\"}".utf8).map { $0 == UInt8(ascii: "#") ? 0xFC : $0 }
        #expect(RecordParser(mapping: Mapping(encoding: .latin1)).parts(latin)[0].transaction?.terminal == "Mü")
    }

    @Test("have a byte-order mark that is part of no value, and blanks at the ends are none either")
    func marks() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for id in ["p", "\"p\"", "  p ", "\" p\u{A0}\"", "p\u{3000}", "\u{FEFF}p"] {
            let line = Array("\(id),2026-11-20,c,t,1,".utf8)
            #expect(csv(.utf8).parts(mark + line)[0].transaction?.id == "p", "\(id)")
            #expect(csv(.utf8).parts(line)[0].transaction?.id == "p", "\(id)")
        }
        let json =
            mark
            + Array(
                #"{"id":"\ufeffp","time":" 2026-11-20 ","customer":"c-1   ","terminal":"t","amount":" 12.50"}"#.utf8)
        let transaction = RecordParser(mapping: .canonical).parts(json)[0].transaction
        #expect(transaction?.id == "p" && transaction?.customer == "c-1" && transaction?.amount == MinorUnits(1250))
        for blank in ["   ", " ", "\u{A0}", "\u{2003}\u{FEFF}"] {
            let text = #"{"id":"p","time":"2026-11-20","customer":"\#(blank)","terminal":"t","amount":1}"#
            let rejection = RecordParser(mapping: .canonical).parts(Array(text.utf8))[0].rejection
            #expect(rejection == Rejection(reason: .emptyField, field: "customer"))
        }
    }
}
