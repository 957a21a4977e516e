import Foundation
package import Keys
package import Records

/// Why a record by which an epoch begins or ends does not count.
package enum EpochSwitchError: Error, Sendable, Hashable {
    /// Its digest is not of 32 bytes, or its epoch is none.
    case malformed
    case otherConsortium
    /// It is for another partition than the one that it stands in.
    case otherPartition
    /// The coordinator did not sign it.
    case badSignature
}

extension EpochSwitchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "the record is damaged"
        case .otherConsortium: "the record is of another consortium than the roster's"
        case .otherPartition: "the record is for another partition"
        case .badSignature: "the coordinator of the roster did not sign the record"
        }
    }
}

/// The record in `consortium.sealed` behind which batches use the pairwise keys of an epoch. It is one record among the
/// transactions of a partition, so all parties switch between the same two of them. Of several of one epoch the first counts; that
/// the epoch is the next one, and that three parties are ready for it, is for the reader to know.
package struct EpochActivation: Sendable, Hashable {
    package let epoch: KeyEpoch
    /// The digest of the epoch (`EpochKeys.digest`).
    package let keys: Digest32

    static let context = "cordon/epoch/activation/v1"

    /// Checks an activation: its form, whose and for which partition it is, then the signature.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - partition: the record's.
    package init(
        verifying wire: WireEpochActivation, consortium: String, partition: Int, coordinator: VerifyingKey
    ) throws(EpochSwitchError) {
        (epoch, keys) = try verified(
            EpochSwitch(wire.consortium, wire.epoch, wire.keys, wire.partition), wire.signature, consortium, partition,
            coordinator, Self.context)
    }

    /// Signs an activation.
    ///
    /// - Parameter partition: in which the record is to stand.
    package static func make(
        _ keys: EpochKeys, consortium: String, partition: Int, coordinator: borrowing SigningKey
    ) throws(SigningError) -> WireEpochActivation {
        var wire = WireEpochActivation()
        wire.consortium = consortium
        wire.epoch = keys.number.number
        wire.keys = Data(keys.digest.bytes)
        wire.partition = UInt32(partition)
        let said = EpochSwitch(wire.consortium, wire.epoch, wire.keys, wire.partition)
        wire.signature = Data(try coordinator.sign(said.bytes, context: context))
        return wire
    }
}

/// The record in `consortium.sealed` behind which nothing counts any more that is sealed under an epoch. Of several of one epoch
/// the first counts.
package struct EpochClosing: Sendable, Hashable {
    /// Which is closed.
    package let epoch: KeyEpoch
    /// The digest of the epoch (`EpochKeys.digest`).
    package let keys: Digest32

    static let context = "cordon/epoch/closing/v1"

    /// Checks a closing, as an activation is checked.
    package init(
        verifying wire: WireEpochClosing, consortium: String, partition: Int, coordinator: VerifyingKey
    ) throws(EpochSwitchError) {
        (epoch, keys) = try verified(
            EpochSwitch(wire.consortium, wire.epoch, wire.keys, wire.partition), wire.signature, consortium, partition,
            coordinator, Self.context)
    }

    /// Signs a closing.
    ///
    /// - Parameter partition: in which the record is to stand.
    package static func make(
        _ keys: EpochKeys, consortium: String, partition: Int, coordinator: borrowing SigningKey
    ) throws(SigningError) -> WireEpochClosing {
        var wire = WireEpochClosing()
        wire.consortium = consortium
        wire.epoch = keys.number.number
        wire.keys = Data(keys.digest.bytes)
        wire.partition = UInt32(partition)
        let said = EpochSwitch(wire.consortium, wire.epoch, wire.keys, wire.partition)
        wire.signature = Data(try coordinator.sign(said.bytes, context: context))
        return wire
    }
}

/// What both records say.
private struct EpochSwitch {
    let consortium: String
    let epoch: UInt32
    let keys: Data
    let partition: UInt32

    init(_ consortium: String, _ epoch: UInt32, _ keys: Data, _ partition: UInt32) {
        self.consortium = consortium
        self.epoch = epoch
        self.keys = keys
        self.partition = partition
    }

    /// The signed bytes: epoch (4 bytes), partition (4), both big-endian, digest (32), then the consortium's name.
    var bytes: [UInt8] {
        epoch.bigEndianBytes + partition.bigEndianBytes + Array(keys) + Array(consortium.utf8)
    }
}

private func verified(
    _ said: EpochSwitch, _ signature: Data, _ consortium: String, _ partition: Int, _ coordinator: VerifyingKey,
    _ context: String
) throws(EpochSwitchError) -> (KeyEpoch, Digest32) {
    guard let keys = Digest32(said.keys), let epoch = try? AgreementBounds.epoch(said.epoch) else { throw .malformed }
    guard said.consortium == consortium else { throw .otherConsortium }
    guard Int(said.partition) == partition else { throw .otherPartition }
    guard coordinator.verifies(Array(signature), over: said.bytes, context: context) else { throw .badSignature }
    return (epoch, keys)
}
