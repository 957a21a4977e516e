package import Records

/// Why a record is rejected: stable codes, the same in topics, metrics and docs.
package enum RejectionReason: String, Sendable, Hashable, CaseIterable {
    case recordTooLarge = "record_too_large"
    case emptyRecord = "empty_record"
    case malformedJSON = "malformed_json"
    case malformedCSV = "malformed_csv"
    case malformedXML = "malformed_xml"
    case encodingUnsupported = "encoding_unsupported"
    case forbiddenDTD = "forbidden_dtd"
    case tooDeep = "too_deep"
    case unsupportedMessage = "unsupported_message"
    case noTransactions = "no_transactions"
    case severalTransactions = "several_transactions"
    case countMismatch = "count_mismatch"
    case controlSumMismatch = "control_sum_mismatch"
    case duplicateInMessage = "duplicate_in_message"
    case wrongType = "wrong_type"
    case missingField = "missing_field"
    case emptyField = "empty_field"
    case fieldTooLong = "field_too_long"
    case controlCharacter = "control_character"
    case amountNotANumber = "amount_not_a_number"
    case amountNegative = "amount_negative"
    case amountTooLarge = "amount_too_large"
    case amountTooPrecise = "amount_too_precise"
    case amountZero = "amount_zero"
    case amountOutOfRange = "amount_out_of_range"
    case currencyUnknown = "currency_unknown"
    case rateMissing = "rate_missing"
    case accountInvalid = "account_invalid"
    case valueInvalid = "value_invalid"
    case valueNotAllowed = "value_not_allowed"
    case timeInvalid = "time_invalid"
    case timeAhead = "time_ahead"
    case tooLate = "too_late"
    case unknownTransaction = "unknown_transaction"
    case reversalRepeated = "reversal_repeated"
    case idConflict = "id_conflict"

    package init(_ error: MinorUnits.ParseError) {
        self =
            switch error {
            case .notANumber: .amountNotANumber
            case .negative: .amountNegative
            case .tooLarge: .amountTooLarge
            case .tooPrecise: .amountTooPrecise
            }
    }

    package var explanation: String {
        switch self {
        case .recordTooLarge: "the record is larger than 64 KB; in ISO 20022, than 4 MB or 250,000 elements"
        case .emptyRecord: "the message has nothing in it"
        case .malformedJSON: "the record is not one JSON object (RFC 8259)"
        case .malformedCSV: "the record is not one CSV line with the mapping's columns (RFC 4180)"
        case .malformedXML: "the record is not one XML document in its declared encoding (XML 1.0, namespaces)"
        case .encodingUnsupported: "the declared encoding is not UTF-8, UTF-16, US-ASCII or ISO-8859-1"
        case .forbiddenDTD: "the document has a document type; nothing of it is read"
        case .tooDeep: "elements are nested deeper than 64"
        case .unsupportedMessage: "it is no known version of pacs.008, pain.001, pacs.002, pacs.004 or camt.056"
        case .noTransactions: "the message holds no transaction, or speaks of a whole message"
        case .severalTransactions: "there is more than one transaction where one belongs"
        case .countMismatch: "the message holds another number of transactions than its header says"
        case .controlSumMismatch: "the transactions add up to another sum than the message's header says"
        case .duplicateInMessage: "two transactions of the message have one reference"
        case .wrongType: "the field holds another type than it should"
        case .missingField: "the field is not there"
        case .emptyField: "the field is empty"
        case .fieldTooLong: "the field is longer than 128 bytes; in ISO 20022, one that is not mapped than 16 KB"
        case .controlCharacter: "the field holds a control character"
        case .amountNotANumber: "the amount is not a plain decimal number"
        case .amountNegative: "the amount is negative"
        case .amountTooLarge: "the amount is larger than a hundred thousand million"
        case .amountTooPrecise: "the amount has more decimals than its currency"
        case .amountZero: "the transfer is of nothing"
        case .amountOutOfRange: "the amount is not within what the validation rules allow"
        case .currencyUnknown: "the currency is no code of ISO 4217"
        case .rateMissing: "the consortium's rate table has no rate of the currency for that day"
        case .accountInvalid: "the check digits of the IBAN are wrong"
        case .valueInvalid: "the field holds no code of its list, or is not of its form"
        case .valueNotAllowed: "the field holds a value that the validation rules don't allow"
        case .timeInvalid: "the time is not an RFC 3339 time between 2000 and 2099"
        case .timeAhead: "the time is further ahead of the log's clock than the validation rules allow"
        case .tooLate: "the transaction is older than what ids and windows are known for"
        case .unknownTransaction: "the label names a transaction that this agent has not seen"
        case .reversalRepeated: "the label takes back what an earlier one took back already"
        case .idConflict: "a different transaction with this id came before"
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
