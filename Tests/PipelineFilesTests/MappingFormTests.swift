import Formats
import PipelineFiles
import Records
import Testing

/// How a mapping file says that a member's records are written.
@Suite("Forms of records in mapping files")
struct MappingFormTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static let rest = "id: i, customer: c, terminal: t"

    private func mapping(_ fields: String, head: String = "format: json", more: String = "") throws -> Mapping {
        try file.write("\(head)\nfields: { \(Self.rest), \(fields) }\n\(more)\n")
        return try readMapping(file: file.path)
    }

    private func part(_ mapping: Mapping, _ text: String) throws -> RecordPart {
        var mapping = mapping
        mapping.rates = try readRates(file: ConfigurationFixture.committed("rates.yaml"))
        return RecordParser(mapping: mapping).parts(Array(text.utf8))[0]
    }

    private func record(_ time: String, _ amount: String) -> String {
        "{\"i\":\"1\",\"c\":\"c\",\"t\":\"t\",\(time),\(amount)}"
    }

    @Test(
        "say how an amount is written",
        arguments: [
            ("{ field: a, unit: minor }", #""a":6540"#, "65.40"),
            ("{ field: a, unit: minor }", #""a":"6540.0""#, "65.40"),
            ("{ field: a, decimal: ',', thousands: '.' }", #""a":"1.234,56""#, "1234.56"),
            ("{ field: a, decimal: ',', thousands: ' ' }", #""a":"1\u202f234,5""#, "1234.50"),
            ("{ field: a, thousands: \"'\" }", #""a":"12'345.60""#, "12345.60"),
            ("{ field: a, round: true }", #""a":85.64999999999999"#, "85.65"),
            ("{ field: a, payments: negative }", #""a":-12.5"#, "12.50"),
            ("{ field: a, refunds: absolute }", #""a":"12.50-""#, "12.50"),
            ("{ field: a, side: { field: s, debit: [D, DBIT], credit: C } }", #""a":"12.50","s":"DBIT""#, "12.50"),
            ("{ field: a, refund_field: b, refunds: absolute }", #""a":"","b":"12.50""#, "12.50"),
            ("{ field: [x, a], otherwise: '7' }", #""b":1"#, "7.00"), ("{ value: '3.00' }", #""b":1"#, "3.00"),
        ])
    func amounts(form: String, amount: String, decimal: String) throws {
        let mapping = try mapping("time: w, amount: \(form)")
        let part = try part(mapping, record(#""w":"2026-11-20""#, amount))
        #expect(part.transaction?.amount.decimal == decimal, "\(String(describing: part.rejection))")
    }

    @Test("leave refunds out where they say so")
    func refunds() throws {
        let mapping = try mapping("time: w, amount: { field: a, refunds: leave_out }")
        #expect(try part(mapping, record(#""w":"2026-11-20""#, #""a":"-12.50""#)).leftOut == .refund)
    }

    @Test(
        "say how a time is written",
        arguments: [
            ("{ field: w, epoch: seconds }", #""w":1763632800"#),
            ("{ field: w, epoch: seconds }", #""w":"1763632800.75""#),
            ("{ field: w, epoch: milliseconds }", #""w":1763632800123"#),
            ("{ field: w, epoch: microseconds }", #""w":"1763632800123456""#),
            ("{ field: w, epoch: nanoseconds }", #""w":1763632800123456789"#),
            ("{ field: w, pattern: dd.MM.yyyy HH:mm, zone: Europe/Berlin }", #""w":"20.11.2025 11:00""#),
            ("{ field: w, pattern: dd.MM.yyyy HH:mm, zone: '+01:00' }", #""w":"20.11.2025 11:00""#),
            ("{ join: [d, h], pattern: yyyyMMdd HHmmss }", #""d":20251120,"h":"100000""#),
            ("{ join: [d, h], zone: America/New_York }", #""d":"2025-11-20","h":"05:00:00""#),
            ("{ field: w, zone: Europe/Berlin }", #""w":"2025-11-20T11:00:00""#),
            ("{ field: w, zone: Europe/Berlin }", #""w":"2025-11-20T10:00:00Z""#),
            ("{ field: w, start: 2025-11-01T00:00:00Z, unit: hours }", #""w":466"#),
            ("{ field: w, start: 2025-11-20, unit: seconds }", #""w":"3.6e+04""#),
            ("{ field: w, start: 2025-11-19T10:00:00Z, unit: days }", #""w":1.0"#),
            ("{ field: w, start: 2025-11-20T00:00:00Z, unit: minutes }", #""w":"600""#),
        ])
    func times(form: String, time: String) throws {
        let mapping = try mapping("amount: a, time: \(form)")
        let part = try part(mapping, record(time, #""a":1"#))
        #expect(part.transaction?.time.rfc3339 == "2025-11-20T10:00:00Z", "\(String(describing: part.rejection))")
    }

    @Test("take an id from the record's place")
    func place() throws {
        try file.write(
            "format: json\nfields: { id: { place: true }, customer: c, terminal: t, time: w, amount: a }\n")
        let parser = RecordParser(mapping: try readMapping(file: file.path))
        let bytes = Array(#"{"c":"c","t":"t","w":"2026-11-20","a":1}"#.utf8)
        #expect(parser.parts(bytes, at: RecordPlace("x.csv/7"))[0].transaction?.id == "x.csv/7")
        #expect(parser.parts(bytes)[0].rejection == Rejection(reason: .missingField, field: "id"))
    }

    @Test("say which records are labels, or that there are none")
    func labels() throws {
        let none = try mapping("time: w, amount: a")
        #expect(none.labels == nil && none.type == nil)
        #expect(try part(none, record(#""w":"2026-11-20""#, #""a":1,"type":"label""#)).transaction != nil)
        let coded = try mapping(
            "time: w, amount: a",
            more: "labels: { type: k, value: V, transaction: r, fraud: { field: f, codes: { Y: true, n: false } } }")
        for (word, fraud) in [("Y", true), ("y", true), ("N", false)] {
            let label = try part(coded, "{\"k\":\"V\",\"r\":\"p\",\"f\":\"\(word)\"}")
            #expect(label.verdict == Verdict(transaction: "p", fraud: fraud))
        }
        let untyped = try mapping("time: w, amount: a", more: "labels: { transaction: r, fraud: f }")
        #expect(try part(untyped, #"{"r":"p","f":1}"#).verdict == Verdict(transaction: "p", fraud: true))
        #expect(try part(untyped, record(#""w":"2026-11-20""#, #""a":1,"r":null"#)).transaction != nil)
        let watermarks = try mapping("time: w, amount: a", more: "type: k")
        #expect(try part(watermarks, #"{"k":"watermark","w":"2026-11-20"}"#).watermark != nil)
    }

    @Test("say that outcomes stand with transactions")
    func outcome() throws {
        let mapping = try mapping(
            "time: w, amount: a", more: "outcome: { fraud: { field: f, codes: { bad: true, ok: false } }, scenario: s }"
        )
        let bad = try part(mapping, record(#""w":"2026-11-20""#, #""a":1,"f":"BAD","s":"3""#))
        #expect(bad.labelled == LabelledOutcome(fraud: true, scenario: 3))
        let good = try part(mapping, record(#""w":"2026-11-20""#, #""a":1,"f":"ok""#))
        #expect(good.labelled == LabelledOutcome(fraud: false, scenario: 0))
    }

    @Test("of CSV name delimiter, quote and encoding, and may leave the columns to headers")
    func csv() throws {
        let mapping = try mapping(
            "time: w, amount: a", head: "format: csv\ndelimiter: tab\nquote: \"'\"\nencoding: Windows-1252")
        #expect(mapping.format == .csv(Mapping.CSVForm(delimiter: 9, quote: 39)) && mapping.encoding == .windows1252)
        let parser = try #require(try RecordParser(mapping: mapping).reading(header: Array("t\tx\ta\tw\tc\ti".utf8)))
        let line = Array("'M".utf8) + [0xFC, 0x80] + Array("'\t\t1.50\t2026-11-20\tc\tp".utf8)
        #expect(parser.parts(line)[0].transaction?.terminal == "Mü€")
    }

    @Test(
        "that are wrong say so with their line",
        arguments: [
            ("amount: { field: a, unit: cents }", "fields.amount.unit: one of `major`, `minor` belongs here"),
            ("amount: { field: a, decimal: ';' }", "fields.amount.decimal: one of `.`, `,` belongs here"),
            ("amount: { field: a, thousands: '.' }", "fields.amount: `decimal` and `thousands` are the same mark"),
            (
                "amount: { field: a, side: { field: s } }",
                "fields.amount.side: `debit`, `credit` or both belong here: codes of payments and of refunds"
            ),
            (
                "amount: { field: a, side: { field: s, debit: D, credit: [C, D] } }",
                "fields.amount.side: `D` is in both lists"
            ),
            (
                "amount: { field: a, refunds: ignore }",
                "fields.amount.refunds: one of `reject`, `leave_out`, `absolute` belongs here"
            ),
            (
                "amount: { field: a, refund_field: b, payments: negative }",
                "fields.amount: `refund_field` needs no `side` and no sign: the field says what it is"
            ),
            (
                "time: { field: w, epoch: ticks }",
                "fields.time.epoch: one of `seconds`, `milliseconds`, `microseconds`, `nanoseconds` belongs here"
            ),
            (
                "time: { field: w, pattern: 'dd.MM.yyyy HH:MM' }",
                "fields.time.pattern: `M` is there twice; `M` is a month, `m` a minute"
            ),
            (
                "time: { field: w, pattern: 'HH:mm' }",
                "fields.time.pattern: `yyyy` is missing: a time has a year, a month and a day"
            ),
            (
                "time: { field: w, epoch: seconds, pattern: yyyyMMdd }",
                "fields.time: only one of `epoch`, `pattern` and `start` belongs here"
            ),
            (
                "time: { field: w, zone: Europe/Bärlin }",
                "fields.time.zone: a zone such as +01:00, UTC or Europe/Berlin belongs here"
            ),
            (
                "time: { field: w, epoch: seconds, zone: UTC }",
                "fields.time.zone: `epoch` counts from a moment, and needs no zone"
            ),
            ("time: { field: w, overlap: later }", "fields.time.overlap: `overlap` is for times of a `zone`"),
            (
                "time: { field: w, start: soon, unit: days }",
                "fields.time.start: a time such as 2026-01-01T00:00:00Z belongs here"
            ),
            ("time: { field: w, start: 2026-01-01 }", "fields.time: `unit` is missing"),
            ("time: { field: w, unit: days }", "fields.time.unit: `unit` needs a `start` that it counts from"),
            ("time: { join: [w] }", "fields.time.join: two fields or more belong here: a date and a time of day"),
            ("time: { join: [d, h], field: w }", "fields.time.field: `join` names the fields"),
            (
                "time: { field: w, otherwise: now }",
                "fields.time.otherwise: a time has no codes, and nothing takes its place"
            ),
            (
                "time: { value: 2026-11-20 }",
                "fields.time.value: each record has a time of its own: a field belongs here"
            ),
            (
                "account: 'p[x].a'",
                "fields.account: in [ ] belongs a number from 0, or nothing where the array has one entry alone"
            ),
        ])
    func mistakes(field: String, mistake: String) throws {
        let others = ["time: w", "amount: a"].filter { !field.hasPrefix($0.prefix(4)) }.joined(separator: ", ")
        let text = "format: json\nfields:\n  { \(Self.rest), \(others),\n    \(field) }\n"
        #expect(try file.mistake(text) { path in _ = try readMapping(file: path) } == "4: \(mistake)")
    }

    @Test(
        "name what is wrong with the file as a whole",
        arguments: [
            (
                "encoding: utf-7",
                "2: encoding: unknown encoding; known are utf-8, us-ascii, iso-8859-1, iso-8859-15, windows-1252, utf-16, utf-16le, utf-16be"
            ),
            ("quote: \"'\"", "2: quote: only CSV records have quote"),
            (
                "labels: { value: x, transaction: r, fraud: f }",
                "2: labels: `value` needs `type`, the field that has it"
            ),
            ("labels: { type: k, transaction: r, fraud: f }", "2: labels: `value` is missing"),
            (
                "labels: { transaction: r, fraud: { field: f, codes: { Y: true, y: false } } }",
                "2: labels.fraud: `y` is there in other letters with another meaning"
            ),
            (
                "outcome: { fraud: { field: f, codes: { Y: maybe } } }",
                "2: outcome.fraud.codes.Y: unknown code `maybe`; known here: true, false"
            ),
        ])
    func headMistakes(line: String, mistake: String) throws {
        let text = "format: json\n\(line)\nfields: { \(Self.rest), time: w, amount: a }\n"
        #expect(try file.mistake(text) { path in _ = try readMapping(file: path) } == mistake)
    }
}
