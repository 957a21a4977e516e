import Formats
import PipelineFiles
import Records
import Stages
import Terminal

/// A file of a member's records, split into them and read by a mapping.
struct SampleFile {
    struct Record {
        /// From 1; nil where the file is one record.
        var line: Int?
        var bytes: [UInt8]
        var parts: [RecordPart]
    }

    let path: String
    let mappingPath: String
    let records: [Record]

    /// - Parameters:
    ///   - mapping: the mapping file; nil picks a committed one by the file's name and content.
    ///   - rules: what transactions must be, as if the log had taken them now.
    init(_ path: String, mapping: String?, rates: RateTable?, rules: ValidationRules) throws {
        let bytes = try readFile(path)
        self.path = path
        mappingPath = mapping ?? Self.mapping(for: path, bytes)
        var mapping = try readMapping(file: mappingPath)
        mapping.rates = rates
        let now = SystemClock().microseconds
        records = Self.records(bytes, mapping).map { record in
            var record = record
            record.parts = record.parts.map { $0.checked(by: rules, received: now) }
            return record
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
        case .iso20022: return [Record(line: nil, bytes: bytes, parts: parser.parts(bytes))]
        case .json:
            // A pretty-printed object is one record over several lines.
            let whole = parser.parts(bytes)
            let lines = [RejectionReason.malformedJSON, .recordTooLarge]
            if !whole.contains(where: { part in part.rejection.map { lines.contains($0.reason) } ?? false }) {
                return [Record(line: 1, bytes: bytes, parts: whole)]
            }
            return split(bytes, quotes: false).map {
                Record(line: $0.line, bytes: $0.bytes, parts: parser.parts($0.bytes))
            }
        case .csv(let delimiter, let columns):
            let header = columns.map { Array($0.utf8) }
            return split(bytes, quotes: true).filter { CSVLine.split($0.bytes, delimiter: delimiter) != header }
                .map { Record(line: $0.line, bytes: $0.bytes, parts: parser.parts($0.bytes)) }
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
}
