import Formats
import Records
import Support
import Testing

@Suite("A file as a mapping reads it")
struct RecordFileTests {
    private func file(
        _ text: String, columns: [String] = [], _ change: (inout Mapping) -> Void = { _ in }
    ) throws -> RecordFile {
        var mapping = Mapping(format: .csv(Mapping.CSVForm(columns: columns)), type: nil, labels: nil)
        change(&mapping)
        return try RecordFile(Array(text.utf8), name: "f.csv", mapping: mapping)
    }

    /// Line and id of each record.
    private func ids(_ file: RecordFile) -> [String] {
        file.records.flatMap { record in
            file.parts(record).map { "\(record.line) \($0.transaction?.id ?? $0.rejection?.reason.rawValue ?? "-")" }
        }
    }

    @Test("has the columns of its header, in their order, and the header once more is no record")
    func header() throws {
        let text = "time,customer,id,amount,note,terminal\n2026-03-02,c,a,1,n,t\n"
        let found = try file(text + text, columns: ["id", "time", "customer", "terminal", "amount"])
        #expect(found.header == 1 && found.columns == ["time", "customer", "id", "amount", "note", "terminal"])
        #expect(ids(found) == ["2 a", "4 a"])
    }

    @Test("is refused where a header further down has another order, and rows without digits are none")
    func anotherHeader() throws {
        let text = "time,customer,id,amount,terminal\n2026-03-02,c,a,1,t\n"
        let other = "id,time,terminal,customer,amount\nb,2026-03-02,t,c,1\n"
        for (text, line, columns) in [(text + other, 3, []), (String(other.dropFirst(33)) + text, 2, Self.columns)] {
            do {
                _ = try file(text, columns: columns)
                Issue.record("\(text) was taken")
            } catch { #expect("\(error)".hasPrefix("line \(line): a header with other columns")) }
        }
        let total = try file(text + "\u{FEFF}\"time\",customer, id,amount,terminal\nend,of,the,amount,list\nid,,,,\n")
        #expect(ids(total) == ["2 a", "4 time_invalid", "5 time_invalid"])
    }

    private static let columns = ["id", "time", "customer", "terminal", "amount"]

    @Test(
        "in another encoding by its first bytes is refused as a whole",
        arguments: [
            ([0xEF, 0xBB, 0xBF, 0x69], TextEncoding.windows1252, "UTF-8 by its byte-order mark"),
            ([0x69, 0, 0x64, 0], .utf8, "utf-16le"), ([0, 0x69, 0, 0x64], .latin1, "utf-16be"),
            ([0xFF, 0xFE, 0x69, 0], .utf8, "`encoding: utf-16`"), ([0xFF, 0xFE, 0, 0, 0x69, 0, 0, 0], .utf8, "UTF-32"),
        ] as [([UInt8], TextEncoding, String)])
    func encodings(bytes: [UInt8], encoding: TextEncoding, words: String) {
        let mapping = Mapping(format: .csv(Mapping.CSVForm(columns: Self.columns)), encoding: encoding, labels: nil)
        do throws(RecordFile.Fault) {
            _ = try RecordFile(bytes, name: "f.csv", mapping: mapping)
            Issue.record("\(words) was taken")
        } catch { #expect("\(error)".contains(words)) }
    }

    @Test("may begin with the line in which Excel notes the delimiter")
    func delimiterNote() throws {
        let found = try file("\u{FEFF}sep=,\r\nid,time,customer,terminal,amount\r\na,2026-03-02,c,t,1\r\n")
        #expect(found.header == 2 && ids(found) == ["3 a"])
        let other = try file("sep=;\na,2026-03-02,c,t,1\n", columns: ["id", "time", "customer", "terminal", "amount"])
        #expect(ids(other) == ["1 malformed_csv", "2 a"], "of another delimiter it is a record")
    }

    @Test("has the mapping's columns where there is no header")
    func noHeader() throws {
        let columns = ["id", "time", "customer", "terminal", "amount"]
        let found = try file("a,2026-03-02,c,t,1\nb,2026-03-02,c,t,2\n", columns: columns)
        #expect(found.header == nil && found.columns == columns && ids(found) == ["1 a", "2 b"])
        #expect(ids(try file("", columns: columns)) == [])
        #expect(throws: RecordFile.Fault.self) { try file("a,2026-03-02,c,t,1\n") }
    }

    @Test("gives the value of a column, for records that have it")
    func values() throws {
        let found = try file("id,time,customer,terminal,amount\na,2026-03-02,c,\"t,\",1\nb,c\n")
        let records = Array(found.records)
        #expect(found.value("terminal", of: records[0]) == Array("t,".utf8))
        #expect(found.value("terminal", of: records[1]) == nil && found.value("note", of: records[0]) == nil)
    }

    @Test("takes ids from names of files and lines")
    func places() throws {
        let found = try file("time,customer,terminal,amount\n2026-03-02,c,t,1\n\n2026-03-02,c,t,1\n") { $0.id = .place }
        #expect(ids(found) == ["2 f.csv/2", "4 f.csv/4"])
    }

    @Test("splits by the mapping's own delimiter and quote")
    func form() throws {
        let found = try file("id;time;customer;terminal;amount\n'a\nb';2026-03-02;c;\"t;1\n") {
            $0.format = .csv(Mapping.CSVForm(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'")))
        }
        #expect(ids(found) == ["2 control_character"])
        #expect(Array(found.records).map(\.line) == [2])
    }
}

@Suite("Forms of values")
struct ValueFormTests {
    @Test(
        "are told without the value",
        arguments: [
            ("", ValueForm.nothing), ("  ", .nothing), ("12", .wholeNumber), (" 12 ", .wholeNumber),
            ("12.50", .decimalNumber), ("-3", .negativeNumber), ("-3.5", .negativeNumber), ("(12.50)", .negativeNumber),
            ("12.50-", .negativeNumber), ("1.234,56", .numberWithComma), ("1,234.56", .numberWithComma),
            ("1e5", .numberWithExponent), ("1.5E+05", .numberWithExponent), ("2026-03-02", .time),
            ("02.03.2026 10:15", .time), ("3/2/2026", .time), ("2026-03-02T10:15:00Z", .time), ("10:15:00", .time),
            ("twelve", .text), ("12 EUR", .text), ("-", .text),
        ])
    func forms(text: String, form: ValueForm) { #expect(ValueForm(Array(text.utf8)) == form) }

    @Test("know bytes that are not UTF-8")
    func bytes() { #expect(ValueForm([0x4D, 0xFC]) == .notUTF8) }
}
