import Foundation
import Ingest
package import Records

/// Why a replay can't be read. Names file and line, never what stood there.
package enum ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    case noFolder(String)
    case noFiles(String)
    case missingColumn(file: String, column: String)
    case badRow(file: String, line: Int, column: String)
    case noMember(file: String, line: Int)
    case notReadable(file: String)
    case badRange(String)

    package var description: String {
        switch self {
        case .noFolder(let path): "there is no folder \(path)"
        case .noFiles(let path): "there are no .csv or .csv.gz files in \(path)"
        case .missingColumn(let file, let column): "\(file):1: the column \(column) is missing"
        case .badRow(let file, let line, let column): "\(file):\(line): the column \(column) can't be read"
        case .noMember(let file, let line): "\(file):\(line): no member of the consortium has this customer"
        case .notReadable(let file): "\(file) can't be read (is it whole?)"
        case .badRange(let text): "`\(text)` is not a range of days such as 2018-06-21..2018-06-27"
        }
    }
}

/// A folder of CSV files of labelled transactions: which column is what, and whose customer is whose.
package struct ReplaySource: Sendable {
    package var id: String
    package var time: String
    package var customer: String
    package var terminal: String
    package var amount: String
    package var fraud: String
    package var scenario: String?
    /// Customer number modulo ten to member.
    package var memberOfDigit: [MemberID]

    /// The simulated data of the fraud-detection handbook (Le Borgne et al.), split among three banks.
    package static let handbook: ReplaySource = {
        let banks = ["bank-a", "bank-b", "bank-c"].map { MemberID($0)! }
        return ReplaySource(
            id: "TRANSACTION_ID", time: "TX_DATETIME", customer: "CUSTOMER_ID", terminal: "TERMINAL_ID",
            amount: "TX_AMOUNT", fraud: "TX_FRAUD", scenario: "TX_FRAUD_SCENARIO",
            memberOfDigit: (0..<10).map { $0 < 6 ? banks[0] : $0 < 9 ? banks[1] : banks[2] })
    }()

    package var members: [MemberID] { Set(memberOfDigit).sorted() }

    /// Every transaction up to the end of `lastDay`, by time, then id.
    package func load(
        directory: String, lastDay: Int, progress: (String, Int) -> Void
    ) throws(ReplayError) -> [LabelledTransaction] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .noFolder(directory)
        }
        let files = names.filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") }.sorted()
        guard !files.isEmpty else { throw .noFiles(directory) }
        var out: [LabelledTransaction] = []
        for file in files {
            try read(directory + "/" + file, lastDay: lastDay, into: &out)
            progress(file, out.count)
        }
        return out.sorted { left, right in
            left.transaction.time != right.transaction.time
                ? left.transaction.time < right.transaction.time
                : (Int(left.transaction.id) ?? 0, left.transaction.id)
                    < (Int(right.transaction.id) ?? 0, right.transaction.id)
        }
    }

    private func read(_ path: String, lastDay: Int, into out: inout [LabelledTransaction]) throws(ReplayError) {
        let bytes = try Self.bytes(path)
        let lines = bytes.split(separator: 10)
        guard let head = lines.first, let header = CSVLine.split(head) else { throw .notReadable(file: path) }
        let columns = header.map { String(decoding: $0, as: UTF8.self) }
        func index(_ name: String) throws(ReplayError) -> Int {
            guard let index = columns.firstIndex(of: name) else { throw .missingColumn(file: path, column: name) }
            return index
        }
        let at = (
            id: try index(id), time: try index(time), customer: try index(customer), terminal: try index(terminal),
            amount: try index(amount), fraud: try index(fraud), scenario: scenario.flatMap { columns.firstIndex(of: $0) }
        )
        out.reserveCapacity(out.count + lines.count)
        for (number, line) in lines.enumerated().dropFirst() {
            guard let fields = Self.fields(line), fields.count == columns.count else {
                throw .badRow(file: path, line: number + 1, column: id)
            }
            func text(_ index: Int) -> String { String(decoding: fields[index], as: UTF8.self) }
            guard let when = EventTime(rfc3339: text(at.time)) else {
                throw .badRow(file: path, line: number + 1, column: time)
            }
            if when.dayNumber > lastDay { continue }
            guard let value = Double(text(at.amount)).flatMap({ MinorUnits(rounding: $0) }) else {
                throw .badRow(file: path, line: number + 1, column: amount)
            }
            let who = text(at.customer)
            guard let digit = who.last?.wholeNumberValue, digit < memberOfDigit.count else {
                throw .noMember(file: path, line: number + 1)
            }
            out.append(
                LabelledTransaction(
                    member: memberOfDigit[digit],
                    transaction: Transaction(
                        id: text(at.id), time: when, customer: who, terminal: text(at.terminal), amount: value),
                    fraud: text(at.fraud) == "1", scenario: at.scenario.flatMap { Int(text($0)) } ?? 0))
        }
    }

    /// Fields of a line; the quick way where nothing is quoted.
    private static func fields(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
        if line.contains(UInt8(ascii: "\"")) { return CSVLine.split(line) }
        let whole = line.last == 13 ? line.dropLast() : line
        return whole.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Array($0) }
    }

    private static func bytes(_ path: String) throws(ReplayError) -> [UInt8] {
        if !path.hasSuffix(".gz") {
            guard let data = FileManager.default.contents(atPath: path) else { throw .notReadable(file: path) }
            return Array(data)
        }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", path]
        process.standardOutput = pipe
        do { try process.run() } catch { throw .notReadable(file: path) }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw .notReadable(file: path) }
        return Array(data)
    }
}

/// Days, both included: `2018-06-21..2018-06-27`, or one day.
package struct DayRange: Sendable, Hashable {
    /// `EventTime.dayNumber`s.
    package var days: ClosedRange<Int>

    package init(days: ClosedRange<Int>) { self.days = days }

    package init(_ text: String) throws(ReplayError) {
        let parts = text.components(separatedBy: "..")
        guard let first = parts.first, parts.count <= 2, let from = EventTime(rfc3339: first),
            let to = EventTime(rfc3339: parts[parts.count - 1]), first.count == 10, from <= to
        else { throw .badRange(text) }
        days = from.dayNumber...to.dayNumber
    }
}
