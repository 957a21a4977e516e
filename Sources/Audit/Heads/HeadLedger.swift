package import Manifests

/// Two heads of one role that are of no one history: the role has shown two.
package struct AuditFork: Sendable, Hashable {
    package let role: SyncAuthor
    /// What the role's log, or a head of it, says.
    package let one: SeenHead
    /// What a head says that the role signed, too.
    package let other: SeenHead

    package init(role: SyncAuthor, one: SeenHead, other: SeenHead) {
        self.role = role
        self.one = one
        self.other = other
    }
}

extension AuditFork: CustomStringConvertible {
    package var description: String {
        one.size == other.size
            ? "\(role) signed two histories: with \(one.size) entries one is \(one.root) and the other \(other.root)"
            : "\(role) signed two histories: that of \(max(one.size, other.size)) entries does not go on from that of "
                + "\(min(one.size, other.size))"
    }
}

/// The heads that roles have signed, as far as they came to be known: a pure fold that finds forks. All are checked for their
/// signature before (`AuditHead`).
package struct HeadLedger: Sendable {
    fileprivate var heads: [SyncAuthor: [Int: MerkleHash]] = [:]
    package private(set) var forks: [AuditFork] = []

    package init() {}

    /// The longest head of each role.
    package var newest: [SyncAuthor: SeenHead] {
        heads.compactMapValues { known in
            known.max { $0.key < $1.key }.map { SeenHead(size: $0.key, root: $0.value) }
        }
    }

    /// All heads of a role that are known, the shortest first.
    package func known(of role: SyncAuthor) -> [SeenHead] {
        (heads[role] ?? [:]).sorted { $0.key < $1.key }.map { SeenHead(size: $0.key, root: $0.value) }
    }

    /// Takes a head.
    ///
    /// - Parameter proof: that the longer of this head and the newest one that was known goes on from the shorter; nil where nobody
    ///   gives one, and then only heads of one size are compared.
    /// - Returns: the fork that it shows; nil where it shows none.
    @discardableResult
    package mutating func apply(_ role: SyncAuthor, _ head: SeenHead, proof: ConsistencyProof? = nil) -> AuditFork? {
        var found: AuditFork?
        if let known = heads[role]?[head.size] {
            guard known != head.root else { return nil }
            found = AuditFork(role: role, one: SeenHead(size: head.size, root: known), other: head)
        } else if let proof, let last = newest[role] {
            let (old, new) = last.size < head.size ? (last, head) : (head, last)
            if proof.old != old.size || proof.new != new.size || !proof.verifies(old.root, to: new.root) {
                found = AuditFork(role: role, one: last, other: head)
            }
        }
        guard let found else {
            heads[role, default: [:]][head.size] = head.root
            return nil
        }
        if !forks.contains(found) { forks.append(found) }
        return found
    }

    /// The first head of a role that its log contradicts, as a fork; nil where all that are known are heads of this log. A log that
    /// is shorter than a head has none of it to compare (`AuditFault.setBack`).
    package func fork(of role: SyncAuthor, in tree: MerkleTree) -> AuditFork? {
        for head in known(of: role) where head.size <= tree.count {
            let own = tree.root(of: head.size)
            if own != head.root { return AuditFork(role: role, one: SeenHead(size: head.size, root: own), other: head) }
        }
        return nil
    }
}

extension HeadLedger {
    /// All heads that are known, by role, the shortest first.
    package var all: [(role: SyncAuthor, heads: [SeenHead])] {
        heads.keys.sorted { $0.description < $1.description }.map { ($0, known(of: $0)) }
    }
}
