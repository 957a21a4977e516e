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
        /// Records are single lines without a header; `columns` names their fields in order.
        case csv(delimiter: UInt8, columns: [String])
        /// Records are messages; fields are those of `ISOField`.
        case iso20022(Syntax)
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
    /// The transaction's id, which no other transaction of the member has: 1 to 128 bytes, as all texts.
    package var id: FieldSource
    /// When the payment happened: RFC 3339, between 2000 and 2099.
    package var time: FieldSource
    /// Whose payment it is.
    package var customer: FieldSource
    /// Where or by what the payment was made.
    package var terminal: FieldSource
    /// A plain decimal, not negative, as a text or as a number.
    package var amount: FieldSource
    /// Where the optional fields come from; those that are not in it are never read.
    package var extras: [Extra: FieldSource]
    /// The field that says what a record is: with the value `labelType` a label on an earlier transaction; with
    /// `watermarkType`, in any mapping, the word that event time has come to `time`; otherwise, or without the field, a
    /// transaction.
    package var type: String
    /// The value of `type` that makes a record a label.
    package var labelType: String
    /// The label's field with the earlier transaction's id.
    package var labelTransaction: String
    /// The label's field with the verdict: `true` or `false`, also as text, or 1 or 0.
    package var labelFraud: String
    /// What other currencies are worth in the consortium's. Without a table, a record that names a currency is rejected
    /// as `rate_missing`.
    package var rates: RateTable?

    /// A mapping whose fields are named as in our own form, unless said otherwise.
    package init(
        format: Format = .json, id: FieldSource = "id", time: FieldSource = "time", customer: FieldSource = "customer",
        terminal: FieldSource = "terminal", amount: FieldSource = "amount", extras: [Extra: FieldSource] = [:],
        type: String = "type", labelType: String = "label", labelTransaction: String = "transaction",
        labelFraud: String = "fraud", rates: RateTable? = nil
    ) {
        self.format = format
        self.id = id
        self.time = time
        self.customer = customer
        self.terminal = terminal
        self.amount = amount
        self.extras = extras
        self.type = type
        self.labelType = labelType
        self.labelTransaction = labelTransaction
        self.labelFraud = labelFraud
        self.rates = rates
    }

    /// The value of `type` that makes a record a watermark, in every mapping.
    package static let watermarkType = "watermark"

    /// What `CanonicalJSON` writes.
    package static let canonical = Mapping(
        extras: Dictionary(uniqueKeysWithValues: Extra.allCases.map { ($0, FieldSource([$0.name])) }))
}
