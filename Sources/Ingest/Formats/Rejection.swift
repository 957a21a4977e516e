/// Why a record is rejected: stable codes, the same in topics, metrics and docs.
package enum RejectionReason: String, Sendable, Hashable, CaseIterable {
    case recordTooLarge = "record_too_large"
    case malformedJSON = "malformed_json"
    case malformedCSV = "malformed_csv"
    case wrongType = "wrong_type"
    case missingField = "missing_field"
    case emptyField = "empty_field"
    case fieldTooLong = "field_too_long"
    case controlCharacter = "control_character"
    case amountNotANumber = "amount_not_a_number"
    case amountNegative = "amount_negative"
    case amountTooLarge = "amount_too_large"
    case amountTooPrecise = "amount_too_precise"
    case timeInvalid = "time_invalid"
    case unknownTransaction = "unknown_transaction"

    package var explanation: String {
        switch self {
        case .recordTooLarge: "the record is larger than 64 KB"
        case .malformedJSON: "the record is not one JSON object (RFC 8259)"
        case .malformedCSV: "the record is not one CSV line with the mapping's columns (RFC 4180)"
        case .wrongType: "the field holds another type than it should"
        case .missingField: "the field is not there"
        case .emptyField: "the field is empty"
        case .fieldTooLong: "the field is longer than 128 bytes"
        case .controlCharacter: "the field holds a control character"
        case .amountNotANumber: "the amount is not a plain decimal number"
        case .amountNegative: "the amount is negative"
        case .amountTooLarge: "the amount is larger than a hundred thousand million"
        case .amountTooPrecise: "the amount has more than two decimals"
        case .timeInvalid: "the time is not an RFC 3339 time between 2000 and 2099"
        case .unknownTransaction: "the label names a transaction that this agent has not seen"
        }
    }
}

/// A record that can't be used: why, and at which field; never what it held.
package struct Rejection: Error, Sendable, Hashable {
    package var reason: RejectionReason
    package var field: String?

    package init(reason: RejectionReason, field: String?) {
        self.reason = reason
        self.field = field
    }
}
