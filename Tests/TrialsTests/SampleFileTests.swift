import Formats
import Foundation
import Support
import Testing
import Trials

private let csv = """
    format: csv
    columns: [id, time, customer, terminal, amount, memo, type, transaction, fraud]
    fields: { id: id, time: time, customer: customer, terminal: terminal, amount: amount }
    labels: { type: type, value: label, transaction: transaction, fraud: fraud }
    """
private let header = "id,time,customer,terminal,amount,memo,type,transaction,fraud\n"

private func row(_ id: String, memo: String = "") -> String { "\(id),2026-03-02T09:00:00Z,ada,shop,5.00,\(memo),,,\n" }

/// A pain.001 of one payment.
private let initiation = """
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>M7</MsgId>
    <CreDtTm>2026-03-02T10:15:00+01:00</CreDtTm><NbOfTxs>1</NbOfTxs></GrpHdr><PmtInf><PmtInfId>P7</PmtInfId>
    <ReqdExctnDt><Dt>2026-03-02</Dt></ReqdExctnDt><Dbtr><Nm>Ada</Nm></Dbtr>
    <CdtTrfTxInf><PmtId><EndToEndId>E7</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">7.50</InstdAmt></Amt>
    <Cdtr><Nm>Bo</Nm></Cdtr></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>
    """

