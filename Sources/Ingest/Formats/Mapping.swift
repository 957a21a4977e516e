/// Which field of a member's records is which field of ours. A dotted name goes into nested JSON objects.
package struct Mapping: Sendable, Hashable {
    package enum Format: Sendable, Hashable {
        case json
        /// Records are single lines without a header; `columns` names their fields in order.
        case csv(delimiter: UInt8, columns: [String])
    }

    package var format: Format
    package var id: String
    package var time: String
    package var customer: String
    package var terminal: String
    package var amount: String
    /// A record whose field `type` has this value is a label on an earlier transaction.
    package var type: String
    package var labelType: String
    package var labelTransaction: String
    package var labelFraud: String

    package init(
        format: Format = .json, id: String = "id", time: String = "time", customer: String = "customer",
        terminal: String = "terminal", amount: String = "amount", type: String = "type", labelType: String = "label",
        labelTransaction: String = "transaction", labelFraud: String = "fraud"
    ) {
        self.format = format
        self.id = id
        self.time = time
        self.customer = customer
        self.terminal = terminal
        self.amount = amount
        self.type = type
        self.labelType = labelType
        self.labelTransaction = labelTransaction
        self.labelFraud = labelFraud
    }

    /// What `CanonicalJSON` writes.
    package static let canonical = Mapping()
}
