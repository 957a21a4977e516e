package import Records

/// Why a record is rejected: stable codes, the same in topics, metrics and docs.
///
/// Most reasons are found in a record by itself. `valueNotAllowed`, `amountOutOfRange` and `timeAhead` depend on the
/// validation rules and the log's clock; `tooLate`, `unknownTransaction`, `reversalRepeated` and `idConflict` on what
/// the agent knows.
package enum RejectionReason: String, Sendable, Hashable, CaseIterable {
    /// A limit that is looked at before anything is parsed, apart from the number of elements.
    case recordTooLarge = "record_too_large"
    /// A message of ISO 20022 of white space alone; an empty JSON record is `malformedJSON`.
    case emptyRecord = "empty_record"
    /// Includes a name that is there twice, two members of one dotted path, and nesting deeper than 32.
    case malformedJSON = "malformed_json"
    /// Includes a line with another number of fields than there are columns.
    case malformedCSV = "malformed_csv"
    /// Includes bytes that the declared encoding does not have.
    case malformedXML = "malformed_xml"
    /// XML tells its encoding by its first bytes and its declaration. For JSON and CSV the mapping does, and bytes that
    /// are not in it reject the record, in CSV with their column as the field.
    case encodingUnsupported = "encoding_unsupported"
    /// A document type could declare entities that expand without end or fetch what the reader has access to.
    case forbiddenDTD = "forbidden_dtd"
    /// The limit of XML; JSON that is nested deeper than 32 is `malformedJSON`.
    case tooDeep = "too_deep"
    /// Includes a namespace that does not fit the element below `Document`.
    case unsupportedMessage = "unsupported_message"
    /// A status or recall of a whole message names no transaction, and so has none.
    case noTransactions = "no_transactions"
    /// The refusal of a batch where one decision was asked for; over the log a message may be a batch.
    case severalTransactions = "several_transactions"
    /// `NbOfTxs` is wrong. It binds in messages to a clearing system and is noted elsewhere.
    case countMismatch = "count_mismatch"
    /// `CtrlSum` is wrong. It binds in messages to a clearing system and is noted elsewhere.
    case controlSumMismatch = "control_sum_mismatch"
    /// The rule is for transactions alone: two outcomes may speak of one payment. Between messages it refuses the record.
    case duplicateInMessage = "duplicate_in_message"
    /// What looks like a payment, an outcome or a header of a message stands where none is read, or a message in another.
    case misplacedElement = "misplaced_element"
    /// Of two amounts, debtors, creditors, accounts or dates of one transaction nobody can say which is meant.
    case repeatedField = "repeated_field"
    /// A note alone: the orders of a pain.001 whose `EndToEndId` is `NOTPROVIDED` are known by instruction id or place.
    case referenceMade = "reference_made"
    /// A boolean, object or array where a text or number belongs, or a number where a time does.
    case wrongType = "wrong_type"
    /// The mapping asks for the only entry of an array (`payments[].amount`), which has more.
    case severalValues = "several_values"
    /// Includes a JSON null, and what a validation rule asks for.
    case missingField = "missing_field"
    /// A mandatory field, also of blanks alone; an optional one that is empty counts as missing.
    case emptyField = "empty_field"
    /// The limit is held against UTF-8, after escapes and references are resolved.
    case fieldTooLong = "field_too_long"
    /// A character of ASCII below 32, or 127.
    case controlCharacter = "control_character"
    /// Includes a text with an exponent (a JSON number may have one), a plus or a mark that the mapping does not tell of,
    /// a point without digits behind it, and two fields that both say an amount.
    case amountNotANumber = "amount_not_a_number"
    /// Includes `-0`, refunds unless the mapping says what becomes of them, and a sign that contradicts the side.
    case amountNegative = "amount_negative"
    /// The limit holds after the conversion; before it, one of 10^18 minor units does.
    case amountTooLarge = "amount_too_large"
    /// Zeros at the end don't count: `5.00` is an amount in JPY.
    case amountTooPrecise = "amount_too_precise"
    /// The rule is for ISO 20022 alone: elsewhere card verifications have an amount of zero.
    case amountZero = "amount_zero"
    /// The rule is on the converted amount, in the consortium's currency.
    case amountOutOfRange = "amount_out_of_range"
    /// Codes of funds, metals and tests are none either.
    case currencyUnknown = "currency_unknown"
    /// Includes a mapping without any rate table.
    case rateMissing = "rate_missing"
    /// The rule rejects between banks; in a pain.001 it is a note.
    case accountInvalid = "account_invalid"
    /// Includes an address, country or merchant category of another form.
    case valueInvalid = "value_invalid"
    /// The rule is on fields that are there; whether they have to be is another one.
    case valueNotAllowed = "value_not_allowed"
    /// Includes any date field of an ISO 20022 message, whether it is mapped or not.
    case timeInvalid = "time_invalid"
    /// Clocks are set back over it once a year, and the mapping does not say which of both times is meant.
    case timeAmbiguous = "time_ambiguous"
    /// The lead is over the log's clock, and so the same however often the record is read.
    case timeAhead = "time_ahead"
    /// Found by the agent, since a duplicate so old could not be told from a new transaction.
    case tooLate = "too_late"
    /// Found by the agent: no transaction of the id came, or it is forgotten.
    case unknownTransaction = "unknown_transaction"
    /// Found by the agent, since the parties can't tell one label from another.
    case reversalRepeated = "reversal_repeated"
    /// Found by the agent, which keeps each id with a keyed hash of the transaction's content.
    case idConflict = "id_conflict"

    /// The reason for an amount that can't be read.
    package init(_ error: MinorUnits.ParseError) {
        self =
            switch error {
            case .notANumber: .amountNotANumber
            case .negative: .amountNegative
            case .tooLarge: .amountTooLarge
            case .tooPrecise: .amountTooPrecise
            }
    }

    /// A sentence part for people, the same in docs/REJECTIONS.md; it never holds a value.
    package var explanation: String {
        switch self {
        case .recordTooLarge: "the record is larger than 64 KB; in ISO 20022, than 4 MB or 250,000 elements"
        case .emptyRecord: "the message has nothing in it"
        case .malformedJSON: "the record is not one JSON object (RFC 8259)"
        case .malformedCSV: "the record is not one CSV line with the mapping's columns (RFC 4180)"
        case .malformedXML: "the record is not one XML document in its declared encoding (XML 1.0, namespaces)"
        case .encodingUnsupported:
            "the text is not in its encoding, holds U+FFFD (a character that was lost before), or the encoding is none of "
                + "UTF-8, UTF-16, US-ASCII, ISO-8859-1, -15, Windows-1252"
        case .forbiddenDTD: "the document has a document type; nothing of it is read"
        case .tooDeep: "elements are nested deeper than 64"
        case .unsupportedMessage: "it is no known version of pacs.008, pain.001, pacs.002, pacs.004 or camt.056"
        case .noTransactions: "the message holds no transaction, or speaks of a whole message"
        case .severalTransactions: "there is more than one transaction where one belongs"
        case .countMismatch: "the message holds another number of transactions than its header says"
        case .controlSumMismatch: "the transactions add up to another sum than the message's header says"
        case .duplicateInMessage: "two transactions of the message or of the record have one reference"
        case .misplacedElement: "the element stands where no payment or header is read"
        case .repeatedField: "the field is there twice, and one alone can be right"
        case .referenceMade: "an order without an id of its own is known by its instruction id or its place"
        case .wrongType: "the field holds another type than it should"
        case .severalValues: "the array has several entries where the mapping asks for the only one"
        case .missingField: "the field is not there"
        case .emptyField: "the field is empty"
        case .fieldTooLong: "the field is longer than 128 bytes; in ISO 20022, than 140 characters or, unmapped, 16 KB"
        case .controlCharacter: "the field holds a control character"
        case .amountNotANumber: "the amount is not a plain decimal number, or not as the mapping says"
        case .amountNegative: "the amount is negative, or a refund"
        case .amountTooLarge: "the amount is larger than a hundred thousand million in the consortium's currency"
        case .amountTooPrecise: "the amount has more decimals than its currency"
        case .amountZero: "the transfer is of nothing"
        case .amountOutOfRange: "the amount is not within what the validation rules allow"
        case .currencyUnknown: "the currency is no code of ISO 4217"
        case .rateMissing: "the consortium's rate table has no rate of the currency for that day"
        case .accountInvalid: "the check digits of the IBAN are wrong"
        case .valueInvalid: "the field holds no code of its list, or is not of its form"
        case .valueNotAllowed: "the field holds a value that the validation rules don't allow"
        case .timeInvalid: "the time is not an RFC 3339 time, or one as the mapping says, between 2000 and 2099"
        case .timeAmbiguous: "the local time is there twice, since clocks are set back"
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
    /// The field's name in the record or, for what the mapping does not name, in ours; nil where no single field is at
    /// fault.
    package var field: String?

    package init(reason: RejectionReason, field: String?) {
        self.reason = reason
        self.field = field
    }
}

extension Rejection: CustomStringConvertible {
    package var description: String {
        "rejected as `\(reason.rawValue)`: \(reason.explanation)" + (field.map { " (field `\($0)`)" } ?? "")
    }
}
