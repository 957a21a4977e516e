import Foundation
package import Keys
package import Records

/// The next feature spec: what members share beside the bits that are scored, so that there are rows to train on before a model
/// reads them.
package struct NextSpec: Sendable, Hashable {
    /// The first eight bytes of the spec's digest (`BinnedSpec.id`); never 0.
    package let id: UInt64
    /// The number of thermometer bits of each feature that a member computes.
    package let ownFeatures: [Int]
    /// What each bit of a row means (`ModelManifest.rowForm`), those of counts too.
    package let form: Digest32

    /// The most bits that members share of one.
    package static let mostBits = 65_535

    /// Nil for what is no spec.
    package init?(id: UInt64, ownFeatures: [Int], form: Digest32) {
        guard id != 0, ownFeatures.count <= 4096, ownFeatures.allSatisfy({ (0...31).contains($0) }),
            (1...Self.mostBits).contains(ownFeatures.reduce(0, +))
        else { return nil }
        self.id = id
        self.ownFeatures = ownFeatures
        self.form = form
    }

    /// Thermometer bits that a member shares of it.
    package var bits: Int { ownFeatures.reduce(0, +) }
}

/// The record in `consortium.sealed` from which on a feature spec is the next one, or none is. It is one record among the
/// transactions of a partition, so all parties begin and end between the same two of them.
package struct SpecAnnouncement: Sendable, Hashable {
    /// Nil where no spec is next any more.
    package let spec: NextSpec?
    /// The announcement's number, which grows with every one. Whoever reads has to refuse a number at or below the last.
    package let sequence: UInt64

    /// What the coordinator's signature is for.
    static let context = "cordon/next-spec/v1"

    /// Checks an announcement: its form, whose and for which partition it is, then the signature.
    ///
    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - partition: the record's.
    package init(
        verifying wire: WireSpecAnnouncement, consortium: String, partition: Int, coordinator: VerifyingKey
    ) throws(ActivationError) {
        if wire.featureSpec == 0 {
            guard wire.ownFeatures.isEmpty, wire.form.isEmpty else { throw .malformed }
            spec = nil
        } else {
            guard let form = Digest32(wire.form),
                let found = NextSpec(id: wire.featureSpec, ownFeatures: wire.ownFeatures.map { Int($0) }, form: form)
            else { throw .malformed }
            spec = found
        }
        guard wire.consortium == consortium else { throw .otherConsortium }
        guard Int(wire.partition) == partition else { throw .otherPartition }
        guard coordinator.verifies(Array(wire.signature), over: Self.signed(wire), context: Self.context) else {
            throw .badSignature
        }
        sequence = wire.sequence
    }

    /// Signs an announcement.
    ///
    /// - Parameters:
    ///   - spec: nil where none is next any more.
    ///   - sequence: above those of all announcements before.
    ///   - partition: in which the record is to stand.
    package static func make(
        _ spec: NextSpec?, sequence: UInt64, consortium: String, partition: Int, coordinator: borrowing SigningKey
    ) throws(SigningError) -> WireSpecAnnouncement {
        var wire = WireSpecAnnouncement()
        wire.consortium = consortium
        wire.partition = UInt32(partition)
        wire.sequence = sequence
        if let spec {
            wire.featureSpec = spec.id
            wire.ownFeatures = spec.ownFeatures.map { UInt32($0) }
            wire.form = Data(spec.form.bytes)
        }
        wire.signature = Data(try coordinator.sign(signed(wire), context: context))
        return wire
    }

    /// The signed bytes: sequence (8 bytes), partition (4), spec (8), the number of features (4), of each its bits (4), all
    /// big-endian, the form's length (4) and bytes, then the consortium's name.
    private static func signed(_ wire: WireSpecAnnouncement) -> [UInt8] {
        wire.sequence.bigEndianBytes + wire.partition.bigEndianBytes + wire.featureSpec.bigEndianBytes
            + UInt32(wire.ownFeatures.count).bigEndianBytes + wire.ownFeatures.flatMap(\.bigEndianBytes)
            + UInt32(wire.form.count).bigEndianBytes + Array(wire.form) + Array(wire.consortium.utf8)
    }
}
