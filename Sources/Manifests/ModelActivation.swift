import Foundation
package import Keys
package import Records
import ThreeParty

/// The record in `consortium.sealed` from which on a model is in force. It is one record among the transactions of a
/// partition, so all parties switch between the same two of them.
package struct ModelActivation: Sendable, Hashable {
    /// The digest of the model's manifest.
    package let model: Digest32
    /// The model's name for people, as its header has it.
    package let version: String
    /// The activation's number, which grows with every one: a repeated record can't bring an old model back. Whoever
    /// reads has to refuse a number at or below the last; a single activation does not show that.
    package let sequence: UInt64

    /// What the coordinator's signature is for.
    static let context = "cordon/activation/v1"

    /// Nil where the coordinator did not sign it, or its digest is not of 32 bytes.
    package init?(verifying wire: WireModelActivation, coordinator: VerifyingKey) {
        guard let model = Digest32(wire.modelDigest),
            coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context)
        else { return nil }
        self.model = model
        version = wire.version
        sequence = wire.sequence
    }

    /// Signs an activation.
    ///
    /// - Parameters:
    ///   - digest: of the manifest.
    ///   - sequence: above those of all activations before.
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

    /// The signed bytes: digest (32 bytes), sequence (8, big-endian), then the version in UTF-8.
    private static func signed(_ wire: WireModelActivation) -> [UInt8] {
        Array(wire.modelDigest) + wire.sequence.bigEndianBytes + Array(wire.version.utf8)
    }
}
