package import Records

/// A transaction that passed every check; only the checking function below makes one.
package struct ValidTransaction: Sendable, Hashable {
    /// Its amount is in hundredths of the consortium's currency, whatever the record named.
    package let transaction: Transaction

    fileprivate init(_ transaction: Transaction) { self.transaction = transaction }
}

/// What one part of a record turned out to be.
package enum ParsedRecord: Sendable, Hashable {
    /// A payment to be scored; validation rules and windows have not been asked yet.
    case transaction(ValidTransaction)
    /// A label: the member's word on one of its earlier transactions.
    case verdict(Verdict)
    /// What an ISO 20022 message says became of an earlier payment.
    case outcome(PaymentOutcome)
    /// The member's system says that event time has come so far: no transaction is needed for that.
    case watermark(EventTime)
}

/// What a record holds at one place: one transaction of a batch, or the whole record.
package struct RecordPart: Sendable {
    /// From 0, within the record.
    package var index: Int
    /// Bytes of the record's text, as UTF-8, before the part or before what is wrong; nil where no place is at fault.
    package var at: Int?
    /// What the part is, or why it can't be used.
    package var result: Result<ParsedRecord, Rejection>
    /// What a message of ISO 20022 says, by its fields' names; empty for other formats.
    package var message: [String: String] = [:]
    /// What is not right with the message as a whole, and was let in.
    package var notes: [RejectionReason] = []

    /// The part's transaction; nil where it is something else, as with the four properties below.
    package var transaction: Transaction? {
        if case .success(.transaction(let valid)) = result { valid.transaction } else { nil }
    }
    package var outcome: PaymentOutcome? { if case .success(.outcome(let outcome)) = result { outcome } else { nil } }
    package var watermark: EventTime? { if case .success(.watermark(let time)) = result { time } else { nil } }
    package var verdict: Verdict? { if case .success(.verdict(let verdict)) = result { verdict } else { nil } }
    package var rejection: Rejection? { if case .failure(let rejection) = result { rejection } else { nil } }
}

