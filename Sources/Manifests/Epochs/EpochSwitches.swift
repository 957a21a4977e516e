package import Foundation
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
package typealias EpochActivation = EpochBoundary<WireEpochActivation>

/// The record in `consortium.sealed` behind which nothing counts any more that is sealed under an epoch. Of several of one epoch
/// the first counts.
package typealias EpochClosing = EpochBoundary<WireEpochClosing>

/// The message of an activation or a closing, which have the same fields.
package protocol WireEpochBoundary {
    init()
    var consortium: String { get set }
    var epoch: UInt32 { get set }
    var keys: Data { get set }
    var partition: UInt32 { get set }
    var signature: Data { get set }
    /// What the signature is for, so that neither record passes for the other.
    static var context: String { get }
}

extension WireEpochActivation: WireEpochBoundary {
    package static var context: String { "cordon/epoch/activation/v1" }
}

extension WireEpochClosing: WireEpochBoundary {
    package static var context: String { "cordon/epoch/closing/v1" }
}

/// What either record says, once it is checked.
package struct EpochBoundary<Wire: WireEpochBoundary>: Sendable, Hashable {
    /// Which begins, or which is closed.
    package let epoch: KeyEpoch
    /// The digest of the epoch (`EpochKeys.digest`).
    package let keys: Digest32

    /// Checks a record: its form, whose and for which partition it is, then the signature.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - partition: the record's.
    package init(
        verifying wire: Wire, consortium: String, partition: Int, coordinator: VerifyingKey
    ) throws(EpochSwitchError) {
        guard let keys = Digest32(wire.keys), let epoch = try? AgreementBounds.epoch(wire.epoch) else {
            throw .malformed
        }
        guard wire.consortium == consortium else { throw .otherConsortium }
        guard Int(wire.partition) == partition else { throw .otherPartition }
        guard coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Wire.context) else {
            throw .badSignature
        }
        self.epoch = epoch
        self.keys = keys
    }

    /// Signs a record.
    ///
    /// - Parameter partition: in which the record is to stand.
    package static func make(
        _ keys: EpochKeys, consortium: String, partition: Int, coordinator: borrowing SigningKey
    ) throws(SigningError) -> Wire {
        var wire = Wire()
        wire.consortium = consortium
        wire.epoch = keys.number.number
        wire.keys = Data(keys.digest.bytes)
        wire.partition = UInt32(partition)
        wire.signature = Data(try coordinator.sign(signed(wire), context: Wire.context))
        return wire
    }

    /// The signed bytes: epoch (4 bytes), partition (4), both big-endian, digest (32), then the consortium's name.
    private static func signed(_ wire: Wire) -> [UInt8] {
        wire.epoch.bigEndianBytes + wire.partition.bigEndianBytes + Array(wire.keys) + Array(wire.consortium.utf8)
    }
}
