package import Desk
package import EventLogs
import LocalStore
import Records

/// A label that verdicts ask for.
package struct DueVerdict: Hashable, Sendable {
    /// The offset on `<member>.cases` of the verdict that it follows from.
    package var offset: Int64
    package var item: ItemID
    package var fraud: Bool
    /// Nil where this desk has not seen the alert.
    package var payment: Work.Raised?
}

/// A label that stands on the member's topic, whoever wrote it.
package struct KnownLabel: Hashable, Sendable {
    package var fraud: Bool
    package var position: Position
    /// By the log's clock, in microseconds since 1970.
    package var at: Int64
}

extension DeskIndex {
    /// The labels that verdicts from an offset on ask for, in their order, and how far they were looked for. A verdict that says
    /// what the item's label says already asks for none, and neither does one that nothing can be learnt from.
    package func dueVerdicts(from offset: Int64, limit: Int) throws -> (due: [DueVerdict], end: Int64) {
        try read { db in
            let end = try db.statement("SELECT offset FROM positions WHERE topic = ?", Topics.cases(member)).first {
                $0.integer(0)
            }
            let rows = try db.statement(
                "SELECT offset, item, label FROM acts WHERE offset >= ? AND label IS NOT NULL ORDER BY offset LIMIT ?",
                offset, limit
            ).all { (offset: $0.integer(0), item: ItemID(bytes: $0.blob(1) ?? []), fraud: $0.integer(2) == 1) }
            var due: [DueVerdict] = []
            for (offset, item, fraud) in rows {
                guard let item, try db.label(of: item, before: offset) != fraud else { continue }
                let payment = try db.statement(
                    "SELECT partition, offset, part, tx FROM alerts WHERE item = ? AND tx IS NOT NULL",
                    item.bytes
                ).first { Work.Raised(source: $0.source(0), transaction: $0.text(3)) }
                due.append(DueVerdict(offset: offset, item: item, fraud: fraud, payment: payment))
            }
            return (due, rows.count == limit ? (rows.last?.offset ?? offset) + 1 : max(offset, end ?? offset))
        }
    }

    /// The labels of a transaction on the member's topic, the oldest first.
    package func labels(of transaction: String) throws -> [KnownLabel] {
        try read { db in
            try db.statement(
                "SELECT fraud, partition, offset, at FROM labels WHERE tx = ? ORDER BY at, offset LIMIT 20", transaction
            ).all { row in
                KnownLabel(
                    fraud: row.integer(0) == 1,
                    position: Position(
                        TopicPartition(Topics.transactions(member), Int(row.integer(1))), row.integer(2)),
                    at: row.integer(3))
            }
        }
    }
}

extension SQLiteConnection {
    /// What an item's label says by the verdicts before an offset.
    fileprivate func label(of item: ItemID, before offset: Int64) throws -> Bool? {
        try statement(
            "SELECT label FROM acts WHERE item = ? AND offset < ? AND label IS NOT NULL ORDER BY offset DESC LIMIT 1",
            item.bytes, offset
        ).first { $0.integer(0) == 1 }
    }
}
