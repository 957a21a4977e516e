package import Formats
import Foundation
import PipelineFiles
package import Records
import Terminal
import Worlds

/// A file of a member's records, split into them and read by a mapping.
package struct SampleFile {
    package struct Record {
        /// From 1; nil where the file is one message of XML.
        package var line: Int?
        package var bytes: [UInt8]
        /// What it holds, held against the validation rules.
        package var parts: [RecordPart]
        /// What the value of a field that is at fault looks like, by its name, where the format has columns.
        var forms: [String: ValueForm] = [:]
    }

    package let path: String
    package let mappingPath: String
    /// The line that names a CSV file's columns.
    package let header: Int?
    package let records: [Record]

    /// - Parameters:
    ///   - mapping: the mapping file; nil picks a committed one by the file's name and content.
    ///   - rules: what transactions must be.
    ///   - received: when the log took them, in microseconds since 1970.
    /// - Throws: what is wrong with the file as a whole, or with the mapping.
    package init(
        _ path: String, mapping: String?, rates: RateTable?, rules: ValidationRules, received: Int64
    ) throws {
        let bytes = try DataFile.read(path)
        self.path = path
        mappingPath = mapping ?? "pipelines/mappings/" + SampleForm(path, bytes).mapping
        var mapping = try readMapping(file: mappingPath)
        mapping.rates = rates
        let file: RecordFile
        do throws(RecordFile.Fault) {
            file = try RecordFile(bytes, name: (path as NSString).lastPathComponent, mapping: mapping)
        } catch { throw Failure("\(path): \(error)") }
        header = file.header
        let all = Array(file.records)
        let isWhole = mapping.format == .iso20022(.xml) && all.count == 1
        records = all.map { record in
            let parts = file.parts(record).map { $0.checked(by: rules, received: received) }
            return Record(
                line: isWhole ? nil : record.line, bytes: Array(file.bytes[record.bytes]), parts: parts,
                forms: Self.forms(of: parts, record, in: file))
        }
    }

    private static func forms(
        of parts: [RecordPart], _ record: FileRecord, in file: RecordFile
    ) -> [String: ValueForm] {
        var forms: [String: ValueForm] = [:]
        for field in parts.compactMap({ $0.rejection?.field }) {
            forms[field] = file.value(field, of: record).map { ValueForm($0) }
        }
        return forms
    }
}
