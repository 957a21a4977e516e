import Foundation
package import Manifests
import Records

/// An entry of a role's audit log. Each names the one before, so that an entry that was altered, dropped or moved shows by
/// itself; the heads that the role signs show the same of all at once.
package struct AuditEntry: Sendable, Hashable {
    /// Whose log it is of.
    package let role: SyncAuthor
    /// From 0, without a gap.
    package let number: Int
    /// The hash of the entry before; nil of the first.
    package let previous: MerkleHash?
    /// By the role's clock.
    package let microseconds: Int64
    package let event: AuditEvent

    /// The version of the layout.
    private static let schema: UInt32 = 1

    package init(role: SyncAuthor, number: Int, previous: MerkleHash?, microseconds: Int64, event: AuditEvent) {
        self.role = role
        self.number = number
        self.previous = previous
        self.microseconds = microseconds
        self.event = event
    }

    /// The bytes of the entry, of which the same entry always has the same: a leaf of the log's tree.
    package var encoded: [UInt8] {
        var wire = event.wire
        wire.schema = Self.schema
        wire.role = role.description
        wire.number = UInt64(number)
        wire.previous = Data(previous?.bytes ?? [])
        wire.time = microseconds
        return wire.encoded
    }

    /// Nil where the bytes are no entry in exactly that form.
    package init?(_ bytes: [UInt8]) {
        guard let wire = WireAuditEntry(decoding: bytes), wire.schema == Self.schema, let role = SyncAuthor(wire.role),
            let number = Int(exactly: wire.number), let event = AuditEvent(wire)
        else { return nil }
        var previous: MerkleHash?
        if !wire.previous.isEmpty {
            guard let hash = MerkleHash(wire.previous) else { return nil }
            previous = hash
        }
        self.init(role: role, number: number, previous: previous, microseconds: wire.time, event: event)
        // Fields that are not known, or stand elsewhere, would be in the tree and not be read.
        guard encoded == bytes else { return nil }
    }

    /// The entry in a sentence, for people.
    package var sentence: String {
        var parts = [event.kind.words]
        let details = event.fields.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.name) \($0.value)" }
        if !details.isEmpty { parts.append(details.joined(separator: ", ")) }
        let text = parts.joined(separator: ": ")
        return event.subject.map { "\(text) [\($0)]" } ?? text
    }
}
