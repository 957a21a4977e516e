import Formats
import Records
import Support
import Testing

@Suite("Dialects of ISO 20022 that senders write")
struct ISODoorTests {
    private static let parties: [ISOSample] = [
        .iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000"),
    ]

    private func parts(_ text: String, _ syntax: Mapping.Syntax = .xml) throws -> [RecordPart] {
        RecordParser(mapping: try isoMapping(syntax)).parts(Array(text.utf8))
    }

    private static let order = ISOSample.initiation([
        [.leaf("PmtInfId", "P"), .iban("DbtrAcct", "NL91ABNA0417164300"), .order([.leaf("EndToEndId", "E")], parties)]
    ])

    @Test(
        "namespaces of national variants and guidelines are those of the message",
        arguments: [
            "urn:iso:std:iso:20022:tech:xsd:pain.001.002.03", "urn:iso:std:iso:20022:tech:xsd:pain.001.003.03",
            "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03_GBIC_3",
            "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09_GBIC_4",
            "http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd",
            "https://www.six-group.com/standards/pain.001.001.09.ch.03.xsd", "urn:swift:xsd:$pain.001.001.03",
            "urn:iso:std:iso:20022:tech:xsd:$pain.001.001.06", "urn:sepade:xsd:pain.001.002.02",
            "urn:iso:std:iso:20022:tech:xsd:pain.001.001.12", "pain.001.001.03",
        ])
    func namespaces(namespace: String) throws {
        for prefix in ["", "p"] {
            var text = "<Document xmlns='\(namespace)'>\(Self.order.xml)</Document>"
            if !prefix.isEmpty {
                text = text.replacing("xmlns=", with: "xmlns:p=").replacing("</", with: "</p:")
                    .replacing(try Regex("<([A-Z])"), with: { "<p:\($0.output[1].substring ?? "")" })
            }
            #expect(ISOEnvelope.said(try parts(text)) == ["P/E"], "\(prefix)")
        }
    }

    @Test(
        "what is of no version or variant that is read stays refused",
        arguments: [
            "urn:iso:std:iso:20022:tech:xsd:pain.001.004.03", "urn:iso:std:iso:20022:tech:xsd:pain.001.001.99_GBIC_3",
            "urn:iso:std:iso:20022:tech:xsd:pain.001.001.033", "urn:iso:std:iso:20022:tech:xsd:pain.001.001",
            "https://www.bcb.gov.br/pi/pacs.008/1.13", "urn:x",
        ])
    func strangers(namespace: String) throws {
        let text = "<Document xmlns='\(namespace)'>\(Self.order.xml)</Document>"
        #expect(ISOEnvelope.said(try parts(text)) == ["unsupported_message"])
    }

    @Test("the first versions named the message's element like its type")
    func firstVersions() throws {
        for (type, kind) in [
            ("pain.001.001.02", "CstmrCdtTrfInitn"), ("pacs.008.001.01", "FIToFICstmrCdtTrf"),
            ("pacs.002.001.02", "FIToFIPmtStsRpt"), ("pacs.004.001.01", "PmtRtr"),
        ] {
            let samples = [
                Self.order, ISOEnvelope.transfer(["T"]).body, ISOEnvelope.status(["T"]).body,
                ISOEnvelope.fraud(["T"]).body,
            ]
            let sample = try #require(samples.first { $0.name == kind })
            let xml = sample.xml.replacing(kind, with: type)
            let text = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:\(type)'>\(xml)</Document>"
            #expect(ISOEnvelope.said(try parts(text)) == [kind == "CstmrCdtTrfInitn" ? "P/E" : "T"])
        }
    }

