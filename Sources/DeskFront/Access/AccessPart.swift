package import Audit
package import Records

/// What makes an audit log a part of a desk's.
package enum AccessPart {
    /// What stands in heads where other logs have the consortium's name: no head of a desk counts there, and none of a part in
    /// another.
    package static func consortium(of member: MemberID, part: Int = 1) -> String {
        part == 1 ? "desk of \(member)" : "desk of \(member), part \(part)"
    }

    /// The first entry of a part behind the first.
    ///
    /// - Parameters:
    ///   - before: entries of all parts before it.
    ///   - root: of the part before it.
    static func continued(_ part: Int, before: Int, root: MerkleHash) -> AuditEvent {
        AuditEvent(.continued, of: Digest32(root.bytes), [.part: "\(part)", .count: "\(before)"])
    }

    /// The first entry of a part; nil where it has none, or is no log.
    package static func first(in bytes: UnsafeRawBufferPointer) -> AuditEntry? {
        guard var frames = AuditFrames(bytes) else { return nil }
        while case .frame(let frame, _) = frames.next() {
            if case .entry(let payload) = frame { return AuditEntry(payload) }
        }
        return nil
    }

    /// A part's number, by its first entry.
    package static func number(_ first: AuditEntry) -> Int {
        guard first.event.kind == .continued else { return 1 }
        return first.event.fields[.part].flatMap { Int($0) } ?? 1
    }

    /// How many entries the parts before it have, by its first entry.
    package static func before(_ first: AuditEntry) -> Int {
        guard first.event.kind == .continued else { return 0 }
        return first.event.fields[.count].flatMap { Int($0) } ?? 0
    }

    /// What is wrong between two parts that follow each other, by the root and the size of the first one; nil where the second
    /// goes on from it.
    ///
    /// - Parameters:
    ///   - first: the second part's first entry.
    ///   - before: entries of parts before the first one.
    package static func fault(from root: MerkleHash, size: Int, before: Int, to first: AuditEntry) -> String? {
        guard first.event.kind == .continued, first.event.subject == Digest32(root.bytes),
            Self.before(first) == before + size
        else { return "part \(number(first)) does not go on from the part before it" }
        return nil
    }
}
