import Formats
package import Records

/// A field of the canonical transaction whose values are texts.
package enum TextField: Sendable, Hashable, CaseIterable {
    case customer, terminal, currency, kind, channel
    case entity(EntityKind)

    package static let allCases =
        [.customer, .terminal, .currency, .kind, .channel]
        + EntityKind.allCases.map { TextField.entity($0) }

    /// As docs/CANONICAL.md has it.
    package var name: String {
        switch self {
        case .customer: "customer"
        case .terminal: "terminal"
        case .currency: "currency"
        case .kind: "kind"
        case .channel: "channel"
        case .entity(let entity): entity.rawValue
        }
    }

    /// Whether a transaction may lack it.
    package var isOptional: Bool {
        switch self {
        case .customer, .terminal: false
        case .currency, .kind, .channel, .entity: true
        }
    }

    /// Whether a list may hold beginnings of its values.
    package var takesPrefixes: Bool {
        switch self {
        case .currency, .kind, .channel, .entity(.ip), .entity(.country): false
        case .customer, .terminal, .entity: true
        }
    }

    /// What its values look like; nil for any text.
    package var form: String? {
        switch self {
        case .currency: "a currency code of ISO 4217"
        case .kind: PaymentKind.allCases.map(\.rawValue).joined(separator: ", ")
        case .channel: PaymentChannel.allCases.map(\.rawValue).joined(separator: ", ")
        case .entity(.country): "a country code of ISO 3166-1, two capital letters,"
        case .entity(.merchantCategory): "a merchant category of four digits"
        case .entity(.ip): "an IP address, or a range such as 192.0.2.0/24 without bits after its prefix,"
        case .customer, .terminal, .entity: nil
        }
    }

    /// Whether a text can be one of its values.
    package func takes(_ text: String) -> Bool {
        switch self {
        case .currency: Currency(text) != nil
        case .kind: PaymentKind(rawValue: text) != nil
        case .channel: PaymentChannel(rawValue: text) != nil
        case .entity(let entity): entity.takes(text)
        case .customer, .terminal: true
        }
    }

    package func value(of transaction: Transaction) -> String? {
        switch self {
        case .customer: transaction.customer
        case .terminal: transaction.terminal
        case .currency: transaction.original?.currency.code
        case .kind: transaction.kind?.rawValue
        case .channel: transaction.channel?.rawValue
        case .entity(let entity): transaction.entities[entity]
        }
    }
}
