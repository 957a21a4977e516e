import Desk
import Foundation
import Policy
import Records
import Support
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The draft of a recall, held against the order and types of the schema of camt.056.001.08 that its elements have there.
struct RecallDraftTests {
    private let fraud = Judgement(.fraud, fraudType: .invoice)

    private func payment(
        id: String = "t-1", kind: PaymentKind? = .transfer, account: String? = "DE89370400440532013000",
        payee: String? = "NL91ABNA0417164300", currency: String? = "EUR", units: Int64 = 123_456
    ) -> Transaction {
        var entities: Entities = [:]
        entities[.account] = account
        entities[.payee] = payee
        return Transaction(
            id: id, time: EventTime(seconds: 1_735_689_600), customer: "c", terminal: "x", amount: MinorUnits(units),
            original: currency.flatMap { Currency($0) }.map { Money(units: units, currency: $0) }, kind: kind,
            entities: entities)
    }

    private func draft(_ payment: Transaction, _ judgement: Judgement?) throws(RecallDraft.Fault) -> String {
        String(
            decoding: try RecallDraft(
                of: item(7), payment: payment, judgement: judgement, member: MemberID("bank-a")!,
                at: 1_735_700_000_000_000
            ).xml, as: UTF8.self)
    }

    @Test("the elements stand in the schema's order, each within its type")
    func schema() throws {
        let text = try draft(payment(), fraud)
        let order = [
            "Assgnmt", "Id", "Assgnr", "Agt", "FinInstnId", "Othr", "Id", "Assgne", "Agt", "FinInstnId", "Othr", "Id",
            "CreDtTm", "CtrlData", "NbOfTxs", "Undrlyg", "TxInf", "CxlId", "OrgnlEndToEndId", "OrgnlTxId",
            "OrgnlIntrBkSttlmAmt", "OrgnlIntrBkSttlmDt", "CxlRsnInf", "Rsn", "Cd", "AddtlInf", "OrgnlTxRef", "DbtrAcct",
            "Id", "IBAN", "CdtrAcct", "Id", "IBAN",
        ]
        let opened = text.matches(of: /<([A-Z][A-Za-z]*)[ >]/).map { String($0.1) }
        #expect(opened == ["Document", "FIToFIPmtCxlReq"] + order)
        #expect(text.contains("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.056.001.08\">"))
        #expect(text.contains("<OrgnlIntrBkSttlmAmt Ccy=\"EUR\">1234.56</OrgnlIntrBkSttlmAmt>"))
        #expect(text.contains("<OrgnlIntrBkSttlmDt>2025-01-01</OrgnlIntrBkSttlmDt>"))
        #expect(text.contains("<CreDtTm>2025-01-01T02:53:20Z</CreDtTm>"))
        #expect(text.contains("<Rsn><Cd>FRAD</Cd></Rsn><AddtlInf>invoice</AddtlInf>"))
        #expect(text.contains("<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>"))
        for id in text.matches(of: /<(?:Id|CxlId)>([^<]+)</) { #expect((1...35).contains(id.1.count)) }
        #expect(XMLParser(data: Data(text.utf8)).parse())
    }

    @Test("what has no place in the message is left out, and names are text")
    func names() throws {
        let odd = try draft(
            payment(id: "a<b>&\"c\"", account: "12-34&5", payee: String(repeating: "9", count: 35)), fraud)
        #expect(odd.contains("<OrgnlTxId>a&lt;b&gt;&amp;\"c\"</OrgnlTxId>"))
        #expect(
            odd.contains("<DbtrAcct><Id><Othr><Id>12-34&amp;5</Id></Othr></Id></DbtrAcct>")
                && !odd.contains("CdtrAcct"))
        #expect(XMLParser(data: Data(odd.utf8)).parse())
        let bare = try draft(payment(account: nil, payee: nil), Judgement(.fraud))
        #expect(!bare.contains("OrgnlTxRef") && !bare.contains("AddtlInf"))
        // An amount has as many decimals as its currency.
        #expect(try draft(payment(currency: "JPY", units: 500), fraud).contains("Ccy=\"JPY\">500</"))
        for iban in ["DE8937040044053201300é", "de89370400440532013000", "DE", "DEXX370400440532013000"] {
            #expect(try draft(payment(account: iban), fraud).contains("<IBAN>\(iban)") == false)
        }
    }

    @Test("there is no draft of what is no transfer, has no verdict of fraud, no currency, or an id that has no place")
    func faults() {
        func fault(_ payment: Transaction, _ judgement: Judgement?) -> RecallDraft.Fault? {
            do throws(RecallDraft.Fault) { _ = try draft(payment, judgement) } catch { return error }
            return nil
        }
        #expect(fault(payment(), fraud) == nil && fault(payment(kind: .instantTransfer), fraud) == nil)
        for kind in [nil, PaymentKind.card, .cashOut] { #expect(fault(payment(kind: kind), fraud) == .noTransfer) }
        for finding in [Finding.legitimate, .suspicious, .undecidable] {
            #expect(fault(payment(), Judgement(finding)) == .noFraud)
        }
        #expect(fault(payment(), nil) == .noFraud && fault(payment(currency: nil), fraud) == .noAmount)
        #expect(fault(payment(id: String(repeating: "x", count: 36)), fraud) == .badID)
        #expect(
            fault(payment(id: "a\u{1}"), fraud) == .badID
                && fault(payment(id: String(repeating: "é", count: 35)), fraud) == nil)
    }
}
