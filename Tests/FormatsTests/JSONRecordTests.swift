import Formats
import Foundation
import Records
import Testing

private let time = EventTime(rfc3339: "2018-07-05T00:00:31Z")!

/// What `text` is read as.
private func parse(_ text: String, _ mapping: Mapping = .canonical) throws -> ParsedRecord {
    try RecordParser(mapping: mapping).parse(Array(text.utf8))
}

private func transaction(_ text: String, _ mapping: Mapping = .canonical) throws -> Transaction {
    guard case .transaction(let valid) = try parse(text, mapping) else {
        throw Rejection(reason: .wrongType, field: "not a transaction")
    }
    return valid.transaction
}

/// A canonical record with one field in another form; `raw` is JSON, nil leaves the field out.
private func record(_ field: String, _ raw: String?) -> String {
    var fields = [
        "id": "\"p-1\"", "time": "\"2018-07-05T00:00:31Z\"", "customer": "\"596\"", "terminal": "\"3156\"",
        "amount": "57.16",
    ]
    fields[field] = raw
    return "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

@Suite("JSON records")
struct JSONRecordTests {
    @Test("a canonical record is read, and reads back what was written")
    func canonical() throws {
        let expected = Transaction(
            id: "p-1", time: time, customer: "596", terminal: "3156", amount: MinorUnits(5716))
        #expect(try transaction(record("id", "\"p-1\"")) == expected)
        #expect(try transaction(String(decoding: CanonicalJSON.encode(expected), as: UTF8.self)) == expected)
        let verdict = Verdict(transaction: "p/1 \"é\"", fraud: false)
        #expect(try parse(String(decoding: CanonicalJSON.encode(verdict), as: UTF8.self)) == .verdict(verdict))
    }

    @Test("a watermark is read where the mapping has its type and its time, and reads back what was written")
    func watermark() throws {
        #expect(try parse(String(decoding: CanonicalJSON.encode(watermark: time), as: UTF8.self)) == .watermark(time))
        let written = #"{"type":"watermark","time":"2018-07-05T00:00:31Z"}"#
        #expect(CanonicalJSON.encode(watermark: time) == Array(written.utf8))
        let own = Mapping(time: FieldSource(["at.accepted", "at.made"]), type: "what")
        #expect(try parse(#"{"what":"watermark","at":{"made":"2018-07-05T00:00:31Z"}}"#, own) == .watermark(time))
        for (text, rejection) in [
            (#"{"type":"watermark"}"#, Rejection(reason: .missingField, field: "time")),
            (#"{"type":"watermark","time":"soon"}"#, Rejection(reason: .timeInvalid, field: "time")),
            (#"{"type":"watermark","time":"1999-12-31"}"#, Rejection(reason: .timeInvalid, field: "time")),
        ] {
            #expect(throws: rejection) { try parse(text) }
        }
    }

    @Test("what is written reads back with every field, whatever characters are in it")
    func written() throws {
        let euro = try #require(Currency("EUR"))
        var expected = Transaction(
            id: "p/1 \"é\"", time: time, customer: "a\\b", terminal: "x,y", amount: MinorUnits(5716),
            original: Money(units: 5716, currency: euro), kind: .cashOut, channel: .atm)
        for entity in EntityKind.allCases { expected.entities[entity] = "{\(entity.rawValue)}\u{7D0B}" }
        expected.entities[.merchantCategory] = "6011"
        expected.entities[.ip] = "10.0.0.1"
        expected.entities[.country] = "NL"
        var mapping = Mapping.canonical
        mapping.rates = RateTable(currency: euro)
        let written = CanonicalJSON.encode(expected)
        #expect(RecordParser(mapping: mapping).parts(written)[0].transaction == expected)
        // A control character is written as RFC 8259 wants it, which any reader of JSON takes.
        expected.customer = "a\tb\u{1}"
        let object = try JSONSerialization.jsonObject(with: Data(CanonicalJSON.encode(expected)))
        #expect((object as? [String: String])?["customer"] == expected.customer)
    }

    @Test(
        "amounts are exact, as numbers and as strings",
        arguments: [
            ("57.16", 5716), ("57.1", 5710), ("57", 5700), ("0", 0), ("0.01", 1), ("57.1600", 5716),
            ("100000000000", 10_000_000_000_000), ("90071992547.41", 9_007_199_254_741), ("0.29", 29),
        ])
    func amounts(text: String, units: Int64) throws {
        #expect(try transaction(record("amount", text)).amount == MinorUnits(units))
        #expect(try transaction(record("amount", "\"\(text)\"")).amount == MinorUnits(units))
    }

    @Test("ids may be numbers, and keep their digits as written")
    func numbersAsIdentifiers() throws {
        #expect(try transaction(record("id", "1234567890123456789012")).id == "1234567890123456789012")
        #expect(try transaction(record("customer", "596")).customer == "596")
    }

    @Test("a dotted name goes into nested objects")
    func nested() throws {
        let mapping = Mapping(
            id: "payment.ref", time: "payment.when.booked", customer: "from.card", terminal: "to", amount: "sum.value")
        let text = """
            { "sum": {"value": "12.50", "currency": "EUR"}, "to": "t9", "extra": [1, {"to": "x"}, []],
              "from": {"card": "c7", "name": null},
              "payment": {"ref": "r1", "when": {"booked": "2018-07-05T02:00:31+02:00"}} }
            """
        let expected = Transaction(id: "r1", time: time, customer: "c7", terminal: "t9", amount: MinorUnits(1250))
        #expect(try transaction(text, mapping) == expected)
    }

    @Test("escapes and other scripts are read as what they stand for")
    func escapes() throws {
        #expect(try transaction(record("terminal", #""Zo\u00eb \"\\\/ \uD83D\ude00""#)).terminal == "Zoë \"\\/ 😀")
        #expect(try transaction(record("terminal", "\"店\"")).terminal == "店")
    }

    @Test(
        "times in other forms are the same moment",
        arguments: [
            "2018-07-05T00:00:31Z", "2018-07-05T00:00:31", "2018-07-05 00:00:31", "2018-07-05T00:00:31.999Z",
            "2018-07-05T01:30:31+01:30", "2018-07-04T20:00:31-04:00",
        ])
    func times(text: String) throws {
        #expect(try transaction(record("time", "\"\(text)\"")).time == time)
    }

    @Test(
        "a label is a verdict",
        arguments: [("true", true), ("false", false), ("1", true), ("0", false), ("\"true\"", true), ("\"0\"", false)])
    func labels(raw: String, fraud: Bool) throws {
        let verdict = try parse(#"{"type":"label","transaction":"p-1","fraud":\#(raw)}"#)
        #expect(verdict == .verdict(Verdict(transaction: "p-1", fraud: fraud)))
    }

    @Test(
        "a label that says nothing is refused",
        arguments: [
            (#"{"type":"label","fraud":true}"#, RejectionReason.missingField, "transaction"),
            (#"{"type":"label","transaction":"p-1"}"#, .missingField, "fraud"),
            (#"{"type":"label","transaction":"p-1","fraud":"maybe"}"#, .wrongType, "fraud"),
            (#"{"type":"label","transaction":"p-1","fraud":2}"#, .wrongType, "fraud"),
            (#"{"type":"label","transaction":"p-1","fraud":null}"#, .wrongType, "fraud"),
            (#"{"type":"label","transaction":"","fraud":true}"#, .emptyField, "transaction"),
        ])
    func badLabels(text: String, reason: RejectionReason, field: String) {
        #expect(throws: Rejection(reason: reason, field: field)) { try parse(text) }
    }

    @Test(
        "every bad amount has its reason",
        arguments: [
            ("-1", RejectionReason.amountNegative), ("-0.01", .amountNegative), ("\"-5.00\"", .amountNegative),
            ("100000000000.01", .amountTooLarge), ("999999999999999999999999999999", .amountTooLarge),
            ("57.161", .amountTooPrecise), ("85.64999999999999", .amountTooPrecise),
            ("\"1e5\"", .amountNotANumber), ("1e-3", .amountTooPrecise), ("1e31", .amountNotANumber),
            ("-1e2", .amountNegative), ("1e12", .amountTooLarge), ("\"NaN\"", .amountNotANumber),
            ("\"Infinity\"", .amountNotANumber), ("\"1,000.00\"", .amountNotANumber), ("\"0x10\"", .amountNotANumber),
            ("\"5 5\"", .amountNotANumber), ("\"5.\"", .amountNotANumber), ("\".\"", .amountNotANumber),
            ("\"-\"", .amountNotANumber), ("\"+5\"", .amountNotANumber), ("\"1.2.3\"", .amountNotANumber),
            ("\"٥\"", .amountNotANumber), ("\"\"", .emptyField), ("null", .missingField), ("true", .wrongType),
            ("[5]", .wrongType), ("{\"value\":5}", .wrongType),
        ])
    func badAmounts(raw: String, reason: RejectionReason) {
        #expect(throws: Rejection(reason: reason, field: "amount")) { try parse(record("amount", raw)) }
    }

    @Test(
        "numbers that JSON does not have make the record malformed",
        arguments: ["NaN", "Infinity", "-Infinity", "+5", "05", ".5", "5.", "1e", "0x10", "1_000", "--1"])
    func notNumbers(raw: String) {
        #expect(throws: Rejection(reason: .malformedJSON, field: nil)) { try parse(record("amount", raw)) }
    }

    @Test(
        "impossible and unlikely times are refused",
        arguments: [
            "2018-02-29", "2018-13-01", "2018-00-10", "2018-04-31T00:00:00Z", "2018-07-05T24:00:00Z",
            "2018-07-05T00:60:00Z", "2018-07-05T00:00:61Z", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z",
            "2018-07-05T00:00:31+24:00", "2018-07-05T00:00:31.Z", "2018-07-05T00:00:31Zx", "05/07/2018", "now",
            "1530748831", "2018-7-5", "2018-07-05T00:00", "2000-01-01T00:00:00+00:01",
        ])
    func badTimes(text: String) {
        #expect(throws: Rejection(reason: .timeInvalid, field: "time")) { try parse(record("time", "\"\(text)\"")) }
    }

    @Test(
        "missing, empty, too long and wrong fields are named",
        arguments: ["id", "time", "customer", "terminal", "amount"])
    func badFields(field: String) {
        func rejection(_ raw: String?) -> Rejection? {
            do {
                _ = try parse(record(field, raw))
                return nil
            } catch { return error as? Rejection }
        }
        #expect(rejection(nil) == Rejection(reason: .missingField, field: field))
        #expect(rejection("null") == Rejection(reason: .missingField, field: field))
        #expect(rejection("\"\"") == Rejection(reason: .emptyField, field: field))
        #expect(rejection("true") == Rejection(reason: .wrongType, field: field))
        #expect(rejection("[]") == Rejection(reason: .wrongType, field: field))
        #expect(rejection("{\"x\":\"p-1\"}") == Rejection(reason: .wrongType, field: field))
        let long = String(repeating: "é", count: 65)
        #expect(rejection("\"\(long)\"") == Rejection(reason: .fieldTooLong, field: field))
        for escape in ["\\u0000", "\\n", "\\u001f", "\\u007f"] {
            #expect(rejection("\"a\(escape)b\"") == Rejection(reason: .controlCharacter, field: field))
        }
    }

    @Test("a time is never a number")
    func numericTime() {
        #expect(throws: Rejection(reason: .wrongType, field: "time")) { try parse(record("time", "20180705")) }
    }

    @Test("a field of 128 bytes and a record of 64 KB are let in, and not a byte more")
    func limits() throws {
        let most = String(repeating: "x", count: RecordParser.fieldLimit)
        #expect(try transaction(record("id", "\"\(most)\"")).id == most)
        let small = record("id", "\"p-1\"")
        let full = small + String(repeating: " ", count: RecordParser.recordLimit - small.utf8.count)
        #expect(try transaction(full).id == "p-1")
        #expect(throws: Rejection(reason: .recordTooLarge, field: nil)) { try parse(full + " ") }
    }
}
