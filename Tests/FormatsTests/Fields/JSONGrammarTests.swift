import Formats
import Records
import Support
import Testing

@Suite("JSON by its grammar")
struct JSONGrammarTests {
    private func part(_ members: String, _ mapping: Mapping = Mapping(terminal: "v")) -> RecordPart {
        let text = String(BadJSON.record(["terminal": nil]).dropLast()) + ",\(members)}"
        return RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
    }

    /// Whether a text is a number by RFC 8259, section 6: a machine of states and what each goes to.
    private func isNumber(_ text: String) -> Bool {
        enum State { case start, minus, zero, whole, point, decimals, e, sign, exponent, wrong }
        let end = text.reduce(State.start) { state, c in
            switch (state, c) {
            case (.start, "-"): .minus
            case (.start, "0"), (.minus, "0"): .zero
            case (.start, "7"), (.minus, "7"), (.whole, "7"), (.whole, "0"): .whole
            case (.zero, "."), (.whole, "."): .point
            case (.point, "0"), (.point, "7"), (.decimals, "0"), (.decimals, "7"): .decimals
            case (.zero, "e"), (.whole, "e"), (.decimals, "e"): .e
            case (.e, "+"), (.e, "-"): .sign
            case (.e, "0"), (.e, "7"), (.sign, "0"), (.sign, "7"), (.exponent, "0"), (.exponent, "7"): .exponent
            default: .wrong
            }
        }
        return [.zero, .whole, .decimals, .exponent].contains(end)
    }

    @Test("of all texts up to five signs those that are numbers are taken, as they are written")
    func numbers() {
        let alphabet = "07-+.e".map(String.init)
        var (texts, wrong) = (alphabet, 0)
        while texts[0].count <= 5 {
            for text in texts {
                let found = part("\"v\":\(text)")
                let expected = isNumber(text) ? text : nil
                let isRefused = found.rejection == Rejection(reason: .malformedJSON, field: nil)
                if found.transaction?.terminal != expected || isRefused == isNumber(text) { wrong += 1 }
            }
            texts = texts.flatMap { text in alphabet.map { text + $0 } }
        }
        #expect(wrong == 0)
    }

    @Test("a backslash stands before nine characters, and each of them means what RFC 8259 says")
    func escapes() {
        let meanings: [Character: String] = ["\"": "\"", "\\": "\\", "/": "/"]
        let controls: Set<Character> = ["b", "f", "n", "r", "t"]
        for byte in 32...126 as ClosedRange<UInt8> {
            let character = Character(Unicode.Scalar(byte))
            let found = part("\"v\":\"a\\\(character)z\"")
            if let meaning = meanings[character] {
                #expect(found.transaction?.terminal == "a\(meaning)z")
            } else {
                let reason = controls.contains(character) ? RejectionReason.controlCharacter : .malformedJSON
                #expect(found.rejection?.reason == reason, "\(character)")
            }
        }
        for (letter, control) in [("b", 8), ("t", 9), ("n", 10), ("f", 12), ("r", 13)] {
            // A name may hold it, and is the same as with its code in hexadecimal.
            let twice = part("\"v\":1,\"q\\\(letter)\":1,\"q\\u000\(String(control, radix: 16))\":1")
            #expect(twice.rejection?.reason == .malformedJSON, "\(letter)")
        }
    }

