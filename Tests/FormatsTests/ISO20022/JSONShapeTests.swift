import Formats
import Records
import Support
import Testing

@Suite("Shapes of ISO 20022 in JSON")
struct JSONShapeTests {
    /// A credit transfer with an amount written like this, and members of the message's own.
    private func part(
        amount: String, id: String = "\"T1\"", _ document: (String) -> String = { "{\"FIToFICstmrCdtTrf\":\($0)}" }
    ) throws -> RecordPart {
        let body =
            #"{"GrpHdr":{"MsgId":\#(id),"CreDtTm":"2026-03-02T10:15:00Z","NbOfTxs":1},"CdtTrfTxInf":"#
            + #"[{"PmtId":{"EndToEndId":\#(id),"TxId":\#(id)},"IntrBkSttlmAmt":\#(amount),"DbtrAcct":{"Ccy":"EUR","#
            + #""Id":{"Othr":[{"Id":"+27-1"}]}},"CdtrAcct":{"Id":{"Othr":{"Id":"+27-2"}},"Nm":"x"}}]}"#
        let parts = RecordParser(mapping: try isoMapping(.json)).parts(Array(document(body).utf8))
        #expect(parts.count == 1)
        return parts[0]
    }

    @Test(
        "an amount is its text and its currency, however a program writes them",
        arguments: [
            #"{"Ccy":"EUR","amt":"12.50"}"#, ##"{"#text":"12.50","@_Ccy":"EUR"}"##,
            ##"{"@Ccy":"EUR","#text":"12.50"}"##,
            ##"{"#text":12.50,"@_Ccy":"EUR"}"##, #"[{"_":"12.50","$":{"Ccy":"EUR"}}]"#,
            #"{"_text":"12.50","_attributes":{"Ccy":"EUR"}}"#, #"{"$":"12.50","@Ccy":"EUR"}"#,
            #"{"$t":"12.50","Ccy":"EUR"}"#, #"{"_VALUE":12.50,"_Ccy":"EUR"}"#, #"{"Ccy":"EUR","Value":"12.50"}"#,
            #"{"Value":12.50,"Ccy":"EUR"}"#, #"{"CcyAttr":"EUR","Value":12.50}"#,
            #"{"AttrCcy":"EUR","CharData":"12.50"}"#, #"{"Text":"12.50","Ccy":"EUR"}"#, #"{"":"12.50","Ccy":"EUR"}"#,
            #"{"value":12.50,"Ccy":"EUR"}"#, #"{"value":12.50,"ccy":"EUR"}"#, #"{"content":12.50,"Ccy":"EUR"}"#,
            #"{"Amt":{"Amt":12.50,"Ccy":"EUR"}}"#, #"{"Amt":12.50,"Ccy":"EUR"}"#, ##"{"-Ccy":"EUR","#text":"12.50"}"##,
            #"{"ActiveCurrencyAndAmount":"12.50","Ccy":"EUR"}"#, #"{"@attributes":{"Ccy":"EUR"},"0":"12.50"}"#,
            ##"{"@attributes":{"Ccy":"EUR"},"#text":"12.50"}"##,
            #"{"XMLName":{"Space":"","Local":"x"},"Text":"12.50","Ccy":"EUR"}"#,
            #"{"amount":"12.50","currency":"EUR"}"#, ##"{"attr_Ccy":"EUR","#text":"12.50"}"##,
            ##"{":@":{"@_Ccy":"EUR"},"#text":"12.50"}"##, #"[{"_":["12.50"],"$":{"Ccy":["EUR"]}}]"#,
        ])
    func amounts(amount: String) throws {
        let part = try part(amount: amount)
        #expect(part.rejection == nil)
        #expect(part.transaction?.original == Money(units: 1250, currency: try #require(Currency("EUR"))))
    }

