package import Records

/// Which field of a member's records is which field of ours (docs/CANONICAL.md). A dotted name goes into nested JSON
/// objects.
package struct Mapping: Sendable, Hashable {
    /// How a message of ISO 20022 is written down.
    package enum Syntax: Sendable, Hashable {
        case xml, json
    }

    /// How a member's records are written.
    package enum Format: Sendable, Hashable {
        /// One JSON object a record.
        case json
        /// Records are lines of fields.
        case csv(CSVForm)
        /// Records are messages; fields are those of `ISOField`.
        case iso20022(Syntax)
    }

    /// How lines of CSV are written.
    package struct CSVForm: Sendable, Hashable {
        /// The byte between fields.
        package var delimiter: UInt8
        /// The byte that quoted fields begin and end with.
        package var quote: UInt8
        /// Names of the fields in order. Empty where the mapping knows no order: then only files whose first line has the
        /// names can be read.
        package var columns: [String]

        package init(
            delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""), columns: [String] = []
        ) {
            self.delimiter = delimiter
            self.quote = quote
            self.columns = columns
        }
    }

    /// What a transaction may have beside the five fields that it must have.
    package enum Extra: Sendable, Hashable, CaseIterable {
        case currency, kind, channel
        case entity(EntityKind)

        package static let allCases = [Extra.currency, .kind, .channel] + EntityKind.allCases.map { .entity($0) }

        /// Its name in a mapping file. The name is the same in canonical records, and in validation rules.
        package var name: String {
            switch self {
            case .currency: "currency"
            case .kind: "kind"
            case .channel: "channel"
            case .entity(let entity): entity.rawValue
            }
        }

        /// The codes it takes; nil where it is no list.
        package var codes: [String]? {
            switch self {
            case .kind: PaymentKind.allCases.map(\.rawValue)
            case .channel: PaymentChannel.allCases.map(\.rawValue)
            case .currency, .entity: nil
            }
        }
    }

    /// How the records that the mapping is of are written.
    package var format: Format
    /// How the bytes of JSON and CSV records are characters; XML says so itself.
    package var encoding: TextEncoding
    /// The transaction's id, which no other transaction of the member has: 1 to 128 bytes, as all texts.
    package var id: FieldSource
    /// When the payment happened, between 2000 and 2099, as `timeForm` says.
    package var time: FieldSource
    package var timeForm: TimeForm
    /// Whose payment it is.
    package var customer: FieldSource
    /// Where or by what the payment was made.
    package var terminal: FieldSource
    /// What was paid, as a text or as a number, as `amountForm` says.
    package var amount: FieldSource
    package var amountForm: AmountForm
    /// Where the optional fields come from; those that are not in it are never read.
    package var extras: [Extra: FieldSource]
    /// The field that says what a record is: with the value of `labels` a label on an earlier transaction; with
    /// `watermarkType`, in any mapping, the word that event time has come to `time`; otherwise, or without the field, a
    /// transaction.
    package var type: String?
    /// How labels look; nil where the member's records have none.
    package var labels: Labels?
    /// Fields of a transaction that say what became of it.
    package var outcome: OutcomeFields?
    /// What other currencies are worth in the consortium's. Without a table, a record that names a currency is rejected
    /// as `rate_missing`.
    package var rates: RateTable?

    /// A mapping whose fields are named as in our own form, unless said otherwise.
    package init(
        format: Format = .json, encoding: TextEncoding = .utf8, id: FieldSource = "id", time: FieldSource = "time",
        timeForm: TimeForm = TimeForm(), customer: FieldSource = "customer", terminal: FieldSource = "terminal",
        amount: FieldSource = "amount", amountForm: AmountForm = AmountForm(), extras: [Extra: FieldSource] = [:],
        type: String? = "type", labels: Labels? = Labels(), outcome: OutcomeFields? = nil, rates: RateTable? = nil
    ) {
        self.format = format
        self.encoding = encoding
        self.id = id
        self.time = time
        self.timeForm = timeForm
        self.customer = customer
        self.terminal = terminal
        self.amount = amount
        self.amountForm = amountForm
        self.extras = extras
        self.type = type
        self.labels = labels
        self.outcome = outcome
        self.rates = rates
    }

    /// The value of `type` that makes a record a watermark, in every mapping.
    package static let watermarkType = "watermark"

    /// What `CanonicalJSON` writes.
    package static let canonical = Mapping(
        extras: Dictionary(uniqueKeysWithValues: Extra.allCases.map { ($0, FieldSource([$0.name])) }))
}

extension Mapping {
    /// Where the fields of transactions come from: of each list of names one has to be there.
    var sources: [[String]] {
        var sources = [id.names, customer.names, terminal.names]
        sources += timeForm.joined.isEmpty ? [time.names] : timeForm.joined.map { [$0] }
        sources += [amount.names, amountForm.side?.field.names ?? [], amountForm.refundField?.names ?? []]
        sources += Extra.allCases.map { extras[$0]?.names ?? [] }
        sources += [outcome?.fraud.names ?? [], outcome?.scenario.map { [$0] } ?? []]
        return sources.filter { !$0.isEmpty }
    }

    /// Where the fields of labels and watermarks come from, in addition.
    var labelSources: [[String]] {
        let label = labels.map { [[$0.transaction], $0.fraud.names] } ?? []
        return label + (type.map { [[$0]] } ?? [])
    }

    /// Every name of a field that the mapping reads.
    package var names: Set<String> { Set((sources + labelSources).joined()) }
}
