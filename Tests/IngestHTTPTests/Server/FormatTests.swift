import EventLogs
import Formats
import HTTPFront
import IngestHTTP
import NIOHTTP1
import Records
import Support
import Testing

@Suite("Records of every format")
struct FormatTests {
    private static let csv = Mapping(
        format: .csv(.init(columns: ["id", "time", "customer", "terminal", "amount", "note"])))

    private static func row(_ id: String, note: String = "") -> String {
        "\(id),2026-01-21T10:00:00Z,c-1,x-1,12.50,\(note)"
    }

    private func texts(_ bench: Bench, _ count: Int) async throws -> [String] {
        try await bench.transactions(count).map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    private func api(_ mapping: Mapping) throws -> TestAPI {
        try TestAPI(bench: try Bench(mapping: mapping))
    }

    @Test("a batch of CSV with a header and line breaks in quotes is taken whole, record by record")
    func csvBatch() async throws {
        let api = try api(Self.csv)
        let rows = [
            Self.row("r-1", note: "\"two\r\nlines\""), Self.row("r-2"), Self.row("r-3", note: "\"a \"\"b\"\"\n\""),
        ]
        let body = "\u{FEFF}id,time,customer,terminal,amount,note\r\n" + rows.joined(separator: "\r\n") + "\r\n"
        let got = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "text/csv; header=present; charset=utf-8"],
            body: Array(body.utf8))
        #expect(got.status == 202 && got.json["accepted"] as? Int == 3, "\(got)")
        #expect(try await texts(api.bench, 3) == rows)
    }

    @Test("what is wrong with one record of CSV is told at its place, and the others are taken")
    func csvDamage() async throws {
        let api = try api(Self.csv)
        let rows = [
            Self.row("r-1", note: "\"open"), Self.row("r-2", note: "\"a\nb\""),
            Self.row("r-3").replacing("12.50", with: "x"),
        ]
        let got = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "text/csv"], body: Array(rows.joined(separator: "\n").utf8))
        let items = got.json["items"] as? [[String: Any]] ?? []
        let codes = items.map { ($0["problem"] as? [String: Any])?["code"] as? String }
        #expect(got.status == 207 && codes == ["malformed_csv", nil, "amount_not_a_number"], "\(got)")
        #expect(try await texts(api.bench, 1) == [rows[1]])
    }

    @Test("one record of CSV is scored with its line breaks, behind a header or without one")
    func csvScore() async throws {
        let api = try api(Self.csv)
        let row = Self.row("r-1", note: "\"two\nlines\"")
        for body in [row, row + "\r\n", "id,time,customer,terminal,amount,note\n\(row)\n"] {
            let got = await api.call(
                .POST, "/v1/score", ["Content-Type": "text/csv", "Cordon-Deadline-Ms": "1"], body: Array(body.utf8))
            #expect(got.status == 200 && got.json["transaction"] as? String == "r-1", "\(got)")
        }
        let two = await api.call(
            .POST, "/v1/score", ["Content-Type": "text/csv"], body: Array("\(row)\n\(Self.row("r-2"))".utf8))
        #expect(two.status == 422 && two.code == "several_transactions")
        #expect(try await texts(api.bench, 1) == [row])
    }

    private static func transfer(_ id: String) -> String {
        #"{"PmtId":{"EndToEndId":"\#(id)","TxId":"\#(id)"},"IntrBkSttlmAmt":{"Ccy":"EUR","amt":"70.00"},"#
            + #""IntrBkSttlmDt":"2026-01-21","Dbtr":{"Nm":"Noor"},"DbtrAcct":{"Id":{"IBAN":"NL91ABNA0417164300"}},"#
            + #""Cdtr":{"Nm":"Ivo"},"CdtrAcct":{"Id":{"IBAN":"DE89370400440532013000"}}}"#
    }

    /// A pacs.008 in JSON with so many transfers.
    private static func message(_ ids: String...) -> String {
        #"{"Document":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08","FIToFICstmrCdtTrf":{"GrpHdr":{"#
            + #""MsgId":"\#(ids[0])","CreDtTm":"2026-01-21T10:00:00Z","NbOfTxs":"\#(ids.count)","#
            + #""SttlmInf":{"SttlmMtd":"CLRG"}},"CdtTrfTxInf":[\#(ids.map(transfer).joined(separator: ","))]}}}"#
    }

    @Test("messages of ISO 20022 in JSON come one a line; one with several transactions is refused whole, by its code")
    func messages() async throws {
        let api = try api(try isoMapping(.json))
        let lines = [Self.message("m-1"), Self.message("m-2", "m-3"), Self.message("m-4")]
        let got = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "application/x-ndjson"],
            body: Array(lines.joined(separator: "\n").utf8))
        let items = got.json["items"] as? [[String: Any]] ?? []
        #expect(got.status == 207 && items.map { $0["transaction"] as? String } == ["m-1", nil, "m-4"], "\(got)")
        #expect((items[1]["problem"] as? [String: Any])?["code"] as? String == "several_transactions")
        let one = await api.score(Array(lines[1].utf8), ["Content-Type": "application/vnd.bank.transfers+json"])
        #expect(one.status == 422 && one.code == "several_transactions")
        #expect(try await texts(api.bench, 2) == [lines[0], lines[2]])
    }

    @Test("a charset that is not read is refused by its name; one that is no name is not repeated")
    func charsets() async throws {
        let api = try api(.canonical)
        let record = Fixtures.record("t-1")
        for type in ["application/json; charset=latin1", "application/json;charset=\"ISO-8859-1\""] {
            let got = await api.score(record, ["Content-Type": type])
            #expect(got.status == 415 && (got.json["detail"] as? String)?.contains("iso-8859-1") == true, "\(got)")
        }
        let planted = await api.score(record, ["Content-Type": "application/json; charset=PLANTED"])
        #expect(planted.status == 415 && !"\(planted.json)".lowercased().contains("planted"))
        for type in [
            "Application/JSON; Charset=\"UTF-8\"", "application/json;charset=us-ascii", "application/vnd.x+json",
        ] {
            #expect(await api.score(record, ["Content-Type": type, "Cordon-Deadline-Ms": "1"]).status == 200)
        }
    }

    @Test("the charset is that of the mapping")
    func mappingCharset() async throws {
        let columns = ["id", "time", "customer", "terminal", "amount"]
        let api = try api(Mapping(format: .csv(.init(columns: columns)), encoding: .windows1252))
        let row = Array("r-1,2026-01-21T10:00:00Z,Zo".utf8) + [0xEB] + Array(",x-1,12.50".utf8)
        for type in ["text/csv", "text/csv; charset=windows-1252", "text/csv; charset=CP1252"] {
            let got = await api.call(
                .POST, "/v1/score", ["Content-Type": type, "Cordon-Deadline-Ms": "1"], body: row)
            #expect(got.status == 200, "\(got)")
        }
        let got = await api.call(.POST, "/v1/score", ["Content-Type": "text/csv; charset=utf-8"], body: row)
        #expect(got.status == 415 && (got.json["detail"] as? String)?.contains("windows-1252") == true, "\(got)")
        #expect(try await api.bench.transactions(1).first?.value == row)
    }

    @Test("what the mapping leaves out is told, and nowhere taken")
    func leftOut() async throws {
        var mapping = Mapping.canonical
        mapping.amountForm.refunds = .leaveOut
        let api = try api(mapping)
        let refund = Fixtures.record("r-1", amount: "-12.50")
        let one = await api.score(refund)
        #expect(one.status == 422 && one.code == "not_a_transaction", "\(one)")
        #expect((one.json["detail"] as? String)?.contains("refund") == true)
        let body = refund + [10] + Fixtures.record("t-2")
        let many = await api.call(
            .POST, "/v1/transactions", ["Content-Type": "application/x-ndjson"], body: body)
        #expect(many.status == 207 && many.json["refused"] as? Int == 1, "\(many)")
        #expect(try await api.bench.transactions(1).map(\.value) == [Fixtures.record("t-2")])
    }
}
