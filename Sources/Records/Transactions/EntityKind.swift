/// What a transaction may name beside its customer and its terminal.
package enum EntityKind: String, Sendable, Hashable, CaseIterable {
    case account, card, payee, merchant
    /// ISO 18245, four digits.
    case merchantCategory = "merchant_category"
    case device
    /// IPv4 or IPv6.
    case ip
    /// ISO 3166-1 alpha-2.
    case country
}
