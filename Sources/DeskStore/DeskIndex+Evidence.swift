package import Desk
import LocalStore
import Records

/// All that the desk has of a case.
package struct CaseEvidence: Sendable {
    package var file: CaseFile
    /// In the order in which they were decided.
    package var alerts: [(row: QueueRow, payment: KnownPayment?, labels: [KnownLabel])]
    /// What took effect on the case and on its alerts, in the order of the log.
    package var acts: [DoneAct]
    /// Whether the case has more alerts than a document takes.
    package var isCut: Bool
}

extension DeskIndex {
    /// Most alerts of a case's document, and most acts on each.
    package static let evidenceLimit = 500

    /// What a case's document has; nil where there is no such case.
    package func evidence(ofCase id: ItemID) throws -> CaseEvidence? {
        guard let file = try file(id) else { return nil }
        let rows = try read { db in
            try db.statement(
                """
                SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE file = ? AND rank IS NOT NULL ORDER BY decided, n LIMIT ?
                """, id.bytes, Self.evidenceLimit + 1
            ).all { try $0.queueRow() }
        }
        let isCut = rows.count > Self.evidenceLimit
        var acts: [Int64: DoneAct] = [:]
        var alerts: [(row: QueueRow, payment: KnownPayment?, labels: [KnownLabel])] = []
        for row in rows.prefix(Self.evidenceLimit) {
            for act in try history(of: row.facts.item, limit: Self.evidenceLimit) { acts[act.offset] = act }
            alerts.append(
                (row, try payment(at: row.facts.source)?.payment, try labels(of: row.facts.transaction)))
        }
        for act in try history(of: id, limit: Self.evidenceLimit) { acts[act.offset] = act }
        return CaseEvidence(
            file: file, alerts: alerts, acts: acts.values.sorted { $0.offset < $1.offset }, isCut: isCut)
    }
}
