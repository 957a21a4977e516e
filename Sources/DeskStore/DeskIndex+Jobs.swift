package import Desk
import LocalStore
import Policy
package import Records

/// A job, with what its page shows.
package struct JobPicture: Sendable {
    package var id: ItemID
    package var job: BulkJob
    /// A record as each item gets it.
    package var deed: DeskRecord
    /// The first items that it could not be done to, with why.
    package var refused: [(item: ItemID, reason: Work.Refusal, row: QueueRow?)]
}

/// An item that a job may be asked for.
package struct SelectedItem: Hashable, Sendable {
    package var item: BulkItem
    package var amount: MinorUnits
}

extension DeskIndex {
    /// Most items that a job's page names of those that it could not be done to.
    package static let refusedRows = 50

    /// A job; nil where there is none.
    package func job(_ id: ItemID) throws -> JobPicture? {
        try read { db in
            guard let job = try db.job(id),
                let deed = try db.statement("SELECT deed FROM jobs WHERE id = ?", id.bytes).first({
                    DeskRecord(json: $0.blob(0) ?? [])
                })
            else { return nil }
            let refused = try db.statement(
                "SELECT item, refusal FROM job_items WHERE job = ? AND refusal IS NOT NULL ORDER BY place LIMIT ?",
                id.bytes, Self.refusedRows
            ).all { (item: ItemID(bytes: $0.blob(0) ?? []), reason: Work.Refusal(rawValue: $0.text(1))) }
            return JobPicture(
                id: id, job: job, deed: deed,
                refused: try refused.compactMap { row in
                    guard let item = row.item, let reason = row.reason else { return nil }
                    let found = try db.statement(
                        "SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE item = ? AND rank IS NOT NULL",
                        item.bytes
                    ).first { try $0.queueRow() }
                    return (item, reason, found)
                })
        }
    }

    /// The latest jobs, the newest first.
    package func jobs(limit: Int = 30) throws -> [(id: ItemID, job: BulkJob)] {
        try read { db in
            try db.statement(
                "SELECT id, \(SQLiteStatement.jobColumns) FROM jobs ORDER BY at DESC, id DESC LIMIT ?", limit
            ).all { row in (id: ItemID(bytes: row.blob(0) ?? []), job: row.job(1)) }
                .compactMap { row in row.id.flatMap { id in row.job.map { (id: id, job: $0) } } }
        }
    }

    /// The items that a job could not be done to, as they are now.
    package func refusedItems(of job: ItemID) throws -> [SelectedItem] {
        try read { db in
            try db.statement(
                """
                SELECT alerts.item, alerts.version, alerts.amount FROM job_items JOIN alerts ON alerts.item = job_items.item
                WHERE job = ? AND refusal IS NOT NULL AND rank IS NOT NULL ORDER BY place
                """, job.bytes
            ).all { $0.selected() }.compactMap { $0 }
        }
    }

    /// The first items that a filter lets through, in its list's order.
    ///
    /// - Parameter row: what came behind it is left out (`newestRow`).
    package func selection(
        _ filter: QueueFilter, me: Actor?, now: Int64, upTo row: Int64, limit: Int
    ) throws -> [SelectedItem] {
        try read { db in
            try DeskSearch(filter, me: me, now: now, list: List(filter.shown, behind: nil), db)
                .items(upTo: row, limit: limit)
        }
    }

    /// The row that came last. Rows are this index's own: another desk's are about the same.
    package func newestRow() throws -> Int64 {
        try read { try $0.statement("SELECT max(n) FROM alerts").first { $0.integer(0) } ?? 0 }
    }

    /// Named items, as they are now; those that are not listed are left out.
    package func selection(_ items: [ItemID]) throws -> [SelectedItem] {
        try read { db in
            try items.compactMap { item in
                try db.statement(
                    "SELECT item, version, amount FROM alerts WHERE item = ? AND rank IS NOT NULL", item.bytes
                ).first { $0.selected() }
            }
        }
    }

    /// The acts that the desk itself owes: of jobs that run, verdicts of closed cases, what wakes snoozed items, what is
    /// late, rules' snoozes that are over, and samples that are drawn. Acts that have come are none of them.
    ///
    /// - Parameter now: the desk's clock, in microseconds.
    package func dueActs(limit: Int, now: Int64) throws -> [DeskRecord] {
        try read { db in
            var due = try db.jobParts(limit: limit, now: now)
            if due.count < limit { due += try db.caseVerdicts(limit: limit - due.count, now: now) }
            if due.count < limit { due += try db.wakes(limit: limit - due.count, now: now) }
            if due.count < limit { due += try db.lateItems(limit: limit - due.count, now: now) }
            if due.count < limit { due += try db.itemsDueSoon(limit: limit - due.count, now: now) }
            if due.count < limit { due += try db.snoozesOver(limit: limit - due.count, now: now) }
            if due.count < limit { due += try db.drawnSamples(limit: limit - due.count, now: now) }
            return due
        }
    }
}

