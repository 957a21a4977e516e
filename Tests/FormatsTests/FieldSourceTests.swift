import Formats
import Records
import Testing

@Suite("Where a mapping takes its fields from")
struct FieldSourceTests {
    /// A record with `members` beside those that every transaction has.
    private func transaction(_ members: String, _ extras: [Mapping.Extra: FieldSource]) throws(Rejection) -> Transaction
    {
        let mapping = Mapping(
            id: FieldSource(["ref.uetr", "ref.id", "ref.end"]),
            customer: FieldSource(["who"], otherwise: "nobody"),
            terminal: FieldSource(["where"], codes: ["A": "atm-1", "B": "pos-2"]), extras: extras)
        let text = #"{"time":"2018-07-05","amount":"1","# + members + "}"
        guard case .transaction(let valid) = try RecordParser(mapping: mapping).parse(Array(text.utf8)) else {
            throw Rejection(reason: .wrongType, field: nil)
        }
        if let fault = valid.faults.first { throw fault.rejection }
        return valid.transaction
    }

    private func refused(_ members: String, _ extras: [Mapping.Extra: FieldSource] = [:]) -> Rejection? {
        do throws(Rejection) {
            _ = try transaction(members, extras)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "the first of several fields that is there and not empty counts",
        arguments: [
            (#"{"uetr":"U","id":"I","end":"E"}"#, "U"), (#"{"id":"I","end":"E"}"#, "I"), (#"{"end":"E"}"#, "E"),
            (#"{"uetr":null,"id":"","end":"E"}"#, "E"), (#"{"uetr":"","id":7,"end":"E"}"#, "7"),
            (#"{"uetr":" ","id":"I"}"#, "I"), (#"{"uetr":"\u00a0 ","id":"  I "}"#, "I"),
        ])
    func first(reference: String, id: String) throws {
        #expect(try transaction("\"ref\":\(reference),\"who\":\"c\",\"where\":\"A\"", [:]).id == id)
    }

    @Test("where none is there, the first is named, and the one that is wrong where it is there")
    func names() {
        let rest = #","who":"c","where":"A""#
        #expect(refused(#""ref":{}"# + rest) == Rejection(reason: .missingField, field: "ref.uetr"))
        #expect(refused(#""ref":{"end":""}"# + rest) == Rejection(reason: .missingField, field: "ref.uetr"))
        #expect(refused(#""ref":{"uetr":""}"# + rest) == Rejection(reason: .emptyField, field: "ref.uetr"))
        #expect(refused(#""ref":{"end":true}"# + rest) == Rejection(reason: .wrongType, field: "ref.end"))
        #expect(refused(#""ref":{"id":[],"end":"E"}"# + rest) == Rejection(reason: .wrongType, field: "ref.id"))
        #expect(refused(#""ref":{"id":"a\u0007"}"# + rest) == Rejection(reason: .controlCharacter, field: "ref.id"))
    }

    @Test("a code is looked up as it stands, and one that is not in the list rejects the record")
    func codes() throws {
        for (raw, terminal) in [("\"A\"", "atm-1"), ("\"B\"", "pos-2"), ("\" A\"", "atm-1")] {
            #expect(try transaction("\"ref\":{\"id\":\"1\"},\"where\":\(raw)", [:]).terminal == terminal)
        }
        for (raw, reason) in [
            ("\"a\"", RejectionReason.valueInvalid), ("\"C\"", .valueInvalid),
            ("\"atm-1\"", .valueInvalid), ("1", .valueInvalid), ("\"\"", .missingField), ("null", .missingField),
            ("true", .wrongType), ("{}", .wrongType),
        ] {
            let expected = Rejection(reason: reason, field: "where")
            #expect(refused("\"ref\":{\"id\":\"1\"},\"where\":\(raw)") == expected)
        }
        #expect(refused(#""ref":{"id":"1"}"#) == Rejection(reason: .missingField, field: "where"))
    }

    @Test("a fixed value takes the place of what is not there, and of nothing else")
    func otherwise() throws {
        let rest = #""ref":{"id":"1"},"where":"A","#
        #expect(try transaction(rest + #""who":"c""#, [:]).customer == "c")
        for raw in ["null", "\"\""] { #expect(try transaction(rest + "\"who\":\(raw)", [:]).customer == "nobody") }
        #expect(try transaction(rest + #""x":1"#, [:]).customer == "nobody")
        #expect(refused(rest + #""who":false"#) == Rejection(reason: .wrongType, field: "who"))
    }

    @Test("a code with a fixed value beside it is that where the list has no such code")
    func codesOtherwise() throws {
        let source = FieldSource(["type"], codes: ["P": "card", "T": "transfer"], otherwise: "cash_out")
        for (raw, kind) in [
            ("\"P\"", PaymentKind.card), ("\"T\"", .transfer), ("\"X\"", .cashOut), ("null", .cashOut), ("7", .cashOut),
        ] {
            let members = "\"ref\":{\"id\":\"1\"},\"where\":\"A\",\"type\":\(raw)"
            #expect(try transaction(members, [.kind: source]).kind == kind)
        }
        let fixed = FieldSource([], otherwise: "mobile")
        #expect(try transaction(#""ref":{"id":"1"},"where":"A""#, [.channel: fixed]).channel == .mobile)
    }

    @Test("codes of lists are taken as they are spelt, each of them and no other")
    func lists() throws {
        let members = #""ref":{"id":"1"},"where":"A","f":"#
        for kind in PaymentKind.allCases {
            #expect(try transaction(members + "\"\(kind.rawValue)\"", [.kind: "f"]).kind == kind)
        }
        for channel in PaymentChannel.allCases {
            #expect(try transaction(members + "\"\(channel.rawValue)\"", [.channel: "f"]).channel == channel)
        }
        for extra in [Mapping.Extra.kind, .channel] {
            for wrong in ["Card", "POS", "cash out", "instantTransfer", "x", "c ard"] {
                let expected = Rejection(reason: .valueInvalid, field: "f")
                #expect(refused(members + "\"\(wrong)\"", [extra: "f"]) == expected)
            }
            for absent in ["null", "\"\""] { #expect(refused(members + absent, [extra: "f"]) == nil) }
        }
        #expect(Mapping.Extra.allCases.map(\.name).count == Set(Mapping.Extra.allCases.map(\.name)).count)
        #expect(Mapping.Extra.kind.codes == ["card", "transfer", "instant_transfer", "cash_out"])
        #expect(Mapping.Extra.channel.codes == ["pos", "atm", "branch", "online", "mobile", "phone", "file"])
        #expect(Mapping.Extra.currency.codes == nil && Mapping.Extra.entity(.card).codes == nil)
    }

    @Test(
        "entities have forms of their own",
        arguments: [
            (EntityKind.merchantCategory, ["0000", "5411", "9999"], ["541", "54111", "54a1", " 541", "٥٤١١", "-541"]),
            (.country, ["NL", "DE", "ZZ"], ["nl", "N", "NLD", "N1", "ÄÖ", " N", "N "]),
            (
                .ip, ["10.0.0.1", "255.255.255.255", "::", "::1", "2001:db8::8a2e:370:7334", "::ffff:10.0.0.1"],
                [
                    "10.0.0", "10.0.0.256", "10.0.0.1.2", "010.0.0.1", "1::2::3", "2001:db8::g", "10.0.0.1/24",
                    "fe80::1%eth0",
                    ": :1", "localhost", "1:2:3:4:5:6:7:8:9",
                ]
            ),
            (.device, ["x", "{}", "é"], []), (.merchant, ["a b"], []), (.card, ["not a card"], []), (.payee, ["x"], []),
            (.account, ["DE00"], []),
        ] as [(EntityKind, [String], [String])])
    func entities(kind: EntityKind, taken: [String], refused: [String]) throws {
        for text in taken {
            #expect(kind.takes(text))
            let members = "\"ref\":{\"id\":\"1\"},\"where\":\"A\",\"f\":\"\(text)\""
            #expect(try transaction(members, [.entity(kind): "f"]).entities == [kind: text])
        }
        for text in refused {
            #expect(!kind.takes(text), "\(text)")
            let members = "\"ref\":{\"id\":\"1\"},\"where\":\"A\",\"f\":\"\(text)\""
            let expected = Rejection(reason: .valueInvalid, field: "f")
            #expect(self.refused(members, [.entity(kind): "f"]) == expected)
        }
    }
}