private func message(_ reference: String, indented: Bool = false) -> String {
    let text = #"""
        {"Document":{"FIToFICstmrCdtTrf":{"GrpHdr":{"MsgId":"M","CreDtTm":"2026-03-02T09:00:00Z"},
        "CdtTrfTxInf":[{"PmtId":{"EndToEndId":"\#(reference)"},"IntrBkSttlmAmt":{"Ccy":"EUR","amt":"3.00"},
        "Dbtr":{"Nm":"Ada"},"Cdtr":{"Nm":"Bo"}}]}}}
        """#
    return indented ? text : text.replacing("\n", with: "")
}

@Suite("Trials of sample files")
struct SampleFileTests {
    private let trial: Trial

    init() throws { trial = try Trial() }

    @Test("pass a CSV file's header, a byte order mark and blank lines, and say each record's line")
    func csvLines() throws {
        let text = "\u{FEFF}" + header + row("a") + "\n" + row("b", memo: "\"two\nlines\"") + row("c")
        #expect(
            try trial.results([("t.csv", text)], mapping: csv) == [
                "2 transaction a", "4 transaction b", "6 transaction c",
            ])
        #expect(
            try trial.results([("t.csv", text.replacing("\n", with: "\r\n"))], mapping: csv)
                == ["2 transaction a", "4 transaction b", "6 transaction c"])
    }

    @Test(
        "read on after a damaged record",
        arguments: ["5\" wide", "\"never closed", "\"closed\" too early", "\"5\" wide\""])
    func strayQuote(memo: String) throws {
        let text = header + row("a", memo: memo) + row("b") + row("c", memo: "\"fine, \"\"really\"\"\"")
        #expect(
            try trial.results([("t.csv", text)], mapping: csv)
                == ["2 rejected malformed_csv", "3 transaction b", "4 transaction c"])
    }

    @Test("take JSON a line, over several lines, and in arrays, and read on after a damaged record")
    func json() throws {
        let (a, b) = (Trial.payment("a"), Trial.payment("b"))
        let pretty = a.replacing(",", with: ",\n  ")
        for (text, expected) in [
            ("\(a)\n\n\(b)\n", ["1 transaction a", "3 transaction b"]),
            ("\(pretty)\n\(b)", ["1 transaction a", "6 transaction b"]),
            ("[\n\(a),\n\(b)\n]", ["2 transaction a", "3 transaction b"]),
            (
                "{\"id\":\n\(a)\nnull\n\(b)",
                [
                    "1 rejected malformed_json", "2 transaction a", "3 rejected malformed_json", "4 transaction b",
                ]
            ), ("", []),
        ] { #expect(try trial.results([("t.json", text)]) == expected) }
    }

    @Test("take ISO 20022 in JSON a message a line, over several lines, and in arrays")
    func messages() throws {
        let (one, two) = (message("E1"), message("E2"))
        for (text, expected) in [
            ("\(one)\n\(two)\n", ["1 transaction E1", "2 transaction E2"]),
            (message("E1", indented: true) + "\n" + two, ["1 transaction E1", "4 transaction E2"]),
            ("[\(one),\n\(two)]", ["1 transaction E1", "2 transaction E2"]),
        ] { #expect(try trial.results([("t.jsonl", text)]) == expected) }
    }

    @Test("take messages in XML one after the other, each with its declaration")
    func documents() throws {
        let one = "<?xml version=\"1.0\"?>" + initiation
        #expect(
            try trial.results([("t.xml", one + "\n" + one.replacing("E7", with: "E8"))])
                == ["1 transaction P7/E7", "6 transaction P7/E8"])
        #expect(try trial.results([("t.xml", one)]) == ["- transaction P7/E7"])
    }

    @Test(
        "know a file's form by its name in any letters, or by its content",
        arguments: [
            ("P.XML", initiation), ("p.xml", initiation), ("p.txt", initiation), ("p", "\u{FEFF}\n" + initiation),
            ("p.jsonl", Trial.payment("P7/E7")), ("P.JSON", Trial.payment("P7/E7")),
            ("P.CSV", "transaction,P7/E7,2026-03-02,ada,shop,5,,\n"),
        ])
    func forms(name: String, text: String) throws {
        #expect(try trial.lines([(name, text)]).map { $0.transaction?["id"] } == ["P7/E7"])
    }

    @Test("unpack gzip, whatever the name, and name an archive that they can't read", arguments: ["p.CSV.GZ", "p.csv"])
    func gzip(name: String) throws {
        let plain = try trial.folder.write(row("a"), to: "plain")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sh", "-c", "gzip -c '\(plain)' > '\(trial.folder.path)/\(name)'"]
        try process.run()
        process.waitUntilExit()
        let mapping = try trial.folder.write(csv, to: "mapping.yaml")
        let sample = try SampleFile(
            trial.folder.path(name), mapping: mapping, rates: nil, rules: .init(), received: Trial.received)
        #expect(sample.records.map(\.line) == [1])
        let archive = try trial.folder.write("PK\u{3}\u{4}", to: "t.zip")
        let error = #expect(throws: (any Error).self) {
            try SampleFile(archive, mapping: nil, rates: nil, rules: .init(), received: Trial.received)
        }
        #expect(
            "\(error!)"
                == "\(archive) is a ZIP archive or an Excel workbook: unpack it, or save it as CSV or JSON lines")
    }

    @Test("add up: every record is in one of the counts")
    func summary() throws {
        let text = [
            Trial.payment("a"), Trial.payment("a"), Trial.payment("a", amount: "6.00"), "{",
            #"{"type":"label","transaction":"a","fraud":true}"#, #"{"type":"label","transaction":"x","fraud":true}"#,
            #"{"type":"watermark","time":"2026-03-02T10:00:00Z"}"#,
        ].joined(separator: "\n")
        let said = try trial.summary("t.jsonl", text)
        #expect(
            said.hasPrefix(
                "\(trial.folder.path("t.jsonl")): 1 transactions, 2 labels and outcomes, 2 rejected, 1 repeats, 1 watermarks\n"
            ))
        #expect(said.contains("\n  records   7, from line 1 to 7\n"))
        #expect(said.contains("\n  rejected  line 3: id_conflict: a different transaction with this id came before\n"))
        #expect(said.contains("\n  rejected  line 4, byte 1: malformed_json: "))
        #expect(said.contains("\n  noted     unknown_transaction, 1: "))
        #expect(
            try trial.summary("t.csv", header + row("a"), mapping: csv)
                .contains("\n  records   1, from line 2 to 2; line 1 names the columns\n"))
    }
}
