package import Manifests

/// The check of several roles' logs against each other: each has seen heads of others, and what a role has signed for has to be in
/// its log.
package enum AuditComparison {
    /// The first contradiction of each role's log with a head that the role signed and somebody has seen.
    ///
    /// - Parameter logs: each without a fault of its own; there may be several copies of one.
    /// - Returns: by role, in the order of their names. A role has one where its log is not among them, too: where two others have
    ///   seen different heads of it.
    package static func faults(_ logs: [AuditVerifier]) -> [(role: SyncAuthor, fault: AuditFault)] {
        var ledger = HeadLedger()
        for log in logs {
            for fork in log.ledger.forks {
                ledger.apply(fork.role, fork.one)
                ledger.apply(fork.role, fork.other)
            }
            for (role, heads) in log.ledger.all { for head in heads { ledger.apply(role, head) } }
        }
        var faults: [SyncAuthor: AuditFault] = [:]
        for (role, copies) in Dictionary(grouping: logs.filter { $0.role != nil }, by: { $0.role! }) {
            // Of several copies of one log the older ones are shorter.
            let has = copies.map(\.tree.count).max() ?? 0
            if let newest = ledger.newest[role], newest.size > has {
                faults[role] = .setBack(role, has: has, signed: newest.size)
            }
            if let fork = copies.lazy.compactMap({ ledger.fork(of: role, in: $0.tree) }).first {
                faults[role] = .forked(fork)
            }
        }
        // The shortest is the nearest to where the histories part.
        for fork in ledger.forks.sorted(by: { $0.one.size > $1.one.size }) { faults[fork.role] = .forked(fork) }
        return faults.sorted { $0.key.description < $1.key.description }.map { ($0.key, $0.value) }
    }
}
