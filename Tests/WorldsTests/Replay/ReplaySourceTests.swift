import Formats
import Foundation
import Records
import Support
import Testing
import Worlds

private let header = "id,at,customer,terminal,amount,fraud,scenario\n"

/// A row of 21 June 2018.
private func row(_ id: Int, amount: String = "1", fraud: String = "0") -> String {
    "\(id),2018-06-21 00:00:\(10 + id % 50),1,1,\(amount),\(fraud),0\n"
}

@Suite("A replay of CSV files")
struct ReplaySourceTests {
    private let folder: TemporaryFolder
    private let banks: [MemberID]
    private let source: ReplaySource

    init() throws {
        folder = try TemporaryFolder()
        let banks = try ["bank-a", "bank-b"].map { try #require(MemberID($0)) }
        self.banks = banks
        var mapping = Mapping(
            format: .csv(Mapping.CSVForm()), time: "at", type: nil, labels: nil,
            outcome: OutcomeFields(fraud: "fraud", scenario: "scenario"))
        mapping.amountForm.rounds = true
        source = ReplaySource(
            mapping: mapping, members: .byLastDigit((0..<10).map { banks[$0 < 6 ? 0 : 1] }, of: nil))
    }

    private func load(
        _ source: ReplaySource? = nil, at path: String? = nil, lastDay: String = "2030-01-01"
    ) throws -> (transactions: [LabelledTransaction], account: ReplayAccount) {
        let day = try #require(EventTime(rfc3339: lastDay)).dayNumber
        return try (source ?? self.source).load(path ?? folder.path, lastDay: day) { _, _ in }
    }

    private func ids(_ source: ReplaySource? = nil, at path: String? = nil) throws -> [String] {
        try load(source, at: path).transactions.map(\.transaction.id)
    }

    /// What `load` says when it fails, with the folder left out.
    private func failure(_ source: ReplaySource? = nil) -> String? {
        do {
            _ = try load(source)
            return nil
        } catch { return "\(error)".replacing(folder.path + "/", with: "") }
    }

    private func gzip(_ file: String, to name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sh", "-c", "gzip -c '\(folder.path(file))' > '\(folder.path(name))'"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        try FileManager.default.removeItem(atPath: folder.path(file))
    }

    @Test("reads every column, and rounds amounts that went through floating point")
    func rows() throws {
        try folder.write(
            header
                + "7,2018-06-21 00:00:31,596,3156,85.64999999999999,1,3\r\n8,2018-06-21 00:02:10,4961,3412,81.51,0,0\n",
            to: "a.csv")
        let (rows, account) = try load()
        let first = try #require(EventTime(rfc3339: "2018-06-21T00:00:31Z"))
        #expect(
            rows.first
                == LabelledTransaction(
                    member: banks[1],
                    transaction: Transaction(
                        id: "7", time: first, customer: "596", terminal: "3156", amount: MinorUnits(8565)),
                    fraud: true, scenario: 3))
        #expect(rows.map(\.transaction.amount.value) == [8565, 8151])
        #expect(rows.map(\.fraud) == [true, false] && rows.map(\.member) == [banks[1], banks[0]])
        #expect(account.lines.isEmpty && account.rows == 2)
    }

    @Test("merges plain and gzipped files with names in any letters, by time, then by id as a number")
    func files() throws {
        try folder.write(header + "10,2018-06-21 00:00:05,1,1,1,0,0\n9,2018-06-21 00:00:05,1,1,1,0,0\n", to: "b")
        try gzip("b", to: "B.CSV.GZ")
        try folder.write(
            header + "11,2018-06-20 23:00:00,1,1,1,0,0\n2,2018-06-21 00:00:06,1,1,1,0,0", to: "a.csv")
        try folder.write("not,a,table\n", to: "notes.txt")
        #expect(try ids() == ["11", "9", "10", "2"])
        #expect(try ids(at: folder.path("B.CSV.GZ")) == ["9", "10"], "one file, too")
    }

    @Test("without ids of their own, rows have their places', in the order that they stand in")
    func places() throws {
        var source = source
        source.mapping.id = .place
        let rows = (1...11).map { _ in "x,2018-06-21,1,1,1,0,0\n" }.joined()
        try folder.write(header + rows, to: "a.csv")
        #expect(try ids(source) == (2...12).map { "a.csv/\($0)" })
    }

