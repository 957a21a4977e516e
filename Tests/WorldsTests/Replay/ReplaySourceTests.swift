import Formats
import Foundation
import Records
import Support
import Testing
import Worlds

private let header = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO\n"

@Suite("A replay of CSV files")
struct ReplaySourceTests {
    private let folder: TemporaryFolder
    private let banks: [MemberID]
    private let handbook: ReplaySource

    init() throws {
        folder = try TemporaryFolder()
        let banks = try ["bank-a", "bank-b"].map { try #require(MemberID($0)) }
        self.banks = banks
        handbook = ReplaySource(
            id: "TRANSACTION_ID", time: "TX_DATETIME", customer: "CUSTOMER_ID", terminal: "TERMINAL_ID",
            amount: "TX_AMOUNT", fraud: "TX_FRAUD", scenario: "TX_FRAUD_SCENARIO",
            members: .byLastDigit((0..<10).map { banks[$0 < 6 ? 0 : 1] }))
    }

    private func write(_ text: String, _ file: String = "a.csv") throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + file))
    }

    private func gzip(_ file: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", folder.path + "/" + file]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func load(_ source: ReplaySource? = nil, lastDay: String = "2030-01-01") throws -> [LabelledTransaction] {
        let day = try #require(EventTime(rfc3339: lastDay)).dayNumber
        return try (source ?? handbook).load(directory: folder.path, lastDay: day) { _, _ in }
    }

    /// What `load` throws.
    private func failure(_ source: ReplaySource? = nil) -> ReplayError? {
        do {
            _ = try load(source)
            return nil
        } catch { return error as? ReplayError }
    }

    @Test("reads every column, and rounds amounts that went through floating point")
    func rows() throws {
        try write(
            header
                + "7,2018-06-21 00:00:31,596,3156,85.64999999999999,1,3\r\n8,2018-06-21 00:02:10,4961,3412,81.51,0,0\n")
        let rows = try load()
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
    }

    @Test("merges plain and gzipped files, by time, then by id as a number")
    func files() throws {
        try write(header + "10,2018-06-21 00:00:05,1,1,1,0,0\n9,2018-06-21 00:00:05,1,1,1,0,0\n", "b.csv")
        try gzip("b.csv")
        try write(header + "11,2018-06-20 23:00:00,1,1,1,0,0\n2,2018-06-21 00:00:06,1,1,1,0,0", "a.csv")
        try write("not,a,table\n", "notes.txt")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).contains("b.csv.gz"))
        #expect(try load().map(\.transaction.id) == ["11", "9", "10", "2"])
    }

    @Test("stops at the end of the last day")
    func lastDay() throws {
        try write(
            header
                + "1,2018-06-21 23:59:59,1,1,1,0,0\n2,2018-06-22 00:00:00,1,1,1,0,0\n"
                + "3,2018-06-23 00:00:00,1,1,bad,0,0\n"
        )
        #expect(try load(lastDay: "2018-06-21").map(\.transaction.id) == ["1"])
    }

    @Test("reads columns in any order, with others between them and quotes around fields")
    func columns() throws {
        try write(
            "x,TX_FRAUD,TX_AMOUNT,TERMINAL_ID,CUSTOMER_ID,TX_DATETIME,TRANSACTION_ID,TX_FRAUD_SCENARIO\n"
                + "\"a,b\",0,\"5.5\",\"t\"\"1\"\"\",10,2018-06-21,p1,0\n")
        let row = try #require(try load().first)
        #expect(row.transaction.terminal == "t\"1\"" && row.transaction.amount == MinorUnits(550))
    }

    @Test(
        "names file, line and column of a row that can't be read",
        arguments: [
            ("1,yesterday,1,1,1,0,0", "TX_DATETIME"), ("1,2018-02-30,1,1,1,0,0", "TX_DATETIME"),
            ("1,2018-06-21,1,1,-1,0,0", "TX_AMOUNT"), ("1,2018-06-21,1,1,nan,0,0", "TX_AMOUNT"),
            ("1,2018-06-21,1,1,inf,0,0", "TX_AMOUNT"), ("1,2018-06-21,1,1,1e30,0,0", "TX_AMOUNT"),
            ("1,2018-06-21,1,1,,0,0", "TX_AMOUNT"), ("1,2018-06-21,1,1,1,yes,0", "TX_FRAUD"),
            ("1,2018-06-21,1,1,1,,0", "TX_FRAUD"), ("1,2018-06-21,1,1,1,0", "TRANSACTION_ID"),
            ("1,2018-06-21,1,1,1,0,0,0", "TRANSACTION_ID"), ("1,2018-06-21,\"1,1,1,0,0", "TRANSACTION_ID"),
        ])
    func badRows(row: String, column: String) throws {
        try write(header + "1,2018-06-21,1,1,1,0,0\n" + row + "\n")
        let expected = ReplayError.badRow(file: folder.path + "/a.csv", line: 3, column: column)
        #expect(failure() == expected)
        #expect("\(expected)" == "\(folder.path)/a.csv:3: the column \(column) can't be read")
        // Blank lines are skipped, and count.
        try write(header + "\n1,2018-06-21,1,1,1,0,0\r\n\r\n\n" + row + "\n")
        #expect(failure() == .badRow(file: folder.path + "/a.csv", line: 6, column: column))
    }

    @Test("names a customer that nobody has", arguments: ["abc", "", "1x"])
    func noMember(customer: String) throws {
        try write(header + "1,2018-06-21,\(customer),1,1,0,0\n")
        #expect(failure() == .noMember(file: folder.path + "/a.csv", line: 2))
    }

    @Test("names a missing column, an empty file, a damaged archive, and a folder that is not there or has no files")
    func unusable() throws {
        let path = folder.path
        #expect(failure() == .noFiles(path))
        #expect(throws: ReplayError.noFolder(path + "/none")) {
            try handbook.load(directory: path + "/none", lastDay: 0) { _, _ in }
        }
        try write("TRANSACTION_ID,TX_DATETIME\n1,2018-06-21\n")
        #expect(failure() == .missingColumn(file: path + "/a.csv", column: "CUSTOMER_ID"))
        try write(header + "1,2018-06-21,1,1,1,0,0\n")
        try gzip("a.csv")
        let archive = try #require(FileManager.default.contents(atPath: path + "/a.csv.gz"))
        try archive.prefix(archive.count - 5).write(to: URL(fileURLWithPath: path + "/a.csv.gz"))
        #expect(failure() == .notReadable(file: path + "/a.csv.gz"))
    }

    @Test("takes members by name and outcomes from a truth file beside the transactions")
    func truth() throws {
        var source = ReplaySource(
            id: "id", time: "time", customer: "customer", terminal: "terminal", amount: "amount",
            members: .column("member"),
            truth: .init(file: "truth.csv", id: "id", fraud: "fraud", scenario: "scenario"))
        try write("member,id,time,customer,terminal,amount\nbank-b,p1,2018-06-21,c,t,1\nbank-a,p2,2018-06-22,c,t,2\n")
        try write("id,fraud,scenario\np2,1,2\np1,0,0\n", "truth.csv")
        let rows = try load(source)
        #expect(rows.map(\.member) == [banks[1], banks[0]])
        #expect(rows.map(\.fraud) == [false, true] && rows.map(\.scenario) == [0, 2])
        try write("id,fraud,scenario\np2,TRUE,2\n", "truth.csv")
        #expect(failure(source) == .badRow(file: folder.path + "/truth.csv", line: 2, column: "fraud"))
        source.truth?.file = "none.csv"
        try FileManager.default.removeItem(atPath: folder.path + "/truth.csv")
        #expect(failure(source) == .notReadable(file: folder.path + "/none.csv"))
        try write("member,id,time,customer,terminal,amount\nBank B,p1,2018-06-21,c,t,1\n")
        source.truth = nil
        #expect(failure(source) == .noMember(file: folder.path + "/a.csv", line: 2))
    }

    @Test("further columns become the fields that they name; a code that isn't one names file, line and column")
    func extras() throws {
        var source = handbook
        source.extras = [.kind: "KIND", .entity(.device): "DEVICE"]
        let head = header.replacing("\n", with: ",KIND,DEVICE\n")
        try write(head + "1,2018-04-01,7,3,1.00,0,0,cash_out,\n2,2018-04-02,7,3,1.00,0,0,,d1\n")
        let rows = try load(source).map(\.transaction)
        #expect(rows.map(\.kind) == [.cashOut, nil])
        #expect(rows.map(\.entities) == [[:], [.device: "d1"]])
        try write(head + "1,2018-04-01,7,3,1.00,0,0,barter,\n")
        #expect(failure(source) == .badRow(file: folder.path + "/a.csv", line: 2, column: "KIND"))
        source.extras = [.channel: "CHANNEL"]
        #expect(failure(source) == .missingColumn(file: folder.path + "/a.csv", column: "CHANNEL"))
    }
}
