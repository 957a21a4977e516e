/// Where a payment was ordered.
package enum PaymentChannel: String, Sendable, Hashable, CaseIterable {
    case pos, atm, branch, online, mobile, phone, file
}
