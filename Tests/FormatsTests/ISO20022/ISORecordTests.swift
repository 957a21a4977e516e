import Formats
import Records
import Support
import Testing

@Suite("A record of ISO 20022 holds what it holds")
struct ISORecordTests {
    private typealias Box = ISOEnvelope

    @Test(
        "several messages of one record are all read, with an index through the record and a place each",
        arguments: ISOSample.syntaxes)
    func several(syntax: Mapping.Syntax) throws {
        let messages = [
            Box.transfer(["T1", "T2"], message: "A"), Box.order(["E1", "E2"], message: "B"), Box.fraud(["T1"]),
            Box.status(["T2"]), Box.recall(["T7", "T8"]),
        ]
        let parts = try Box.parts(messages, syntax)
        #expect(Box.said(parts) == ["T1", "T2", "PB/E1", "PB/E2", "T1", "T2", "T7", "T8"])
        #expect(parts.map(\.index) == Array(0..<8))
        #expect(parts.map { $0.outcome?.tellsFraud } == [nil, nil, nil, nil, true, false, false, false])
        let text = String(decoding: Box.record(messages, syntax), as: UTF8.self)
        let places = parts.compactMap(\.at)
        #expect(places.count == 8 && places == places.sorted())
        for (part, id) in zip(parts, ["T1", "T2", "E1", "E2"]) {
            let item = try #require(part.at).advanced(by: 0)
            #expect(String(text.utf8.dropFirst(item))?.firstRange(of: id) != nil)
        }
        #expect(parts.map { $0.message["message_id"] } == ["A", "A", "B", "B", "M", "M", "M", "M"])
    }

    @Test("one to four messages of any kinds and sizes have the parts that were put in, in order")
    func anything() throws {
        var generator = SplitMix64(state: 20_022)
        let kinds = [Box.transfer, Box.order, Box.fraud, Box.status, Box.recall]
        for run in 0..<300 {
            var expected: [String] = []
            let messages = (0..<Int.random(in: 1...4, using: &generator)).map { number -> Box.Message in
                if Int.random(in: 0..<8, using: &generator) == 0 {
                    expected.append("unsupported_message")
                    return Box.statement
                }
                let kind = Int.random(in: 0..<5, using: &generator)
                let ids = (0..<Int.random(in: 1...3, using: &generator)).map { "I\(number)-\($0)" }
                expected += ids.map { kind == 1 ? "PM\(number)/\($0)" : $0 }
                return kinds[kind](ids, "M\(number)")
            }
            for syntax in ISOSample.syntaxes {
                let parts = try Box.parts(messages, syntax)
                #expect(Box.said(parts) == expected, "run \(run)")
                #expect(parts.map(\.index) == Array(parts.indices), "run \(run)")
                #expect(parts.compactMap(\.at) == parts.compactMap(\.at).sorted(), "run \(run)")
            }
        }
    }

    @Test(
        "a name within one of two messages changed is a refusal or read all the same, never silence",
        arguments: ISOSample.syntaxes)
    func renamed(syntax: Mapping.Syntax) throws {
        let parser = RecordParser(mapping: try isoMapping(syntax))
        for kind in [Box.transfer, Box.order, Box.fraud, Box.status, Box.recall] {
            let message = kind(["X1", "X2"], "N")
            let text = String(decoding: Box.record([Box.transfer(["T1"]), message], syntax), as: UTF8.self)
            let names = Set(text.matches(of: /[A-Za-z][A-Za-z0-9]{3,}/).map { String($0.output) })
            let second = try #require(text.ranges(of: message.body.name).first).lowerBound
            for name in names where text[second...].contains(name) {
                let changed = text[..<second] + text[second...].replacing(name, with: "Q" + name.dropFirst())
                let parts = parser.parts(Array(changed.utf8))
                let first = parts.filter { $0.transaction?.id == "T1" }.count
                // The first message stands, or the record is refused; the second is two parts, or a refusal.
                #expect(first == 1 || parts.allSatisfy { $0.rejection != nil }, "\(name)")
                #expect(parts.count == 3 || parts.contains { $0.rejection != nil }, "\(name)")
            }
        }
    }

