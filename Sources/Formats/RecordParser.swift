import Records

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
    private let amounts: AmountReader
    private let times: TimeReader
    private let paths: JSONPaths
    /// `Labels.value` in small letters.
    private let labelType: String?
    private var columns: CSVColumns

    /// How long the fields of a record may be.
    private var limit: FieldLimit { mapping.format.isMessage ? .iso20022 : .standard }

    /// Optional fields are read in the fixed order of `Mapping.Extra.allCases`, so a record with several faults is
    /// always rejected for the same one.
    package init(mapping: Mapping) {
        self.mapping = mapping
        extras = Mapping.Extra.allCases.compactMap { extra in
            extra == .currency ? nil : mapping.extras[extra].map { (extra, $0) }
        }
        amounts = AmountReader(mapping)
        times = TimeReader(mapping.time, mapping.timeForm, isMessage: mapping.format.isMessage)
        labelType = mapping.labels?.value?.lowercased()
        let names = mapping.names
        paths = JSONPaths(mapping.format == .json ? names : [])
        columns = CSVColumns(mapping.format.csv ?? Mapping.CSVForm(), names: names)
    }

    /// The parser of a file's lines, whose first one names its columns: in any order, and those that nobody reads among
    /// them. Nil where the line is a record, and where the format is not CSV.
    ///
    /// - Parameter line: in the mapping's encoding, with a byte-order mark or without.
    /// - Throws: names that the line lacks or has twice. A line whose names are all unknown is no record either where its
    ///   time has no digit: it lacks them.
    package func reading(header line: [UInt8]) throws(HeaderFault) -> RecordParser? {
        guard let form = mapping.format.csv, let text = try? mapping.encoding.fields(line) else { return nil }
        if let columns = try columns.reading(header: text, mapping) {
            var parser = self
            parser.columns = columns
            return parser
        }
        guard form.columns.isEmpty || isTimeWithoutDigits(text) else { return nil }
        throw .missing(Set(mapping.sources.map { $0[0] }).sorted())
    }

    private func isTimeWithoutDigits(_ text: [UInt8]) -> Bool {
        guard let fields = try? columns.row(text), !isLabel(fields, type(fields)) else { return false }
        return times.names.allSatisfy { name in
            guard case .string(let text) = fields[name], !text.isEmpty else { return false }
            return !text.utf8.contains { (48...57).contains($0) }
        }
    }

    /// What is to be one transaction, label or outcome: a batch of several is refused.
    ///
    /// - Throws: `severalTransactions` for a batch; otherwise the one part's rejection.
    package func parse(_ bytes: [UInt8], at place: RecordPlace? = nil) throws(Rejection) -> ParsedRecord {
        let parts = parts(bytes, at: place)
        guard parts.count == 1 else { throw Rejection(reason: .severalTransactions, field: nil) }
        return try parts[0].result.get()
    }

    /// Everything that a record holds, in order; at least one part. A record that can't be read as a whole is one part,
    /// rejected. JSON and CSV records have one part in any case; a message has one for each transaction or outcome.
    ///
    /// - Parameter place: where the record stands; what mappings that take ids from there need.
    package func parts(_ bytes: [UInt8], at place: RecordPlace? = nil) -> [RecordPart] {
        do throws(MessageFault) {
            guard bytes.count <= mapping.format.limit else { throw MessageFault(.recordTooLarge) }
            switch mapping.format {
            case .iso20022(.xml): return items(try ISORecord.read(xml: bytes))
            case .iso20022(.json): return items(try ISORecord.read(json: bytes))
            case .json: return [part(try JSONScanner.fields(try decoded(bytes), paths), place)]
            case .csv: return [part(try columns.row(try decoded(bytes)), place)]
            }
        } catch {
            let rejection = Rejection(reason: error.reason, field: error.field)
            return [RecordPart(index: 0, at: error.at, result: .failure(rejection))]
        }
    }

    private func decoded(_ bytes: [UInt8]) throws(MessageFault) -> [UInt8] {
        do throws(Rejection) {
            return try mapping.encoding.fields(bytes)
        } catch {
            throw MessageFault(error.reason)
        }
    }

    /// A label where `type` says so, a watermark where it says so, otherwise a transaction.
    private func part(_ fields: [String: JSONScalar], _ place: RecordPlace?) -> RecordPart {
        do throws(Rejection) {
            let type = type(fields)
            if let labels = mapping.labels, isLabel(fields, type) {
                return RecordPart(index: 0, result: .success(.verdict(try verdict(fields, labels))))
            }
            if type == Mapping.watermarkType {
                return RecordPart(index: 0, result: .success(.watermark(try times.time(fields))))
            }
            return RecordPart(index: 0, result: .success(try transaction(fields, place)))
        } catch {
            return RecordPart(index: 0, result: .failure(error))
        }
    }

    /// What the record says it is, in small letters.
    private func type(_ fields: [String: JSONScalar]) -> String? {
        guard let name = mapping.type else { return nil }
        switch fields[name] {
        case .string(let text): return text.trimmed.lowercased()
        case .number(let text): return text.lowercased()
        default: return nil
        }
    }

    private func isLabel(_ fields: [String: JSONScalar], _ type: String?) -> Bool {
        guard let labels = mapping.labels else { return false }
        guard let labelType else { return fields.isThere(labels.transaction) }
        return type == labelType
    }

    /// The items of a record's messages by their number in the record; a message that can't be read as a whole is one.
    private func items(_ messages: ISORecord.Messages) -> [RecordPart] {
        var parts: [RecordPart] = []
        for message in messages {
            switch message {
            case .success(let message):
                for item in message.items { parts.append(part(item, of: message, index: parts.count)) }
            case .failure(let fault):
                let rejection = Rejection(reason: fault.reason, field: fault.field)
                parts.append(RecordPart(index: parts.count, at: fault.at, result: .failure(rejection)))
            }
        }
        return parts
    }

    /// An item of a message, which is read by the mapping as if it stood alone.
    private func part(_ item: ISOMessage.Item, of message: ISOMessage, index: Int) -> RecordPart {
        let result: Result<ParsedRecord, Rejection>
        do throws(Rejection) {
            if let rejection = item.rejection { throw rejection }
            let fields = item.fields.mapValues(JSONScalar.string)
            switch message.kind {
            case .creditTransfer, .initiation: result = .success(try transaction(fields, nil))
            case .status: result = .success(.outcome(try outcome(fields, .status)))
            case .return: result = .success(.outcome(try outcome(fields, .return)))
            case .recall: result = .success(.outcome(try outcome(fields, .recall)))
            }
        } catch {
            result = .failure(error)
        }
        return RecordPart(index: index, at: item.at, result: result, message: item.fields, notes: message.notes)
    }

    /// A transaction that has all it must have, or why it is left out.
    ///
    /// - Throws: the first field that is wrong, in the order time, id, customer, terminal, amount and outcome. Optional
    ///   fields that are wrong are the transaction's `faults`.
    private func transaction(
        _ fields: [String: JSONScalar], _ place: RecordPlace?
    ) throws(Rejection) -> ParsedRecord {
        let at = try times.time(fields)
        var transaction = Transaction(
            id: try id(fields, place), time: at, customer: try fields.required(mapping.customer, limit),
            terminal: try fields.required(mapping.terminal, limit), amount: MinorUnits(0))
        if let leftOut = try amounts.read(fields, of: &transaction) { return .leftOut(leftOut) }
        var faults: [FieldFault] = []
        for (extra, source) in extras {
            do throws(Rejection) {
                try set(extra, source, fields, &transaction)
            } catch {
                faults.append(FieldFault(extra: extra, rejection: error))
            }
        }
        let outcome = try mapping.outcome.map { outcome throws(Rejection) in try outcome.read(fields) }
        return .transaction(ValidTransaction(transaction, outcome: outcome, faults: faults))
    }

    /// Whether ids are records' places, so that `parts` needs them.
    package var needsPlaces: Bool { mapping.id.isPlace }

    private func id(_ fields: [String: JSONScalar], _ place: RecordPlace?) throws(Rejection) -> String {
        guard mapping.id.isPlace else { return try fields.required(mapping.id, limit) }
        guard let place else { throw Rejection(reason: .missingField, field: "id") }
        return place.text
    }

    private func set(
        _ extra: Mapping.Extra, _ source: FieldSource, _ fields: [String: JSONScalar], _ transaction: inout Transaction
    ) throws(Rejection) {
        guard let text = try fields.optional(source, limit) else { return }
        switch extra {
        case .currency: return
        case .kind: transaction.kind = try Self.code(text, source)
        case .channel: transaction.channel = try Self.code(text, source)
        case .entity(let entity):
            guard entity.takes(text) else { throw Rejection(reason: .valueInvalid, field: source.name) }
            transaction.entities[entity] = text
        }
    }

    /// When a message was made.
    private static let created = TimeReader(
        FieldSource([ISOField.created.rawValue]), TimeForm(), isMessage: true)

    /// An outcome has the fields of `ISOField`, whatever the mapping says of transactions.
    ///
    /// - Throws: `missingField` without a reference or a time, `timeInvalid`, and what the amount is not. A currency
    ///   that is not known leaves the amount out.
    private func outcome(
        _ fields: [String: JSONScalar], _ kind: PaymentOutcome.Kind
    ) throws(Rejection) -> PaymentOutcome {
        func value(_ field: ISOField) throws(Rejection) -> String? {
            try fields.optional(FieldSource([field.rawValue]), limit)
        }
        var outcome = PaymentOutcome(
            kind: kind, transaction: try fields.text(ISOField.originalReference.rawValue, limit: limit),
            time: try Self.created.time(fields), status: try value(.status),
            reason: try value(.reason))
        if let code = try value(.currency), let currency = Currency(code), let text = try value(.amount) {
            do throws(MinorUnits.ParseError) {
                outcome.amount = try Money(decimal: text, currency: currency)
            } catch {
                throw Rejection(reason: .init(error), field: ISOField.amount.rawValue)
            }
        }
        return outcome
    }

    /// A value of one of our own lists, by its raw value.
    private static func code<List: RawRepresentable<String>>(
        _ text: String, _ source: FieldSource
    ) throws(Rejection) -> List {
        guard let value = List(rawValue: text) else { throw Rejection(reason: .valueInvalid, field: source.name) }
        return value
    }

    /// The member's word on one transaction; a label has no time of its own.
    private func verdict(_ fields: [String: JSONScalar], _ labels: Labels) throws(Rejection) -> Verdict {
        Verdict(transaction: try fields.text(labels.transaction), fraud: try fields.flag(labels.fraud))
    }
}

extension OutcomeFields {
    /// What the record says; a fraud of a file that names no scenarios is of scenario 1.
    fileprivate func read(_ fields: [String: JSONScalar]) throws(Rejection) -> LabelledOutcome {
        let isFraud = try fields.flag(fraud)
        guard let scenario, let text = try fields.optional(FieldSource([scenario])) else {
            return LabelledOutcome(fraud: isFraud, scenario: isFraud ? 1 : 0)
        }
        guard let number = LabelledOutcome.scenario(text) else {
            throw Rejection(reason: .valueInvalid, field: scenario)
        }
        return LabelledOutcome(fraud: isFraud, scenario: number)
    }
}

extension Mapping.Format {
    /// Whether a record is a message of ISO 20022.
    fileprivate var isMessage: Bool { if case .iso20022 = self { true } else { false } }

    /// How lines of CSV are written; nil for other formats.
    package var csv: Mapping.CSVForm? { if case .csv(let form) = self { form } else { nil } }

    /// Bytes that a record may have.
    fileprivate var limit: Int { isMessage ? RecordParser.messageLimit : RecordParser.recordLimit }
}