    @Test(
        "a clearing house's bulk file has no document, and its blocks are the messages, of kinds that are read and not")
    func bulk() throws {
        func block(_ message: ISOEnvelope.Message) -> String {
            let name = message.body.name
            let inner = message.body.xml.dropFirst(name.utf8.count + 2).dropLast(name.utf8.count + 3)
            return "<B:\(name) xmlns='urn:iso:std:iso:20022:tech:xsd:\(message.type)'>\(inner)</B:\(name)>"
        }
        let investigation: ISOEnvelope.Message = (
            "camt.029.001.03",
            .branch(
                "RsltnOfInvstgtn", [.branch("Assgnmt", [.leaf("Id", "I")]), .branch("Sts", [.leaf("Conf", "RJCR")])])
        )
        let blocks = [
            ISOEnvelope.transfer(["T1", "T2"], message: "A"), ISOEnvelope.transfer(["T3"], message: "B"),
            ISOEnvelope.fraud(["T9"]), investigation, ISOEnvelope.recall(["T8"]),
        ].map(block)
        let file =
            "<B:SCTIcfBlkCredTrf xmlns:B='urn:B:xsd:$SCTIcfBlkCredTrf'><B:SndgInst>COBADEFF</B:SndgInst>"
            + "<B:NumCTBlk>2</B:NumCTBlk>\(blocks.joined())</B:SCTIcfBlkCredTrf>"
        let parts = try parts(file)
        #expect(ISOEnvelope.said(parts) == ["T1", "T2", "T3", "T9", "unsupported_message", "T8"])
        #expect(parts.map(\.index) == Array(0..<6))
        // A status report of the scheme has a namespace and a name with the scheme's suffix.
        let status = ISOEnvelope.status(["T1"]).body.xml.replacing("FIToFIPmtStsRpt", with: "FIToFIPmtStsRptS2")
        let report = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.002.001.03S2'>\(status)</Document>"
        #expect(ISOEnvelope.said(try self.parts(report)) == ["T1"])
    }

    @Test("Brazil's instant payments have one namespace for envelope, header and document, and are known end to end")
    func pix() throws {
        func envelope(_ type: String, _ body: ISOSample) -> String {
            "<Envelope xmlns='https://www.bcb.gov.br/pi/\(type)/1.13'><AppHdr><BizMsgIdr>B</BizMsgIdr><MsgDefIdr>"
                + "\(type).spi.1.13</MsgDefIdr></AppHdr><Document>\(body.xml)</Document></Envelope>"
        }
        let key = ISOSample.branch("CdtrAcct", [.branch("Prxy", [.leaf("Id", "+5511999990000")])])
        let payments = ["E1", "E2"].map { id in
            ISOSample.transfer(
                ids: [.leaf("EndToEndId", id), .leaf("TxId", "QR")],
                amount: .amount("IntrBkSttlmAmt", currency: "USD", "10.00"),
                [.branch("DbtrAcct", [.branch("Id", [.branch("Othr", [.leaf("Id", "500000")])])]), key])
        }
        let header = ISOSample.header(
            [
                .branch("SttlmInf", [.leaf("SttlmMtd", "CLRG")]),
                .branch("PmtTpInf", [.branch("LclInstrm", [.leaf("Prtry", "QRES")])]),
            ], count: 2)
        let paid = try parts(envelope("pacs.008", .creditTransfer(payments, header: header)))
        #expect(ISOEnvelope.said(paid) == ["E1", "E2"])
        #expect(paid.allSatisfy { $0.message["local_instrument"] == "QRES" })
        #expect(paid.map { $0.transaction?.terminal } == ["+5511999990000", "+5511999990000"])
        let outcome = ISOSample.branch(
            "TxInfAndSts",
            [.leaf("OrgnlEndToEndId", "E1"), .leaf("OrgnlTxId", "QR"), .leaf("TxSts", "ACSC")])
        let told = try parts(envelope("pacs.002", .branch("FIToFIPmtStsRpt", [.header(), outcome])))
        #expect(told.map { $0.outcome?.transaction } == ["E1"])
        #expect(ISOEnvelope.said(try parts(envelope("pibr.001", .branch("EchoReq", [])))) == ["unsupported_message"])
    }