    @Test(
        "a transaction moved out of its message, or a message into another, is refused",
        arguments: [
            "<GrpHdr/>", "<CdtTrfTxInf><PmtId/></CdtTrfTxInf>", "<TxInfAndSts/>", "<FIToFICstmrCdtTrf/>",
            "<PmtRtr><GrpHdr/></PmtRtr>", "<X><PmtId><EndToEndId>E</EndToEndId></PmtId></X>",
        ])
    func moved(stray: String) throws {
        let parser = RecordParser(mapping: try isoMapping(.xml))
        let text = String(decoding: Box.record([Box.transfer(["T1"]), Box.order(["E1"])], .xml), as: UTF8.self)
        for place in ["<Dbtr", "<CdtrAcct", "<IntrBkSttlmAmt", "</CdtTrfTxInf", "<PmtInf>", "</PmtInf>"] {
            let parts = parser.parts(Array(text.replacing(place, with: stray + place).utf8))
            let reasons = Set(parts.compactMap(\.rejection?.reason))
            // A transaction in a block of orders is in place and says what it lacks; a second header is one too many.
            let others: Set<RejectionReason> =
                switch stray.prefix(7) {
                case "<CdtTrf": [.missingField]
                case "<GrpHdr": [.repeatedField]
                default: []
                }
            #expect(!reasons.isEmpty && reasons.isSubset(of: others.union([.misplacedElement])), "\(place)")
        }
        let beside = text.replacing("</Envelope>", with: "\(stray)</Envelope>")
        if stray.contains("PmtId/") || stray.contains("TxInfAndSts") || stray.contains("GrpHdr/></") {
            #expect(Box.said(parser.parts(Array(beside.utf8))) == ["T1", "PM/E1", "unsupported_message"])
        }
    }

    @Test(
        "one reference in two messages refuses the record, since nobody can say which is meant",
        arguments: ISOSample.syntaxes)
    func repeated(syntax: Mapping.Syntax) throws {
        let twice = try Box.parts([Box.transfer(["T1", "T2"]), Box.transfer(["T3", "T2"])], syntax)
        #expect(twice.map(\.rejection) == [Rejection(reason: .duplicateInMessage, field: "reference")])
        #expect(twice[0].at != nil)
        let outcomes = try Box.parts([Box.transfer(["T1"]), Box.fraud(["T1"]), Box.status(["T1"])], syntax)
        #expect(Box.said(outcomes) == ["T1", "T1", "T1"] && outcomes[1].outcome?.tellsFraud == true)
    }

