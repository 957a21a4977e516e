import Foundation
package import Keys
package import Records
import ThreeParty

/// Why an activation does not count.
package enum ActivationError: Error, Sendable, Hashable {
    /// Its digest is not of 32 bytes.
    case malformed
    /// It names another consortium, or none, as those of older versions.
    case otherConsortium
    /// It is for another partition than the one that it stands in.
    case otherPartition
    /// The coordinator did not sign it.
    case badSignature
}

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
    /// The operators who approve of the model, by records that came with the activation.
    package let approving: Set<OperatorID>

    /// What the coordinator's signature is for.
    static let context = "cordon/activation/v2"

    /// Checks an activation: its form, whose and for which partition it is, then the signature.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - partition: the record's.
    ///   - operators: whose approvals are looked for, with the roster's keys. What is no approval of this model is passed over.
    package init(
        verifying wire: WireModelActivation, consortium: String, partition: Int, coordinator: VerifyingKey,
        operators: [OperatorID: VerifyingKey] = [:]
    ) throws(ActivationError) {
        guard let model = Digest32(wire.modelDigest) else { throw .malformed }
        guard wire.consortium == consortium else { throw .otherConsortium }
        guard Int(wire.partition) == partition else { throw .otherPartition }
        guard coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context) else {
            throw .badSignature
        }
        self.model = model
        version = wire.version
        sequence = wire.sequence
        approving = Self.approving(wire.approvals, of: model, consortium, coordinator, operators)
    }

    /// The most approvals that are looked at.
    private static let mostApprovals = 64

    private static func approving(
        _ records: [Data], of model: Digest32, _ consortium: String, _ coordinator: VerifyingKey,
        _ operators: [OperatorID: VerifyingKey]
    ) -> Set<OperatorID> {
        let terms = SyncTerms(
            consortium: consortium, coordinator: coordinator, parties: [:], members: [:], operators: operators)
        var found: Set<OperatorID> = []
        for record in records.prefix(mostApprovals) {
            guard let message = try? SyncMessage(verifying: Array(record), terms: terms),
                case (.approval(let approval), .operator(let id)) = (message.statement, message.author),
                approval.model == model
            else { continue }
            found.insert(id)
        }
        return found
    }

    /// Signs an activation.
    ///
    /// - Parameters:
    ///   - digest: of the manifest.
    ///   - sequence: above those of all activations before.
    ///   - consortium: its name in the roster.
    ///   - partition: in which the record is to stand.
    ///   - approvals: operators' records of `consortium.sync`, where the roster wants any.
    package static func make(
        _ digest: Digest32, version: String, sequence: UInt64, consortium: String, partition: Int,
        approvals: [[UInt8]] = [], coordinator: borrowing SigningKey
    ) throws(SigningError) -> WireModelActivation {
        var activation = WireModelActivation()
        activation.modelDigest = Data(digest.bytes)
        activation.version = version
        activation.sequence = sequence
        activation.consortium = consortium
        activation.partition = UInt32(partition)
        activation.approvals = approvals.map { Data($0) }
        activation.signature = Data(try coordinator.sign(signed(activation), context: context))
        return activation
    }

    /// The signed bytes: digest (32 bytes), sequence (8), partition (4), the version's length (8), all big-endian, the version,
    /// then the consortium's name.
    private static func signed(_ wire: WireModelActivation) -> [UInt8] {
        Array(wire.modelDigest) + wire.sequence.bigEndianBytes + wire.partition.bigEndianBytes
            + UInt64(wire.version.utf8.count).bigEndianBytes + Array(wire.version.utf8) + Array(wire.consortium.utf8)
    }
}

extension ActivationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "the activation is damaged"
        case .otherConsortium: "the activation is of another consortium than the roster's"
        case .otherPartition: "the activation is for another partition"
        case .badSignature: "the coordinator of the roster did not sign the activation"
        }
    }
}
