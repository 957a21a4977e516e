import Foundation
package import Keys
package import Records

/// The coordinator's word that the parties are to rotate the token key, on `consortium.tokenkeys`. It gives the
/// coordinator no say in what the new key is.
package struct RotationOrder: Sendable, Hashable {
    /// The token epoch of the new key.
    package let epoch: UInt64
    /// The attempt's number, from 1; what was left unfinished is begun again under the next.
    package let attempt: UInt32

    /// The version of the layout, which is signed too.
    static let schema: UInt32 = 1
    static let context = "cordon/token-rotation/v1"

    /// Nil for another consortium, another schema or an attempt 0, and where the coordinator did not sign it. Which
    /// epoch is due is for the reader to know.
    package init?(verifying wire: WireTokenRotationOrder, consortium: String, coordinator: VerifyingKey) {
        guard wire.schema == Self.schema, wire.consortium == consortium, wire.attempt >= 1,
            coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context)
        else { return nil }
        epoch = wire.tokenEpoch
        attempt = wire.attempt
    }

    /// Signs an order.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster, so that an order counts in no other.
    ///   - epoch: of the new key.
    ///   - attempt: from 1.
    package static func make(
        consortium: String, epoch: UInt64, attempt: UInt32, coordinator: borrowing SigningKey
    ) throws(SigningError) -> WireTokenRotationOrder {
        var order = WireTokenRotationOrder()
        order.schema = schema
        order.consortium = consortium
        order.tokenEpoch = epoch
        order.attempt = attempt
        order.signature = Data(try coordinator.sign(signed(order), context: context))
        return order
    }

    /// Schema (4 bytes), epoch (8), attempt (4), all big-endian, then the consortium's name.
    private static func signed(_ wire: WireTokenRotationOrder) -> [UInt8] {
        wire.schema.bigEndianBytes + wire.tokenEpoch.bigEndianBytes + wire.attempt.bigEndianBytes
            + Array(wire.consortium.utf8)
    }
}
