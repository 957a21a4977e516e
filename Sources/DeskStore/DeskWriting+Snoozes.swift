import Desk
import LocalStore
import Policy
import Records

/// What rules' snoozes keep back. Whether an alert is one follows from when it was decided and from the snoozes' records, so it is
/// looked at again with each record that may change it.
extension DeskWriting {
    func ruleSnooze(_ id: ItemID) throws -> RuleSnooze? { try db.ruleSnooze(id) }

    func ruleSnoozes(at now: Int64) throws -> [RuleSnooze] {
        try db.ruleSnoozes("ended IS NULL AND until > ?", [.number(now)]).map(\.snooze)
    }

    mutating func put(_ snooze: RuleSnooze, as id: ItemID) throws {
        let put = try db.statement(
            """
            INSERT INTO rule_snoozes (id, rule, about, name, until, reason, scope, version, asked_by, asked, since, confirmed_by, ended,
                ended_by, told)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT DO UPDATE SET version = ?8, since = ?11, confirmed_by = ?12, ended = ?13, ended_by = ?14, told = ?15
            """)
        put.bind(1, copying: id.bytes)
        put.bind(2, snooze.order.rule)
        bind(put, 3, snooze.order.about.map { DeskCodes.code($0.kind, DeskCodes.links) })
        bind(put, 4, snooze.order.about?.name)
        put.bind(5, snooze.order.until)
        put.bind(6, snooze.order.reason)
        put.bind(7, snooze.order.scope.text)
        put.bind(8, snooze.version)
        put.bind(9, ActorColumn.text(snooze.askedBy))
        put.bind(10, snooze.askedAt)
        bind(put, 11, snooze.since)
        bind(put, 12, snooze.confirmedBy.map(ActorColumn.text))
        bind(put, 13, snooze.endedAt)
        bind(put, 14, snooze.endedBy.map(ActorColumn.text))
        put.bind(15, snooze.isTold ? 1 : 0)
        try put.run()
        // What was decided since is here already where topics were read in that order.
        guard let since = snooze.since, !snooze.isTold else { return }
        for n in try db.alerts(under: snooze.order, since: snooze.endedAt ?? since) { try keepBack(n) }
    }

    /// Looks again at whether an alert is kept back.
    func keepBack(_ n: Int64) throws {
        let found = try db.statement(
            "SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE n = ? AND rank IS NOT NULL AND rules <> ''", n
        ).first { try $0.queueRow() }
        guard let found, found.facts.isByRules else { return }
        var snoozes: [ItemID: RuleSnooze] = [:]
        for rule in found.facts.rules {
            for known in try db.ruleSnoozes("rule = ?", [.text(rule)]) { snoozes[known.id] = known.snooze }
        }
        let keeper = snoozes.isEmpty ? nil : RuleSnooze.keeper(of: try db.joined(found), among: snoozes)
        guard keeper != found.kept else { return }
        try db.run("UPDATE alerts SET kept = ? WHERE n = ?", keeper?.bytes, n)
        for (id, change) in [(found.kept, Int64(-1)), (keeper, 1)] {
            guard let id else { continue }
            try db.run(
                "UPDATE rule_snoozes SET kept = kept + ?1, held = held + ?2, sum = sum + ?3 WHERE id = ?4", change,
                found.facts.isHeld ? change : 0, change * found.facts.amount.value, id.bytes)
        }
        try db.run("DELETE FROM draws WHERE item = ?", found.facts.item.bytes)
        if keeper != nil {
            try drawKept(found.facts)
        } else if found.facts.decidedAt >= rules.since {
            try draw(found.facts.item, found.facts.source, found.facts.band)
        }
    }

    /// Notes one that is drawn of those that are kept back, unless the act has come.
    private func drawKept(_ facts: AlertFacts) throws {
        guard facts.decidedAt >= rules.since, let sample = rules.drawn(facts.item, of: .snoozed),
            try db.outcome(of: .drawn(facts.item, of: .snoozed)) == nil
        else { return }
        try db.run(
            "INSERT OR IGNORE INTO draws (item, stratum, per_mille, partition, offset, part) VALUES (?, ?, ?, ?, ?, ?)",
            facts.item.bytes, sample.stratum.rawValue, sample.perMille, facts.source.partition, facts.source.offset,
            facts.source.index)
    }

