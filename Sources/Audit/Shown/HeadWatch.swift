package import Keys
package import Manifests
import Records

/// What one reader makes of the heads that roles show on `consortium.audit`: the newest of each role, and every contradiction
/// between two of them. A pure fold.
///
/// Every head has to go on from the one that the role showed before, by the proof in its record. So a role that signs two histories
/// is found by whoever reads both, also where both go to the same readers in turn. A head that contradicts those before is taken
/// as the newest all the same, so that one change of history is one finding, and what comes after it is held against it.
package struct HeadWatch: Sendable {
    /// A role, as far as its heads are known.
    private struct Followed {
        var newest: SeenHead
        var microseconds: Int64
        /// The record of the newest head; nil where an earlier reader had it.
        var record: [UInt8]?
        /// Roots by size, of the newest heads.
        var roots: [Int: MerkleHash] = [:]
        /// Their sizes, the oldest first.
        var sizes: [Int] = []

        mutating func remember(_ head: SeenHead) {
            if roots.updateValue(head.root, forKey: head.size) == nil { sizes.append(head.size) }
            guard sizes.count > HeadWatch.mostKnown else { return }
            roots[sizes.removeFirst()] = nil
        }
    }

    private let consortium: String
    private let keys: @Sendable (SyncAuthor) -> VerifyingKey?
    private var followed: [SyncAuthor: Followed] = [:]
    /// Forks that were told: roles name the heads that they have seen again and again.
    private var told: [SyncAuthor: Set<Set<SeenHead>>] = [:]

    /// So many heads of a role are remembered: a day of them, at one a minute.
    package static let mostKnown = 1_500

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - seen: what an earlier reader had seen last of each role, with when that was signed.
    ///   - keys: of the roster.
    package init(
        consortium: String, seen: [SyncAuthor: (head: SeenHead, microseconds: Int64)] = [:],
        keys: @escaping @Sendable (SyncAuthor) -> VerifyingKey?
    ) {
        self.consortium = consortium
        self.keys = keys
        for (role, (head, time)) in seen {
            followed[role] = Followed(
                newest: head, microseconds: time, roots: [head.size: head.root], sizes: [head.size])
        }
    }

    /// The newest head of a role; nil where none was shown.
    package func newest(of role: SyncAuthor) -> SeenHead? { followed[role]?.newest }

    /// The records of the newest heads that this reader took, in the order of the roles' names.
    package var records: [(role: SyncAuthor, record: [UInt8])] {
        followed.sorted { $0.key.description < $1.key.description }.compactMap { role, known in
            known.record.map { (role, $0) }
        }
    }

    /// Takes a record of the topic.
    ///
    /// - Returns: whose head it is, and the contradictions that it shows, of its role or of others that it has seen.
    /// - Throws: why the record counts for nothing.
    package mutating func take(_ bytes: [UInt8]) throws(AuditHeadRefusal) -> (role: SyncAuthor, faults: [AuditFault]) {
        guard let shown = ShownHead(decoding: bytes) else { throw .malformed }
        let head = try AuditHead(verifying: shown.head, consortium: consortium, keys: keys)
        var faults = follow(head, shown)
        for (role, seen) in head.seen.sorted(by: { $0.key.description < $1.key.description }) {
            guard let root = followed[role]?.roots[seen.size], root != seen.root else { continue }
            faults.append(.forked(AuditFork(role: role, one: SeenHead(size: seen.size, root: root), other: seen)))
        }
        return (head.role, faults.filter { isNew($0) })
    }

    private mutating func isNew(_ fault: AuditFault) -> Bool {
        guard case .forked(let fork) = fault else { return true }
        if told[fork.role, default: []].count >= Self.mostKnown { told[fork.role] = [] }
        return told[fork.role, default: []].insert([fork.one, fork.other]).inserted
    }

    private mutating func follow(_ head: AuditHead, _ shown: ShownHead) -> [AuditFault] {
        let (role, new) = (head.role, head.standing)
        guard let known = followed[role] else {
            adopt(head, shown, anew: true)
            return []
        }
        let last = known.newest
        if let root = known.roots[new.size] {
            // A record that is repeated says nothing new.
            guard root != new.root else { return [] }
            if head.microseconds > known.microseconds { adopt(head, shown, anew: true) }
            return [.forked(AuditFork(role: role, one: SeenHead(size: new.size, root: root), other: new))]
        }
        guard new.size > last.size else {
            // Whoever may write to the topic can repeat a record that is older than what is remembered.
            let isOlder = known.sizes.first.map { new.size < $0 } ?? true
            guard head.microseconds > known.microseconds || !isOlder else { return [] }
            if head.microseconds > known.microseconds { adopt(head, shown, anew: true) }
            return [.setBack(role, has: new.size, signed: last.size)]
        }
        let proof = ConsistencyProof(old: shown.old, new: new.size, path: shown.path)
        let goesOn = shown.old == last.size && proof.verifies(last.root, to: new.root)
        adopt(head, shown, anew: !goesOn)
        if goesOn { return [] }
        return shown.old == last.size
            ? [.forked(AuditFork(role: role, one: last, other: new))]
            : [.notShown(role, from: last.size, to: new.size)]
    }

    /// - Parameter anew: whether what was known of the role is of another history.
    private mutating func adopt(_ head: AuditHead, _ shown: ShownHead, anew: Bool) {
        var next = Followed(newest: head.standing, microseconds: head.microseconds, record: shown.head)
        if !anew, let known = followed[head.role] { (next.roots, next.sizes) = (known.roots, known.sizes) }
        next.remember(head.standing)
        followed[head.role] = next
    }
}
