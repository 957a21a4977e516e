import Formats
import Records
import Testing

@Suite("Optional fields that can't be")
struct LeftOutFieldTests {
    private func part(_ more: String, _ change: (inout ValidationRules) -> Void = { _ in }) -> RecordPart {
        var rules = ValidationRules()
        change(&rules)
        let text = #"{"id":"p","time":"2018-06-26","customer":"c","terminal":"t","amount":1\#(more)}"#
        return RecordParser(mapping: .canonical).parts(Array(text.utf8))[0].checked(
            by: rules, received: 1_530_000_000_000_000)
    }

    @Test(
        "are left out, with a mark that names them",
        arguments: [
            (#","ip":"123.456.789.200""#, Mapping.Extra.entity(.ip)), (#","country":"de""#, .entity(.country)),
            (#","country":["DE"]"#, .entity(.country)), (#","merchant_category":541"#, .entity(.merchantCategory)),
            (#","kind":"wire""#, .kind), (#","channel":true"#, .channel),
            (#","merchant":"a\u0007""#, .entity(.merchant)),
            (",\"device\":\"\(String(repeating: "x", count: 129))\"", .entity(.device)),
        ])
    func leftOut(more: String, extra: Mapping.Extra) {
        let part = part(more)
        #expect(part.marks == [.leftOut(extra)] && part.transaction != nil)
        #expect(part.marks.map(\.rawValue) == ["left_out:\(extra.name)"])
        #expect(part.transaction?.value(of: extra) == nil)
        #expect(self.part(more) { $0.leftOut = [] }.rejection != nil)
    }

    @Test("are all left out, whatever else is marked, and what is right stays")
    func several() {
        let part = part(#","ip":"x","country":"de","kind":"card","device":"d""#) { $0.ahead = -1_000_000 }
        #expect(part.marks == [.clockSkew, .leftOut(.entity(.ip)), .leftOut(.entity(.country))])
        #expect(part.transaction?.kind == .card && part.transaction?.entities == [.device: "d"])
        #expect(self.part(#","ip":"10.0.0.1","country":"","kind":null"#).marks.isEmpty)
    }

    @Test("refuse the transaction where lists and windows go by them, or where they must be there")
    func refused() {
        for name in ["account", "card", "payee"] {
            let rejected = part(",\"\(name)\":\"a\\u0000\"").rejection
            #expect(rejected == Rejection(reason: .controlCharacter, field: name))
        }
        let ip = Rejection(reason: .valueInvalid, field: "ip")
        #expect(part(#","ip":"x""#) { $0.required = [nil: [.entity(.ip)]] }.rejection == ip)
        #expect(part(#","kind":"card","ip":"x""#) { $0.required = [.card: [.entity(.ip)]] }.rejection == ip)
        #expect(part(#","kind":"transfer","ip":"x""#) { $0.required = [.card: [.entity(.ip)]] }.rejection == nil)
    }

    @Test("are never a currency: without it nobody knows the amount")
    func currency() {
        #expect(part(#","currency":"eur""#).rejection == Rejection(reason: .currencyUnknown, field: "currency"))
        #expect(part(#","currency":5"#) { $0.leftOut = Set(Mapping.Extra.allCases) }.rejection?.field == "currency")
    }
}
