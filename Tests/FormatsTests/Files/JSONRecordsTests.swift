import Formats
import Support
import Testing

/// Line and text of each record.
private func split(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return JSONRecords(bytes).map { "\($0.line)|" + String(decoding: bytes[$0.bytes], as: UTF8.self) }
}

@Suite("Records of a file of JSON")
struct JSONRecordsTests {
    @Test("are objects a line, with blank lines and a byte order mark or without")
    func lines() {
        #expect(split("{\"a\":1}\n{\"b\":2}\n") == ["1|{\"a\":1}", "2|{\"b\":2}"])
        #expect(split("\u{FEFF}{\"a\":1}\r\n\r\n {\"b\":2}") == ["1|{\"a\":1}", "3|{\"b\":2}"])
        #expect(split("\u{1E}{\"a\":1}\n\u{1E}{\"b\":2}\n") == ["1|{\"a\":1}", "2|{\"b\":2}"])
        #expect(split("") == [] && split(" \n") == [])
    }

    @Test("are objects over several lines, one after the other")
    func pretty() {
        let object = "{\n  \"a\": {\"b\": [1, {\"c\": \"}\\\"{\"}, []], \"d\": {}},\n  \"e\": -1.5E+3, \"f\": null\n}"
        #expect(split(object + "\n" + object + object) == ["1|" + object, "5|" + object, "8|" + object])
    }

    @Test("are the elements of arrays")
    func arrays() {
        #expect(split("[\n {\"a\":1},\n {\"b\":[2]}\n]\n") == ["2|{\"a\":1}", "3|{\"b\":[2]}"])
        #expect(split("[{\"a\":1}, {\"b\":2}]\n[{\"c\":3}]") == ["1|{\"a\":1}", "1|{\"b\":2}", "2|{\"c\":3}"])
        #expect(split("[]\n{\"a\":1}") == ["2|{\"a\":1}"])
        #expect(split("[{\"a\":1},\n") == ["1|{\"a\":1}"])
    }

    @Test(
        "of which one is damaged leave the others as they are",
        arguments: [
            ("{\"a\":1\n{\"b\":2}\n", ["1|{\"a\":1", "2|{\"b\":2}"]),
            ("{\"a\":\"1}\n{\"b\":2}\n", ["1|{\"a\":\"1}", "2|{\"b\":2}"]),
            ("{\"a\":1}}\n{\"b\":2}\n", ["1|{\"a\":1}}", "2|{\"b\":2}"]),
            ("{\"a\":1},\n{\"b\":2}\n", ["1|{\"a\":1},", "2|{\"b\":2}"]),
            ("{\"a\":1} x\n{\"b\":2}\n", ["1|{\"a\":1} x", "2|{\"b\":2}"]),
            ("{a:1}\n  {\"b\":2}\n", ["1|{a:1}", "2|{\"b\":2}"]),
            ("x\n{\"b\":2}\n1", ["1|x", "2|{\"b\":2}", "3|1"]),
            ("a,b\n1,2\n\n\"a\":1}\n{\"b\":2}\nx", ["1|a,b", "2|1,2", "4|\"a\":1}", "5|{\"b\":2}", "6|x"]),
            ("{\n  \"a\": 1\n  \"b\": 2\n}\n{\"c\":3}", ["1|{\n  \"a\": 1\n  \"b\": 2\n}", "5|{\"c\":3}"]),
            ("[\n{\"a\":},\n{\"b\":2},\n{\"c\":3}\n]\n", ["2|{\"a\":},", "3|{\"b\":2}", "4|{\"c\":3}"]),
            ("[{\"a\":1}\n{\"b\":2}]", ["1|{\"a\":1}", "2|{\"b\":2}]"]),
            ("[{\"a\":1},{\"b\":", ["1|{\"a\":1}", "1|{\"b\":"]), ("]\n{\"a\":1}", ["1|]", "2|{\"a\":1}"]),
        ])
    func damaged(text: String, expected: [String]) { #expect(split(text) == expected) }

    @Test("may be nested, yet not without end")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
        }
        #expect(split(nested(64)) == ["1|" + nested(64)])
        #expect(split(nested(64) + nested(2)).count == 2 && split(nested(65) + nested(2)).count == 1)
        #expect(split(String(repeating: "{\"a\":\n", count: 5000)).count == 5000)
    }

    @Test("hold every byte that is not blank or between records exactly once, whatever the bytes are")
    func nothingLost() {
        var random = SplitMix64(7)
        let alphabet = ["{", "}", "[", "]", ",", ":", "\"a\"", "1", "\n", " ", "x", "{\"a\":1}", "\""]
        for _ in 0..<20_000 {
            let pieces = (0..<Int.random(in: 0...12, using: &random)).map { _ in alphabet.randomElement(using: &random)!
            }
            let bytes = Array(pieces.joined().utf8)
            var end = 0
            for record in JSONRecords(bytes) {
                #expect(record.bytes.lowerBound >= end && !record.bytes.isEmpty)
                #expect(record.line == 1 + bytes[..<record.bytes.lowerBound].count { $0 == 10 })
                #expect(bytes[end..<record.bytes.lowerBound].allSatisfy(isBetween))
                end = record.bytes.upperBound
            }
            #expect(bytes[end...].allSatisfy(isBetween))
        }
    }

    private func isBetween(_ byte: UInt8) -> Bool { byte <= 32 || "[],".utf8.contains(byte) }
}
