import Formats
import Records
import Testing

@Suite("Fields of ISO 20022 messages")
struct ISOFieldTests {
    private static func party(_ name: String, _ person: String, _ country: String) -> ISOSample {
        .branch(name, [.leaf("Nm", person), .branch("PstlAdr", [.leaf("Ctry", country)])])
    }

    private static func agent(_ name: String, _ bic: String) -> ISOSample {
        .branch(name, [.branch("FinInstnId", [.leaf("BICFI", bic)])])
    }

    private static let types: ISOSample = .branch(
        "PmtTpInf",
        [ISOSample.coded("SvcLvl", "SEPA"), ISOSample.coded("LclInstrm", "INST"), ISOSample.coded("CtgyPurp", "SALA")])

    private static let ids: [ISOSample] = [
        .leaf("InstrId", "I-1"), .leaf("EndToEndId", "E-1"), .leaf("TxId", "T-1"),
        .leaf("UETR", "eb6305c9-1f7f-49de-aed0-16487c27b42d"),
    ]

    /// What one message of a type says, of all that it can say.
    static let samples: [(type: String, message: ISOSample, fields: [String: String])] = [
        (
            "pacs.008.001.08",
            .creditTransfer([
                .transfer(
                    ids: ids,
                    [
                        types, .leaf("IntrBkSttlmDt", "2026-03-03"), .leaf("AccptncDtTm", "2026-03-02T10:14:59Z"),
                        party("Dbtr", "Ada", "NL"), .iban("DbtrAcct", "NL91ABNA0417164300"),
                        agent("DbtrAgt", "ABNANL2A"), agent("CdtrAgt", "COBADEFF"), party("Cdtr", "Cedar", "DE"),
                        .iban("CdtrAcct", "DE89370400440532013000"), ISOSample.coded("Purp", "GDDS"),
                        .branch("RmtInf", [.leaf("Ustrd", "Invoice 7"), .leaf("Ustrd", "and 8")]),
                    ])
            ]),
            [
                "message_id": "M-1", "created": "2026-03-02T10:15:00Z", "instruction_id": "I-1", "end_to_end_id": "E-1",
                "transaction_id": "T-1", "uetr": "eb6305c9-1f7f-49de-aed0-16487c27b42d",
                "reference": "eb6305c9-1f7f-49de-aed0-16487c27b42d", "amount": "125.40", "currency": "EUR",
                "acceptance_time": "2026-03-02T10:14:59Z", "settlement_date": "2026-03-03", "local_instrument": "INST",
                "service_level": "SEPA", "category_purpose": "SALA", "purpose": "GDDS", "debtor_name": "Ada",
                "debtor_country": "NL", "debtor_account": "NL91ABNA0417164300", "debtor_agent": "ABNANL2A",
                "creditor_name": "Cedar", "creditor_country": "DE", "creditor_account": "DE89370400440532013000",
                "creditor_agent": "COBADEFF", "remittance": "Invoice 7",
            ]
        ),
        (
            "pain.001.001.09",
            .initiation([
                [
                    .leaf("PmtInfId", "P-1"), types, .branch("ReqdExctnDt", [.leaf("Dt", "2026-03-04")]),
                    party("Dbtr", "Ada", "NL"), .iban("DbtrAcct", "NL91ABNA0417164300"), agent("DbtrAgt", "ABNANL2A"),
                    .order(
                        [.leaf("EndToEndId", "E-1")],
                        [
                            agent("CdtrAgt", "COBADEFF"), party("Cdtr", "Cedar", "DE"),
                            .iban("CdtrAcct", "DE89370400440532013000"),
                        ]),
                ]
            ]),
            [
                "message_id": "M-1", "created": "2026-03-02T10:15:00Z", "payment_information_id": "P-1",
                "end_to_end_id": "E-1", "reference": "P-1/E-1", "amount": "125.40", "currency": "EUR",
                "execution_date": "2026-03-04", "local_instrument": "INST", "service_level": "SEPA",
                "category_purpose": "SALA", "debtor_name": "Ada", "debtor_country": "NL",
                "debtor_account": "NL91ABNA0417164300", "debtor_agent": "ABNANL2A", "creditor_name": "Cedar",
                "creditor_country": "DE", "creditor_account": "DE89370400440532013000", "creditor_agent": "COBADEFF",
            ]
        ),
        (
            "pacs.002.001.10",
            .branch(
                "FIToFIPmtStsRpt",
                [
                    .header(), .branch("OrgnlGrpInfAndSts", [.leaf("OrgnlMsgId", "O-1")]),
                    .branch(
                        "TxInfAndSts",
                        [
                            .leaf("OrgnlEndToEndId", "E-1"), .leaf("OrgnlTxId", "T-1"), .leaf("TxSts", "RJCT"),
                            .branch("StsRsnInf", [ISOSample.coded("Rsn", "AC04")]),
                        ]),
                ]),
            [
                "message_id": "M-1", "created": "2026-03-02T10:15:00Z", "original_message_id": "O-1",
                "original_end_to_end_id": "E-1", "original_transaction_id": "T-1", "original_reference": "T-1",
                "status": "RJCT", "reason": "AC04",
            ]
        ),
        (
            "pacs.004.001.09",
            .branch(
                "PmtRtr",
                [
                    .header(), .branch("OrgnlGrpInf", [.leaf("OrgnlMsgId", "O-1")]),
                    .branch(
                        "TxInf",
                        [
                            .leaf("OrgnlUETR", "u-1"), .leaf("OrgnlEndToEndId", "E-1"),
                            .amount("RtrdIntrBkSttlmAmt", currency: "JPY", "1254"),
                            .branch("RtrRsnInf", [.branch("Rsn", [.leaf("Prtry", "FRAD")])]),
                        ]),
                ]),
            [
                "message_id": "M-1", "created": "2026-03-02T10:15:00Z", "original_message_id": "O-1",
                "original_uetr": "u-1", "original_end_to_end_id": "E-1", "original_reference": "u-1",
                "amount": "1254", "currency": "JPY", "reason": "FRAD",
            ]
        ),
        (
            "camt.056.001.08",
            .branch(
                "FIToFIPmtCxlReq",
                [
                    .branch("Assgnmt", [.leaf("Id", "A-1"), .leaf("CreDtTm", "2026-03-02T10:15:00Z")]),
                    .branch(
                        "Undrlyg",
                        [
                            .branch("OrgnlGrpInfAndCxl", [.leaf("OrgnlMsgId", "O-9")]),
                            .branch(
                                "TxInf",
                                [
                                    .branch("OrgnlGrpInf", [.leaf("OrgnlMsgId", "O-1")]),
                                    .leaf("OrgnlEndToEndId", "E-1"),
                                    .amount("OrgnlIntrBkSttlmAmt", currency: "EUR", "1.5"),
                                    .branch("CxlRsnInf", [ISOSample.coded("Rsn", "FR01")]),
                                ]),
                        ]),
                ]),
            [
                "message_id": "A-1", "created": "2026-03-02T10:15:00Z", "original_message_id": "O-1",
                "original_end_to_end_id": "E-1", "original_reference": "E-1", "amount": "1.5", "currency": "EUR",
                "reason": "FR01",
            ]
        ),
    ]

