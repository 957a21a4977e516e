/// What a transaction may name beside its customer and its terminal. A raw value is the field's name in the canonical
/// transaction (docs/CANONICAL.md), in mappings, specs and policies.
package enum EntityKind: String, Sendable, Hashable, CaseIterable {
    /// The account that pays and the one that is paid (IBANs, ISO 13616, where there are any), the card or a token of
    /// it, and who is paid at a terminal.
    case account, card, payee, merchant
    /// What the merchant sells, a code of ISO 18245: four digits.
    case merchantCategory = "merchant_category"
    /// What the payment was ordered from.
    case device
    /// An address, IPv4 (RFC 791) or IPv6 (RFC 4291).
    case ip
    /// The payee's country: ISO 3166-1 alpha-2, two capital letters.
    case country
}
