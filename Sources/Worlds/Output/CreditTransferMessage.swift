import Records

/// Transfers as one message of ISO 20022, pacs.008.001.08, as a bank sends it to a clearing system.
///
/// The world has no names: the debtor's is the customer's number, the creditor has none.
/// `pipelines/mappings/simulated-iso20022.yaml` reads it back. Device, address and channel have no place in it.
struct CreditTransferMessage {
    /// Transfers a message: clearing systems' usual bound is of this size.
    static let limit = 1000

    let id: String
    let transfers: ArraySlice<Transaction>

    /// Whether a transaction is a transfer with what the message must have.
    static func takes(_ transaction: Transaction) -> Bool {
        (transaction.kind == .transfer || transaction.kind == .instantTransfer) && transaction.original != nil
            && transaction.entities[.account] != nil && transaction.entities[.payee] != nil
    }

    var xml: [UInt8] {
        let total = transfers.reduce(0) { $0 + ($1.original?.units ?? 0) }
        let created = transfers.last?.time.rfc3339 ?? ""
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
            <FIToFICstmrCdtTrf>
            <GrpHdr><MsgId>\(id)</MsgId><CreDtTm>\(created)</CreDtTm><NbOfTxs>\(transfers.count)</NbOfTxs>\
            <CtrlSum>\(MinorUnits(total).decimal)</CtrlSum><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>

            """
        for transfer in transfers { text += Self.transfer(transfer) }
        text += "</FIToFICstmrCdtTrf>\n</Document>\n"
        return Array(text.utf8)
    }

    private static func transfer(_ transfer: Transaction) -> String {
        let account = transfer.entities[.account] ?? ""
        let payee = transfer.entities[.payee] ?? ""
        let time = transfer.time.rfc3339
        let instrument = transfer.kind == .instantTransfer ? "<LclInstrm><Cd>INST</Cd></LclInstrm>" : ""
        let country = transfer.entities[.country].map { "<PstlAdr><Ctry>\($0)</Ctry></PstlAdr>" } ?? ""
        return """
            <CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId><TxId>\(transfer.id)</TxId></PmtId>\
            <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl>\(instrument)</PmtTpInf>\
            <IntrBkSttlmAmt Ccy="\(transfer.original?.currency.code ?? "")">\(transfer.original?.decimal ?? "")\
            </IntrBkSttlmAmt><IntrBkSttlmDt>\(time.prefix(10))</IntrBkSttlmDt><AccptncDtTm>\(time)</AccptncDtTm>\
            <ChrgBr>SLEV</ChrgBr><Dbtr><Nm>\(transfer.customer)</Nm></Dbtr>\
            <DbtrAcct><Id><IBAN>\(account)</IBAN></Id></DbtrAcct><DbtrAgt>\(agent(account))</DbtrAgt>\
            <CdtrAgt>\(agent(payee))</CdtrAgt><Cdtr>\(country)</Cdtr>\
            <CdtrAcct><Id><IBAN>\(payee)</IBAN></Id></CdtrAcct></CdtTrfTxInf>

            """
    }

    /// A bank by the code in its accounts' numbers: no invented BIC is anybody's.
    private static func agent(_ iban: String) -> String {
        let code = iban.dropFirst(4).prefix(iban.hasPrefix("DE") ? 8 : 5)
        return "<FinInstnId><ClrSysMmbId><MmbId>\(code)</MmbId></ClrSysMmbId></FinInstnId>"
    }
}
