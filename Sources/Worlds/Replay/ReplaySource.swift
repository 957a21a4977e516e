package import Formats
import Foundation
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

/// A folder of CSV files of transactions: which column is what, whose customer is whose, and where the outcomes are.
package struct ReplaySource: Sendable {
    package enum Members: Sendable {
        /// By the last digit of the customer's number, ten entries.
        case byLastDigit([MemberID])
        /// By name, in a column.
        case column(String)
    }

    /// A file beside the transactions with the outcome of each by its id.
    package struct Truth: Sendable {
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
    }

    package var id: String
    package var time: String
    package var customer: String
    package var terminal: String
    package var amount: String
    /// Columns with the outcome and its scenario, where transactions carry them.
    package var fraud: String?
    package var scenario: String?
    package var members: Members
    package var truth: Truth?
    /// Columns of what a transaction may have beside those; no currency, amounts are in the consortium's.
    package var extras: [Mapping.Extra: String]

    package init(
        id: String, time: String, customer: String, terminal: String, amount: String, fraud: String? = nil,
        scenario: String? = nil, members: Members, truth: Truth? = nil, extras: [Mapping.Extra: String] = [:]
    ) {
        self.extras = extras
        self.id = id
        self.time = time
        self.customer = customer
        self.terminal = terminal
        self.amount = amount
        self.fraud = fraud
        self.scenario = scenario
        self.members = members
        self.truth = truth
    }

    /// Every transaction up to the end of `lastDay`, by time, then id.
    package func load(
        directory: String, lastDay: Int, progress: (String, Int) -> Void
    ) throws(ReplayError) -> [LabelledTransaction] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .noFolder(directory)
        }
        let files = names.filter { ($0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz")) && $0 != truth?.file }.sorted()
        guard !files.isEmpty else { throw .noFiles(directory) }
        let outcomes = try truth.map { truth throws(ReplayError) in try Self.outcomes(truth, directory) } ?? [:]
        var out: [LabelledTransaction] = []
        for file in files {
            try read(directory + "/" + file, lastDay: lastDay, outcomes: outcomes, into: &out)
            progress(file, out.count)
        }
        return out.sorted { left, right in
            left.transaction.time != right.transaction.time
                ? left.transaction.time < right.transaction.time
                : (Int(left.transaction.id) ?? 0, left.transaction.id)
                    < (Int(right.transaction.id) ?? 0, right.transaction.id)
        }
    }

    private func read(
        _ path: String, lastDay: Int, outcomes: [String: Int], into out: inout [LabelledTransaction]
    ) throws(ReplayError) {
        let table = try Table(path)
        let at = (
            id: try table.column(id), time: try table.column(time), customer: try table.column(customer),
            terminal: try table.column(terminal), amount: try table.column(amount),
            fraud: try fraud.map { name throws(ReplayError) in try table.column(name) },
            scenario: try scenario.map { name throws(ReplayError) in try table.column(name) }
        )
        let extras = try extras.map { extra, name throws(ReplayError) in (extra, name, try table.column(name)) }
        let owner = try owner(table)
        out.reserveCapacity(out.count + table.rows.count)
        for row in table.rows.indices {
            let fields = try table.fields(row)
            guard let when = EventTime(rfc3339: fields[at.time]) else { throw table.bad(row, time) }
            if when.dayNumber > lastDay { continue }
            guard let value = Double(fields[at.amount]).flatMap({ MinorUnits(rounding: $0) }) else {
                throw table.bad(row, amount)
            }
            guard let member = owner(fields) else { throw .noMember(file: path, line: table.line(row)) }
            let outcome = outcomes[fields[at.id]]
            var fraud = outcome != nil
            if let column = at.fraud { fraud = try table.outcome(fields[column], row, self.fraud ?? "") }
            var transaction = Transaction(
                id: fields[at.id], time: when, customer: fields[at.customer], terminal: fields[at.terminal],
                amount: value)
            for (extra, name, column) in extras where !fields[column].isEmpty {
                guard transaction.set(extra, fields[column]) else { throw table.bad(row, name) }
            }
            out.append(
                LabelledTransaction(
                    member: member, transaction: transaction,
                    fraud: fraud, scenario: at.scenario.flatMap { Int(fields[$0]) } ?? outcome ?? 0))
        }
    }

    private func owner(_ table: Table) throws(ReplayError) -> ([String]) -> MemberID? {
        switch members {
        case .byLastDigit(let members):
            let customer = try table.column(customer)
            return { fields in
                fields[customer].last?.wholeNumberValue.flatMap { $0 < members.count ? members[$0] : nil }
            }
        case .column(let name):
            let column = try table.column(name)
            return { MemberID($0[column]) }
        }
    }

    /// The frauds of a truth file: id to scenario.
    private static func outcomes(_ truth: Truth, _ directory: String) throws(ReplayError) -> [String: Int] {
        let table = try Table(directory + "/" + truth.file)
        let id = try table.column(truth.id)
        let fraud = try table.column(truth.fraud)
        let scenario = try truth.scenario.map { name throws(ReplayError) in try table.column(name) }
        var out: [String: Int] = [:]
        for row in table.rows.indices {
            let fields = try table.fields(row)
            if try table.outcome(fields[fraud], row, truth.fraud) {
                out[fields[id]] = scenario.flatMap { Int(fields[$0]) } ?? 1
            }
        }
        return out
    }
}

extension Transaction {
    /// Whether the value is one that the field takes.
    fileprivate mutating func set(_ extra: Mapping.Extra, _ value: String) -> Bool {
        switch extra {
        case .currency: return false
        case .kind: kind = PaymentKind(rawValue: value)
        case .channel: channel = PaymentChannel(rawValue: value)
        case .entity(let entity): entities[entity] = value
        }
        return extra.codes?.contains(value) ?? true
    }
}