    @Test(
        "envelopes of networks and their headers are no messages",
        arguments: [
            (
                "<s:DataPDU xmlns:s='urn:swift:saa:xsd:saa.2.0'><s:Header><s:Message><s:SenderReference>1</s:SenderReference>"
                    + "</s:Message></s:Header><s:Body>", "</s:Body></s:DataPDU>"
            ),
            (
                "<RequestPayload><AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001.001.01'><BizMsgIdr>1</BizMsgIdr>"
                    + "</AppHdr>", "</RequestPayload>"
            ),
            ("<Message><AppHdr xmlns='urn:iso:std:iso:20022:tech:xsd:head.001.001.02'/>", "</Message>"),
            (
                "<FPEnvelope xmlns='urn:iso:std:iso:20022:tech:xsd:payment_request' "
                    + "xmlns:h='urn:iso:std:iso:20022:tech:xsd:head.001.001.03'><h:AppHdr><h:MsgDefIdr>pacs.008.001.08"
                    + "</h:MsgDefIdr></h:AppHdr>", "</FPEnvelope>"
            ),
            (
                "<n:BizMsgEnvlp xmlns:n='urn:iso:std:iso:20022:tech:xsd:nvlp.001.001.01'><n:MsgDoc>",
                "</n:MsgDoc></n:BizMsgEnvlp>"
            ),
            (
                "<Xchg xmlns='urn:iso:std:iso:20022:tech:xsd:head.002.001.01'><PyldDesc><ApplSpcfcInf/></PyldDesc><Pyld>",
                "</Pyld></Xchg>"
            ),
        ])
    func envelopes(before: String, after: String) throws {
        let message = String(
            decoding: ISOEnvelope.transfer(["T"]).body.message("pacs.008.001.08", .xml), as: UTF8.self)
        #expect(ISOEnvelope.said(try parts(before + message + after)) == ["T"])
        #expect(ISOEnvelope.said(try parts(before + after)) == ["unsupported_message"])
    }

    @Test("the payment's type stands in group header, payment information or transaction; the nearest counts, by field")
    func types() throws {
        func type(_ service: String?, _ instrument: String?) -> [ISOSample] {
            let children = [
                service.map { ISOSample.coded("SvcLvl", $0) }, instrument.map { ISOSample.coded("LclInstrm", $0) },
            ]
            return children.allSatisfy { $0 == nil } ? [] : [.branch("PmtTpInf", children.compactMap(\.self))]
        }
        for (header, block, own, instrument, kind) in [
            ("INST", nil, nil, "INST", .instantTransfer), ("INST", "TRAD", nil, "TRAD", .transfer),
            ("TRAD", nil, "INST", "INST", .instantTransfer), (nil, "INST", nil, "INST", .instantTransfer),
            ("A", "B", "C", "C", .transfer), (nil, nil, nil, nil, .transfer),
        ] as [(String?, String?, String?, String?, PaymentKind)] {
            let group = ISOSample.header(type("SEPA", header))
            let orders = ISOSample.branch(
                "CstmrCdtTrfInitn",
                [
                    group,
                    .branch(
                        "PmtInf",
                        type(nil, block) + [
                            Self.parties[0],
                            .order(
                                [.leaf("EndToEndId", "E")], type(nil, own) + [Self.parties[1]]),
                        ]),
                ])
            let transfers = ISOSample.creditTransfer([.transfer(type(nil, own ?? block) + Self.parties)], header: group)
            for syntax in ISOSample.syntaxes {
                for (sample, name) in [(orders, "pain.001.001.09"), (transfers, "pacs.008.001.08")] {
                    let part = try sample.parts(name, syntax)[0]
                    #expect(part.message["local_instrument"] == instrument && part.message["service_level"] == "SEPA")
                    #expect(part.transaction?.kind == kind)
                }
            }
        }
    }

