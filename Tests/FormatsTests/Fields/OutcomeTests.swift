import Formats
import Records
import Testing

@Suite("Labels and outcomes as mappings say they are written")
struct OutcomeTests {
    private func verdict(_ fraud: String, _ source: FieldSource = "fraud") -> RecordPart {
        let mapping = Mapping(labels: Labels(fraud: source))
        let text = #"{"type":"label","transaction":"p","fraud":\#(fraud)}"#
        return RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
    }

    @Test("say yes or no in the forms that programs write")
    func plain() {
        for word in ["true", "\"true\"", "\"True\"", "\"TRUE\"", "1", "\"1\"", "1.0", "\"1.0\"", "\" true \""] {
            #expect(verdict(word).verdict == Verdict(transaction: "p", fraud: true), "\(word)")
        }
        for word in ["false", "\"False\"", "\"FALSE\"", "0", "\"0\"", "0.0", "\"0.0\"", "\"0 \""] {
            #expect(verdict(word).verdict == Verdict(transaction: "p", fraud: false), "\(word)")
        }
        for word in ["\"yes\"", "\"Y\"", "2", "-1", "\"\"", "null", "[]", "\"truefalse\"", "0.5", "\"01\""] {
            #expect(verdict(word).rejection == Rejection(reason: .wrongType, field: "fraud"), "\(word)")
        }
    }

    @Test("are told by codes in letters of any case, beside true and 1 where codes don't say what these are")
    func codes() {
        let codes = FieldSource(["fraud"], codes: ["y": "true", "genuine": "false", "2": "true", "false": "true"])
        for (word, fraud) in [("\"Y\"", true), ("\"y\"", true), ("\"Genuine\"", false), ("2", true), ("false", true)] {
            #expect(verdict(word, codes).verdict?.fraud == fraud, "\(word)")
        }
        for word in ["\"N\"", "true", "1", "null"] {
            #expect(verdict(word, codes).rejection == Rejection(reason: .valueInvalid, field: "fraud"), "\(word)")
        }
        let otherwise = FieldSource(["fraud"], codes: ["y": "true"], otherwise: "false")
        for word in ["\"N\"", "null", "\"\"", "0"] {
            #expect(verdict(word, otherwise).verdict?.fraud == false, "\(word)")
        }
        #expect(
            verdict("true", otherwise).verdict?.fraud == true && verdict("\"1.0\"", otherwise).verdict?.fraud == true)
        #expect(verdict("false", FieldSource(["fraud"], codes: ["y": "true"])).verdict?.fraud == false)
        let empty = FieldSource(["fraud"], otherwise: "false")
        #expect(verdict("null", empty).verdict?.fraud == false && verdict("1", empty).verdict?.fraud == true)
        #expect(verdict("\"maybe\"", empty).rejection?.reason == .wrongType)
    }

    @Test("stand with a transaction where the mapping has fields for that, and a wrong one refuses it")
    func outcomes() {
        func part(_ more: String) -> RecordPart {
            let mapping = Mapping(labels: nil, outcome: OutcomeFields(fraud: "bad", scenario: "scenario"))
            let text = #"{"id":"p","time":"2026-11-20","customer":"c","terminal":"t","amount":1\#(more)}"#
            return RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
        }
        for (more, outcome) in [
            (#","bad":1,"scenario":3"#, LabelledOutcome(fraud: true, scenario: 3)),
            (#","bad":"0","scenario":"0.0""#, .init(fraud: false, scenario: 0)),
            (#","bad":"True""#, .init(fraud: true, scenario: 1)),
            (#","bad":false,"scenario":null"#, .init(fraud: false, scenario: 0)),
        ] { #expect(part(more).labelled == outcome, "\(more)") }
        for (more, reason, field) in [
            ("", RejectionReason.missingField, "bad"), (#","bad":"x""#, .wrongType, "bad"),
            (#","bad":1,"scenario":-1"#, .valueInvalid, "scenario"),
            (#","bad":1,"scenario":1.5"#, .valueInvalid, "scenario"),
        ] { #expect(part(more).rejection == Rejection(reason: reason, field: field), "\(more)") }
        #expect(RecordParser(mapping: .canonical).parts(Array(#"{"id":"p"}"#.utf8))[0].labelled == nil)
    }

    @Test(
        "are told by a type in letters of any case, as watermarks are",
        arguments: ["Label", "LABEL", " label ", "lABEL"])
    func typeCase(word: String) {
        let payment = #""id":"p","time":"2026-11-20","customer":"c","terminal":"t","amount":1"#
        func part(_ type: String, _ value: String) -> RecordPart {
            let text = #"{"type":"\#(type)","transaction":"p","fraud":true,\#(payment)}"#
            return RecordParser(mapping: Mapping(labels: Labels(value: value))).parts(Array(text.utf8))[0]
        }
        for value in ["label", "Label"] {
            #expect(part(word, value).verdict == Verdict(transaction: "p", fraud: true))
            #expect(part("labels", value).transaction?.id == "p")
        }
        let time = EventTime(rfc3339: "2026-11-20")
        for word in ["Watermark", "WATERMARK "] { #expect(part(word, "label").watermark == time) }
        #expect(part("1E3", "1E3").verdict != nil)
    }

    @Test("without a type are labels where they name a transaction")
    func untyped() {
        let mapping = Mapping(type: nil, labels: Labels(value: nil))
        func part(_ text: String) -> RecordPart { RecordParser(mapping: mapping).parts(Array(text.utf8))[0] }
        #expect(part(#"{"transaction":"p","fraud":true}"#).verdict == Verdict(transaction: "p", fraud: true))
        for blank in ["null", "\"\"", "\"  \""] {
            let text =
                #"{"id":"p","time":"2026-11-20","customer":"c","terminal":"t","amount":1,"transaction":\#(blank)}"#
            #expect(part(text).transaction?.id == "p")
        }
    }
}