extension SQLiteConnection {
    /// Of the job that runs longest.
    fileprivate func jobParts(limit: Int, now: Int64) throws -> [DeskRecord] {
        let running = try statement(
            "SELECT id, deed FROM jobs WHERE cancelled = 0 AND done + refused < count ORDER BY at, id LIMIT 1"
        ).first { (id: ItemID(bytes: $0.blob(0) ?? []), deed: DeskRecord(json: $0.blob(1) ?? [])) }
        guard let job = running?.id, let deed = running?.deed else { return [] }
        return try statement(
            """
            SELECT item, version, (SELECT amount FROM alerts WHERE alerts.item = job_items.item) FROM job_items
            WHERE job = ? AND settled = 0 ORDER BY place LIMIT ?
            """, job.bytes, limit
        ).all { row in
            ItemID(bytes: row.blob(0) ?? []).map { item in
                DeskRecord.part(
                    of: job, by: deed.actor, deed.act, remark: deed.remark,
                    on: BulkItem(item, version: row.integer(1)), amount: row.optionalInteger(2).map { MinorUnits($0) },
                    at: now)
            }
        }.compactMap { $0 }
    }

    /// Of what is put aside, what something brings back before its time.
    fileprivate func wakes(limit: Int, now: Int64) throws -> [DeskRecord] {
        let rows = try statement(
            """
            SELECT n, item, version, tx, customer, aside_at, wakes FROM alerts INDEXED BY aside_alerts
            WHERE state = 0 AND rank IS NOT NULL AND aside > 0 AND wakes <> ''
            """
        ).all { row in
            (
                n: row.integer(0), item: ItemID(bytes: row.blob(1) ?? []), version: row.integer(2), tx: row.text(3),
                customer: row.text(4), at: row.integer(5), wakes: row.text(6).split(separator: " ")
            )
        }
        var due: [DeskRecord] = []
        for row in rows where due.count < limit {
            guard let item = row.item else { continue }
            for event in row.wakes.compactMap({ WakeEvent(rawValue: String($0)) }) {
                let hasCome =
                    switch event {
                    case .label:
                        try statement("SELECT 1 FROM labels WHERE tx = ? AND at > ?", row.tx, row.at).first { _ in true
                        }
                    case .alert:
                        try statement(
                            """
                            SELECT 1 FROM links JOIN alerts ON alerts.n = links.n
                            WHERE links.kind = ? AND links.name = ? AND links.n > ? AND decided > ?
                            """, DeskCodes.code(LinkKind.customer, DeskCodes.links), row.customer, row.n, row.at
                        ).first { _ in true }
                    }
                guard hasCome == true else { continue }
                let record = DeskRecord.wake(item, version: row.version, event, at: now)
                if try outcome(of: record.id) == nil { due.append(record) }
                break
            }
        }
        return due
    }

    fileprivate func caseVerdicts(limit: Int, now: Int64) throws -> [DeskRecord] {
        let files = try statement("SELECT id FROM files WHERE settling = 1").all { ItemID(bytes: $0.blob(0) ?? []) }
        var due: [DeskRecord] = []
        for id in files.compactMap({ $0 }) where due.count < limit {
            guard let file = try file(id), let judgement = file.judgement, let actor = file.closedBy else { continue }
            let items = try statement("SELECT item FROM alerts WHERE file = ? AND state = 0", id.bytes).all {
                ItemID(bytes: $0.blob(0) ?? [])
            }
            for item in items.compactMap({ $0 }) where due.count < limit {
                let record = DeskRecord.verdict(
                    of: id, version: file.version, judgement, by: actor, on: item, at: now)
                if try outcome(of: record.id) == nil { due.append(record) }
            }
        }
        return due
    }
}

extension SQLiteStatement {
    /// An item with its version and amount, in the first three columns.
    func selected() -> SelectedItem? {
        ItemID(bytes: blob(0) ?? []).map {
            SelectedItem(item: BulkItem($0, version: integer(1)), amount: MinorUnits(integer(2)))
        }
    }
}
