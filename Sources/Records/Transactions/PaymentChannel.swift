/// Where a payment was ordered. A raw value is the code in the canonical transaction (docs/CANONICAL.md).
package enum PaymentChannel: String, Sendable, Hashable, CaseIterable {
    case pos, atm, branch, online, mobile, phone, file
}
