import Formats
import Support
import Testing

private func split(_ text: String, _ delimiter: Character = ",") -> [String]? {
    CSVLine.split(Array(text.utf8), delimiter: delimiter.asciiValue ?? 0)?.map { String(decoding: $0, as: UTF8.self) }
}

@Suite("CSV lines")
struct CSVLineTests {
    @Test(
        "are split as RFC 4180 says",
        arguments: [
            ("aaa,bbb,ccc", ["aaa", "bbb", "ccc"]), ("aaa,bbb,ccc\r\n", ["aaa", "bbb", "ccc"]),
            ("aaa,bbb,ccc\n", ["aaa", "bbb", "ccc"]), ("\"aaa\",\"bbb\",\"ccc\"", ["aaa", "bbb", "ccc"]),
            ("\"aaa\",\"b\r\nbb\",\"ccc\"\r\n", ["aaa", "b\r\nbb", "ccc"]), ("\"a,b\",c", ["a,b", "c"]),
            ("\"aaa\",\"b\"\"bb\",\"ccc\"", ["aaa", "b\"bb", "ccc"]), ("\"\"\"\"", ["\""]), ("\"\",x", ["", "x"]),
            ("", [""]), (",", ["", ""]), ("a,", ["a", ""]), (",a", ["", "a"]), (" a , b ", [" a ", " b "]),
            ("\"a\n\"", ["a\n"]),
        ])
    func fields(line: String, expected: [String]) { #expect(split(line) == expected) }

    @Test(
        "with a quote out of place, or a second line, are refused",
        arguments: [
            "\"abc", "\"abc\"x,y", "a\"b,c", "a,b\"", "\"a\"\"", "\"", "a\nb", "a\r\nb", "a\rb", "a\n\n", "\"a\" ,b",
        ])
    func refused(line: String) { #expect(split(line) == nil) }

    @Test("take another delimiter, and then a comma is a character like any other")
    func delimiter() {
        #expect(split("a;b,c;\"d;e\"", ";") == ["a", "b,c", "d;e"])
        #expect(split("a\tb", "\t") == ["a", "b"])
    }

    @Test("of any fields come back from their quoted form")
    func roundTrip() {
        let alphabet: [UInt8] = [34, 44, 10, 13, 97, 195, 169]
        for seed in 1...5 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            for _ in 0..<200 {
                let fields = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                    (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                        alphabet[Int.random(in: alphabet.indices, using: &generator)]
                    }
                }
                var line: [UInt8] = []
                for field in fields {
                    line += [34]
                    for byte in field { line += byte == 34 ? [34, 34] : [byte] }
                    line += [34, 44]
                }
                line.removeLast()
                #expect(CSVLine.split(line) == fields, "seed \(seed)")
            }
        }
    }
}
