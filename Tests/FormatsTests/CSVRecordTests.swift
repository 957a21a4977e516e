import Formats
import Records
import Testing

private let mapping = Mapping(
    format: .csv(
        Mapping.CSVForm(
            delimiter: UInt8(ascii: ";"), columns: ["kind", "ref", "when", "card", "shop", "eur", "bad"])),
    id: "ref", time: "when", customer: "card", terminal: "shop", amount: "eur", type: "kind",
    labels: Labels(transaction: "ref", fraud: "bad"))

private func parse(_ text: String) throws(Rejection) -> ParsedRecord {
    try RecordParser(mapping: mapping).parse(Array(text.utf8))
}

@Suite("CSV records")
struct CSVRecordTests {
    @Test("are read by the mapping's columns")
    func transaction() throws {
        let expected = Transaction(
            id: "p;1", time: try #require(EventTime(rfc3339: "2018-07-05")), customer: "c1", terminal: "Café \"x\"",
            amount: MinorUnits(1999))
        let line = "pay;\"p;1\";2018-07-05;c1;\"Café \"\"x\"\"\";19.99;\r\n"
        guard case .transaction(let valid) = try parse(line) else {
            Issue.record("not a transaction")
            return
        }
        #expect(valid.transaction == expected)
    }

    @Test("are labels where the type column says so")
    func label() throws {
        #expect(try parse("label;p1;;;;;1") == .verdict(Verdict(transaction: "p1", fraud: true)))
        #expect(try parse("label;p1;;;;;false") == .verdict(Verdict(transaction: "p1", fraud: false)))
    }

    @Test("are watermarks where the type column says so")
    func watermark() throws {
        #expect(try parse("watermark;;2018-07-05;;;;") == .watermark(try #require(EventTime(rfc3339: "2018-07-05"))))
        #expect(throws: Rejection(reason: .emptyField, field: "when")) { try parse("watermark;;;;;;") }
    }

    @Test(
        "that are not one line of the columns are malformed",
        arguments: [
            "", "p;1", "pay;p1;2018-07-05;c1;t1;19.99", "pay;p1;2018-07-05;c1;t1;19.99;;", "a;b;c;d;e;f;\"g",
            "pay;p1;2018-07-05;c1;t1;19.99;\npay;p2;2018-07-05;c1;t1;19.99;", "pay,p1,2018-07-05,c1,t1,19.99,",
        ])
    func malformed(line: String) {
        #expect(throws: Rejection(reason: .malformedCSV, field: nil)) { try parse(line) }
    }

    @Test("that are not UTF-8 are in an encoding that is not read, and the column is named")
    func notUTF8() {
        var bytes = Array("pay;p1;2018-07-05;c1;tX;19.99;".utf8)
        bytes[bytes.firstIndex(of: UInt8(ascii: "X")) ?? 0] = 0xE9
        #expect(throws: Rejection(reason: .encodingUnsupported, field: "shop")) {
            try RecordParser(mapping: mapping).parse(bytes)
        }
    }

    @Test(
        "with a bad field are refused for its reason",
        arguments: [
            ("pay;;2018-07-05;c1;t1;19.99;", RejectionReason.emptyField, "ref"),
            ("pay;p1;2018-02-30;c1;t1;19.99;", .timeInvalid, "when"),
            ("pay;p1;;c1;t1;19.99;", .emptyField, "when"),
            ("pay;p1;2018-07-05;\"c\n1\";t1;19.99;", .controlCharacter, "card"),
            ("pay;p1;2018-07-05;c1;t1;-19.99;", .amountNegative, "eur"),
            ("pay;p1;2018-07-05;c1;t1;19,99;", .amountNotANumber, "eur"),
            ("pay;p1;2018-07-05;c1;t1;1e5;", .amountNotANumber, "eur"),
            ("pay;p1;2018-07-05;c1;t1;19.999;", .amountTooPrecise, "eur"),
            ("pay;p1;2018-07-05;c1;t1;100000000001;", .amountTooLarge, "eur"),
            ("label;p1;;;;;", .wrongType, "bad"), ("label;;;;;;1", .emptyField, "ref"),
        ])
    func badFields(line: String, reason: RejectionReason, field: String) {
        #expect(throws: Rejection(reason: reason, field: field)) { try parse(line) }
    }

    @Test("that are larger than 64 KB are refused unread")
    func tooLarge() {
        let line = "pay;" + String(repeating: "x", count: RecordParser.recordLimit) + ";;;;;"
        #expect(throws: Rejection(reason: .recordTooLarge, field: nil)) { try parse(line) }
    }

    @Test("reasons have stable codes and one sentence each")
    func reasons() {
        #expect(
            RejectionReason.allCases.map(\.rawValue) == [
                "record_too_large", "empty_record", "malformed_json", "malformed_csv", "malformed_xml",
                "encoding_unsupported", "forbidden_dtd", "too_deep", "unsupported_message", "no_transactions",
                "several_transactions", "count_mismatch", "control_sum_mismatch", "duplicate_in_message",
                "misplaced_element", "repeated_field", "reference_made", "wrong_type",
                "several_values", "missing_field", "empty_field", "field_too_long", "control_character",
                "amount_not_a_number",
                "amount_negative", "amount_too_large", "amount_too_precise", "amount_zero", "amount_out_of_range",
                "currency_unknown",
                "rate_missing", "account_invalid", "value_invalid", "value_not_allowed", "time_invalid",
                "time_ambiguous", "time_ahead",
                "too_late", "unknown_transaction", "reversal_repeated",
                "id_conflict",
            ])
        #expect(Set(RejectionReason.allCases.map(\.explanation)).count == RejectionReason.allCases.count)
    }
}
