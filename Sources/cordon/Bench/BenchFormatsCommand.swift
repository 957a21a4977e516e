import ArgumentParser
import Configuration
import Ingest
import Records

/// `cordon bench formats`: how many records a second one thread reads, each format by itself.
struct BenchFormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats", abstract: "Measure how fast records of each format are read, on one thread.")

    @Option(help: "Records of each format.")
    var records = 50_000

    func run() throws {
        let rates = try readRates(file: "pipelines/rates.yaml")
        for (name, file, make) in Self.formats {
            var mapping = try readMapping(file: "pipelines/mappings/\(file).yaml")
            mapping.rates = rates
            let parser = RecordParser(mapping: mapping)
            let samples = (0..<1000).map { Array(make($0).utf8) }
            let start = ContinuousClock.now
            for number in 0..<records {
                guard parser.parts(samples[number % samples.count])[0].transaction != nil else {
                    throw Failure("a sample of \(name) was rejected")
                }
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print("\(name): \(Int(Double(records) / seconds)) records/s, \(samples[0].count) bytes each")
        }
    }

    private static let formats: [(name: String, mapping: String, make: @Sendable (Int) -> String)] = [
        (
            "JSON", "canonical",
            {
                #"{"id":"p-\#($0)","time":"2026-03-02T10:15:00Z","customer":"c\#($0)","terminal":"t9","amount":"125.40"}"#
            }
        ),
        ("CSV", "csv", { ",p-\($0),2026-03-02T10:15:00Z,c\($0),t9,125.40,," }),
        ("pacs.008", "iso20022", { message($0) }),
    ]

    private static func message(_ number: Int) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
          <FIToFICstmrCdtTrf>
            <GrpHdr>
              <MsgId>M-\(number)</MsgId>
              <CreDtTm>2026-03-02T10:15:00+01:00</CreDtTm>
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
              <AccptncDtTm>2026-03-02T10:14:59.871+01:00</AccptncDtTm>
              <ChrgBr>SLEV</ChrgBr>
              <Dbtr><Nm>Ada Example</Nm><PstlAdr><StrtNm>High Street</StrtNm><Ctry>NL</Ctry></PstlAdr></Dbtr>
              <DbtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></DbtrAcct>
              <DbtrAgt><FinInstnId><BICFI>ABNANL2A</BICFI></FinInstnId></DbtrAgt>
              <CdtrAgt><FinInstnId><BICFI>COBADEFF</BICFI></FinInstnId></CdtrAgt>
              <Cdtr><Nm>Cedar Tools GmbH</Nm><PstlAdr><StrtNm>Hauptstr.</StrtNm><Ctry>DE</Ctry></PstlAdr></Cdtr>
              <CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>
              <Purp><Cd>GDDS</Cd></Purp>
              <RmtInf><Ustrd>Invoice \(number)</Ustrd></RmtInf>
            </CdtTrfTxInf>
          </FIToFICstmrCdtTrf>
        </Document>
        """
    }
}
