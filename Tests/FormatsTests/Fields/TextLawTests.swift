import Formats
import Records
import Support
import Testing

@Suite("Laws of texts")
struct TextLawTests {
    /// A payment with a field's text.
    private func part(_ field: String, _ text: String) -> RecordPart {
        RecordParser(mapping: Mapping()).parts(Array(BadJSON.record([field: "\"\(text)\""]).utf8))[0]
    }

    @Test("white space of Unicode is no part of a text at its ends and is one within it, as every other character is")
    func blanks() {
        // White_Space of PropList.txt without control characters, and the byte-order mark.
        let single: [UInt32] = [0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF]
        let spaces = Set(single + Array(0x2000...0x200A))
        for code in 0...0x10FFFF as ClosedRange<UInt32> where code < 0x3100 || code % 257 == 0 || code == 0xFEFF {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let mark = String(Character(scalar))
            let found = Array((mark + "Q" + mark + "7" + mark).trimmed.unicodeScalars)
            let middle = ["Q", scalar, "7"] as [Unicode.Scalar]
            #expect(found == (spaces.contains(code) ? middle : [scalar] + middle + [scalar]), "\(code)")
        }
    }

    @Test(
        "a field may have 128 bytes, blanks at its ends aside, in characters of any width, and not one more",
        arguments: ["id", "customer", "terminal"])
    func limits(field: String) {
        for (character, width) in [("w", 1), ("\u{F8}", 2), ("\u{20BF}", 3), ("\u{1F4B6}", 4)] {
            let most = String(repeating: character, count: 128 / width) + String(repeating: "w", count: 128 % width)
            let found = part(field, "  " + most + "\u{2003}\u{FEFF}").transaction
            let isRead = [found?.id, found?.customer, found?.terminal].contains { $0 == most }
            #expect(isRead, "\(character)")
            #expect(part(field, most + "w").rejection == Rejection(reason: .fieldTooLong, field: field))
            #expect(part(field, "w" + most).rejection == Rejection(reason: .fieldTooLong, field: field))
        }
    }

    @Test("a word of a verdict is the same in each of its spellings, and every other length of it is none")
    func words() {
        func verdict(_ word: String) -> RecordPart {
            let text = "{\"type\":\" label\",\"transaction\":\" p \",\"fraud\":\"\(word)\"}"
            return RecordParser(mapping: Mapping()).parts(Array(text.utf8))[0]
        }
        for (word, fraud) in [("true", true), ("false", false)] {
            for letters in 0..<1 << word.count {
                let spelt = word.enumerated().map { letters >> $0 & 1 == 1 ? $1.uppercased() : String($1) }.joined()
                #expect(verdict(spelt).verdict == Verdict(transaction: "p", fraud: fraud), "\(spelt)")
            }
            for length in 0..<word.count {
                let refused = Rejection(reason: .wrongType, field: "fraud")
                #expect(verdict(String(word.prefix(length))).rejection == refused)
            }
        }
    }

    @Test("a label is told by its mapping's own word, as a text or as a number, and no other word makes one")
    func types() {
        let mapping = Mapping(type: "what", labels: Labels(value: "7", transaction: "of", fraud: "bad"))
        for (what, isLabel) in [("7", true), ("\"7\"", true), ("\"7 \"", true), ("7.0", false), ("\"label\"", false)] {
            let text = BadJSON.record(["what": what, "of": "\"q\"", "bad": "1"])
            let part = RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
            #expect(part.verdict == (isLabel ? Verdict(transaction: "q", fraud: true) : nil), "\(what)")
            #expect((part.transaction?.id == "p-1") == !isLabel)
        }
    }

    @Test("a scenario is a whole number in whatever way it is written, and nothing below zero or between")
    func scenarios() {
        let mapping = Mapping(labels: nil, outcome: OutcomeFields(fraud: "bad", scenario: "kind"))
        func part(_ raw: String) -> RecordPart {
            RecordParser(mapping: mapping).parts(Array(BadJSON.record(["bad": "true", "kind": raw]).utf8))[0]
        }
        for raw in ["12", "12.0", "1.2e1", "120E-1", "\"12\"", "0.0012e4", "12000e-3"] {
            #expect(part(raw).labelled == LabelledOutcome(fraud: true, scenario: 12), "\(raw)")
        }
        for raw in ["-12", "12.5", "12e-1", "0.1", "-0.1", "\"twelve\"", "1e30", "\"12,0\""] {
            #expect(part(raw).rejection == Rejection(reason: .valueInvalid, field: "kind"), "\(raw)")
        }
    }
}
