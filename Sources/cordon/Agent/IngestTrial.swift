import Configuration
import Foundation
import Ingest
import Records

/// `cordon ingest --try`: what a mapping makes of sample files. Nothing is sent anywhere.
struct IngestTrial {
    private let mapping: String?
    private let rates: RateTable?

    /// - Parameter mapping: the mapping file; nil picks a committed one by each file's name and content.
    init(mapping: String?, rates: RateTable?) {
        self.mapping = mapping
        self.rates = rates
    }

    /// One record of a file.
    private struct Record {
        /// From 1; nil where the file is one record.
        var line: Int?
        var parts: [RecordPart]
    }

    /// Every record of every file, as text or as a line of JSON a transaction.
    func run(_ files: [String], json: Bool) throws {
        for file in files {
            let bytes = try readFile(file)
            let path = mapping ?? Self.mapping(for: file, bytes)
            var mapping = try readMapping(file: path)
            mapping.rates = rates
            let records = Self.records(bytes, mapping)
            if json {
                for record in records {
                    for part in record.parts { print(try TrialLine(file: file, line: record.line, part: part).json) }
                }
            } else {
                print(summary(file, path, mapping, records))
            }
        }
    }

    /// By the file's name; a JSON file with a header of ISO 20022's is a message.
    private static func mapping(for file: String, _ bytes: [UInt8]) -> String {
        let folder = "pipelines/mappings/"
        if file.hasSuffix(".xml") { return folder + "iso20022.yaml" }
        if file.hasSuffix(".csv") { return folder + "csv.yaml" }
        let head = String(decoding: bytes.prefix(4096), as: UTF8.self)
        let message = head.contains("\"GrpHdr\"") || head.contains("\"Assgnmt\"")
        return folder + (message ? "iso20022-json.yaml" : "canonical.yaml")
    }

    private static func records(_ bytes: [UInt8], _ mapping: Mapping) -> [Record] {
        let parser = RecordParser(mapping: mapping)
        switch mapping.format {
        case .iso20022: return [Record(line: nil, parts: parser.parts(bytes))]
        case .json:
            // A pretty-printed object is one record over several lines.
            let whole = parser.parts(bytes)
            let lines = [RejectionReason.malformedJSON, .recordTooLarge]
            if !whole.contains(where: { part in part.rejection.map { lines.contains($0.reason) } ?? false }) {
                return [Record(line: 1, parts: whole)]
            }
            return split(bytes, quotes: false).map { Record(line: $0.line, parts: parser.parts($0.bytes)) }
        case .csv(let delimiter, let columns):
            let header = columns.map { Array($0.utf8) }
            return split(bytes, quotes: true).filter { CSVLine.split($0.bytes, delimiter: delimiter) != header }
                .map { Record(line: $0.line, parts: parser.parts($0.bytes)) }
        }
    }

    /// Lines that are not blank.
    ///
    /// - Parameter quotes: a line end between quotes does not end the line.
    private static func split(_ bytes: [UInt8], quotes: Bool) -> [(line: Int, bytes: [UInt8])] {
        var out: [(line: Int, bytes: [UInt8])] = []
        var current: [UInt8] = []
        var line = 1
        var begin = 1
        var quoted = false
        for byte in bytes + [10] {
            if quotes, byte == UInt8(ascii: "\"") { quoted.toggle() }
            if byte == 10 { line += 1 }
            guard byte == 10, !quoted else {
                current.append(byte)
                continue
            }
            if current.contains(where: { $0 > 32 }) { out.append((begin, current)) }
            current = []
            begin = line
        }
        if current.contains(where: { $0 > 32 }) { out.append((begin, current)) }
        return out
    }

    /// For people: which fields come through, which don't, and what would be rejected.
    private func summary(_ file: String, _ path: String, _ mapping: Mapping, _ records: [Record]) -> String {
        let parts = records.flatMap { record in record.parts.map { (record.line, $0) } }
        let transactions = parts.compactMap { $0.1.transaction }
        let rejected = parts.compactMap { line, part in part.rejection.map { (line, part, $0) } }
        let others = parts.count - transactions.count - rejected.count
        var out =
            "\(file): \(transactions.count) transactions, \(others) labels and outcomes, \(rejected.count) rejected"
        out += "\n  mapping   \(path)"
        let fields = transactions.map { TrialLine.canonical($0) }
        let names = ["id", "time", "customer", "terminal", "amount"] + Mapping.Extra.allCases.map(\.name)
        let counts = names.map { name in (name, fields.count { $0[name] != nil }) }
        if !transactions.isEmpty {
            out += "\n  mapped    " + counts.filter { $0.1 == fields.count }.map(\.0).joined(separator: ", ")
            for (name, count) in counts where count > 0 && count < fields.count {
                out += "\n  partly    \(name): \(count) of \(fields.count)"
            }
            let missing = counts.filter { $0.1 == 0 }.map(\.0)
            if !missing.isEmpty { out += "\n  missing   " + missing.joined(separator: ", ") }
        }
        for (line, part, rejection) in rejected.prefix(20) {
            out += "\n  rejected  " + (line.map { "line \($0)" } ?? "number \(part.index + 1)")
            if let at = part.at { out += ", byte \(at)" }
            out += ": \(rejection.reason.rawValue)\(rejection.field.map { " (\($0))" } ?? "")"
            out += ": \(rejection.reason.explanation)"
        }
        if rejected.count > 20 { out += "\n  rejected  and \(rejected.count - 20) more" }
        for note in Set(parts.flatMap(\.1.notes)).sorted(by: { $0.rawValue < $1.rawValue }) {
            out += "\n  noted     \(note.rawValue): \(note.explanation)"
        }
        return out
    }
}
