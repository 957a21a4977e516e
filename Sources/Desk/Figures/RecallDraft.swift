package import Records

/// A draft of a request to cancel a transfer that was a fraud: ISO 20022, camt.056.001.08, reason FRAD. What a desk does not know
/// is left out where the schema lets it, and else says NOTPROVIDED: identifiers of both banks and of the clearing.
package struct RecallDraft: Hashable, Sendable {
    /// Why there is no draft of a payment. A raw value stands in messages.
    package enum Fault: String, Error, Hashable, Sendable, CaseIterable, CustomStringConvertible {
        case noTransfer = "no_transfer"
        case noFraud = "no_fraud"
        /// The amount as it was paid, with its currency, is not known.
        case noAmount = "no_amount"
        /// The transaction's id has no place in the message: up to 35 characters, none of them a control.
        case badID = "bad_id"

        package var description: String {
            switch self {
            case .noTransfer: "only credit transfers can be recalled"
            case .noFraud: "a recall needs a verdict of fraud that stands"
            case .noAmount: "the payment's record has no currency, which a recall has to name"
            case .badID: "the transaction's id has no place in a recall: it has up to 35 characters"
            }
        }
    }

    private let item: ItemID
    private let payment: Transaction
    private let money: Money
    private let member: MemberID
    private let judgement: Judgement
    /// Microseconds since 1970.
    private let at: Int64

    /// - Parameters:
    ///   - judgement: of the alert; nil where none stands.
    ///   - at: when the draft is made, in microseconds since 1970.
    package init(
        of item: ItemID, payment: Transaction, judgement: Judgement?, member: MemberID, at: Int64
    ) throws(Fault) {
        guard payment.kind == .transfer || payment.kind == .instantTransfer else { throw .noTransfer }
        guard let judgement, judgement.finding == .fraud else { throw .noFraud }
        guard let money = payment.original else { throw .noAmount }
        guard Self.fits(payment.id, 35) else { throw .badID }
        (self.item, self.payment, self.money) = (item, payment, money)
        (self.member, self.judgement, self.at) = (member, judgement, at)
    }

    /// The name of the request, by which its answer is found.
    package var id: String { "R-\(item.hex)" }

    /// The message; the same request gives the same bytes.
    package var xml: [UInt8] {
        let created = EventTime(seconds: at / 1_000_000).rfc3339
        let type = judgement.fraudType.map { "<AddtlInf>\($0.rawValue)</AddtlInf>" } ?? ""
        return Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.056.001.08">
            <FIToFIPmtCxlReq>
            <Assgnmt><Id>\(id)</Id><Assgnr>\(agent(member.name))</Assgnr><Assgne>\(agent("NOTPROVIDED"))</Assgne>\
            <CreDtTm>\(created)</CreDtTm></Assgnmt>
            <CtrlData><NbOfTxs>1</NbOfTxs></CtrlData>
            <Undrlyg><TxInf><CxlId>\(id)</CxlId><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>\
            <OrgnlTxId>\(Self.escaped(payment.id))</OrgnlTxId>\
            <OrgnlIntrBkSttlmAmt Ccy="\(money.currency.code)">\(money.decimal)</OrgnlIntrBkSttlmAmt>\
            <OrgnlIntrBkSttlmDt>\(payment.time.rfc3339.prefix(10))</OrgnlIntrBkSttlmDt>\
            <CxlRsnInf><Rsn><Cd>FRAD</Cd></Rsn>\(type)</CxlRsnInf>\(reference)</TxInf></Undrlyg>
            </FIToFIPmtCxlReq>
            </Document>

            """.utf8)
    }

    private func agent(_ name: String) -> String {
        "<Agt><FinInstnId><Othr><Id>\(Self.escaped(String(name.prefix(35))))</Id></Othr></FinInstnId></Agt>"
    }

    /// The accounts of both sides, where they have a place in the message.
    private var reference: String {
        func account(_ tag: String, _ name: String?) -> String {
            guard let name, Self.fits(name, 34) else { return "" }
            let id = Self.isIBAN(name) ? "<IBAN>\(name)</IBAN>" : "<Othr><Id>\(Self.escaped(name))</Id></Othr>"
            return "<\(tag)><Id>\(id)</Id></\(tag)>"
        }
        let accounts =
            account("DbtrAcct", payment.entities[.account]) + account("CdtrAcct", payment.entities[.payee])
        return accounts.isEmpty ? "" : "<OrgnlTxRef>\(accounts)</OrgnlTxRef>"
    }

    /// Whether a text may stand where so many characters may: no control, nothing that XML has no place for.
    private static func fits(_ text: String, _ limit: Int) -> Bool {
        (1...limit).contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 0x7F && $0.value < 0xFFFE }
    }

    private static func isIBAN(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
        return (5...34).contains(bytes.count) && bytes[..<2].allSatisfy(isLetter) && bytes[2..<4].allSatisfy(isDigit)
            && bytes[4...].allSatisfy { isDigit($0) || isLetter($0 & 0xDF) && $0 >= 65 }
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
