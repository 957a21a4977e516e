import Formats
import Records

/// `cordon ingest --try`: what a mapping makes of sample files. Nothing is sent anywhere.
struct IngestTrial {
    private let mapping: String?
    private let rates: RateTable?
    private let rules: ValidationRules

    /// - Parameter mapping: the mapping file; nil picks a committed one by each file's name and content.
    init(mapping: String?, rates: RateTable?, rules: ValidationRules) {
        self.mapping = mapping
        self.rates = rates
        self.rules = rules
    }

    /// Every record of every file, as text or as a line of JSON a transaction.
    func run(_ files: [String], json: Bool) throws {
        for file in files {
            let sample = try SampleFile(file, mapping: mapping, rates: rates, rules: rules)
            if json {
                for record in sample.records {
                    for part in record.parts { print(try TrialLine(file: file, line: record.line, part: part).json) }
                }
            } else {
                print(summary(sample))
            }
        }
    }

    /// For people: which fields come through, which don't, and what would be rejected.
    private func summary(_ sample: SampleFile) -> String {
        let parts = sample.records.flatMap { record in record.parts.map { (record.line, $0) } }
        let transactions = parts.compactMap { $0.1.transaction }
        let rejected = parts.compactMap { line, part in part.rejection.map { (line, part, $0) } }
        let watermarks = parts.count { $0.1.watermark != nil }
        let others = parts.count - transactions.count - rejected.count - watermarks
        var out =
            "\(sample.path): \(transactions.count) transactions, \(others) labels and outcomes, \(rejected.count) rejected"
        if watermarks > 0 { out += ", \(watermarks) watermarks" }
        out += "\n  mapping   \(sample.mappingPath)"
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
