import Foundation
import Support
import Testing

@Suite("cordon ingest --try")
struct IngestTrialTests {
    private struct Line: Decodable {
        var line: Int?
        var index: Int
        var result: String
        var transaction: [String: String]?
        var label: [String: String]?
        var message: [String: String]?
        var reason: String?
        var field: String?
    }

    private static let message = """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.10"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M</MsgId>
        <CreDtTm>2026-03-02T10:15:00+01:00</CreDtTm></GrpHdr>\
        <CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="USD">10.50</IntrBkSttlmAmt>
        <Dbtr><Nm>Ada</Nm></Dbtr><Cdtr><Nm>Bo</Nm></Cdtr></CdtTrfTxInf>\
        <CdtTrfTxInf><PmtId><EndToEndId>E2</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="USD">1,5</IntrBkSttlmAmt>
        <Dbtr><Nm>Ada</Nm></Dbtr><Cdtr><Nm>Bo</Nm></Cdtr></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>
        """

    private func lines(_ said: String) throws -> [Line] {
        try said.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("says a line of JSON a transaction: its canonical fields, or the reason code")
    func json() throws {
        let folder = try TemporaryFolder()
        let xml = try folder.write(Self.message, to: "batch.xml")
        let records = try folder.write(
            """
            {"id":"a","time":"2026-03-02","customer":"c","terminal":"t","amount":5,"currency":"USD"}

            {"type":"label","transaction":"a","fraud":true}
            {"id":"b","time":"2026-03-02","customer":"c","terminal":"t","amount":-5}
            """, to: "records.jsonl")
        let (exit, said) = try Program.run(["ingest", "--try", "--json", xml, records], in: folder.url)
        #expect(exit == 0)
        let found = try lines(said)
        try #require(found.count == 5)
        #expect(found.map(\.result) == ["transaction", "rejected", "transaction", "label", "rejected"])
        #expect(found.map(\.index) == [0, 1, 0, 0, 0] && found.map(\.line) == [nil, nil, 1, 3, 4])
        #expect(
            found[0].transaction == [
                "id": "E1", "time": "2026-03-02T09:15:00Z", "customer": "Ada", "terminal": "Bo", "amount": "10.50",
                "currency": "USD", "converted": "9.66", "kind": "transfer",
            ])
        #expect(found[0].message?["end_to_end_id"] == "E1")
        #expect(found[1].reason == "amount_not_a_number" && found[1].field == "amount")
        #expect(found[2].transaction?["converted"] == "4.60")
        #expect(found[3].label == ["transaction": "a", "fraud": "true"])
        #expect(found[4].reason == "amount_negative")
    }

    @Test("says in words what is mapped, what is missing and what would be rejected; a header line of CSV is none")
    func words() throws {
        let folder = try TemporaryFolder()
        let csv = try folder.write(
            "type,id,time,customer,terminal,amount,transaction,fraud\n,a,2026-03-02,\"c\n\",t,1,,\n,b,2026-03-02,c,t,1,,\n",
            to: "records.csv")
        let (exit, said) = try Program.run(["ingest", "--try", csv], in: folder.url)
        #expect(exit == 0)
        #expect(said.hasPrefix("\(csv): 1 transactions, 0 labels and outcomes, 1 rejected\n"))
        #expect(said.contains("\n  mapped    id, time, customer, terminal, amount\n"))
        #expect(said.contains("\n  missing   currency, kind,"))
        #expect(said.contains("\n  rejected  line 2: control_character (customer): "))
    }

    @Test("without it, and with no file, the program says what is missing")
    func usage() throws {
        let folder = try TemporaryFolder()
        for (arguments, sentence) in [
            (["ingest"], "Missing expected argument '--member <name>'"),
            (["ingest", "--try"], "Missing expected argument '<file> ...'"),
            (["ingest", "--member", "a", "x.xml"], "belong to '--try'"),
        ] {
            let (exit, said) = try Program.run(arguments, in: folder.url)
            #expect(exit != 0 && said.contains(sentence), "\(said)")
        }
        let mapping = try folder.write("format: csv\ncolumns: [a]\nfields:\n  id: b\n", to: "mapping.yaml")
        let (exit, said) = try Program.run(["ingest", "--try", mapping, "--mapping", mapping], in: folder.url)
        #expect(exit != 0 && said == "Error: \(mapping):4: fields.id: `columns` has no such column\n")
    }

    @Test("holds the samples against the validation rules too")
    func rules() throws {
        let folder = try TemporaryFolder()
        let records = try folder.write(
            """
            {"id":"a","time":"2099-03-02","customer":"c","terminal":"t","amount":5}
            {"id":"b","time":"2026-03-02","customer":"c","terminal":"t","amount":5}
            """, to: "records.jsonl")
        let rules = try folder.write("amount: { max: 4 }\n", to: "rules.yaml")
        var (exit, said) = try Program.run(["ingest", "--try", "--json", records], in: folder.url)
        #expect(try exit == 0 && lines(said).map(\.reason) == ["time_ahead", nil])
        (exit, said) = try Program.run(
            ["ingest", "--try", "--json", "--validation", rules, records], in: folder.url)
        #expect(try exit == 0 && lines(said).map(\.reason) == ["amount_out_of_range", "amount_out_of_range"])
    }
}
