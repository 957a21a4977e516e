import Records

/// A payment as the world makes it: numbers only, so that millions fit in memory. `Numbering` gives them names.
struct Payment: Sendable {
    var seconds: Int64
    /// Minor units.
    var amount: Int64
    /// The diary or incident that it comes from, and its place there: with the time, a total order.
    var order: UInt64
    /// Who pays, by number.
    var customer: Int32
    /// Where: a terminal's number for card and cash-out, an account's for transfers.
    var target: Int32
    var kind: PaymentKind
    var channel: PaymentChannel
    /// 0 for none.
    var device: UInt32 = 0
    /// An IPv4 address; 0 for none.
    var address: UInt32 = 0
    /// What is behind it; nil for an honest payment.
    var typology: Typology?
    /// From 1; 0 for an honest payment.
    var incident: Int32 = 0

    var isTransfer: Bool { kind == .transfer || kind == .instantTransfer }

    static func comesBefore(_ left: Payment, _ right: Payment) -> Bool {
        left.seconds != right.seconds ? left.seconds < right.seconds : left.order < right.order
    }
}
