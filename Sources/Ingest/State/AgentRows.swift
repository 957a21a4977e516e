import EventLogs
import Foundation
import Records

/// A transaction that windows and duplicates still need.
struct RecentTransaction {
    var time: Int64
    var customer: String
    var terminal: String
    var amount: Int64
    var fraud: Bool

    init(_ transaction: Transaction, fraud: Bool) {
        time = transaction.time.seconds
        customer = transaction.customer
        terminal = transaction.terminal
        amount = transaction.amount.value
        self.fraud = fraud
    }

    /// Whether both say the same of the transaction; its outcome aside, which comes later.
    func isSame(as other: RecentTransaction) -> Bool {
        time == other.time && amount == other.amount && customer.utf8.elementsEqual(other.customer.utf8)
            && terminal.utf8.elementsEqual(other.terminal.utf8)
    }

    init(decoding bytes: [UInt8]) throws(LogError) {
        guard let wire = WireRecentTransaction(decoding: bytes) else {
            throw .corrupted(reason: "the agent's state holds a malformed transaction")
        }
        time = wire.time
        customer = wire.customer
        terminal = wire.terminal
        amount = wire.amount
        fraud = wire.fraud
    }

    var encoded: [UInt8] {
        var wire = WireRecentTransaction()
        wire.time = time
        wire.customer = customer
        wire.terminal = terminal
        wire.amount = amount
        wire.fraud = fraud
        return wire.encoded
    }

    func transaction(id: String) -> Transaction {
        Transaction(
            id: id, time: EventTime(seconds: time), customer: customer, terminal: terminal, amount: MinorUnits(amount))
    }
}

/// A transaction that was sealed and has no decision yet.
package struct PendingTransaction: Sendable {
    package var id: String
    package var time: Int64
    package var customer: String
    package var terminal: String
    package var amount: Int64
    package var event: [UInt8]
    /// When the member's system handed it in: microseconds since 1970, from the log.
    package var received: Int64

    init(_ transaction: Transaction, event: EventID, received: Int64) {
        id = transaction.id
        time = transaction.time.seconds
        customer = transaction.customer
        terminal = transaction.terminal
        amount = transaction.amount.value
        self.event = event.bytes
        self.received = received
    }

    init(decoding bytes: [UInt8]) throws(LogError) {
        guard let wire = WirePendingTransaction(decoding: bytes) else {
            throw .corrupted(reason: "the agent's state holds a malformed pending transaction")
        }
        id = wire.id
        time = wire.time
        customer = wire.customer
        terminal = wire.terminal
        amount = wire.amount
        event = Array(wire.eventID)
        received = wire.received
    }

    var encoded: [UInt8] {
        var wire = WirePendingTransaction()
        wire.id = id
        wire.time = time
        wire.customer = customer
        wire.terminal = terminal
        wire.amount = amount
        wire.eventID = Data(event)
        wire.received = received
        return wire.encoded
    }
}
