import Formats
import PipelineFiles
import Records
import Testing

@Suite("Mapping files")
struct MappingFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static let labels = "labels: { type: a, value: label, transaction: a, fraud: a }\n"

    @Test("of ISO 20022 that are committed are read")
    func committed() throws {
        for (name, syntax) in [("iso20022", Mapping.Syntax.xml), ("iso20022-json", .json)] {
            let mapping = try readMapping(file: ConfigurationFixture.committed("mappings/\(name).yaml"))
            #expect(mapping.format == .iso20022(syntax))
            #expect(mapping.id == "reference")
            #expect(mapping.time == FieldSource(["acceptance_time", "created"]))
            let instant = ["INST", "PAGPRI", "PAGFRD", "PAGAGD"].map { ($0, "instant_transfer") }
            #expect(
                mapping.extras[.kind]
                    == FieldSource(
                        ["local_instrument", "service_level"], codes: Dictionary(uniqueKeysWithValues: instant),
                        otherwise: "transfer"))
        }
    }

    @Test("take alternatives, codes and fixed values, and records follow them")
    func sources() throws {
        try file.write(
            """
            format: json
            fields:
              id: [ref, id]
              time: at
              customer: who
              terminal: { field: [shop, site], otherwise: nowhere }
              amount: sum.value
              currency: sum.unit
              kind: { value: cash_out }
              channel: { field: via, codes: { W: online, A: atm } }
              merchant_category: mcc
            \(Self.labels)
            """)
        var mapping = try readMapping(file: file.path)
        mapping.rates = try readRates(file: ConfigurationFixture.committed("rates.yaml"))
        let parser = RecordParser(mapping: mapping)
        func part(_ text: String) -> RecordPart { parser.parts(Array(text.utf8))[0] }
        let rest = #""at":"2026-03-02","who":"c1","sum":{"value":"10.50","unit":"USD"}"#
        let full = try #require(part(#"{"ref":"","id":"a","site":"s2","via":"W","mcc":"5411",\#(rest)}"#).transaction)
        #expect(full.id == "a" && full.terminal == "s2" && full.kind == .cashOut && full.channel == .online)
        #expect(full.amount == MinorUnits(966) && full.original?.decimal == "10.50")
        #expect(full.entities == [.merchantCategory: "5411"])
        let bare = try #require(part(#"{"ref":"b","id":"a","mcc":null,\#(rest)}"#).transaction)
        #expect(bare.id == "b" && bare.terminal == "nowhere" && bare.channel == nil && bare.entities.isEmpty)
        for (extra, field, text) in [(Mapping.Extra.channel, "via", "X"), (.entity(.merchantCategory), "mcc", "54")] {
            let valid = try #require(part("{\"ref\":\"b\",\"\(field)\":\"\(text)\",\(rest)}").valid)
            #expect(valid.faults.map(\.extra) == [extra] && valid.transaction.value(of: extra) == nil)
            #expect(valid.faults.map(\.rejection) == [Rejection(reason: .valueInvalid, field: field)])
        }
        #expect(part(#"{\#(rest)}"#).rejection == Rejection(reason: .missingField, field: "ref"))
    }

    @Test(
        "that are wrong say so with their line",
        arguments: [
            ("format: xml\n", "1: format: json, csv, iso20022_xml or iso20022_json belongs here"),
            ("format: json\n", "1: `fields` is missing"),
            ("format: json\ncolumns: [a]\n", "2: columns: only CSV records have columns"),
            ("format: json\nfields: { id: a }\n", "2: fields: `time` is missing"),
            (
                "format: json\nfields:\n  id: a\n  colour: b\n",
                "4: fields: unknown key `colour`; known here: id, time, customer, terminal, amount, currency, kind, "
                    + "channel, account, card, payee, merchant, merchant_category, device, ip, country"
            ),
            ("format: json\nfields:\n  id: []\n", "3: fields.id: at least one field belongs here"),
            (
                "format: json\nfields:\n  id: { name: a }\n",
                "3: fields.id: unknown key `name`; known here: field, codes, otherwise"
            ),
            (
                "format: csv\ncolumns: [a]\nfields:\n  id: a\n  time: b\n",
                "5: fields.time: `columns` has no such column"
            ),
            (
                "format: csv\ncolumns: [a]\nfields:\n  id: a\n  time:\n    - a\n    - b\n",
                "7: fields.time[1]: `columns` has no such column"
            ),
            (
                "format: json\nfields:\n  { id: a, time: a, customer: a, terminal: a, amount: a,\n    kind: { value: wire } }\n",
                "4: fields.kind.value: unknown code `wire`; known here: card, transfer, instant_transfer, cash_out"
            ),
            (
                "format: json\nfields:\n  { id: a, time: a, customer: a, terminal: a, amount: a,\n"
                    + "    channel: { field: x,\n      codes: { A: ship } } }\n",
                "5: fields.channel.codes.A: unknown code `ship`; known here: pos, atm, branch, online, mobile, phone, "
                    + "file"
            ),
            (
                "format: iso20022_xml\nfields: { id: reference, time: created, customer: debtor_account,\n"
                    + "  terminal: creditor_account, amount: amount }\n" + Self.labels,
                "4: labels: ISO 20022 has messages of its own for outcomes"
            ),
        ])
    func mistakes(text: String, mistake: String) throws {
        #expect(try file.mistake(text) { path in _ = try readMapping(file: path) } == mistake)
    }

    @Test("that name a field which no message of ISO 20022 has say which there are")
    func unknownField() throws {
        let mistake = try file.mistake("format: iso20022_xml\nfields:\n  id: EndToEndId\n") { path in
            _ = try readMapping(file: path)
        }
        #expect(
            mistake?.hasPrefix("3: fields.id: unknown field `EndToEndId`; known here: message_id, created, ") == true)
    }
}