    @Test("a code in hexadecimal is its character, half of a pair none, and the two of a pair one")
    func codes() {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x2FF, 0xD7F0...0xD80F, 0xDBF0...0xDC0F, 0xDFF0...0xE00F, 0xFFF0...0xFFFF,
        ]
        for code in ranges.joined() {
            let digits = String(code + 0x10000, radix: 16, uppercase: code % 2 == 0).dropFirst()
            let found = part("\"v\":\"a\\u\(digits)z\"")
            switch code {
            case ..<0x20, 0x7F: #expect(found.rejection == Rejection(reason: .controlCharacter, field: "v"))
            case 0xD800...0xDFFF: #expect(found.rejection == Rejection(reason: .malformedJSON, field: nil))
            case 0xFFFD: #expect(found.rejection == Rejection(reason: .encodingUnsupported, field: "v"))
            default:
                let scalars = found.transaction.map { $0.terminal.unicodeScalars.map(\.value) }
                #expect(scalars == [0x61, code, 0x7A], "\(digits)")
            }
        }
        for (high, low, code) in [(0xD800, 0xDC00, 0x10000), (0xDBFF, 0xDFFF, 0x10FFFF), (0xD83D, 0xDCB6, 0x1F4B6)] {
            let pair = "\\u" + String(high, radix: 16) + "\\u" + String(low, radix: 16)
            #expect(part("\"v\":\"\(pair)\"").transaction?.terminal.unicodeScalars.map(\.value) == [UInt32(code)])
            for first in [low, high] {
                let turned = "\\u" + String(first, radix: 16) + "\\u" + String(high, radix: 16)
                #expect(part("\"v\":\"\(turned)\"").rejection?.reason == .malformedJSON)
            }
        }
    }

    @Test("names are one name where their code units are, and not where they only look alike")
    func names() {
        let (one, two) = ("\u{E9}", "e\u{301}")
        for (first, second) in [(one, two), (two, one)] {
            for path in ["#", "m.#", "#.m", "#[1]", "#[]", "m[].#", #"a\.#"#] {
                func json(_ name: String, _ value: String) -> String {
                    switch path {
                    case "m.#", "m[].#": "\"\(name)\":\"\(value)\""
                    case "#.m": "\"\(name)\":{\"m\":\"\(value)\"}"
                    case "#[1]": "\"\(name)\":[0,\"\(value)\"]"
                    case "#[]": "\"\(name)\":[\"\(value)\"]"
                    case #"a\.#"#: "\"a.\(name)\":\"\(value)\""
                    default: "\"\(name)\":\"\(value)\""
                    }
                }
                var members = json(first, "1") + "," + json(second, "2")
                if path == "m.#" { members = "\"m\":{\(members)}" }
                if path == "m[].#" { members = "\"m\":[{\(members)}]" }
                for (name, value) in [(first, "1"), (second, "2")] {
                    let mapping = Mapping(terminal: FieldSource([path.replacing("#", with: name)]))
                    #expect(part(members, mapping).transaction?.terminal == value, "\(path) \(members)")
                }
                #expect(part(members + ",\"v\":\"3\"").transaction?.terminal == "3", "\(path)")
            }
        }
        let alone = part("\"\(two)\":\"x\"", Mapping(terminal: FieldSource([one])))
        #expect(alone.rejection == Rejection(reason: .missingField, field: one))
        for twice in [one + "\":1,\"" + one, one + "\":1,\"\\u00e9", two + "\":1,\"e\\u0301", "\u{7F}\":1,\"\\u007f"] {
            #expect(part("\"v\":1,\"\(twice)\":2").rejection?.reason == .malformedJSON, "\(twice)")
            #expect(part("\"v\":1,\"m\":[{\"\(twice)\":2}]").rejection?.reason == .malformedJSON, "\(twice)")
        }
        // What a name beyond ASCII is written as within the scanner is a name, too.
        #expect(part("\"v\":\"x\",\"\(one)\":1,\"\u{7F}LC\u{7F}JI\":2,\"\u{7F}\":3").transaction?.terminal == "x")
    }

    /// A random path with what it leads to, from the inside out.
    private func nested(_ random: inout SplitMix64) -> (path: String, json: String, several: String?) {
        let names = [("m", "m"), ("a.b", #"a\.b"#), ("c[0]", #"c\[0\]"#), (#"d\\e"#, #"d\\e"#)]
        var (path, json, several): (String, String, String?) = ("", "\"X\"", nil)
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let point = path.isEmpty || path.first == "[" ? "" : "."
            switch Int.random(in: 0...3, using: &random) {
            case 0:
                let before = Int.random(in: 0...3, using: &random)
                let others = { (count: Int) in Array(repeating: "{\"z\":[1]}", count: count) }
                path = "[\(before)]" + point + path
                let wrap = { (inner: String) in
                    "[" + (others(before) + [inner] + others(2)).joined(separator: ",") + "]"
                }
                (json, several) = (wrap(json), several.map(wrap))
            case 1:
                path = "[]" + point + path
                (json, several) = ("[\(json)]", "[\(json),null]")
            default:
                let (name, escaped) = names.randomElement(using: &random) ?? ("m", "m")
                path = escaped + point + path
                let wrap = { (inner: String) in "{\"z\":{\"m\":2},\"\(name)\":\(inner),\"y\":[]}" }
                (json, several) = (wrap(json), several.map(wrap))
            }
        }
        let start = path.first == "[" ? "top" : "top."
        return (start + path, json, several)
    }

    @Test("a path leads to one value through any members and arrays, and to none where an only entry is one of two")
    func paths() {
        var random = SplitMix64(71)
        for _ in 0..<600 {
            let (path, json, several) = nested(&random)
            // A backslash in some name of the mapping, so that all of the record's names are escaped.
            let mapping = Mapping(terminal: FieldSource([path]), extras: [.entity(.device): #"no\.thing"#])
            #expect(part("\"top\":\(json)", mapping).transaction?.terminal == "X", "\(path)")
            guard let several else { continue }
            let refused = part("\"top\":\(several)", mapping).rejection
            #expect(refused == Rejection(reason: .severalValues, field: path), "\(path)")
        }
    }
}
