/// How money moves. A raw value is the code in the canonical transaction (docs/CANONICAL.md).
package enum PaymentKind: String, Sendable, Hashable, CaseIterable {
    case card
    /// A credit transfer that is settled in batches or by correspondents.
    case transfer
    case instantTransfer = "instant_transfer"
    /// Cash at a machine or counter.
    case cashOut = "cash_out"
}
