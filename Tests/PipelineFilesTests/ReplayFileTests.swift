import Formats
import Foundation
import PipelineFiles
import Records
import Support
import Testing
import Worlds

@Suite("Replay files")
struct ReplayFileTests {
    private let file: ConfigurationFixture

    init() throws { file = try ConfigurationFixture() }

    private static let members = "members: { all: bank-a }\n"

    private func read(_ text: String) throws -> ReplaySource {
        try file.write(text)
        return try readReplay(file: file.path)
    }

    @Test("name columns, and then amounts are rounded and outcomes are words of many kinds")
    func columns() throws {
        let source = try read(
            """
            columns: { id: i, time: t, customer: c, terminal: x, amount: a, fraud: f, device: d }
            members: { by_last_digit: { bank-a: [0, 1, 2, 3, 4], bank-b: [5, 6, 7, 8, 9] }, of: branch }
            """)
        #expect(source.mapping.id == "i" && source.mapping.amountForm.rounds && source.mapping.labels == nil)
        #expect(source.mapping.extras == [.entity(.device): "d"] && source.mapping.outcome?.scenario == nil)
        let words = ["1", "1.0", "True", "Y", "yes", "0", "0.0", "FALSE", "n", "No"]
        let folder = try TemporaryFolder()
        let rows = words.enumerated().map { "\($0),2026-03-02,c,x,1,\($1),,\($0)\n" }.joined()
        let (read, _) = try source.load(
            folder.write("i,t,c,x,a,f,d,branch\n" + rows, to: "t.csv"), lastDay: .max
        ) { _, _ in }
        #expect(read.map(\.fraud) == [true, true, true, true, true, false, false, false, false, false])
        #expect(read.map(\.member.name) == Array(repeating: "bank-a", count: 5) + Array(repeating: "bank-b", count: 5))
    }

    @Test("name a mapping's file, or have the mapping in them")
    func mapping() throws {
        let path = ConfigurationFixture.committed("mappings/paysim.yaml")
        #expect(try read("mapping: \(path)\n" + Self.members).mapping == readMapping(file: path))
        let source = try read(
            """
            mapping:
              format: csv
              delimiter: ";"
              encoding: windows-1252
              fields:
                id: { place: true }
                time: { field: t, pattern: "dd.MM.yyyy HH:mm", zone: Europe/Berlin }
                customer: c
                terminal: x
                amount: { field: a, decimal: ",", refunds: leave_out }
              outcome: { fraud: { field: f, codes: { fraude: true }, otherwise: false } }
            members: { column: bank }
            """)
        let folder = try TemporaryFolder()
        let text =
            "bank;t;c;x;a;f\nbank-b;02.03.2026 09:00;c;M\u{FC}hle;1,50;Fraude\nbank-b;02.03.2026 09:00;c;x;-1,50;\n"
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        try folder.write(Data(bytes), to: "t.csv")
        let (read, account) = try source.load(folder.path, lastDay: .max) { _, _ in }
        let expected = Transaction(
            id: "t.csv/2", time: try #require(EventTime(rfc3339: "2026-03-02T08:00:00Z")), customer: "c",
            terminal: "M\u{FC}hle", amount: MinorUnits(150))
        #expect(read.map(\.transaction) == [expected] && read.map(\.fraud) == [true])
        #expect(account.lines == ["2 rows: 1 taken, 1 left out as refund"])
    }

    @Test(
        "say what is wrong with them, and where",
        arguments: [
            ("columns: { id: i }\n", "1: columns: `time` is missing"),
            ("members: { all: bank-a }\n", "1: `columns` is missing"),
            (
                "columns: { id: i, time: t, customer: c, terminal: x, amount: a }\n",
                "1: outcomes come either from the records (`outcome` of the mapping) or from a `truth` file"
            ),
            (
                "columns: { id: i, time: t, customer: c, terminal: x, amount: a, currency: e }\n",
                "1: columns: unknown key"
            ),
            ("mapping: { format: json }\n", "1: mapping: `fields` is missing"),
            (
                "mapping: { format: csv, fields: {} }\ncolumns: { id: i }\n",
                "2: columns: the `mapping` says which field is what"
            ),
            (
                "mapping: { format: json, fields: { id: i, time: t, customer: c, terminal: x, amount: a }, outcome: { fraud: f } }\n",
                "1: a replay reads CSV files; the mapping is of another format"
            ),
        ])
    func mistakes(text: String, said: String) throws {
        let text = text.contains("members") ? text : text + Self.members
        let mistake = try file.mistake(text) { _ = try readReplay(file: $0) }
        #expect(mistake?.hasPrefix(said) == true, "\(mistake ?? "nothing")")
    }

    @Test(
        "say what is wrong with members",
        arguments: [
            ("{ all: Bank A }", "2: "), ("{ all: bank-a, of: c }", "2: members: unknown key `of`"),
            (
                "{ by_last_digit: { bank-a: [0, 1] } }",
                "2: members.by_last_digit: each of the digits 0 to 9 belongs to a member"
            ),
            ("{ by_last_digit: { bank-a: [0, 0] } }", "2: "), ("{ }", "2: members: `by_last_digit` is missing"),
        ])
    func members(text: String, said: String) throws {
        let columns = "columns: { id: i, time: t, customer: c, terminal: x, amount: a, fraud: f }\nmembers: "
        let mistake = try file.mistake(columns + text + "\n") { _ = try readReplay(file: $0) }
        #expect(mistake?.hasPrefix(said) == true, "\(mistake ?? "nothing")")
    }
}
