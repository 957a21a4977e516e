import Formats
import HTTPFront
import IngestHTTP
import Testing

@Suite("A body's records")
struct RecordBodyTests {
    private static let csv = RecordBody(
        Mapping(format: .csv(.init(delimiter: UInt8(ascii: ";"), columns: ["id", "time", "who"]))))
    private static let mark = "\u{FEFF}"

    private func batch(_ body: String, _ type: String = "text/csv", _ records: RecordBody = csv) throws -> [String] {
        try records.batch(Array(body.utf8), try #require(MediaType(type))).map { String(decoding: $0, as: UTF8.self) }
    }

    private func single(_ body: String, _ type: String = "text/csv", _ records: RecordBody = csv) throws -> String {
        String(decoding: try records.single(Array(body.utf8), try #require(MediaType(type))), as: UTF8.self)
    }

    private func code(_ read: () throws -> some Sendable) -> String? {
        do { _ = try read() } catch { return (error as? Problem)?.code }
        return nil
    }

    @Test(
        "line breaks within quotes are within the record (RFC 4180, 2.6), with any line ends and a mark before them",
        arguments: ["\n", "\r\n", "\r"])
    func quotedLineBreaks(end: String) throws {
        let records = ["a;1;\"x\(end)y\"", "b;2;\"\"\"\(end)\(end);\"", "c;3;z"]
        let body = Self.mark + records.joined(separator: end) + end + end
        #expect(try batch(body) == records)
        #expect(try single(Self.mark + records[1] + end) == records[1])
    }

    @Test("a quote that is never closed damages its own line alone")
    func damage() throws {
        #expect(try batch("a;1;\"x\nb;2;y\nc;3;z") == ["a;1;\"x", "b;2;y", "c;3;z"])
        #expect(try single("a;1;\"x\nb;2;y") == "a;1;\"x\nb;2;y")
    }

    @Test(
        "a header of the mapping's columns is no record",
        arguments: ["text/csv", "text/csv; header=present", "TEXT/CSV;HEADER=\"Present\""])
    func header(type: String) throws {
        #expect(try batch("\(Self.mark)id;time;who\r\na;1;x\r\n", type) == ["a;1;x"])
        #expect(try batch("\"id\"; time ;who\na;1;x", type) == ["a;1;x"])
        #expect(try single("id;time;who\na;1;x\n", type) == "a;1;x")
    }

    @Test("a header of other columns, or in another order, is refused: by their places records would be misread")
    func otherHeader() throws {
        for body in ["time;id;who\na;1;x", "id;time\na;1;x", "id;time;who;more\na;1;x;y", "id;who;time"] {
            #expect(code { try batch(body) } == "csv_header_mismatch")
            #expect(code { try single(body) } == "csv_header_mismatch")
        }
        #expect(code { try batch("a;1;x\nb;2;y", "text/csv;header=present") } == "csv_header_mismatch")
        #expect(code { try batch("a;1;x", "text/csv;header=perhaps") } == "media_type_unsupported")
    }

    @Test("where the sender says that there is no header, the first line is a record")
    func noHeader() throws {
        #expect(try batch("id;time;who\na;1;x", "text/csv;header=absent") == ["id;time;who", "a;1;x"])
    }

    @Test("a batch without a record is none, and several records are not the one that was asked for")
    func counts() throws {
        for body in ["", "\r\n \r\n", "id;time;who\r\n"] { #expect(code { try batch(body) } == "malformed_request") }
        #expect(code { try single("a;1;x\nb;2;y") } == "several_transactions")
        // What is no record at all is its parser's to refuse.
        #expect(try single("a;1;x\nb") == "a;1;x\nb" && single("") == "")
    }

    @Test("a byte order mark is no part of a record of JSON")
    func mark() throws {
        let json = RecordBody(.canonical)
        #expect(try single("\(Self.mark){}", "application/json", json) == "{}")
        #expect(try batch("\(Self.mark)[{},[]]", "application/json", json) == ["{}", "[]"])
        #expect(try batch("\(Self.mark){}\r\n\n[1]", "application/jsonl", json) == ["{}", "[1]"])
    }

    @Test("XML is one record as it is, where its charset is its encoding")
    func xml() throws {
        let xml = RecordBody(Mapping(format: .iso20022(.xml)))
        #expect(try single("\(Self.mark)<a>ä</a>", "text/xml; charset=utf-8", xml) == "\(Self.mark)<a>ä</a>")
        #expect(code { try single("<a>ä</a>", "text/xml; charset=iso-8859-1", xml) } == "media_type_unsupported")
    }

    @Test("quotes and encodings are those of the mapping, also in a header")
    func mappings() throws {
        let form = Mapping.CSVForm(quote: UInt8(ascii: "'"), columns: ["id", "Händler"])
        let latin = RecordBody(Mapping(format: .csv(form), encoding: .windows1252))
        let body = Array("id,H".utf8) + [0xE4] + Array("ndler\na,'x\ny'\n".utf8)
        #expect(try latin.batch(body, try #require(MediaType("text/csv"))) == [Array("a,'x\ny'".utf8)])
        let wide = RecordBody(Mapping(format: .csv(form), encoding: .utf16))
        let record: [UInt8] = [0xFE, 0xFF] + "a,b".utf8.flatMap { [UInt8](arrayLiteral: 0, $0) }
        #expect(try wide.single(record, try #require(MediaType("text/csv"))) == record)
        #expect(code { try batch("a,b", "text/csv", wide) } == "media_type_unsupported")
    }
}
