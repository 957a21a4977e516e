package import Manifests

/// The check of several roles' logs against each other: each has seen heads of others, and what a role has signed for has to be in
/// its log.
package enum AuditComparison {
    /// The first contradiction of each role's log with a head that the role signed and somebody has seen.
    ///
    /// - Parameter logs: each without a fault of its own.
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
        for log in logs {
            guard let role = log.role else { continue }
            if let fork = ledger.fork(of: role, in: log.tree) {
                faults[role] = .forked(fork)
            } else if let newest = ledger.newest[role], newest.size > log.tree.count {
                faults[role] = .setBack(role, has: log.tree.count, signed: newest.size)
            }
        }
        // The shortest is the nearest to where the histories part.
        for fork in ledger.forks.sorted(by: { $0.one.size > $1.one.size }) { faults[fork.role] = .forked(fork) }
        return faults.sorted { $0.key.description < $1.key.description }.map { ($0.key, $0.value) }
    }
}
