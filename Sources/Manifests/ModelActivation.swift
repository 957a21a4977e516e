import Foundation
package import Keys
package import Records
import ThreeParty

/// The record in `consortium.sealed` from which on a model is in force.
package struct ModelActivation: Sendable, Hashable {
    package let model: Digest32
    package let version: String
    /// Grows with every activation: a repeated record can't bring an old model back.
    package let sequence: UInt64

    static let context = "cordon/activation/v1"

    /// Nil where the coordinator did not sign it.
    package init?(verifying wire: WireModelActivation, coordinator: VerifyingKey) {
        guard let model = Digest32(wire.modelDigest),
            coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context)
        else { return nil }
        self.model = model
        version = wire.version
        sequence = wire.sequence
    }

    package static func make(
        _ digest: Digest32, version: String, sequence: UInt64, coordinator: borrowing SigningKey
    ) -> WireModelActivation {
        var activation = WireModelActivation()
        activation.modelDigest = Data(digest.bytes)
        activation.version = version
        activation.sequence = sequence
        activation.signature = Data(coordinator.sign(signed(activation), context: context))
        return activation
    }

    private static func signed(_ wire: WireModelActivation) -> [UInt8] {
        Array(wire.modelDigest) + wire.sequence.bigEndianBytes + Array(wire.version.utf8)
    }
}
