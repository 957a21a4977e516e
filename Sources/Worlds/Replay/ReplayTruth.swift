import Formats

/// A file beside the transactions with the outcome of each by its id.
package struct ReplayTruth: Sendable {
    package var file: String
    package var id: String
    package var fraud: String
    package var scenario: String?

    package init(file: String, id: String, fraud: String, scenario: String?) {
        self.file = file
        self.id = id
        self.fraud = fraud
        self.scenario = scenario
    }

    /// The frauds: id to scenario, 1 where the file names none.
    ///
    /// - Throws: the first row that can't be read, or says otherwise than one before it: without it a fraud would count as
    ///   legitimate.
    func frauds(in directory: String) throws(ReplayError) -> [String: Int] {
        let path = directory + "/" + file
        let bytes = try DataFile.replayed(path)
        var records = CSVRecords(bytes)
        let names = records.next().flatMap { CSVLine.split(bytes[$0.bytes]) } ?? []
        let header = names.map { String(decoding: $0, as: UTF8.self).trimmed }
        let (id, fraud) = (try Self.place(of: id, in: header, path), try Self.place(of: fraud, in: header, path))
        let scenario = try scenario.map { name throws(ReplayError) in try Self.place(of: name, in: header, path) }
        var (out, legitimate): ([String: Int], Set<String>) = ([:], [])
        for record in records {
            func bad(_ column: String?, _ reason: RejectionReason, _ value: [UInt8]?) -> ReplayError {
                let why = reason.explanation(of: value.map { ValueForm($0) })
                return .badRow(RowFault(file: path, line: record.line, column: column, code: reason.rawValue, why: why))
            }
            guard let values = CSVLine.split(bytes[record.bytes]), values.count == header.count else {
                throw bad(nil, .malformedCSV, nil)
            }
            guard let name = String(validating: values[id], as: UTF8.self)?.trimmed else {
                throw bad(self.id, .encodingUnsupported, values[id])
            }
            guard let isFraud = Self.outcome(values[fraud]) else { throw bad(self.fraud, .wrongType, values[fraud]) }
            if isFraud {
                let text = scenario.map { String(decoding: values[$0], as: UTF8.self).trimmed } ?? ""
                guard let number = text.isEmpty ? 1 : LabelledOutcome.scenario(text) else {
                    throw bad(self.scenario, .valueInvalid, scenario.map { values[$0] })
                }
                out[name] = number
            } else {
                legitimate.insert(name)
            }
            guard !legitimate.contains(name) || out[name] == nil else {
                throw .badRow(
                    RowFault(
                        file: path, line: record.line, column: self.fraud, code: RejectionReason.idConflict.rawValue,
                        why: "a row further up says otherwise of the same id"))
            }
        }
        return out
    }

    private static func place(of name: String, in header: [String], _ path: String) throws(ReplayError) -> Int {
        guard let place = header.firstIndex(of: name) else { throw .missingColumn(file: path, column: name) }
        guard header.lastIndex(of: name) == place else {
            throw .unreadable(file: path, why: "line 1: the header has `\(name)` twice")
        }
        return place
    }

    /// A word that nobody meant must not make a fraud legitimate, so that no other counts.
    private static func outcome(_ value: [UInt8]) -> Bool? {
        switch String(decoding: value, as: UTF8.self).trimmed.lowercased() {
        case "1", "1.0", "true", "yes", "y": true
        case "0", "0.0", "false", "no", "n": false
        default: nil
        }
    }
}

extension DataFile {
    static func replayed(_ path: String) throws(ReplayError) -> [UInt8] {
        do throws(Fault) { return try read(path) } catch { throw .file(error) }
    }
}
