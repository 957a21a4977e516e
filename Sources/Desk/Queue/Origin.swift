/// How an item came before the desk. A raw value stands in addresses.
package enum Origin: String, Sendable, Hashable, CaseIterable {
    case alert
    /// A person put it there: a fraud that was missed, as far as is known.
    case reported
    /// It was drawn.
    case sample
}
