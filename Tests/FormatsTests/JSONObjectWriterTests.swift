import Formats
import Foundation
import Support
import Testing

@Suite("Writing JSON objects")
struct JSONObjectWriterTests {
    private func written(_ body: (inout JSONObjectWriter) -> Void) -> String {
        var writer = JSONObjectWriter()
        body(&writer)
        return String(decoding: writer.end(), as: UTF8.self)
    }

    @Test("members come in the order of the calls, with a comma between them and none beside")
    func members() {
        #expect(written { _ in } == "{}")
        #expect(written { $0.put("a", "x") } == #"{"a":"x"}"#)
        #expect(
            written {
                $0.put("a", true); $0.put("b", false)
            } == #"{"a":true,"b":false}"#)
        #expect(
            written {
                $0.put("b", "1"); $0.put("a", "2"); $0.put("b", "3")
            } == #"{"b":"1","a":"2","b":"3"}"#)
        #expect(written { $0.put(named: "a\"b", "x") } == #"{"a\"b":"x"}"#)
    }

    @Test("what is not there is left out, and what is empty is not")
    func absent() {
        let (text, list) = (String?.none, [String]?.none)
        #expect(
            written {
                $0.put("a", text); $0.put("b", list); $0.put(named: "c", nil)
            } == "{}")
        #expect(written { $0.put("a", [Int]?.none) { _, _ in } } == "{}")
        #expect(
            written {
                $0.put("a", text); $0.put("b", ""); $0.put("c", list)
            } == #"{"b":""}"#)
        #expect(
            written {
                $0.put("a", [String]()); $0.put("b", [Int]()) { _, _ in }
            } == #"{"a":[],"b":[]}"#)
        #expect(written { $0.put("a") { _ in } } == #"{"a":{}}"#)
    }

    @Test("whole numbers are written with all their digits")
    func numbers() {
        #expect(written { $0.put("a", 0) } == #"{"a":0}"#)
        #expect(written { $0.put("a", Int64.min) } == #"{"a":-9223372036854775808}"#)
        #expect(written { $0.put("a", UInt64.max) } == #"{"a":18446744073709551615}"#)
        #expect(written { $0.put("a", UInt8(7)) } == #"{"a":7}"#)
    }

    @Test("fractions are read back as the very same number", arguments: [1, 2] as [UInt64])
    func fractions(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let random = (0..<200).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
        for value in [0, 1, -1, 0.1, 1e21, 1e-9, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude] + random {
            let text = written { $0.put("a", value) }
            let object = try JSONDecoder().decode([String: Double].self, from: Data(text.utf8))
            #expect(object["a"] == value, "\(text)")
        }
    }

    @Test("objects and lists nest, with commas where they belong")
    func nesting() {
        let text = written { writer in
            writer.put("a") {
                $0.put("b", 1); $0.put("c") { $0.put("d", [String]()) }; $0.put("e", true)
            }
            writer.put("f", ["x", "", "y\"z"])
            writer.put("g", [1, 2]) { number, writer in
                writer.put("n", number); writer.put("m", ["\(number)"])
            }
            writer.put("h", [0]) { _, _ in }
            writer.put("i", "end")
        }
        #expect(
            text
                == #"{"a":{"b":1,"c":{"d":[]},"e":true},"f":["x","","y\"z"],"g":[{"n":1,"m":["1"]},{"n":2,"m":["2"]}],"#
                + #""h":[{}],"i":"end"}"#)
    }

    @Test("control characters, quotes and backslashes are escaped, and nothing else is")
    func escapes() {
        for value in UInt32(0)...0x9F {
            let character = String(Unicode.Scalar(value)!)
            let hex = String(value, radix: 16)
            let expected =
                switch value {
                case 0..<32: "\\u00" + (value < 16 ? "0" : "") + hex
                case 0x22: "\\\""
                case 0x5C: "\\\\"
                default: character
                }
            #expect(written { $0.put("a", "x\(character)y") } == "{\"a\":\"x\(expected)y\"}", "U+\(hex)")
        }
        for text in ["é", "店", "😀", "\u{2028}", "\u{FEFF}", "</script>", "e\u{301}"] {
            #expect(written { $0.put("a", text) } == "{\"a\":\"\(text)\"}")
        }
    }

    @Test("any texts are read back by another reader of JSON", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var generator = SplitMix64(seed)
        let alphabet = Array("ab{}[]:,\"\\/\u{0}\u{1F}\n\t é店😀\u{2029}")
        func text() -> String {
            String(
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    alphabet[Int.random(in: alphabet.indices, using: &generator)]
                })
        }
        for _ in 0..<100 {
            let (first, second, list) = (text(), text(), [text(), text()])
            let bytes = written {
                $0.put("a", first); $0.put(named: "b" + second, second); $0.put("c", list)
            }
            let object = try #require(JSONSerialization.jsonObject(with: Data(bytes.utf8)) as? [String: Any])
            #expect(object["a"] as? String == first && object["c"] as? [String] == list && object.count == 3)
            #expect(object["b" + second] as? String == second)
        }
    }
}
