import Desk
import LocalStore
import Policy
import Records

/// What is drawn of payments at random. Whether one is follows from its decision and the rules that were in force then, whatever
/// order topics are read in; the desk asks for it as an act (`dueActs`).
extension DeskWriting {
    /// Notes an item that is drawn, unless the act has come: decisions are read beside acts, may come twice, and are drawn again by
    /// rules that are set later.
    func draw(_ item: ItemID, _ source: SourcePosition, _ band: Band) throws {
        // What a snooze keeps back is drawn from that.
        guard let stratum = Sample.Stratum(band), try !db.isKept(item), let sample = rules.drawn(item, of: stratum),
            try db.outcome(of: .drawn(item, of: stratum)) == nil
        else { return }
        try db.run(
            "INSERT OR IGNORE INTO draws (item, stratum, per_mille, partition, offset, part) VALUES (?, ?, ?, ?, ?, ?)",
            item.bytes, stratum.rawValue, sample.perMille, source.partition, source.offset, source.index)
    }

    /// Draws by rules that were just set what had been decided behind that by then.
    func drawAgain() throws {
        let known = try db.statement(
            """
            SELECT item, partition, offset, part, band FROM payments INDEXED BY payments_by_decision
            WHERE decided >= ? AND decided IS NOT NULL
            """, rules.since
        ).all { row in
            (
                item: ItemID(bytes: row.blob(0) ?? []), source: row.source(1),
                band: DeskCodes.word(row.integer(4), DeskCodes.bands)
            )
        }
        for payment in known {
            guard let item = payment.item, let band = payment.band else { continue }
            // What earlier rules had drawn of it, they had no word in.
            try db.run("DELETE FROM draws WHERE item = ? AND stratum <> 'snoozed'", item.bytes)
            try draw(item, payment.source, band)
        }
    }
}

extension Sample.Stratum {
    /// The stratum of a decision; nil where people look at all of such.
    init?(_ band: Band) {
        switch band {
        case .approve, .challenge: self = .approved
        case .review: return nil
        case .decline: self = .declined
        }
    }
}

extension SQLiteConnection {
    /// The acts by which drawn payments come before people, whose records are there.
    func drawnSamples(limit: Int, now: Int64) throws -> [DeskRecord] {
        try statement(
            """
            SELECT draws.item, draws.partition, draws.offset, draws.part, tx, stratum, per_mille FROM draws JOIN payments
            ON payments.partition = draws.partition AND payments.offset = draws.offset AND payments.part = draws.part
            WHERE tx IS NOT NULL LIMIT ?
            """, limit
        ).all { row -> DeskRecord? in
            guard let item = ItemID(bytes: row.blob(0) ?? []), let stratum = Sample.Stratum(rawValue: row.text(5)),
                let sample = Sample(stratum, perMille: row.integer(6))
            else { return nil }
            return DeskRecord.drawn(item, at: row.source(1), transaction: row.text(4), sample, at: now)
        }.compactMap { $0 }
    }
}

extension SQLiteConnection {
    /// The acts by which the desk says what is nearly late, where its rules ask for that.
    func itemsDueSoon(limit: Int, now: Int64) throws -> [DeskRecord] {
        let rules = try house()
        guard rules.service.warning != nil else { return [] }
        return try statement(
            """
            SELECT item, due, reopened FROM alerts INDEXED BY alerts_by_warning
            WHERE state = 0 AND rank IS NOT NULL AND warned_at IS NULL AND quiet = 0 AND soon <= ? AND due > ? AND due > ?
                AND aside <= ? AND paused <= ? LIMIT ?
            """, now, now, rules.since, now, now, limit
        ).all { row in
            ItemID(bytes: row.blob(0) ?? []).map {
                DeskRecord.soon($0, due: row.integer(1), reopened: row.integer(2), at: now)
            }
        }.compactMap { $0 }
    }

    /// The acts by which the desk says what is late, where its rules ask for that. What was late before the rules came is not told.
    func lateItems(limit: Int, now: Int64) throws -> [DeskRecord] {
        let rules = try house()
        guard rules.service.escalates else { return [] }
        return try statement(
            """
            SELECT item, due, reopened FROM alerts INDEXED BY alerts_by_due
            WHERE state = 0 AND rank IS NOT NULL AND late_at IS NULL AND quiet = 0 AND due > ? AND due <= ? AND aside <= ? LIMIT ?
            """, rules.since, now, now, limit
        ).all { row in
            ItemID(bytes: row.blob(0) ?? []).map {
                DeskRecord.late($0, due: row.integer(1), reopened: row.integer(2), at: now)
            }
        }.compactMap { $0 }
    }
}
