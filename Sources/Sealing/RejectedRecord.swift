import Foundation
package import Keys
package import Records

/// Builds and opens records of `<member>.rejected`: the reason and position in the clear, the original bytes for the
/// member alone.
package enum RejectedRecord {
    /// The place of the record that was refused.
    package struct Origin: Sendable, Hashable {
        package var topic: String
        package var partition: Int
        package var offset: Int64
        /// Which of the parts of a record that holds several, from 0.
        package var index: Int

        package init(topic: String, partition: Int, offset: Int64, index: Int = 0) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
            self.index = index
        }
    }

    private static let info = Array("cordon/rejected/v1".utf8)

    /// A rejected record. Where sealing to the member fails, it goes without the original.
    ///
    /// - Parameters:
    ///   - reason: a stable code (docs/REJECTIONS.md).
    ///   - field: the field at fault; never its value.
    ///   - stage: `ingest`, `decision`, `scoring` or `counting`.
    ///   - party: the party that refused it; nil where it was no single one.
    ///   - original: nil where an earlier part of the same record carries it.
    ///   - recipient: the member's key; nil where no member can be named, and then the original is left out.
    package static func make(
        reason: String, field: String? = nil, stage: String, party: PartyID? = nil, member: MemberID?, origin: Origin,
        original: [UInt8]?, recipient: HPKEPublicKey?
    ) -> WireRejected {
        var out = WireRejected()
        out.reason = reason
        out.field = field ?? ""
        out.stage = stage
        out.party = party.map { UInt32($0.rawValue) + 1 } ?? 0
        out.member = member?.name ?? ""
        out.topic = origin.topic
        out.partition = UInt32(origin.partition)
        out.offset = origin.offset
        out.index = UInt32(origin.index)
        if let original, let sealed = try? recipient?.seal(original, info: info, associated: associated(out)) {
            out.encapsulatedKey = Data(sealed.encapsulated)
            out.sealedOriginal = Data(sealed.ciphertext)
        }
        return out
    }

    /// The original bytes, for the member.
    ///
    /// - Throws: `notAuthentic` where the record carries none, is another member's, or had its place or reason changed.
    package static func open(_ record: WireRejected, key: borrowing HPKEPrivateKey) throws(HPKEError) -> [UInt8] {
        try key.open(
            Array(record.sealedOriginal), encapsulated: Array(record.encapsulatedKey), info: info,
            associated: associated(record))
    }

    /// What the original is bound to: topic, partition, offset and reason, a line each.
    private static func associated(_ record: WireRejected) -> [UInt8] {
        Array("\(record.topic)\n\(record.partition)\n\(record.offset)\n\(record.reason)".utf8)
    }
}
