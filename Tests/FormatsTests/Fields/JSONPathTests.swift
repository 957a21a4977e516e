import Formats
import Records
import Testing

@Suite("Paths into JSON")
struct JSONPathTests {
    private func part(_ terminal: String, _ members: String, device: String? = nil) -> RecordPart {
        let extras: [Mapping.Extra: FieldSource] = device.map { [.entity(.device): FieldSource([$0])] } ?? [:]
        let mapping = Mapping(terminal: FieldSource([terminal]), extras: extras)
        let text = #"{"id":"p","time":"2026-11-20","customer":"c","amount":1,\#(members)}"#
        return RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
    }

    @Test(
        "go into arrays by an index, or by being the only entry",
        arguments: [
            ("p[0].to", #""p":[{"to":"X"}]"#), ("p[1].to", #""p":[{"to":"A"},{"to":"X"},{"to":"B"}]"#),
            ("p[].to", #""p":[{"to":"X"}]"#),
            ("p[]", #""p":["X"]"#), ("p[2]", #""p":["A",5,"X"]"#),
            ("a.p[].b.q[1]", #""a":{"p":[{"b":{"q":["A","X"]}}]}"#),
            ("p[][1]", #""p":[["A","X"]]"#), ("p[0][].to", #""p":[[{"to":"X"}],[1,2]]"#),
            ("p[].q[].to", #""p":[{"q":[{"to":"X"}]}]"#),
        ])
    func arrays(path: String, members: String) { #expect(part(path, members).transaction?.terminal == "X", "\(path)") }

    @Test(
        "to the only entry are refused where there are several, and missing where there is none",
        arguments: [
            ("p[].to", #""p":[{"to":"X"},{"to":"Y"}]"#, RejectionReason.severalValues),
            ("p[].to", #""p":[{"to":"X"},{}]"#, .severalValues),
            ("p[]", #""p":["X","X"]"#, .severalValues), ("p[].q[].to", #""p":[{"q":[{"to":"X"},1]}]"#, .severalValues),
            ("p[].to", #""p":[]"#, .missingField), ("p[].to", #""p":{"to":"X"}"#, .missingField),
            ("p[].to", #""q":1"#, .missingField),
            ("p[3]", #""p":["X"]"#, .missingField), ("p[]", #""p":[{}]"#, .wrongType), ("p", #""p":["X"]"#, .wrongType),
            ("p[0]", #""p":[null]"#, .missingField), ("p[0].to", #""p":["X"]"#, .missingField),
        ])
    func several(path: String, members: String, reason: RejectionReason) {
        #expect(part(path, members).rejection == Rejection(reason: reason, field: path))
    }

    @Test("of an optional field that has several values leave it out")
    func optional() {
        let several = part("t", #""t":"X","d":[{"id":1},{"id":2}]"#, device: "d[].id")
        #expect(several.valid?.faults.map(\.rejection) == [Rejection(reason: .severalValues, field: "d[].id")])
        #expect(part("t", #""t":"X","d":[{"id":1}]"#, device: "d[].id").transaction?.entities == [.device: "1"])
    }

    @Test("tell a member with a point in its name from one within another, where a backslash says so")
    func points() {
        let both = #""a.b":"X","a":{"b":"Y"}"#
        #expect(part(#"a\.b"#, both).transaction?.terminal == "X")
        #expect(part("a.b", both).rejection?.reason == .malformedJSON)
        #expect(part("a.b", both, device: #"x\.y"#).transaction?.terminal == "Y")
        #expect(part("a.b", #""a.b":"X""#).transaction?.terminal == "X")
        #expect(part(#"a\[0\]"#, #""a[0]":"X","a":["Y"]"#).transaction?.terminal == "X")
        #expect(part(#"a\\.b"#, #""a\\":{"b":"X"}"#).transaction?.terminal == "X")
        #expect(part(#"m.a\.b[0]"#, #""m":{"a.b":["X"]}"#).transaction?.terminal == "X")
    }
}
