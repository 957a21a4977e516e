package import Desk
import EventLogs
import LocalStore
import Policy
import Records

extension DeskIndex {
    /// An item's work; work that nobody has begun where nothing is known of the item.
    package func work(on item: ItemID) throws -> Work { try read { try $0.work(on: item) ?? Work() } }

    /// What became of an act; nil where it has not come.
    package func outcome(of id: ActID) throws -> DeskLedger.Outcome? { try read { try $0.outcome(of: id) } }

    /// An alert with all that filters look at; nil where its event has not come.
    package func alert(_ item: ItemID) throws -> QueueRow? {
        try read { db in
            try db.statement(
                "SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE item = ? AND rank IS NOT NULL", item.bytes
            ).first { try $0.queueRow() }.map { try db.joined($0) }
        }
    }

    /// All items that somebody did something to, with their work, and what became of every act: for what they are held against.
    package func ledger() throws -> (items: [ItemID: Work], outcomes: [ActID: DeskLedger.Outcome]) {
        try read { db in
            var items: [ItemID: Work] = [:]
            try db.statement(
                "SELECT item, \(SQLiteStatement.workColumns) FROM alerts WHERE item IN (SELECT item FROM acts WHERE refusal IS NULL)"
            ).each { row in
                if let item = ItemID(bytes: row.blob(0) ?? []) { items[item] = row.work(1) }
            }
            var outcomes: [ActID: DeskLedger.Outcome] = [:]
            for id in try db.statement("SELECT id FROM acts").all({ ActID(bytes: $0.blob(0) ?? []) }) {
                if let id { outcomes[id] = try db.outcome(of: id) }
            }
            return (items, outcomes)
        }
    }

    /// What people did to an item or a case, in order.
    package func history(of item: ItemID, limit: Int = 200) throws -> [DoneAct] {
        try read { db in
            try db.statement(
                """
                SELECT offset, at, record, version FROM acts WHERE refusal IS NULL AND offset IN (
                    SELECT offset FROM acts WHERE item = ?1 AND refusal IS NULL
                    UNION SELECT offset FROM mentions WHERE subject = ?1)
                ORDER BY offset DESC LIMIT ?2
                """, item.bytes, limit
            ).all { row in
                DeskRecord(json: row.blob(2) ?? []).map {
                    DoneAct(offset: row.integer(0), at: row.integer(1), version: row.integer(3), record: $0)
                }
            }
            .compactMap { $0 }.reversed()
        }
    }
}

/// An act that took effect.
package struct DoneAct: Hashable, Sendable {
    /// Its record's offset on `<member>.cases`.
    package var offset: Int64
    /// By the log's clock, in microseconds since 1970.
    package var at: Int64
    /// The item's version behind it.
    package var version: Int64
    package var record: DeskRecord
}