    @Test(
        "are read from the same places of XML and of JSON, and no others are there", arguments: ISOSample.syntaxes)
    func fields(syntax: Mapping.Syntax) throws {
        for sample in Self.samples {
            let parts = try sample.message.parts(sample.type, syntax)
            #expect(parts.count == 1 && parts[0].notes.isEmpty, "\(sample.type)")
            #expect(parts[0].rejection == nil, "\(sample.type)")
            #expect(parts[0].message == sample.fields, "\(sample.type)")
        }
        // Between them the samples have every field that a mapping may name.
        let named = Set(Self.samples.flatMap(\.fields.keys))
        #expect(named == Set(ISOField.allCases.map(\.rawValue)))
    }

    @Test("make transactions and outcomes", arguments: ISOSample.syntaxes)
    func results(syntax: Mapping.Syntax) throws {
        let parts = try Self.samples.map { try $0.message.parts($0.type, syntax)[0] }
        let (euro, yen) = (try #require(Currency("EUR")), try #require(Currency("JPY")))
        let created = try #require(EventTime(rfc3339: "2026-03-02T10:15:00Z"))
        var expected = Transaction(
            id: "eb6305c9-1f7f-49de-aed0-16487c27b42d", time: EventTime(seconds: created.seconds - 1),
            customer: "NL91ABNA0417164300", terminal: "DE89370400440532013000", amount: MinorUnits(12_540),
            original: Money(units: 12_540, currency: euro), kind: .instantTransfer,
            entities: [.account: "NL91ABNA0417164300", .payee: "DE89370400440532013000", .country: "DE"])
        #expect(parts[0].transaction == expected)
        expected.id = "P-1/E-1"
        expected.time = created
        #expect(parts[1].transaction == expected)
        let outcomes = [
            PaymentOutcome(kind: .status, transaction: "T-1", time: created, status: "RJCT", reason: "AC04"),
            PaymentOutcome(
                kind: .return, transaction: "u-1", time: created, reason: "FRAD",
                amount: Money(units: 1254, currency: yen)),
            PaymentOutcome(
                kind: .recall, transaction: "E-1", time: created, reason: "FR01",
                amount: Money(units: 150, currency: euro)),
        ]
        #expect(parts[2...].map(\.outcome) == outcomes)
        #expect(outcomes.map(\.tellsFraud) == [false, true, true])
        for part in parts {
            #expect(part.index == 0 && part.watermark == nil && part.verdict == nil)
            #expect((part.transaction == nil) != (part.outcome == nil))
        }
    }

    @Test("of a message as a whole are those of each of its transactions", arguments: ISOSample.syntaxes)
    func batches(syntax: Mapping.Syntax) throws {
        let numbers = 1...5
        let transfers = numbers.map { number in
            let own: [ISOSample] = number == 2 ? [.leaf("IntrBkSttlmDt", "2026-03-06")] : []
            return ISOSample.transfer(
                ids: [.leaf("EndToEndId", "E-\(number)")], own + [.branch("Dbtr", [.leaf("Nm", "\(number)")])])
        }
        let message = ISOSample.creditTransfer(
            transfers, header: .header([.leaf("IntrBkSttlmDt", "2026-03-05")], count: 5))
        let parts = try message.parts("pacs.008.001.13", syntax)
        #expect(parts.map(\.index) == [0, 1, 2, 3, 4])
        #expect(parts.map { $0.message["reference"] } == numbers.map { "E-\($0)" })
        #expect(parts.map { $0.message["debtor_name"] } == numbers.map { "\($0)" })
        #expect(parts.map { $0.message["message_id"] } == numbers.map { _ in "M-1" })
        let dates = parts.map { $0.message["settlement_date"] }
        #expect(dates == ["2026-03-05", "2026-03-06", "2026-03-05", "2026-03-05", "2026-03-05"])
        let places = parts.compactMap(\.at)
        #expect(places.count == 5 && places == places.sorted() && Set(places).count == 5)
    }
}
