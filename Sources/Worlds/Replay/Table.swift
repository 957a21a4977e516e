import Formats
import Foundation

/// A CSV file with a header line (RFC 4180; records are single lines), plain or gzipped.
struct Table {
    let path: String
    /// Lines after the header that are not blank.
    let rows: [ArraySlice<UInt8>]
    private let lines: [Int]
    private let columns: [String]

    init(_ path: String) throws(ReplayError) {
        self.path = path
        let all = try Self.bytes(path).split(separator: 10, omittingEmptySubsequences: false)
        guard let head = all.first, let header = CSVLine.split(head) else { throw .notReadable(file: path) }
        columns = header.map { String(decoding: $0, as: UTF8.self) }
        lines = all.indices.dropFirst().filter { !all[$0].isEmpty && all[$0] != [13] }
        rows = lines.map { all[$0] }
    }

    func column(_ name: String) throws(ReplayError) -> Int {
        guard let index = columns.firstIndex(of: name) else { throw .missingColumn(file: path, column: name) }
        return index
    }

    func fields(_ row: Int) throws(ReplayError) -> [String] {
        guard let fields = Self.split(rows[row]), fields.count == columns.count else { throw bad(row, columns[0]) }
        return fields.map { String(decoding: $0, as: UTF8.self) }
    }

    /// An outcome, `0` or `1`: a word that nobody meant must not make a fraud legitimate.
    func outcome(_ text: String, _ row: Int, _ column: String) throws(ReplayError) -> Bool {
        switch text {
        case "0": return false
        case "1": return true
        default: throw bad(row, column)
        }
    }

    /// From 1, blank lines counted.
    func line(_ row: Int) -> Int { lines[row] + 1 }
    func bad(_ row: Int, _ column: String) -> ReplayError { .badRow(file: path, line: line(row), column: column) }

    /// Fields of a line; the quick way where nothing is quoted.
    private static func split(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
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
