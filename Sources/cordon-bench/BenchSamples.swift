import Keys
import Records

/// Records that benches feed, of customers, terminals and payees who come back.
enum BenchSamples {
    /// A canonical record that names customer, terminal and payee, at a hundred a second of event time.
    static func json(_ number: Int, customers: Int) -> String {
        let others = max(1, customers / 10)
        let time = EventTime(seconds: 1_772_446_500 + Int64(number / 100)).rfc3339
        return #"{"id":"p-\#(number)","time":"\#(time)","customer":"c\#(number &* 7919 % customers)","#
            + #""terminal":"t\#(number % others)","payee":"y\#(number &* 31 % others)","amount":"125.40","currency":"EUR","#
            + #""kind":"instant_transfer","channel":"mobile"}"#
    }

    /// A pacs.008 of one credit transfer.
    static func creditTransfer(_ number: Int, customers: Int) -> String {
        let (debtor, creditor) = (number % customers, number % max(1, customers / 10))
        let time = EventTime(seconds: 1_772_446_500 + Int64(number / 100)).rfc3339
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
              <FIToFICstmrCdtTrf>
                <GrpHdr>
                  <MsgId>M-\(number)</MsgId>
                  <CreDtTm>\(time)</CreDtTm>
                  <NbOfTxs>1</NbOfTxs>
                  <CtrlSum>125.40</CtrlSum>
                  <SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf>
                  <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><LclInstrm><Cd>INST</Cd></LclInstrm></PmtTpInf>
                </GrpHdr>
                <CdtTrfTxInf>
                  <PmtId>
                    <InstrId>I-\(number)</InstrId>
                    <EndToEndId>E2E-\(number)</EndToEndId>
                    <TxId>T-\(number)</TxId>
                  </PmtId>
                  <IntrBkSttlmAmt Ccy="EUR">125.40</IntrBkSttlmAmt>
                  <IntrBkSttlmDt>2026-03-02</IntrBkSttlmDt>
                  <AccptncDtTm>\(time)</AccptncDtTm>
                  <ChrgBr>SLEV</ChrgBr>
                  <Dbtr><Nm>Ada Example</Nm><PstlAdr><StrtNm>High Street</StrtNm><Ctry>NL</Ctry></PstlAdr></Dbtr>
                  <DbtrAcct><Id><Othr><Id>D\(debtor)</Id></Othr></Id></DbtrAcct>
                  <DbtrAgt><FinInstnId><BICFI>ABNANL2A</BICFI></FinInstnId></DbtrAgt>
                  <CdtrAgt><FinInstnId><BICFI>COBADEFF</BICFI></FinInstnId></CdtrAgt>
                  <Cdtr><Nm>Cedar Tools GmbH</Nm><PstlAdr><StrtNm>Hauptstr.</StrtNm><Ctry>DE</Ctry></PstlAdr></Cdtr>
                  <CdtrAcct><Id><Othr><Id>C\(creditor)</Id></Othr></Id></CdtrAcct>
                  <Purp><Cd>GDDS</Cd></Purp>
                  <RmtInf><Ustrd>Invoice \(number)</Ustrd></RmtInf>
                </CdtTrfTxInf>
              </FIToFICstmrCdtTrf>
            </Document>
            """
    }

    /// A member's sessions with three parties that nobody is.
    static func sessions(_ member: MemberID) throws -> [PartyID: Session] {
        let keys = PartyID.allCases.map { _ in HPKEPrivateKey().publicKey }
        let parties = Dictionary(uniqueKeysWithValues: zip(PartyID.allCases, keys))
        return try SessionOffer(
            consortium: "bench", member: member, epoch: 1, parties: parties, identity: SigningKey()
        ).sessions
    }
}
