package import EventLogs
package import Formats
import Foundation
package import Records

/// A transaction that was sealed and has no decision yet, with what decides beside its score, and what it is sealed again with.
package struct PendingTransaction: Sendable {
    package var transaction: Transaction
    package var event: [UInt8]
    /// The time at which the member's system handed it in: microseconds since 1970, from the log.
    package var received: Int64
    /// The policy's own windows by name.
    package var windows: [String: Double]
    package var marks: [Mark]
    /// The spec's features that a member computes, in order, as it was first sealed.
    package var features: [Double]
    /// The spec that they are of (`FeatureSpec.ownDigest`); 0 where an older version wrote it down.
    package var featureDigest: UInt64
    /// The record sealed before it, as its header names it.
    package var previous: SourcePosition?
    /// Its record in `consortium.sealed`; nil where an older version wrote it down.
    package var sealed: Sealed?

    /// The place of a transaction's newest record.
    package struct Sealed: Sendable, Hashable {
        /// Of the keys that it is sealed under, or one before: a batch is noted with the one in force when it began.
        package var epoch: UInt32
        package var offset: Int64

        package init(epoch: UInt32, offset: Int64) {
            self.epoch = epoch
            self.offset = offset
        }
    }

    package init(
        _ transaction: Transaction, event: EventID, received: Int64, windows: [String: Double] = [:],
        marks: [Mark] = [], features: [Double] = [], featureDigest: UInt64 = 0
    ) {
        self.features = features
        self.featureDigest = featureDigest
        self.transaction = transaction
        self.event = event.bytes
        self.received = received
        self.windows = windows
        self.marks = marks
    }

    /// Reads what `encoded` gave.
    ///
    /// - Parameter partition: of the member's transactions.
    package init(decoding bytes: [UInt8], partition: Int = 0) throws(LogError) {
        guard let wire = WirePendingTransaction(decoding: bytes) else {
            throw .corrupted(reason: "the agent's state holds a malformed pending transaction")
        }
        var entities = Entities()
        for (name, value) in wire.entities { EntityKind(rawValue: name).map { entities[$0] = value } }
        transaction = Transaction(
            id: wire.id, time: EventTime(seconds: wire.time), customer: wire.customer, terminal: wire.terminal,
            amount: MinorUnits(wire.amount),
            original: Currency(wire.originalCurrency).map { Money(units: wire.originalUnits, currency: $0) },
            kind: PaymentKind(rawValue: wire.kind), channel: PaymentChannel(rawValue: wire.channel),
            entities: entities)
        event = Array(wire.eventID)
        received = wire.received
        windows = wire.windows
        marks = wire.marks.compactMap(Mark.init(rawValue:))
        features = wire.features
        featureDigest = wire.ownFeatures
        previous = wire.hasPrevious ? SourcePosition(wire.previous) : nil
        previous?.partition = partition
        sealed = wire.sealedEpoch == 0 ? nil : Sealed(epoch: wire.sealedEpoch, offset: wire.sealedOffset)
    }

    package var encoded: [UInt8] {
        var wire = WirePendingTransaction()
        wire.id = transaction.id
        wire.time = transaction.time.seconds
        wire.customer = transaction.customer
        wire.terminal = transaction.terminal
        wire.amount = transaction.amount.value
        wire.originalUnits = transaction.original?.units ?? 0
        wire.originalCurrency = transaction.original?.currency.code ?? ""
        wire.kind = transaction.kind?.rawValue ?? ""
        wire.channel = transaction.channel?.rawValue ?? ""
        for (kind, value) in transaction.entities { wire.entities[kind.rawValue] = value }
        wire.eventID = Data(event)
        wire.received = received
        wire.windows = windows
        wire.marks = marks.map(\.rawValue)
        wire.features = features
        wire.ownFeatures = featureDigest
        wire.sealedEpoch = sealed?.epoch ?? 0
        wire.sealedOffset = sealed?.offset ?? 0
        if var previous {
            previous.partition = 0
            wire.previous = previous.wire
        }
        return wire.encoded
    }
}