/// Reads a member's records by its mapping: bytes in, checked transactions, verdicts, outcomes, watermarks or
/// rejections out. It holds no state, so one parser serves all of a member's records in any order: what depends on
/// earlier records, such as duplicates and lateness, is the agent's to find.
package struct RecordParser: Sendable {
    /// Bytes of a record that is no message of ISO 20022: 64 KiB.
    package static let recordLimit = 65_536
    /// Of a message of ISO 20022, which may be a batch. The limit is 4 MiB, counted before the encoding is read.
    package static let messageLimit = 4_194_304
    /// Bytes of UTF-8 that a mapped field may have.
    package static let fieldLimit = 128
    /// Seconds since 1970 that an event time may be: from 2000 up to, and without, 2100.
    static let times = EventTime(rfc3339: "2000-01-01")!.seconds..<EventTime(rfc3339: "2100-01-01")!.seconds

    /// Where each field comes from; the same for all records.
    private let mapping: Mapping
    private let extras: [(extra: Mapping.Extra, source: FieldSource)]

    /// Optional fields are read in the fixed order of `Mapping.Extra.allCases`, so a record with several faults is
    /// always rejected for the same one.
    package init(mapping: Mapping) {
        self.mapping = mapping
        extras = Mapping.Extra.allCases.compactMap { extra in mapping.extras[extra].map { (extra, $0) } }
    }

    /// What is to be one transaction, label or outcome: a batch of several is refused.
    ///
    /// - Throws: `severalTransactions` for a batch; otherwise the one part's rejection.
    package func parse(_ bytes: [UInt8]) throws(Rejection) -> ParsedRecord {
        let parts = parts(bytes)
        guard parts.count == 1 else { throw Rejection(reason: .severalTransactions, field: nil) }
        return try parts[0].result.get()
    }

    /// Everything that a record holds, in order; at least one part. A record that can't be read as a whole is one part,
    /// rejected. JSON and CSV records have one part in any case; a message has one for each transaction or outcome.
    package func parts(_ bytes: [UInt8]) -> [RecordPart] {
        do throws(MessageFault) {
            guard bytes.count <= mapping.format.limit else { throw MessageFault(.recordTooLarge) }
            switch mapping.format {
            case .iso20022(.xml): return items(try ISOReader.read(xml: bytes))
            case .iso20022(.json): return items(try ISOReader.read(json: bytes))
            case .json: return [part(try JSONScanner.fields(bytes))]
            case .csv(let delimiter, let columns): return [part(try Self.row(bytes, delimiter, columns))]
            }
        } catch {
            let rejection = Rejection(reason: error.reason, field: error.field)
            return [RecordPart(index: 0, at: error.at, result: .failure(rejection))]
        }
    }

    /// The line's values by the mapping's columns, all of them strings.
    ///
    /// - Throws: `malformedCSV` for a line that is none, another number of values, or a value that is not UTF-8.
    private static func row(
        _ bytes: [UInt8], _ delimiter: UInt8, _ columns: [String]
    ) throws(MessageFault) -> [String: JSONScalar] {
        guard let values = CSVLine.split(bytes, delimiter: delimiter), values.count == columns.count else {
            throw MessageFault(.malformedCSV)
        }
        var fields: [String: JSONScalar] = [:]
        for (column, value) in zip(columns, values) {
            guard let text = String(validating: value, as: UTF8.self) else {
                throw MessageFault(.malformedCSV, field: column)
            }
            fields[column] = .string(text)
        }
        return fields
    }

    /// A label where `type` says so, a watermark where it says so, otherwise a transaction.
    private func part(_ fields: [String: JSONScalar]) -> RecordPart {
        do throws(Rejection) {
            switch fields[mapping.type] {
            case .string(mapping.labelType):
                return RecordPart(index: 0, result: .success(.verdict(try verdict(fields))))
            case .string(Mapping.watermarkType):
                return RecordPart(index: 0, result: .success(.watermark(try time(fields, mapping.time))))
            default: break
            }
            return RecordPart(index: 0, result: .success(.transaction(try transaction(fields))))
        } catch {
            return RecordPart(index: 0, result: .failure(error))
        }
    }

    /// The items of a message by number; each is read by the mapping as if it stood alone.
    private func items(_ message: ISOMessage) -> [RecordPart] {
        message.items.enumerated().map { index, item in
            let result: Result<ParsedRecord, Rejection>
            do throws(Rejection) {
                if let rejection = item.rejection { throw rejection }
                switch message.kind {
                case .creditTransfer, .initiation: result = .success(.transaction(try transaction(item.fields)))
                case .status: result = .success(.outcome(try outcome(item.fields, .status)))
                case .return: result = .success(.outcome(try outcome(item.fields, .return)))
                case .recall: result = .success(.outcome(try outcome(item.fields, .recall)))
                }
            } catch {
                result = .failure(error)
            }
            let fields = item.fields.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
            return RecordPart(index: index, at: item.at, result: result, message: fields, notes: message.notes)
        }
    }

    /// A transaction that has all it must have.
    ///
    /// - Throws: the first field that is wrong, in the order time, id, customer, terminal, amount and the optional
    ///   ones.
    private func transaction(_ fields: [String: JSONScalar]) throws(Rejection) -> ValidTransaction {
        let at = try time(fields, mapping.time)
        var transaction = Transaction(
            id: try fields.required(mapping.id), time: at, customer: try fields.required(mapping.customer),
            terminal: try fields.required(mapping.terminal), amount: MinorUnits(0))
        try amount(fields, of: &transaction)
        for (extra, source) in extras where extra != .currency {
            guard let text = try fields.optional(source) else { continue }
            switch extra {
            case .currency: continue
            case .kind: transaction.kind = try Self.code(text, source)
            case .channel: transaction.channel = try Self.code(text, source)
            case .entity(let entity):
                guard entity.takes(text) else { throw Rejection(reason: .valueInvalid, field: source.name) }
                transaction.entities[entity] = text
            }
        }
        return ValidTransaction(transaction)
    }

    /// The amount in the consortium's currency: as it is where the record names none, else converted.
    ///
    /// The record's own amount is kept beside it.
    ///
    /// - Throws: what the text is not; `currencyUnknown`, `rateMissing`.
    private func amount(_ fields: [String: JSONScalar], of transaction: inout Transaction) throws(Rejection) {
        let text = try fields.required(mapping.amount)
        let code = try mapping.extras[.currency].flatMap { source throws(Rejection) in try fields.optional(source) }
        guard let code else {
            transaction.amount = try exact { () throws(MinorUnits.ParseError) in try MinorUnits(decimal: text) }
            return
        }
        guard let currency = Currency(code) else {
            throw Rejection(reason: .currencyUnknown, field: mapping.extras[.currency]?.name)
        }
        let money = try exact { () throws(MinorUnits.ParseError) in try Money(decimal: text, currency: currency) }
        transaction.original = money
        transaction.amount = try convert(money, at: transaction.time)
    }

    /// Reads an amount, and names the mapping's field where it can't be read.
    private func exact<Amount>(
        _ read: () throws(MinorUnits.ParseError) -> Amount
    ) throws(Rejection) -> Amount {
        do { return try read() } catch { throw Rejection(reason: .init(error), field: mapping.amount.name) }
    }

    /// The amount at the rate of the payment's day.
    ///
    /// - Throws: `rateMissing` without a table or a rate; `amountTooLarge` where the result is above the limit.
    private func convert(_ money: Money, at time: EventTime) throws(Rejection) -> MinorUnits {
        guard let rates = mapping.rates else {
            throw Rejection(reason: .rateMissing, field: mapping.extras[.currency]?.name)
        }
        do {
            return try rates.convert(money, at: time)
        } catch {
            switch error {
            case .noRate: throw Rejection(reason: .rateMissing, field: mapping.extras[.currency]?.name)
            case .tooLarge: throw Rejection(reason: .amountTooLarge, field: mapping.amount.name)
            }
        }
    }

    /// An outcome has the fields of `ISOField`, whatever the mapping says of transactions.
    ///
    /// - Throws: `missingField` without a reference or a time, `timeInvalid`, and what the amount is not. A currency
    ///   that is not known leaves the amount out.
    private func outcome(
        _ fields: [String: JSONScalar], _ kind: PaymentOutcome.Kind
    ) throws(Rejection) -> PaymentOutcome {
        func value(_ field: ISOField) throws(Rejection) -> String? {
            try fields.optional(FieldSource([field.rawValue]))
        }
        var outcome = PaymentOutcome(
            kind: kind, transaction: try fields.text(ISOField.originalReference.rawValue),
            time: try time(fields, FieldSource([ISOField.created.rawValue])), status: try value(.status),
            reason: try value(.reason))
        if let code = try value(.currency), let currency = Currency(code), let text = try value(.amount) {
            outcome.amount = try exact { () throws(MinorUnits.ParseError) in
                try Money(decimal: text, currency: currency)
            }
        }
        return outcome
    }

    /// An event time from a text; a number is `wrongType`, so that no epoch is guessed at.
    private func time(_ fields: [String: JSONScalar], _ source: FieldSource) throws(Rejection) -> EventTime {
        let name = fields.first(of: source)
        let text = try fields.text(name, numbers: false)
        let time = mapping.format.isMessage ? EventTime(isoDateTime: text) : EventTime(rfc3339: text)
        guard let time, Self.times.contains(time.seconds) else { throw Rejection(reason: .timeInvalid, field: name) }
        return time
    }

    /// A value of one of our own lists, by its raw value.
    private static func code<List: RawRepresentable<String>>(
        _ text: String, _ source: FieldSource
    ) throws(Rejection) -> List {
        guard let value = List(rawValue: text) else { throw Rejection(reason: .valueInvalid, field: source.name) }
        return value
    }

    /// The member's word on one transaction; a label has no time of its own.
    private func verdict(_ fields: [String: JSONScalar]) throws(Rejection) -> Verdict {
        let transaction = try fields.text(mapping.labelTransaction)
        switch fields[mapping.labelFraud] {
        case .bool(let fraud): return Verdict(transaction: transaction, fraud: fraud)
        case .string("true"), .string("1"), .number("1"): return Verdict(transaction: transaction, fraud: true)
        case .string("false"), .string("0"), .number("0"): return Verdict(transaction: transaction, fraud: false)
        case nil: throw Rejection(reason: .missingField, field: mapping.labelFraud)
        default: throw Rejection(reason: .wrongType, field: mapping.labelFraud)
        }
    }
}

extension Mapping.Format {
    /// Whether a record is a message of ISO 20022.
    fileprivate var isMessage: Bool { if case .iso20022 = self { true } else { false } }

    /// Bytes that a record may have.
    fileprivate var limit: Int { isMessage ? RecordParser.messageLimit : RecordParser.recordLimit }
}