    @Test("a group's status and reason are those of a transaction without; one that is in part is none")
    func groupStatus() throws {
        func report(_ group: String?, _ own: String?, reason: String?) throws -> RecordPart {
            let status = group.map { [ISOSample.leaf("GrpSts", $0)] } ?? []
            let reasons = [ISOSample.branch("StsRsnInf", [ISOSample.coded("Rsn", "AC04")])]
            return try ISOSample.branch(
                "FIToFIPmtStsRpt",
                [
                    .header(), .branch("OrgnlGrpInfAndSts", [.leaf("OrgnlMsgId", "O")] + status + reasons),
                    .branch(
                        "TxInfAndSts",
                        [.leaf("OrgnlTxId", "T")] + (own.map { [.leaf("TxSts", $0)] } ?? [])
                            + (reason.map { [.branch("StsRsnInf", [ISOSample.coded("Rsn", $0)])] } ?? [])),
                ]
            ).parts("pacs.002.001.10", .xml)[0]
        }
        #expect(try report("RJCT", nil, reason: nil).outcome?.status == "RJCT")
        #expect(try report("RJCT", nil, reason: nil).outcome?.reason == "AC04")
        #expect(try report("RJCT", nil, reason: "AM05").outcome?.reason == "AM05")
        #expect(try report("RJCT", "ACSC", reason: nil).outcome?.status == "ACSC")
        #expect(try report("RJCT", "ACSC", reason: nil).outcome?.reason == nil)
        let missing = Rejection(reason: .missingField, field: "status")
        #expect(try report("PART", nil, reason: nil).rejection == missing)
        #expect(try report(nil, nil, reason: nil).rejection == missing)
    }

    @Test("a creditor is known by an account, an alias of one, or outside of SEPA by a name alone")
    func creditors() throws {
        let name = ISOSample.branch("Cdtr", [.leaf("Nm", "Cedar")])
        let alias = ISOSample.branch("CdtrAcct", [.branch("Prxy", [.leaf("Id", "cedar@example.org")])])
        let number = ISOSample.branch(
            "CdtrAcct", [.branch("Id", [.branch("Othr", [.leaf("Id", "7")])]), .branch("Prxy", [.leaf("Id", "x")])])
        func paid(_ creditor: [ISOSample], _ currency: String, service: String? = nil) throws -> RecordPart {
            let types = service.map { [ISOSample.branch("PmtTpInf", [ISOSample.coded("SvcLvl", $0)])] } ?? []
            let header = ISOSample.header([.branch("SttlmInf", [.leaf("SttlmMtd", "CLRG")])] + types)
            return try ISOSample.creditTransfer(
                [.transfer(amount: .amount("IntrBkSttlmAmt", currency: currency, "5"), [Self.parties[0]] + creditor)],
                header: header
            ).parts("pacs.008.001.08", .json)[0]
        }
        let missing = Rejection(reason: .missingField, field: "creditor_account")
        #expect(try paid([name, alias], "EUR").transaction?.entities[.payee] == "cedar@example.org")
        #expect(try paid([name, number], "EUR").transaction?.entities[.payee] == "7")
        #expect(
            try paid([name], "EUR").rejection == missing && paid([name], "EUR", service: "SEPA").rejection == missing)
        #expect(try paid([name], "USD").transaction?.terminal == "Cedar")
        #expect(try paid([name], "EUR", service: "URGP").transaction?.terminal == "Cedar")
        #expect(try paid([], "USD").rejection == missing)
    }

    @Test("names and ids have ISO 20022's own length, in characters")
    func lengths() throws {
        for letter in ["a", "ß", "ü", "店", "😀"] {
            for count in [1, 128, 129, 140, 141] {
                let name = String(repeating: letter, count: count)
                let transfer = ISOSample.transfer([.branch("Dbtr", [.leaf("Nm", name)]), Self.parties[1]])
                for syntax in ISOSample.syntaxes {
                    let part = try ISOSample.creditTransfer([transfer]).parts("pacs.008.001.08", syntax)[0]
                    let long = Rejection(reason: .fieldTooLong, field: "debtor_name")
                    #expect(part.rejection == (count > 140 ? long : nil))
                    #expect(part.transaction?.customer == (count > 140 ? nil : name))
                }
            }
        }
    }
}
