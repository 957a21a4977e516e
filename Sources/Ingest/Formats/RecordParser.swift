package import Records

/// A transaction that passed every check; only the checking function below makes one.
package struct ValidTransaction: Sendable, Hashable {
    package let transaction: Transaction

    fileprivate init(_ transaction: Transaction) { self.transaction = transaction }
}

package enum ParsedRecord: Sendable, Hashable {
    case transaction(ValidTransaction)
    case verdict(Verdict)
}

/// Reads a member's records by its mapping: bytes in, a checked transaction, a verdict or a rejection out.
package struct RecordParser: Sendable {
    package static let recordLimit = 65_536
    package static let fieldLimit = 128
    private static let times =
        EventTime(rfc3339: "2000-01-01")!.seconds..<EventTime(rfc3339: "2100-01-01")!.seconds

    private let mapping: Mapping

    package init(mapping: Mapping) { self.mapping = mapping }

    package func parse(_ bytes: [UInt8]) throws(Rejection) -> ParsedRecord {
        guard bytes.count <= Self.recordLimit else { throw Rejection(reason: .recordTooLarge, field: nil) }
        let fields = try self.fields(bytes)
        if case .string(mapping.labelType) = fields[mapping.type] { return .verdict(try verdict(fields)) }
        return .transaction(try transaction(fields))
    }

    private func fields(_ bytes: [UInt8]) throws(Rejection) -> [String: JSONScalar] {
        switch mapping.format {
        case .json:
            guard let fields = JSONScanner.fields(bytes) else { throw Rejection(reason: .malformedJSON, field: nil) }
            return fields
        case .csv(let delimiter, let columns):
            guard let values = CSVLine.split(bytes, delimiter: delimiter), values.count == columns.count else {
                throw Rejection(reason: .malformedCSV, field: nil)
            }
            var fields: [String: JSONScalar] = [:]
            for (column, value) in zip(columns, values) {
                guard let text = String(validating: value, as: UTF8.self) else {
                    throw Rejection(reason: .malformedCSV, field: column)
                }
                fields[column] = .string(text)
            }
            return fields
        }
    }

    private func transaction(_ fields: [String: JSONScalar]) throws(Rejection) -> ValidTransaction {
        let time = try text(fields, mapping.time, numbers: false)
        guard let at = EventTime(rfc3339: time), Self.times.contains(at.seconds) else {
            throw Rejection(reason: .timeInvalid, field: mapping.time)
        }
        return ValidTransaction(
            Transaction(
                id: try text(fields, mapping.id), time: at, customer: try text(fields, mapping.customer),
                terminal: try text(fields, mapping.terminal), amount: try amount(fields)))
    }

    private func amount(_ fields: [String: JSONScalar]) throws(Rejection) -> MinorUnits {
        let text = try text(fields, mapping.amount)
        do {
            return try MinorUnits(decimal: text)
        } catch {
            let reason: RejectionReason =
                switch error {
                case .notANumber: .amountNotANumber
                case .negative: .amountNegative
                case .tooLarge: .amountTooLarge
                case .tooPrecise: .amountTooPrecise
                }
            throw Rejection(reason: reason, field: mapping.amount)
        }
    }

    private func verdict(_ fields: [String: JSONScalar]) throws(Rejection) -> Verdict {
        let transaction = try text(fields, mapping.labelTransaction)
        switch fields[mapping.labelFraud] {
        case .bool(let fraud): return Verdict(transaction: transaction, fraud: fraud)
        case .string("true"), .string("1"), .number("1"): return Verdict(transaction: transaction, fraud: true)
        case .string("false"), .string("0"), .number("0"): return Verdict(transaction: transaction, fraud: false)
        case nil: throw Rejection(reason: .missingField, field: mapping.labelFraud)
        default: throw Rejection(reason: .wrongType, field: mapping.labelFraud)
        }
    }

    private func text(
        _ fields: [String: JSONScalar], _ name: String, numbers: Bool = true
    ) throws(Rejection) -> String {
        let text: String
        switch fields[name] {
        case .string(let value): text = value
        case .number(let value) where numbers: text = value
        case nil, .null: throw Rejection(reason: .missingField, field: name)
        default: throw Rejection(reason: .wrongType, field: name)
        }
        guard !text.isEmpty else { throw Rejection(reason: .emptyField, field: name) }
        guard text.utf8.count <= Self.fieldLimit else { throw Rejection(reason: .fieldTooLong, field: name) }
        guard text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw Rejection(reason: .controlCharacter, field: name)
        }
        return text
    }
}
