import Formats
import Records
import Testing

@Suite("Types, headers and dates of ISO 20022 messages")
struct ISOHeaderTests {
    private static let order = ISOSample.initiation([[.order()]])

    private func rejection(_ message: ISOSample, _ type: String, _ syntax: Mapping.Syntax) throws -> Rejection? {
        try message.parts(type, syntax)[0].rejection
    }

    private static let unsupported = Rejection(reason: .unsupportedMessage, field: nil)

    @Test(
        "every published version is read, and none before or after",
        arguments: [
            ("pacs.008", 13), ("pain.001", 13), ("pacs.002", 15), ("pacs.004", 14), ("camt.056", 12),
        ])
    func versions(type: String, newest: Int) throws {
        let sample = try #require(ISOFieldTests.samples.first { $0.type.hasPrefix(type) }).message
        for version in 0...99 {
            let text = "\(type).001.\(version < 10 ? "0" : "")\(version)"
            for syntax in ISOSample.syntaxes {
                #expect(
                    try rejection(sample, text, syntax)
                        == ((1...newest).contains(version) ? nil : Self.unsupported), "\(text)")
            }
        }
    }

    @Test(
        "a type with a suffix is that type, and what only looks like one is none",
        arguments: [
            ("pacs.008.001.08.austrian.001", true), ("pacs.008.001.08.", true), ("x:pacs.008.001.08", true),
            ("x/pacs.008.001.08", true), ("http://example/x$pacs.008.001.08", true), ("pacs.008.002.08", false),
            ("pacs.008.001.8", false), ("pacs.008.001.008", false), ("pacs.008.001.+8", false),
            ("pacs.008.1.08", false),
            ("pacs.8.001.08", false), ("PACS.008.001.08", false), ("pain.001.001.09", false),
            ("xpacs.008.001.08", false),
            ("pacs.008.001.08:x", false), ("pacs.008.001.08/", true), ("pacs..008.001.08", false), ("", false),
        ])
    func types(type: String, isTaken: Bool) throws {
        let sample = ISOSample.creditTransfer([.transfer([ISOSample.branch("Dbtr", [.leaf("Nm", "a")])])])
        let reason = try rejection(sample, type, .xml)?.reason
        #expect((reason != .unsupportedMessage) == isTaken)
    }

    @Test("the element below the document must be the type's own")
    func elements() throws {
        for sample in ISOFieldTests.samples {
            for other in ISOFieldTests.samples where other.type != sample.type {
                for syntax in ISOSample.syntaxes {
                    #expect(try rejection(sample.message, other.type, syntax) == Self.unsupported)
                }
            }
        }
    }

    @Test("what a header must have is named where it is not there", arguments: ISOSample.syntaxes)
    func missing(syntax: Mapping.Syntax) throws {
        let (id, created) = (ISOSample.leaf("MsgId", "M"), ISOSample.leaf("CreDtTm", "2026-03-02"))
        for (header, field) in [
            ([id], "created"), ([created], "message_id"), ([], "message_id"),
            ([.leaf("MsgId", ""), created], "message_id"),
            ([id, .leaf("CreDtTm", "")], "created"), ([id, .leaf("CreDt", "2026-03-02")], nil), ([id, created], nil),
        ] as [([ISOSample], String?)] {
            let message = ISOSample.creditTransfer(
                [.transfer([.iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000")])],
                header: .branch("GrpHdr", header))
            let expected = field.map { Rejection(reason: .missingField, field: $0) }
            #expect(try rejection(message, "pacs.008.001.08", syntax) == expected)
        }
        let bare = ISOSample.branch("FIToFICstmrCdtTrf", [.transfer()])
        #expect(
            try rejection(bare, "pacs.008.001.08", syntax) == Rejection(reason: .missingField, field: "GrpHdr"))
        let recall = ISOSample.branch("FIToFIPmtCxlReq", [.header()])
        #expect(
            try rejection(recall, "camt.056.001.08", syntax) == Rejection(reason: .missingField, field: "Assgnmt"))
    }

    private func summed(_ sum: String, _ amounts: [String], clearing: Bool, count: Int? = nil) throws -> [RecordPart] {
        let method = ISOSample.branch("SttlmInf", [.leaf("SttlmMtd", clearing ? "CLRG" : "INDA")])
        let header = ISOSample.header(
            (sum.isEmpty ? [] : [.leaf("CtrlSum", sum)]) + [method], count: count ?? amounts.count)
        let transfers = amounts.enumerated().map { at, amount in
            ISOSample.transfer(
                ids: [.leaf("EndToEndId", "E\(at)")], amount: .amount("IntrBkSttlmAmt", currency: "EUR", amount),
                [.iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000")])
        }
        return try ISOSample.creditTransfer(transfers, header: header).parts("pacs.008.001.08", .xml)
    }

    @Test(
        "a control sum is exact, whatever zeros are written",
        arguments: [
            ("0.30", ["0.10", "0.20"], true), ("0.3", ["0.10", "0.2"], true), ("00.3000000000", ["0.1", "0.20"], true),
            ("0.29", ["0.10", "0.20"], false), ("0.3000000001", ["0.10", "0.20"], false),
            ("99999999999.99", ["99999999999.98", "0.01"], true), ("3", ["1", "2.00"], true), ("3.", ["1", "2"], true),
            (".3", ["0.1", "0.2"], false), ("+3", ["1", "2"], false), ("3,0", ["1", "2"], false),
            ("-3", ["1", "2"], false),
            ("3.00000000000", ["1", "2"], false), ("000000000000000003", ["1", "2"], false), ("3 ", ["1", "2"], true),
            ("00000000000000003", ["1", "2"], true), ("3e0", ["1", "2"], false), ("", ["1", "2"], true),
        ])
    func sums(sum: String, amounts: [String], isRight: Bool) throws {
        let wrong = Rejection(reason: .controlSumMismatch, field: "CtrlSum")
        let clearing = try summed(sum, amounts, clearing: true)
        #expect(clearing[0].rejection == (isRight ? nil : wrong) && clearing.count == (isRight ? 2 : 1))
        let noted = try summed(sum, amounts, clearing: false)
        #expect(noted.map(\.rejection) == [nil, nil])
        #expect(noted.map(\.notes) == [[RejectionReason]](repeating: isRight ? [] : [.controlSumMismatch], count: 2))
    }

    @Test("a count is held against the transactions there are, and both faults are noted in their order")
    func counts() throws {
        for count in 0...4 {
            let wrong = Rejection(reason: .countMismatch, field: "NbOfTxs")
            #expect(
                try summed("3", ["1", "2"], clearing: true, count: count)[0].rejection == (count == 2 ? nil : wrong))
            let notes = try summed("4", ["1", "2"], clearing: false, count: count)[0].notes
            #expect(notes == (count == 2 ? [.controlSumMismatch] : [.countMismatch, .controlSumMismatch]))
        }
        // Where an amount can't be read, it says so itself, and no sum is held against it.
        let parts = try summed("3", ["1", "x"], clearing: true)
        #expect(parts.map(\.rejection?.reason) == [nil, .amountNotANumber])
    }

    @Test("a count is of digits alone", arguments: [("1", true), ("001", true), ("+1", false), ("1.0", false)])
    func signs(count: String, isRight: Bool) throws {
        for (method, isBinding) in [("CLRG", true), ("INDA", false)] {
            let header = ISOSample.branch(
                "GrpHdr",
                [
                    .leaf("MsgId", "M"), .leaf("CreDtTm", "2026-03-02"), .leaf("NbOfTxs", count),
                    .branch("SttlmInf", [.leaf("SttlmMtd", method)]),
                ])
            let transfer = ISOSample.transfer([
                .iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000"),
            ])
            for syntax in ISOSample.syntaxes {
                let part = try ISOSample.creditTransfer([transfer], header: header).parts("pacs.008.001.08", syntax)[0]
                let wrong = Rejection(reason: .countMismatch, field: "NbOfTxs")
                #expect(part.rejection == (isBinding && !isRight ? wrong : nil))
                #expect(part.notes == (isBinding || isRight ? [] : [.countMismatch]))
            }
        }
    }

    @Test(
        "a date with a zone is midnight, UTC, of that date, where it is an event's time",
        arguments: ["2026-03-02", "2026-03-02Z", "2026-03-02+01:00", "2026-03-02-11:30"])
    func zonedDates(text: String) throws {
        let midnight = try #require(EventTime(year: 2026, month: 3, day: 2))
        let header = ISOSample.branch("GrpHdr", [.leaf("MsgId", "M"), .leaf("CreDt", text)])
        let transfer = ISOSample.transfer([
            .iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000"),
        ])
        let recall = ISOSample.branch(
            "FIToFIPmtCxlReq",
            [
                .branch("Assgnmt", [.leaf("Id", "A"), .leaf("CreDtTm", text)]),
                .branch("Undrlyg", [.branch("TxInf", [.leaf("OrgnlTxId", "T")])]),
            ])
        for syntax in ISOSample.syntaxes {
            let paid = try ISOSample.creditTransfer([transfer], header: header).parts("pacs.008.001.08", syntax)[0]
            #expect(paid.rejection == nil && paid.transaction?.time == midnight)
            #expect(paid.message["created"] == text)
            let recalled = try recall.parts("camt.056.001.08", syntax)[0]
            #expect(recalled.rejection == nil && recalled.outcome?.time == midnight)
        }
    }

    @Test(
        "a date may have a zone of its own, and a moment any that RFC 3339 has",
        arguments: [
            ("2026-03-02", true), ("2026-03-02Z", true), ("2026-03-02+01:00", true), ("2026-03-02-11:30", true),
            ("2026-03-02T10:15:00", true), ("2026-03-02T10:15:00.123+01:00", true), ("2026-03-02+24:00", false),
            ("2026-03-02+1:00", false), ("2026-02-30Z", false), ("2026-02-30", false), ("2026-03-02z", false),
            ("2026-03-02+01:60", false), ("2026-03-02T24:00:00", false), ("1999-12-31", false), ("2100-01-01", false),
            ("2099-12-31", true), ("2000-01-01", true), ("02.03.2026", false), ("2026-03", false), ("+", false),
        ])
    func dates(text: String, isTaken: Bool) throws {
        for (field, transfer, type) in [
            (
                "settlement_date", ISOSample.creditTransfer([.transfer([.leaf("IntrBkSttlmDt", text)])]),
                "pacs.008.001.08"
            ),
            ("execution_date", .initiation([[.leaf("ReqdExctnDt", text), .order()]]), "pain.001.001.03"),
        ] {
            let found = try rejection(transfer, type, .xml)
            let expected = Rejection(reason: .timeInvalid, field: field)
            #expect((found != expected) == isTaken, "\(field) \(text)")
        }
    }

    @Test("wrong check digits reject a bank's transfer and are noted of a customer's order")
    func accounts() throws {
        let (good, bad) = ("DE89370400440532013000", "DE88370400440532013000")
        for (debtor, creditor, field) in [
            (good, good, nil), (bad, good, "debtor_account"), (good, bad, "creditor_account"),
            (bad, bad, "debtor_account"),
        ] as [(String, String, String?)] {
            let transfer = ISOSample.transfer([.iban("DbtrAcct", debtor), .iban("CdtrAcct", creditor)])
            let expected = field.map { Rejection(reason: .accountInvalid, field: $0) }
            #expect(try rejection(.creditTransfer([transfer]), "pacs.008.001.08", .xml) == expected)
            let order = ISOSample.order([.leaf("EndToEndId", "E")], [.iban("CdtrAcct", creditor)])
            let part = try ISOSample.initiation([[.iban("DbtrAcct", debtor), order]]).parts("pain.001.001.09", .xml)[0]
            #expect(part.rejection == nil && part.notes == (field == nil ? [] : [.accountInvalid]))
        }
    }
}
