package import Records

/// Which field of a member's records is which field of ours (docs/CANONICAL.md). A dotted name goes into nested JSON
/// objects.
package struct Mapping: Sendable, Hashable {
    package enum Syntax: Sendable, Hashable {
        case xml, json
    }

    package enum Format: Sendable, Hashable {
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

        /// Its name in a mapping file.
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

    package var format: Format
    package var id: FieldSource
    package var time: FieldSource
    package var customer: FieldSource
    package var terminal: FieldSource
    package var amount: FieldSource
    package var extras: [Extra: FieldSource]
    /// A record whose field `type` has this value is a label on an earlier transaction; one with `watermarkType`, in any
    /// mapping, says that event time has come to `time`.
    package var type: String
    package var labelType: String
    package var labelTransaction: String
    package var labelFraud: String
    /// What other currencies are worth in the consortium's.
    package var rates: RateTable?

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

    package static let watermarkType = "watermark"

    /// What `CanonicalJSON` writes.
    package static let canonical = Mapping(
        extras: Dictionary(uniqueKeysWithValues: Extra.allCases.map { ($0, FieldSource([$0.name])) }))
}
