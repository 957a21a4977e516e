import Formats
package import Records

/// A field of the canonical transaction whose values are texts, as conditions and lists name it.
package enum TextField: Sendable, Hashable, CaseIterable {
    case customer, terminal, currency, kind, channel
    case entity(EntityKind)

    /// All fields, in the order of the declarations here and of `EntityKind`.
    package static let allCases =
        [.customer, .terminal, .currency, .kind, .channel]
        + EntityKind.allCases.map { TextField.entity($0) }

    /// The field's name, as docs/CANONICAL.md has it.
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

    /// Whether a transaction may lack the field; only such a field can be asked for by `exists`.
    package var isOptional: Bool {
        switch self {
        case .customer, .terminal: false
        case .currency, .kind, .channel, .entity: true
        }
    }

    /// Whether a list may hold beginnings of the field's values; codes and addresses have none.
    package var takesPrefixes: Bool {
        switch self {
        case .currency, .kind, .channel, .entity(.ip), .entity(.country): false
        case .customer, .terminal, .entity: true
        }
    }

    /// The spelling of the field's values, which a list's values are brought to as well.
    package var spelling: Spelling {
        switch self {
        case .customer, .terminal: .name
        case .currency, .kind, .channel: .plain
        case .entity(let entity): entity.spelling
        }
    }

    /// What the field's values look like, for messages about a policy file; nil for any text.
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

    /// Whether a text can be one of the field's values: a code of its list, an address, or any text where there is
    /// neither.
    package func takes(_ text: String) -> Bool {
        switch self {
        case .currency: Currency(text) != nil
        case .kind: PaymentKind(rawValue: text) != nil
        case .channel: PaymentChannel(rawValue: text) != nil
        case .entity(let entity): entity.takes(text)
        case .customer, .terminal: true
        }
    }

    /// Whether a value of the field can begin with a text, which is not empty.
    package func takes(beginning text: String) -> Bool {
        guard takesPrefixes else { return false }
        if case .entity(.merchantCategory) = self {
            return text.utf8.count <= 4 && text.utf8.allSatisfy { (48...57).contains($0) }
        }
        return true
    }

    /// The transaction's value of the field; nil where it lacks the field. `currency` is that of the record, absent
    /// where it named none.
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