    @Test(
        "a message that can't be read is one refusal at its place, and the others stand", arguments: ISOSample.syntaxes)
    func broken(syntax: Mapping.Syntax) throws {
        let headless = ("pacs.008.001.08", ISOSample.branch("FIToFICstmrCdtTrf", [.transfer()]))
        let empty = ("pacs.002.001.10", ISOSample.branch("FIToFIPmtStsRpt", [.header()]))
        let parts = try Box.parts(
            [Box.transfer(["T1"]), headless, Box.statement, empty, Box.transfer(["T2", "T2"]), Box.order(["E1"])],
            syntax)
        #expect(
            Box.said(parts) == [
                "T1", "missing_field", "unsupported_message", "no_transactions", "duplicate_in_message", "PM/E1",
            ])
        #expect(parts.map(\.index) == Array(0..<6) && parts.compactMap(\.at).count == 6)
        #expect(parts.allSatisfy { $0.rejection == nil || $0.transaction == nil })
    }

    @Test(
        "an outcome or order that says its reference, status or amount twice is refused",
        arguments: [
            ("OrgnlTxId", "original_transaction_id"), ("TxSts", "status"), ("InstdAmt Ccy=\"EUR\"", "amount"),
            ("RtrdIntrBkSttlmAmt Ccy=\"EUR\"", "amount"),
        ])
    func twice(name: String, field: String) throws {
        let messages = [Box.order(["E"]), Box.status(["S"]), Box.fraud(["R"])]
        let text = String(decoding: Box.record(messages, .xml), as: UTF8.self)
        let closed = name.prefix { $0 != " " }
        let changed = text.replacing("<\(name)>", with: "<\(name)>1</\(closed)><\(name)>")
        let parts = RecordParser(mapping: try isoMapping(.xml)).parts(Array(changed.utf8))
        let refused = parts.compactMap(\.rejection)
        #expect(!refused.isEmpty && Set(refused) == [Rejection(reason: .repeatedField, field: field)])
        #expect(parts.count == 3)
    }

    @Test("a return says fraud wherever that stands among its reasons", arguments: ISOSample.syntaxes)
    func reasons(syntax: Mapping.Syntax) throws {
        for (codes, reason) in [
            (["CUST", "FRAD"], "FRAD"), (["FR01", "AC04"], "FR01"), (["CUST", "AC04"], "CUST"), ([], nil),
        ] as [([String], String?)] {
            let informations = codes.map { ISOSample.branch("RtrRsnInf", [ISOSample.coded("Rsn", $0)]) }
            let reasons = ISOSample.branch("RtrRsnInf", codes.map { ISOSample.coded("Rsn", $0) })
            let words = ISOSample.branch("RtrRsnInf", [.branch("Rsn", codes.map { .leaf("Prtry", $0) })])
            for said in [informations, [reasons], [words]] {
                let outcome = try back(said, syntax)
                #expect(outcome?.reason == reason)
                #expect(outcome?.tellsFraud == (reason?.hasPrefix("FR") ?? false))
            }
        }
    }

    private func back(_ more: [ISOSample], group: [ISOSample] = [], _ syntax: Mapping.Syntax) throws -> PaymentOutcome?
    {
        let transaction = ISOSample.branch("TxInf", [.leaf("OrgnlTxId", "T1")] + more)
        return try ISOSample.branch("PmtRtr", [.header(), .branch("OrgnlGrpInf", group), transaction])
            .parts("pacs.004.001.09", syntax)[0].outcome
    }

    @Test("a return and a recall have their group's reason where they have none", arguments: ISOSample.syntaxes)
    func groupReasons(syntax: Mapping.Syntax) throws {
        func reason(_ name: String, _ code: String) -> [ISOSample] { [.branch(name, [ISOSample.coded("Rsn", code)])] }
        #expect(try back([], group: reason("RtrRsnInf", "FRAD"), syntax)?.reason == "FRAD")
        #expect(try back(reason("RtrRsnInf", "CUST"), group: reason("RtrRsnInf", "FRAD"), syntax)?.reason == "CUST")
        let recall = ISOSample.branch(
            "FIToFIPmtCxlReq",
            [
                .branch("Assgnmt", [.leaf("Id", "A"), .leaf("CreDtTm", "2026-03-02T10:15:00Z")]),
                .branch(
                    "Undrlyg",
                    [
                        .branch("OrgnlGrpInfAndCxl", reason("CxlRsnInf", "FR01")),
                        .branch("TxInf", [.leaf("OrgnlTxId", "T1")]),
                    ]),
            ])
        #expect(try recall.parts("camt.056.001.08", syntax)[0].outcome?.reason == "FR01")
    }

    @Test("a UETR is one id in capitals and in small letters", arguments: ISOSample.syntaxes)
    func letters(syntax: Mapping.Syntax) throws {
        let (small, capitals) = ("0b7c9e1a-55d2-4f0e-9a3b-6f1d2c3e4a5b", "0B7C9E1A-55D2-4F0E-9A3B-6F1D2C3E4A5B")
        let transfer = { (uetr: String) -> Box.Message in
            let ids = [ISOSample.leaf("EndToEndId", "NOTPROVIDED"), .leaf("UETR", uetr)]
            let debtor = ISOSample.iban("DbtrAcct", "NL91ABNA0417164300")
            return ("pacs.008.001.08", .creditTransfer([.transfer(ids: ids, [debtor])]))
        }
        let back = ISOSample.branch(
            "PmtRtr", [.header(), .branch("TxInf", [.leaf("OrgnlUETR", capitals)])])
        let parts = try Box.parts([transfer(capitals), ("pacs.004.001.09", back)], syntax)
        #expect(parts.map { $0.message["reference"] ?? $0.outcome?.transaction } == [small, small])
        let twice = try Box.parts([transfer(capitals), transfer(small)], syntax)
        #expect(Box.said(twice) == ["duplicate_in_message"])
    }

    @Test(
        "a message that is written into a text of JSON is refused beside the one that is read, and no other text is",
        arguments: [
            (#"<?xml version='1.0'?><Document><GrpHdr/></Document>"#, true), (#" {\"GrpHdr\":{}}"#, true),
            (#"[{\"Assgnmt\":1}]"#, true), ("<p>Hello</p>", false), ("no GrpHdr", false), ("{}", false),
        ])
    func written(text: String, isRefused: Bool) throws {
        let message = String(decoding: Box.record([Box.transfer(["T1"])], .json), as: UTF8.self)
        let record = #"{"first":"\#(text)","then":\#(message)}"#
        let said = Box.said(RecordParser(mapping: try isoMapping(.json)).parts(Array(record.utf8)))
        #expect(said == (isRefused ? ["unsupported_message", "T1"] : ["T1"]))
    }

    @Test("counts and sums are held against their own message")
    func headers() throws {
        let wrong = Box.order(["E1", "E2"], message: "A")
        let record = String(decoding: Box.record([wrong, Box.order(["E1"], message: "B")], .xml), as: UTF8.self)
            .replacing("<NbOfTxs>2<", with: "<NbOfTxs>3<")
        let parts = RecordParser(mapping: try isoMapping(.xml)).parts(Array(record.utf8))
        #expect(parts.map(\.notes) == [[.countMismatch], [.countMismatch], []])
    }

    @Test("what is no message of ISO 20022 is passed over, and a message in it is not")
    func others() throws {
        let parser = RecordParser(mapping: try isoMapping(.xml))
        let message = String(decoding: Box.transfer(["T1"]).body.message("pacs.008.001.08", .xml), as: UTF8.self)
        let archive = "<Document xmlns='urn:example:archive'><Name>scan.pdf</Name><Page><No>1</No></Page></Document>"
        let signature = "<s:Signature xmlns:s='http://www.w3.org/2000/09/xmldsig#'><s:SignedInfo/></s:Signature>"
        let header =
            "<AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001.001.02'><MsgDefIdr>pacs.008.001.08</MsgDefIdr>"
            + "</AppHdr>"
        for text in [
            "<a>\(archive)\(message)</a>", "<a>\(message)\(archive)</a>", "<a>\(signature)\(message)\(signature)</a>",
            "<a><BusinessMessage>\(header)\(message)</BusinessMessage></a>",
            "<Document xmlns='urn:example:archive'><File>\(message)</File></Document>",
            message.replacing("</Document>", with: "\(signature)</Document>"),
        ] {
            #expect(Box.said(parser.parts(Array(text.utf8))) == ["T1"], "\(text.prefix(40))")
        }
        let statement = String(decoding: Box.statement.body.message("camt.053.001.08", .xml), as: UTF8.self)
        let escaped = message.replacing("<", with: "&lt;")
        for text in [
            "<a>\(message)\(statement)</a>", "<a>\(message)<b>\(escaped)</b></a>",
            "<a>\(message)<b><![CDATA[\(message)]]></b></a>",
            "<a>\(message)<x:Pay xmlns:x='urn:iso:std:iso:20022:tech:xsd:pain.013.001.07'><x:Id>1</x:Id></x:Pay></a>",
            "<a>\(message)<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08'/></a>",
            "<a>\(message)\(message.replacing("FIToFICstmrCdtTrf", with: "FIToFICstmrCdtTrg"))</a>",
            message.replacing("</Document>", with: "<PmtRtr><GrpHdr><MsgId>R</MsgId></GrpHdr></PmtRtr></Document>"),
        ] {
            #expect(Box.said(parser.parts(Array(text.utf8))) == ["T1", "unsupported_message"], "\(text.suffix(60))")
        }
    }

    @Test("two messages in one document, and in one object of JSON, are two")
    func siblings() throws {
        let (first, second) = (Box.transfer(["T1"], message: "A").body, Box.transfer(["T2"], message: "B").body)
        let xml = String(decoding: first.message("pacs.008.001.08", .xml), as: UTF8.self)
            .replacing("</Document>", with: "\(second.xml)</Document>")
        #expect(Box.said(RecordParser(mapping: try isoMapping(.xml)).parts(Array(xml.utf8))) == ["T1", "T2"])
        let (transfer, fraud) = (Self.json(Box.transfer(["T1"])), Self.json(Box.fraud(["T1"])))
        let parser = RecordParser(mapping: try isoMapping(.json))
        for text in [
            "[\(transfer),\(fraud)]", "[[\(transfer)],[\(fraud)]]", "{\"a\":\(transfer),\"b\":{\"c\":[\(fraud)]}}",
            "{\(transfer.dropFirst().dropLast()),\(fraud.replacing("Document", with: "Other").dropFirst())",
            "\u{FEFF}[\(transfer),\(fraud)]",
        ] {
            #expect(Box.said(parser.parts(Array(text.utf8))) == ["T1", "T1"], "\(text.prefix(30))")
        }
        #expect(Box.said(parser.parts(Array("[]".utf8))) == ["unsupported_message"])
        let nothing = #"{"FIToFICstmrCdtTrf":null,"PmtRtr":{},"CstmrCdtTrfInitn":[],\#(transfer.dropFirst())"#
        #expect(Box.said(parser.parts(Array(nothing.utf8))) == ["T1"])
        let text = #"{"PmtRtr":"<PmtRtr/>",\#(transfer.dropFirst())"#
        #expect(Box.said(parser.parts(Array(text.utf8))) == ["missing_field", "T1"])
        let statement = Self.json(Box.statement)
        #expect(Box.said(parser.parts(Array("[\(statement),\(transfer)]".utf8))) == ["unsupported_message", "T1"])
        let archive = #"{"Document":{"Name":"scan"}},{"Document":{"@xmlns":"urn:example:archive","Page":{"No":1}}}"#
        #expect(Box.said(parser.parts(Array("[\(archive),\(transfer)]".utf8))) == ["T1"])
    }

    private static func json(_ message: Box.Message) -> String {
        String(decoding: message.body.message(message.type, .json), as: UTF8.self)
    }
}
