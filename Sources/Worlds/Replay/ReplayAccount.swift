package import Formats

/// A row of a replay that can't be used: where it stands and why, never what it says.
package struct RowFault: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var line: Int
    /// Nil where it is no single column's fault.
    package var column: String?
    /// A rejection's code, or `no_member`.
    package var code: String
    package var why: String

    package init(file: String, line: Int, column: String?, code: String, why: String) {
        self.file = file
        self.line = line
        self.column = column
        self.code = code
        self.why = why
    }

    package var description: String { "\(file):\(line): \(column.map { "\($0): " } ?? "")\(why) (\(code))" }
}

/// What became of the rows of a replay: each is in one of the counts.
package struct ReplayAccount: Sendable, Hashable {
    /// One row in so many may be rejected; where more are, the file is not what the replay says it is.
    package static let share = 10
    /// So many faults are told one by one.
    static let told = 5

    package var rows = 0
    package var taken = 0
    /// Rows among those taken that lack an optional field, since what stood there can't be.
    package var marked = 0
    /// Rows from after the last day that was asked for.
    package var later = 0
    /// The same transaction again.
    package var repeats = 0
    package var leftOut: [LeftOut: Int] = [:]
    /// Labels, outcomes and watermarks, which a replay takes from elsewhere.
    package var others = 0
    /// Frauds of the truth file that no row of a transaction has the id of.
    package var unknownFrauds = 0
    /// By code.
    package private(set) var rejected: [String: Int] = [:]
    /// The first faults.
    package private(set) var faults: [RowFault] = []

    package init() {}

    package var rejections: Int { rejected.values.reduce(0, +) }

    mutating func reject(_ fault: RowFault) {
        rejected[fault.code, default: 0] += 1
        if faults.count < Self.told { faults.append(fault) }
    }

    /// Adds another file's.
    mutating func add(_ other: ReplayAccount) {
        rows += other.rows
        taken += other.taken
        marked += other.marked
        later += other.later
        repeats += other.repeats
        others += other.others
        leftOut.merge(other.leftOut, uniquingKeysWith: +)
        rejected.merge(other.rejected, uniquingKeysWith: +)
        faults += other.faults.prefix(Self.told - faults.count)
    }

    /// Everything beside the rows that were taken, the first faults, and frauds that are nobody's; empty where all is well.
    package var lines: [String] {
        let unknown =
            unknownFrauds == 0 ? [] : ["frauds of the truth file without a transaction in these rows: \(unknownFrauds)"]
        guard taken < rows || marked > 0 else { return unknown }
        var counts = ["\(rows) rows: \(taken) taken"]
        if marked > 0 { counts[0] += " (\(marked) without an optional field that can't be read)" }
        for (count, name) in [(later, "after the last day"), (repeats, "repeated"), (others, "no transactions")]
        where count > 0 {
            counts.append("\(count) \(name)")
        }
        counts += leftOut.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\($0.value) left out as \($0.key.rawValue)"
        }
        counts += rejected.sorted { $0.key < $1.key }.map { "\($0.value) rejected as \($0.key)" }
        let more = rejections - faults.count
        return [counts.joined(separator: ", ")] + faults.map { "  \($0)" } + (more > 0 ? ["  and \(more) more"] : [])
            + unknown
    }
}
