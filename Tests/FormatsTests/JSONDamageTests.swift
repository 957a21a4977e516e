import Formats
import Records
import Support
import Testing

private let parser = RecordParser(mapping: .canonical)
private let valid =
    Array(
        #"{"amount":57.16,"customer":"596","id":"p-1\u00e9é","note":{"a":[1,true,null,"x"]},"#.utf8)
    + Array(#""terminal":"3156","time":"2018-07-05T00:00:31Z"}"#.utf8)

private func rejection(_ bytes: [UInt8]) -> Rejection? {
    do {
        _ = try parser.parse(bytes)
        return nil
    } catch { return error }
}

/// Whether a byte put before `valid[at]` would stand inside a string.
private func insideString(_ at: Int) -> Bool { valid[..<at].count { $0 == UInt8(ascii: "\"") } % 2 == 1 }

/// Whether a byte put before `valid[at]` would stand inside an escape of four digits.
private func insideEscape(_ at: Int) -> Bool { valid[..<at].suffix(5).contains(UInt8(ascii: "\\")) }

@Suite("Damaged JSON")
struct JSONDamageTests {
    private static let malformed = Rejection(reason: .malformedJSON, field: nil)

    @Test("a record cut at any byte, at either end, is malformed")
    func truncated() throws {
        #expect(rejection(valid) == nil)
        for count in valid.indices {
            #expect(rejection(Array(valid.prefix(count))) == Self.malformed, "first \(count) bytes")
            if count > 0 { #expect(rejection(Array(valid.dropFirst(count))) == Self.malformed, "without \(count)") }
        }
    }

    @Test(
        "a byte that does not belong is malformed wherever it stands",
        arguments: [0x00, 0x1F, 0x80, 0xC0, 0xED, 0xFF] as [UInt8])
    func inserted(byte: UInt8) {
        for at in 0...valid.count {
            var bytes = valid
            bytes.insert(byte, at: at)
            let found = rejection(bytes)
            // In a text it is a character of another encoding.
            let isText = byte >= 0x80 && insideString(at) && !insideEscape(at)
            let isExpected = isText ? found?.reason == .encodingUnsupported : found == Self.malformed
            #expect(isExpected, "0x\(String(byte, radix: 16)) at \(at)")
        }
    }

    @Test("a quote, brace or bracket too many, or one too few, is never read as a transaction")
    func structure() {
        for at in 0...valid.count {
            for byte in "\"{}[]".utf8 {
                var bytes = valid
                bytes.insert(byte, at: at)
                // Inside a string a brace is a character like any other, and so is a quote behind a backslash.
                let plain = byte != UInt8(ascii: "\"") || (at > 0 && valid[at - 1] == UInt8(ascii: "\\"))
                if !plain { #expect(rejection(bytes) == Self.malformed, "a quote at \(at)") }
                if rejection(bytes) == nil { #expect(insideString(at), "byte \(byte) at \(at)") }
            }
        }
        for at in valid.indices where "\"{}[]:".utf8.contains(valid[at]) {
            var bytes = valid
            bytes.remove(at: at)
            // Of the colons, those of the time only spoil the time.
            #expect(rejection(bytes) != nil, "without byte \(at)")
        }
    }

    @Test("any bytes at all are a rejection or a transaction, never a trap")
    func random() {
        for seed in 1...3 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            for _ in 0..<3000 {
                var bytes = valid
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let at = Int.random(in: bytes.indices, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.remove(at: at)
                    default: bytes.insert(contentsOf: bytes[at...].prefix(9), at: at)
                    }
                }
                if let transaction = try? parser.parse(bytes), case .transaction(let checked) = transaction {
                    #expect(checked.transaction.amount.value <= MinorUnits.limit, "seed \(seed)")
                }
                _ = rejection(generator.bytes(Int.random(in: 0..<64, using: &generator)))
            }
        }
    }

    @Test(
        "what is not one object is malformed",
        arguments: [
            "", " ", "null", "[]", "\"x\"", "5", "{}{}", "{} x", "{},", "{\"a\":1,}", "{,}", "{\"a\"}", "{a:1}",
            "{'a':1}", "{\"a\":tru}", "{\"a\":nul", "{\"a\":truex}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}",
            "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\u00",
            "{\"a\":\"\u{1}\"}", "// x\n{}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "\u{FEFF}\u{FEFF}{}",
        ])
    func notAnObject(text: String) { #expect(rejection(Array(text.utf8)) == Self.malformed) }

    @Test("a name that comes twice is malformed, at any depth and in any spelling")
    func duplicates() {
        let whole = String(decoding: valid.dropLast(), as: UTF8.self)
        #expect(rejection(Array((whole + #","id":"p-2"}"#).utf8)) == Self.malformed)
        #expect(rejection(Array((whole + #","\u0069d":"p-2"}"#).utf8)) == Self.malformed)
        #expect(rejection(Array((whole + #","deep":{"a":1,"a":1}}"#).utf8)) == Self.malformed)
        #expect(rejection(Array((whole + #","list":[{"a":1,"a":1}]}"#).utf8)) == Self.malformed)
    }

    @Test("a field has one path: a dotted or empty name can't pass for a nested or outer one")
    func paths() throws {
        let nested = RecordParser(mapping: Mapping(id: "ref.id"))
        let rest = #""amount":1,"customer":"c","terminal":"t","time":"2018-07-05""#
        #expect(throws: Self.malformed) {
            try nested.parse(Array(#"{"ref":{"id":"a"},"ref.id":"b",\#(rest)}"#.utf8))
        }
        #expect(throws: Self.malformed) {
            try nested.parse(Array(#"{"ref.id":"b","ref":{"id":"a"},\#(rest)}"#.utf8))
        }
        #expect(throws: Rejection(reason: .missingField, field: "id")) {
            try parser.parse(Array(#"{"":{"id":"a"},\#(rest)}"#.utf8))
        }
        let outer = try parser.parse(Array(#"{"id":"a","":{"id":"b"},"list":[{"id":"c"}],\#(rest)}"#.utf8))
        guard case .transaction(let valid) = outer else { throw Self.malformed }
        #expect(valid.transaction.id == "a")
    }

    @Test("nesting is let in to 32 levels, and deeper neither read nor a trap")
    func depth() {
        func deep(_ levels: Int) -> [UInt8] {
            let open = String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1)
            return Array((String(decoding: valid.dropLast(), as: UTF8.self) + ",\"deep\":\(open)}").utf8)
        }
        #expect(rejection(deep(32)) == nil)
        #expect(rejection(deep(33)) == Self.malformed)
        #expect(rejection(deep(30_000)) == Self.malformed)
    }
}
