import Foundation
package import Keys
package import Records

/// The coordinator's word that the parties are to rotate the token key, on `consortium.tokenkeys`. It gives the
/// coordinator no say in what the new key is.
package struct RotationOrder: Sendable, Hashable {
    /// Of the new key.
    package let epoch: UInt64
    /// From 1.
    package let attempt: UInt32

    static let schema: UInt32 = 1
    static let context = "cordon/token-rotation/v1"

    /// Nil for another consortium, and where the coordinator did not sign it.
    package init?(verifying wire: WireTokenRotationOrder, consortium: String, coordinator: VerifyingKey) {
        guard wire.schema == Self.schema, wire.consortium == consortium, wire.attempt >= 1,
            coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context)
        else { return nil }
        epoch = wire.tokenEpoch
        attempt = wire.attempt
    }

    package static func make(
        consortium: String, epoch: UInt64, attempt: UInt32, coordinator: borrowing SigningKey
    ) -> WireTokenRotationOrder {
        var order = WireTokenRotationOrder()
        order.schema = schema
        order.consortium = consortium
        order.tokenEpoch = epoch
        order.attempt = attempt
        order.signature = Data(coordinator.sign(signed(order), context: context))
        return order
    }

    /// Schema (4 bytes), epoch (8), attempt (4), all big-endian, then the consortium's name.
    private static func signed(_ wire: WireTokenRotationOrder) -> [UInt8] {
        wire.schema.bigEndianBytes + wire.tokenEpoch.bigEndianBytes + wire.attempt.bigEndianBytes
            + Array(wire.consortium.utf8)
    }
}
