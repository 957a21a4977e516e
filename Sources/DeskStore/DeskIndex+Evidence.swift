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
    /// Whether the case has more alerts or acts than a document takes.
    package var isCut: Bool
}

extension DeskIndex {
    /// Most alerts of a case's document, and most acts on each and on the case.
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
        var isCut = rows.count > Self.evidenceLimit
        var acts: [Int64: DoneAct] = [:]
        func take(_ item: ItemID) throws {
            let done = try history(of: item, limit: Self.evidenceLimit + 1)
            if done.count > Self.evidenceLimit { isCut = true }
            for act in done { acts[act.offset] = act }
        }
        var alerts: [(row: QueueRow, payment: KnownPayment?, labels: [KnownLabel])] = []
        for row in rows.prefix(Self.evidenceLimit) {
            try take(row.facts.item)
            alerts.append(
                (row, try payment(at: row.facts.source)?.payment, try labels(of: row.facts.transaction)))
        }
        try take(id)
        return CaseEvidence(
            file: file, alerts: alerts, acts: acts.values.sorted { $0.offset < $1.offset }, isCut: isCut)
    }
}