    @Test("counts rows from after the last day")
    func lastDay() throws {
        try folder.write(header + row(1) + "2,2018-06-22 00:00:00,1,1,1,0,0\n", to: "a.csv")
        let (rows, account) = try load(lastDay: "2018-06-21")
        #expect(rows.map(\.transaction.id) == ["1"])
        #expect(account.lines == ["2 rows: 1 taken, 1 after the last day"])
    }

    @Test("reads columns by name behind a byte order mark, in any order, with others and line breaks between them")
    func columns() throws {
        try folder.write(
            "\u{FEFF}scenario,note,fraud,amount,terminal,customer,at,id\r\n"
                + "0,\"a,\r\nb\",0,\"5.5\",\"t\"\"1\"\"\",10,2018-06-21,p1\r\n2,,True,7,t,11,2018-06-22,p2\r\n",
            to: "a.csv")
        let rows = try load().transactions
        #expect(
            rows.map(\.transaction.terminal) == ["t\"1\"", "t"] && rows.map(\.transaction.amount.value) == [550, 700])
        #expect(rows.map(\.fraud) == [false, true] && rows.map(\.scenario) == [0, 2])
    }

    @Test(
        "goes on after a row that can't be used, and says file, line, column and what the value looks like",
        arguments: [
            ("n,yesterday,1,1,1,0,0", "at: text where a time of the mapping's form belongs (time_invalid)"),
            ("n,21.06.2018,1,1,1,0,0", "at: a date or time where a time of the mapping's form belongs (time_invalid)"),
            ("n,2018-06-21,1,1,-1,0,0", "amount: a negative amount (amount_negative)"),
            ("n,2018-06-21,1,1,nan,0,0", "amount: text where a number belongs (amount_not_a_number)"),
            (
                "n,2018-06-21,1,1,\"1,50\",0,0",
                "amount: a number with a comma where a plain one belongs; a mapping says how amounts are written "
                    + "(amount_not_a_number)"
            ),
            ("n,2018-06-21,1,1,,0,0", "amount: nothing where a value belongs (empty_field)"),
            ("n,2018-06-21,1,1,1,perhaps,0", "fraud: text where another type of value belongs (wrong_type)"),
            (
                "n,2018-06-21,1,1,1,0",
                "the record is not one CSV line with the mapping's columns (RFC 4180) (malformed_csv)"
            ),
            (
                "n,2018-06-21,\"1,1,1,0,0",
                "the record is not one CSV line with the mapping's columns (RFC 4180) (malformed_csv)"
            ), ("n,2018-06-21,abc,1,1,0,0", "no member of the consortium has this customer (no_member)"),
            ("1,2018-06-21,1,1,2,0,0", "a different transaction with this id came before (id_conflict)"),
        ])
    func rejected(bad: String, why: String) throws {
        try folder.write(header + (1...9).map { row($0) }.joined() + "\n" + bad + "\n", to: "a.csv")
        let (rows, account) = try load()
        #expect(rows.count == 9 && account.taken == 9 && account.rows == 10 && account.rejections == 1)
        let code = try #require(why.split(separator: "(").last?.dropLast())
        #expect(
            account.lines.map { $0.replacing(folder.path + "/", with: "") }
                == ["10 rows: 9 taken, 1 rejected as \(code)", "  a.csv:12: \(why)"])
    }

    @Test("uses nothing of a file where more than one row in ten can't be used, and gives the first reasons")
    func share() throws {
        try folder.write(header + (1...9).map { row($0, amount: $0 > 7 ? "-1" : "1") }.joined(), to: "a.csv")
        #expect(
            failure()
                == "2 of 9 rows of a.csv can't be used, more than one in 10, so nothing is:\n"
                + "  a.csv:9: amount: a negative amount (amount_negative)\n"
                + "  a.csv:10: amount: a negative amount (amount_negative)")
        try folder.write(header + (1...40).map { row($0, amount: "five") }.joined(), to: "a.csv")
        let said = try #require(failure())
        #expect(said.hasPrefix("40 of 40 rows of a.csv ") && said.split(separator: "\n").count == 6)
    }

    @Test("passes over the same transaction again, in whatever file, and leaves refunds out where the mapping says so")
    func counted() throws {
        var source = source
        source.mapping.amountForm.refunds = .leaveOut
        try folder.write(header + row(1) + row(2) + row(1), to: "a.csv")
        try folder.write(header + row(2) + row(3, amount: "-4") + row(4), to: "b.csv")
        let (rows, account) = try load(source)
        #expect(rows.map(\.transaction.id) == ["1", "2", "4"])
        #expect(account.lines == ["6 rows: 3 taken, 2 repeated, 1 left out as refund"])
    }

    @Test("stops at text in another encoding, and reads the one that is declared")
    func encoding() throws {
        let text = header + row(1) + "2,2018-06-21,1,M\u{FC}hle,1,0,0\n" + (3...30).map { row($0) }.joined()
        let latin = text.unicodeScalars.map { UInt8($0.value) }
        try folder.write(Data(latin), to: "a.csv")
        #expect(failure()?.hasPrefix("a.csv:3: terminal: not UTF-8; ") == true)
        var source = source
        source.mapping.encoding = .windows1252
        #expect(try load(source).transactions.contains { $0.transaction.terminal == "M\u{FC}hle" })
        let wide: [UInt8] = text.utf16.reduce(into: [0xFF, 0xFE]) { $0 += [UInt8($1 & 0xFF), UInt8($1 >> 8)] }
        try folder.write(Data(wide), to: "a.csv")
        #expect(failure() == "a.csv: the file is in UTF-16, not in UTF-8: `encoding: utf-16` in the mapping says so")
        source.mapping.encoding = .utf16
        #expect(try ids(source).count == 30)
    }

    @Test(
        "names a missing or doubled column, a damaged archive, a container, and a folder that is not there or is empty")
    func unusable() throws {
        let path = folder.path
        #expect(failure() == "there are no .csv or .csv.gz files in \(path)")
        #expect(throws: ReplayError.noFolder(path + "/none")) { try load(at: path + "/none") }
        try folder.write("id,at\n1,2018-06-21\n", to: "a.csv")
        #expect(failure()?.hasPrefix("a.csv: line 1: the header lacks `amount`, `customer`, ") == true)
        try folder.write(header.replacing("scenario", with: "amount,scenario") + row(1), to: "a.csv")
        #expect(failure()?.hasPrefix("a.csv: line 1: the header has `amount` twice") == true)
        try folder.write(header + row(1), to: "a")
        try gzip("a", to: "a.csv")
        let archive = try folder.bytes("a.csv")
        try folder.write(archive.prefix(archive.count - 5), to: "a.csv")
        #expect(failure() == "a.csv can't be read: it is cut off, damaged or not allowed to be read")
        try folder.write(Data("PK\u{3}\u{4}".utf8), to: "a.csv")
        #expect(failure()?.hasPrefix("a.csv is a ZIP archive ") == true)
    }

    @Test("takes members by name, by the last digit of another column, or all as one's")
    func members() throws {
        var source = source
        source.mapping.outcome = OutcomeFields(fraud: "fraud", scenario: nil)
        try folder.write(
            "member,branch,id,at,customer,terminal,amount,fraud\nbank-b,17,p1,2018-06-21,c,t,1,0\n"
                + "bank-a ,20 ,p2,2018-06-22,c,t,2,0\n", to: "a.csv")
        source.members = .column("member")
        #expect(try load(source).transactions.map(\.member) == [banks[1], banks[0]])
        source.members = .byLastDigit((0..<10).map { banks[$0 < 6 ? 0 : 1] }, of: "branch")
        #expect(try load(source).transactions.map(\.member) == [banks[1], banks[0]])
        source.members = .one(banks[1])
        #expect(try load(source).transactions.map(\.member) == [banks[1], banks[1]])
        source.members = .column("bank")
        #expect(failure(source) == "a.csv:1: the column bank is missing")
    }

    @Test("takes outcomes from a truth file beside the transactions, every row of which has to be right")
    func truth() throws {
        var source = source
        source.mapping.outcome = nil
        source.truth = ReplayTruth(file: "truth.csv", id: "id", fraud: "fraud", scenario: "scenario")
        try folder.write("id,at,customer,terminal,amount\n1,2018-06-21,1,t,1\n2,2018-06-22,1,t,2\n", to: "a.csv")
        try folder.write("id,fraud,scenario\n2,True,2\n1,0.0,0\n", to: "truth.csv")
        let rows = try load(source).transactions
        #expect(rows.map(\.fraud) == [false, true] && rows.map(\.scenario) == [0, 2])
        try folder.write("id, fraud,scenario\n 2 , True ,2\n2,true,2\n1,0.0 ,0\n", to: "truth.csv")
        #expect(try load(source).transactions.map(\.fraud) == [false, true], "blanks at the ends are no part of it")
        for (text, said) in [
            (
                "id,fraud,scenario\n2,1,2\n2,0,0\n",
                "truth.csv:3: fraud: a row further up says otherwise of the same id (id_conflict)"
            ),
            (
                "id,fraud,scenario\n2,maybe,2\n",
                "truth.csv:2: fraud: text where another type of value belongs (wrong_type)"
            ),
            ("id,fraud,scenario\n1,0,x\n2,1,2.5\n", "truth.csv:3: scenario: "),
            ("id,fraud,scenario\n2,1,two\n", "truth.csv:2: scenario: "),
            ("id,fraud,scenario\n2,1,-1\n", "truth.csv:2: scenario: "),
            ("id,fraud,scenario\n2,1\n", "truth.csv:2: the record is not one CSV line with"),
            ("id,scenario\n2,1\n", "truth.csv:1: the column fraud is missing"),
            ("id,fraud,scenario,fraud\n2,1,1,0\n", "truth.csv: line 1: the header has `fraud` twice"),
        ] {
            try folder.write(text, to: "truth.csv")
            #expect(failure(source)?.hasPrefix(said) == true)
        }
        try FileManager.default.removeItem(atPath: folder.path("truth.csv"))
        #expect(failure(source) == "there is no file truth.csv")
    }

    @Test("counts frauds of the truth file whose id no transaction has, and takes those that come later for known")
    func unknownFrauds() throws {
        var source = source
        source.mapping.outcome = nil
        source.truth = ReplayTruth(file: "truth.csv", id: "id", fraud: "fraud", scenario: "scenario")
        let head = "id,at,customer,terminal,amount\n"
        try folder.write(head + "1,2018-06-21,1,t,1\n2,2018-06-22,1,t,2\n", to: "a.csv")
        try folder.write(head + "3,2018-06-21,1,t,1\n", to: "b.csv")
        try folder.write("id,fraud,scenario\n2,1,\n3,1,4.0\n08,1,1\n9,1,1\n10,0,0\n", to: "truth.csv")
        let (rows, account) = try load(source)
        #expect(rows.map(\.scenario) == [0, 4, 1] && rows.map(\.fraud) == [false, true, true])
        let said = "frauds of the truth file without a transaction in these rows: 2"
        #expect(account.unknownFrauds == 2 && account.lines == [said])
        let (_, until) = try load(source, lastDay: "2018-06-21")
        #expect(until.lines == ["3 rows: 2 taken, 1 after the last day", said])
    }

    @Test("says of files without rows that nothing was read", arguments: ["", "\u{FEFF}", "\n\n", header])
    func noRows(text: String) throws {
        try folder.write(text, to: "a.csv")
        #expect(
            failure() == "\(folder.path) holds no rows of transactions, at most a header: is it the file that you mean?"
        )
        try folder.write(header + row(1), to: "b.csv")
        #expect(try ids() == ["1"])
    }

    @Test("leaves an optional field out that can't be read, and counts the row as marked")
    func extras() throws {
        var source = source
        source.mapping.extras = [.kind: "kind", .entity(.device): "device"]
        let head = header.replacing("\n", with: ",kind,device\n")
        try folder.write(
            head
                + "1,2018-04-01,7,3,1.00,0,0,cash_out,\n2,2018-04-02,7,3,1.00,0,0,,d1\n3,2018-04-03,7,3,1.00,0,0,barter,\n",
            to: "a.csv")
        let (rows, account) = try load(source)
        #expect(rows.map(\.transaction.kind) == [.cashOut, nil, nil])
        #expect(rows.map(\.transaction.entities) == [[:], [.device: "d1"], [:]])
        #expect(account.lines == ["3 rows: 3 taken (1 without an optional field that can't be read)"])
    }
}
