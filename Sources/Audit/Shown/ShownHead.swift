import Foundation
import Records

/// A record of `consortium.audit`: a role's head, with the proof that the role's log goes on from the head that it showed before.
package struct ShownHead: Sendable, Hashable {
    /// The head's record (`AuditHead`).
    package let head: [UInt8]
    /// Of the consistency proof from the head that was shown before to this one.
    package let path: [MerkleHash]
    /// How many entries the head before was of; 0 for none.
    package let old: Int

    private static let schema: UInt32 = 1
    /// More hashes than a proof between any two sizes has.
    private static let mostHashes = 128

    package init(head: [UInt8], old: Int, path: [MerkleHash]) {
        self.head = head
        self.old = old
        self.path = path
    }

    package var encoded: [UInt8] {
        var wire = WireShownHead()
        wire.schema = Self.schema
        wire.head = Data(head)
        wire.old = UInt64(old)
        wire.path = path.map { Data($0.bytes) }
        return wire.encoded
    }

    /// Nil for bytes that are no such record. The head is not looked at.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.count <= 2 * AuditHead.recordBytes, let wire = WireShownHead(decoding: bytes),
            wire.schema == Self.schema, let old = Int(exactly: wire.old), wire.path.count <= Self.mostHashes
        else { return nil }
        let path = wire.path.compactMap { MerkleHash($0) }
        guard path.count == wire.path.count else { return nil }
        self.init(head: Array(wire.head), old: old, path: path)
    }
}