    @Test(
        "a number is read as it is written, and never rounded",
        arguments: [
            ("31020.89", nil), ("0.1", nil), ("99999999999.99", nil), ("1e2", .amountNotANumber),
            ("12.345", .amountTooPrecise),
            ("31020.890000000003", .amountTooPrecise), ("-1", .amountNegative), ("0.00", .amountZero),
            ("null", .amountNotANumber), ("true", .amountNotANumber),
        ] as [(String, RejectionReason?)])
    func numbers(number: String, reason: RejectionReason?) throws {
        for shape in [
            "{\"#text\":N,\"@_Ccy\":\"EUR\"}", "{\"Amt\":{\"Amt\":N,\"Ccy\":\"EUR\"}}",
            "{\"_\":N,\"$\":{\"Ccy\":\"EUR\"}}",
        ] {
            let part = try part(amount: shape.replacing("N", with: number))
            #expect(part.rejection == reason.map { Rejection(reason: $0, field: "amount") }, "\(shape)")
            if reason == nil { #expect(part.message["amount"] == number) }
        }
    }

    @Test(
        "an amount or currency of which there are two is refused",
        arguments: [
            (#"{"Ccy":"EUR","amt":"12.50","value":"9"}"#, RejectionReason.amountNotANumber, "amount"),
            (##"{"Ccy":"EUR","#text":["1","2"]}"##, .amountNotANumber, "amount"),
            (#"{"Ccy":"EUR","@Ccy":"USD","amt":"1"}"#, .missingField, "currency"),
            (#"{"Amt":[{"Amt":1,"Ccy":"EUR"},{"Amt":2,"Ccy":"EUR"}]}"#, .missingField, "currency"),
            (#"[{"Ccy":"EUR","amt":"1"},{"Ccy":"EUR","amt":"2"}]"#, .repeatedField, "amount"),
            (#"{"amt":"1"}"#, .missingField, "currency"), (#""1""#, .missingField, "currency"),
            (#"{"Ccy":"EUR"}"#, .amountNotANumber, "amount"),
        ] as [(String, RejectionReason, String)])
    func ambiguous(amount: String, reason: RejectionReason, field: String) throws {
        #expect(try part(amount: amount).rejection == Rejection(reason: reason, field: field))
    }

    private static let plain = #"{"Ccy":"EUR","amt":"12.50"}"#

    @Test(
        "other texts may be objects or arrays, too",
        arguments: [
            #"["T1"]"#, ##"{"#text":"T1"}"##, #"{"_text":"T1"}"#, #"[{"_":"T1","$":{"x":"y"}}]"#, #"{"$":"T1"}"#,
            #"{"value":"T1"}"#, #"{"":"T1"}"#, #"{"Value":"T1"}"#,
        ])
    func texts(id: String) throws {
        #expect(try part(amount: Self.plain, id: id).transaction?.id == "T1")
    }

    @Test(
        "the message is found in what programs put around it, with the type that they name",
        arguments: [
            (#"{"TxTp":"pacs.008.001.10","FIToFICstmrCdtTrf":B}"#, true),
            (#"{"TxTp":"pacs.009.001.10","FIToFICstmrCdtTrf":B}"#, false),
            (
                #"{"Document":{"$":{"xmlns":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"},"FIToFICstmrCdtTrf":[B]}}"#,
                true
            ),
            (
                #"{"Document":{"$":{"xmlns":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.99"},"FIToFICstmrCdtTrf":[B]}}"#,
                false
            ),
            (
                #"{"?xml":{"@_version":"1.0"},"Document":{"@_xmlns":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08","FIToFICstmrCdtTrf":B}}"#,
                true
            ),
            (
                #"{"XMLName":{"Space":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08","Local":"Document"},"FIToFICstmrCdtTrf":B}"#,
                true
            ),
            (
                #"{"p:Document":{"@xmlns:p":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08","p:FIToFICstmrCdtTrf":B}}"#,
                true
            ),
            (#"{"AppHdr":{"MsgDefIdr":"pacs.008.001.08"},"Document":{"FIToFICstmrCdtTrf":B}}"#, true),
            (#"{"AppHdr":{"MsgDefIdr":"pain.001.001.08"},"Document":{"FIToFICstmrCdtTrf":B}}"#, false),
            (
                #"{"AppHdr":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:head.001.001.02"},"Document":{"FIToFICstmrCdtTrf":B}}"#,
                true
            ),
            (#"{"transaction":{"TxTp":"pacs.008.001.10","FIToFICstmrCdtTrf":B},"DataCache":{"dbtrId":"1"}}"#, true),
        ])
    func around(text: String, isTaken: Bool) throws {
        let part = try part(amount: Self.plain) { text.replacing("B", with: $0) }
        #expect(part.rejection == (isTaken ? nil : Rejection(reason: .unsupportedMessage, field: nil)))
    }

    @Test("types are those of the nearest object, so that messages of several kinds may stand in one")
    func nearest() throws {
        let status =
            #"{"TxTp":"pacs.002.001.12","FIToFIPmtSts":{"GrpHdr":{"MsgId":"S","CreDtTm":"2026-03-02T10:15:00Z"},"#
            + #""TxInfAndSts":{"OrgnlEndToEndId":"T1","TxSts":"ACCC"}}}"#
        let parts = RecordParser(mapping: try isoMapping(.json)).parts(Array("[\(status),\(status)]".utf8))
        #expect(ISOEnvelope.said(parts) == ["T1", "T1"] && parts[1].outcome?.status == "ACCC")
        let other = status.replacing("pacs.002.001.12", with: "pain.013.001.09").replacing("FIToFIPmtSts", with: "X")
        let mixed = RecordParser(mapping: try isoMapping(.json)).parts(Array("[\(other),\(status)]".utf8))
        #expect(ISOEnvelope.said(mixed) == ["unsupported_message", "T1"])
    }
}
