import Formats
import Records

/// What became of a file, for people: everything in it is in one of the counts.
struct TrialSummary {
    typealias Part = (record: SampleFile.Record, taken: StreamTrial.Taken)

    private let sample: SampleFile
    private let parts: [Part]
    private let transactions: [Transaction]
    private let rejected: [(record: SampleFile.Record, part: RecordPart, rejection: Rejection)]

    init(_ sample: SampleFile, _ parts: [Part]) {
        self.sample = sample
        self.parts = parts
        transactions = parts.compactMap { $0.taken.isRepeat ? nil : $0.taken.part.transaction }
        rejected = parts.compactMap { record, taken in taken.part.rejection.map { (record, taken.part, $0) } }
    }

    var text: String {
        var lines = [counts]
        lines.append("  mapping   \(sample.mappingPath)")
        lines.append("  records   \(records)")
        return (lines + fields + rejections + leftOut + marks + notes).joined(separator: "\n")
    }

    private var counts: String {
        let others: [(Int, String)] = [
            (parts.count(where: \.taken.isRepeat), "repeats"),
            (parts.count { $0.taken.part.watermark != nil }, "watermarks"),
            (parts.count { $0.taken.part.leftOut != nil }, "left out"),
        ]
        let labels = parts.count - transactions.count - rejected.count - others.map(\.0).reduce(0, +)
        var out = "\(sample.path): \(transactions.count) transactions, \(labels) labels and outcomes, "
        out += "\(rejected.count) rejected"
        for (count, name) in others where count > 0 { out += ", \(count) \(name)" }
        return out
    }

    private var records: String {
        var out = "\(sample.records.count)"
        if parts.count != sample.records.count { out += " with \(parts.count) parts" }
        if let first = sample.records.first?.line, let last = sample.records.last?.line {
            out += ", from line \(first) to \(last)"
        }
        if let header = sample.header { out += "; line \(header) names the columns" }
        return out
    }

    private var fields: [String] {
        guard !transactions.isEmpty else { return [] }
        let fields = transactions.map { TrialLine.canonical($0) }
        let names = ["id", "time", "customer", "terminal", "amount"] + Mapping.Extra.allCases.map(\.name)
        let counts = names.map { name in (name, fields.count { $0[name] != nil }) }
        var out = ["  mapped    " + counts.filter { $0.1 == fields.count }.map(\.0).joined(separator: ", ")]
        for (name, count) in counts where count > 0 && count < fields.count {
            out.append("  partly    \(name): \(count) of \(fields.count)")
        }
        let missing = counts.filter { $0.1 == 0 }.map(\.0)
        return missing.isEmpty ? out : out + ["  missing   " + missing.joined(separator: ", ")]
    }

    private var rejections: [String] {
        var out = rejected.prefix(20).map { record, part, rejection in
            var out = "  rejected  " + (record.line.map { "line \($0)" } ?? "number \(part.index + 1)")
            if let at = part.at { out += ", byte \(at)" }
            out += ": \(rejection.reason.rawValue)\(rejection.field.map { " (\($0))" } ?? "")"
            return out + ": \(rejection.reason.explanation(of: rejection.field.flatMap { record.forms[$0] }))"
        }
        if rejected.count > 20 { out.append("  rejected  and \(rejected.count - 20) more") }
        return out
    }

    private var leftOut: [String] {
        Self.counted(parts.compactMap(\.taken.part.leftOut)).map { "  left out  \($0.rawValue), \($1)" }
    }

    private var marks: [String] {
        Self.counted(parts.flatMap(\.taken.part.marks)).map { "  marked    \($0.rawValue), \($1)" }
    }

    private var notes: [String] {
        Self.counted(parts.flatMap(\.taken.part.notes)).map { "  noted     \($0.rawValue), \($1): \($0.explanation)" }
    }

    /// Each with how often it is there, by name.
    private static func counted<Reason: RawRepresentable<String> & Hashable>(
        _ reasons: [Reason]
    ) -> [(key: Reason, value: Int)] {
        Dictionary(reasons.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key.rawValue < $1.key.rawValue }
    }
}
