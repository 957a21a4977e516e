import Formats
import Support
import Testing

/// Line and text of each record.
private func split(_ text: String, _ delimiter: Character = ",", fields: Int? = nil) -> [String] {
    let bytes = Array(text.utf8)
    return CSVRecords(bytes, delimiter: delimiter.asciiValue ?? 0, fields: fields).map {
        "\($0.line)|" + String(decoding: bytes[$0.bytes], as: UTF8.self)
    }
}

@Suite("Records of a CSV file")
struct CSVRecordsTests {
    @Test(
        "are its lines, whatever ends them",
        arguments: ["a,b\nc,d\n", "a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\r\nc,d", "a,b\rc,d\r", "a,b\rc,d"])
    func lines(text: String) { #expect(split(text) == ["1|a,b", "2|c,d"]) }

    @Test("are none in an empty file, nor in blank lines, which are counted")
    func blank() {
        #expect(split("") == [])
        #expect(split("\u{FEFF}") == [])
        #expect(split("\n \r\n\t\na,b\n\n\u{1A}") == ["4|a,b"])
        #expect(split("\t\t\na", "\t") == ["1|\t\t", "2|a"], "empty fields between tabs are a record")
        #expect(split("a\r\r\nb\r\r\n") == ["1|a", "3|b"])
    }

    @Test("begin after a byte order mark, quoted or not")
    func byteOrderMark() {
        #expect(split("\u{FEFF}a,b\nc,d") == ["1|a,b", "2|c,d"])
        #expect(split("\u{FEFF}\"a\nb\",c") == ["1|\"a\nb\",c"])
        #expect(split("a\n\u{FEFF}b") == ["1|a", "2|\u{FEFF}b"], "elsewhere it is text")
    }

    @Test(
        "go over several lines within quotes",
        arguments: [
            ("a,\"two\nlines\",b\nc,d,e\n", ["1|a,\"two\nlines\",b", "3|c,d,e"]),
            ("a,\"two\r\nlines\"\r\nb\r\n", ["1|a,\"two\r\nlines\"", "3|b"]),
            ("x\ra,\"two\rlines\"\rb", ["1|x", "2|a,\"two\rlines\"", "4|b"]),
            ("\"say \"\"a\n\nb\"\"\"\nc", ["1|\"say \"\"a\n\nb\"\"\"", "4|c"]),
            ("\"a\n\"\n\"b\n\"", ["1|\"a\n\"", "3|\"b\n\""]), ("\"a,\n;b\";c\nd", ["1|\"a,\n;b\";c", "3|d"]),
        ])
    func quoted(text: String, expected: [String]) {
        #expect(split(text, text.contains(";") ? ";" : ",") == expected)
    }

    @Test(
        "of which one is damaged leave the others as they are",
        arguments: [
            // A quote within a field that is not quoted.
            ("a,5\" wide\nb,c\n", ["1|a,5\" wide", "2|b,c"]), ("a,b\"\nc,d", ["1|a,b\"", "2|c,d"]),
            // Never closed, before lines with quotes and without.
            ("a,\"b\nc,d\ne,f\n", ["1|a,\"b", "2|c,d", "3|e,f"]), ("\"\na\n", ["1|\"", "2|a"]),
            ("a,\"b\nc,\"d\ne\"\nf,g", ["1|a,\"b", "2|c,\"d\ne\"", "4|f,g"]),
            ("a,b\na,\"\"\"b\nc,d", ["1|a,b", "2|a,\"\"\"b", "3|c,d"]), ("x\r\n\"a\r\nb\r\n", ["1|x", "2|\"a", "3|b"]),
            // Text after the closing quote.
            ("\"a\"b,c\nd,e", ["1|\"a\"b,c", "2|d,e"]), ("\"a\" ,b\nc,d", ["1|\"a\" ,b", "2|c,d"]),
            ("\"a\n\"b,c\nd,e", ["1|\"a", "2|\"b,c", "3|d,e"]),
        ])
    func damaged(text: String, expected: [String]) { #expect(split(text) == expected) }

    @Test("take another quote, and then the usual one is a character like any other")
    func quote() {
        let bytes = Array("a,'b\nc'\n\"d,e".utf8)
        #expect(CSVRecords(bytes, quote: UInt8(ascii: "'")).map(\.line) == [1, 3])
        #expect(CSVRecords(bytes).map(\.line) == [1, 2, 3])
    }

    @Test("with quotes that meet others' further down are told apart by the number of fields")
    func strayPairs() {
        let text = "\"a,b,1\nc,d,2\ne,f\",3\n"
        #expect(split(text, fields: 3) == ["1|\"a,b,1", "2|c,d,2", "3|e,f\",3"])
        #expect(split(text) == ["1|\"a,b,1\nc,d,2\ne,f\",3"])
        #expect(split("a,\"b\nc\",3\n", fields: 3) == ["1|a,\"b\nc\",3"])
        #expect(split("a,\"b\",3,4\nc", fields: 3) == ["1|a,\"b\",3,4", "2|c"], "a single line is never cut")
    }

    @Test("hold every byte that is not blank exactly once, in lines that are counted right, whatever the bytes are")
    func nothingLost() {
        var random = SplitMix64(19)
        let alphabet = Array("a\",\n\r ".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            var covered = 0
            var end = 0
            for record in CSVRecords(bytes, fields: Bool.random(using: &random) ? 2 : nil) {
                #expect(record.bytes.lowerBound >= end && !record.bytes.isEmpty)
                #expect(bytes[end..<record.bytes.lowerBound].allSatisfy { $0 <= 32 })
                let before = String(decoding: bytes[..<record.bytes.lowerBound], as: UTF8.self).unicodeScalars
                if !bytes.contains(13) { #expect(record.line == 1 + before.count { $0 == "\n" }) }
                end = record.bytes.upperBound
                covered += record.bytes.count
            }
            #expect(bytes[end...].allSatisfy { $0 <= 32 })
            #expect(covered >= bytes.count { $0 > 32 })
        }
    }
}
