package import Audit
package import EventLogs
import Manifests
package import PipelineFiles
package import Records
import SecureScoring
import Stages

/// The erasing, at one party that does not run, of what it keeps of a member, or of a time.
package struct PartyErasure {
    private let party: PartyID
    private let roster: Roster
    private let stores: any StateStores
    private let partitions: Int

    /// - Parameters:
    ///   - stores: the party's, as it opens them.
    ///   - partitions: of `consortium.sealed`.
    package init(party: PartyID, roster: Roster, stores: any StateStores, partitions: Int) {
        self.party = party
        self.roster = roster
        self.stores = stores
        self.partitions = partitions
    }

    /// Erases what is of a member, or everybody's that is older than a day, from the party's rows and what it has still to sign
    /// for; says so in its audit log.
    ///
    /// - Parameters:
    ///   - day: the first that stays; nil for all.
    package func erase(
        of member: MemberID?, until day: EventTime?, audit: AuditLog
    ) throws -> ErasureReceipt? {
        // Those that the party runs with are for what it keeps; nothing goes by them here.
        guard let limits = RowLimits(days: 3650, bytes: Int(Int32.max)) else { preconditionFailure("ten years") }
        var (rows, labels) = (0, 0)
        for partition in 0..<partitions {
            let store = try ScoredRowStore(
                RowTerms(state: stores.open(".rows-\(partition)"), limits: limits), partition: partition)
            let gone = try store.erase(of: member, before: day?.seconds)
            rows += gone.rows
            labels += gone.labels
        }
        var statements = 0
        if let member, day == nil {
            statements = try EvidenceBook(party: party, state: stores.open("")).erase(member)
        }
        return ErasureReceipt(
            consortium: roster.consortium, role: .party(party), member: member?.name, until: day.map { $0.dayText },
            dropped: [
                .init("scored rows, in this party's shares", rows),
                .init("labels of rows, in this party's shares", labels),
                .init("statements on scores that were not signed for yet", statements),
            ], remains: Self.remains(member), audit: audit)
    }

    /// What can't be erased here, and what becomes of it.
    private static func remains(_ member: MemberID?) -> [String] {
        var out = [
            "counts of tokens, in shares: they are of all members together, and go by themselves when their buckets leave the "
                + "longest window of the feature spec",
            "ids of scored transactions, hashed by their member: they go by themselves when their day is over, or with the member",
            "the log's records, sealed: they go by the topics' retention; what is sealed for this party opens no more once the keys of "
                + "its epoch are erased (`cordon keys rotate`)",
            "models that were trained on these rows: once all three parties have erased them, a new one is trained without "
                + "(`cordon sync train`), and takes their place when it is promoted",
            "backups of this party's files: they are sealed under its key folder, and go with the copy of that",
        ]
        if member != nil { out.append("entries of audit logs, which name the member and none of its transactions") }
        return out
    }
}

extension EventTime {
    /// The day, as `2026-11-30`.
    var dayText: String { String(rfc3339.prefix(10)) }
}