    /// Draws by rules that were just set what is kept back and had been decided behind that by then.
    func drawKeptAgain() throws {
        let known = try db.statement(
            """
            SELECT \(SQLiteStatement.queueColumns) FROM alerts INDEXED BY kept_alerts WHERE kept IS NOT NULL AND decided >= ?
            """, rules.since
        ).all { try $0.queueRow() }
        for row in known {
            try db.run("DELETE FROM draws WHERE item = ?", row.facts.item.bytes)
            try drawKept(row.facts)
        }
    }
}

extension SQLiteConnection {
    static let snoozeColumns =
        "id, rule, about, name, until, reason, scope, version, asked_by, asked, since, confirmed_by, ended, ended_by, told, kept, held, sum"

    func ruleSnooze(_ id: ItemID) throws -> RuleSnooze? {
        try ruleSnoozes("id = ?", [.bytes(id.bytes)]).first?.snooze
    }

    func ruleSnoozes(_ condition: String, _ values: [DeskSearch.Value]) throws -> [SnoozePicture] {
        let statement = try statement("SELECT \(Self.snoozeColumns) FROM rule_snoozes WHERE \(condition)")
        for (index, value) in zip(Int32(1)..., values) { value.bind(to: statement, at: index) }
        return try statement.all { row in
            guard let id = ItemID(bytes: row.blob(0) ?? []), let asker = row.actor(8),
                let scope = try? TeamScope(stored: row.text(6))
            else { throw DeskIndex.Failure.damaged }
            let kind = DeskCodes.word(row.optionalInteger(2), DeskCodes.links)
            var snooze = RuleSnooze(
                .init(
                    rule: row.text(1), about: kind.map { .init($0, row.text(3)) }, until: row.integer(4),
                    reason: row.text(5), scope: scope),
                by: asker, at: row.integer(9), since: row.optionalInteger(10))
            snooze.version = row.integer(7)
            snooze.confirmedBy = row.actor(11)
            snooze.endedAt = row.optionalInteger(12)
            snooze.endedBy = row.actor(13)
            snooze.isTold = row.integer(14) == 1
            return SnoozePicture(
                id: id, snooze: snooze, kept: row.integer(15), held: row.integer(16), sum: MinorUnits(row.integer(17)))
        }
    }

    /// Whether a rule's snooze has kept an item's alert back.
    func isKept(_ item: ItemID) throws -> Bool {
        try statement("SELECT 1 FROM alerts WHERE item = ? AND kept IS NOT NULL", item.bytes).first { _ in true }
            ?? false
    }

    /// Rows of alerts that a snooze may be about, decided since.
    fileprivate func alerts(under order: RuleSnooze.Order, since: Int64) throws -> [Int64] {
        guard let about = order.about else {
            return try statement(
                """
                SELECT alerts.n FROM rule_alerts CROSS JOIN alerts ON alerts.n = rule_alerts.n
                WHERE rule = (SELECT id FROM rules WHERE name = ?) AND decided >= ?
                """, order.rule, since
            ).all { $0.integer(0) }
        }
        return try statement(
            """
            SELECT alerts.n FROM links CROSS JOIN alerts ON alerts.n = links.n WHERE links.kind = ? AND links.name = ? AND decided >= ?
            """, DeskCodes.code(about.kind, DeskCodes.links), about.name, since
        ).all { $0.integer(0) }
    }

    /// The acts by which the desk says which rules' snoozes are over.
    func snoozesOver(limit: Int, now: Int64) throws -> [DeskRecord] {
        try statement(
            "SELECT id FROM rule_snoozes WHERE told = 0 AND ended IS NULL AND until <= ? LIMIT ?", now, limit
        ).all { ItemID(bytes: $0.blob(0) ?? []).map { .over($0, at: now) } }.compactMap { $0 }
    }
}

extension TeamScope {
    /// As `text` gives it: empty for everything.
    fileprivate init(stored text: String) throws(QueueFilter.Fault) {
        if text.isEmpty { self = .everything } else { try self.init(text) }
    }
}
