package import Desk
import LocalStore
import Policy
package import Records

/// A rule's snooze with what it kept back so far: also what people took up since.
package struct SnoozePicture: Hashable, Sendable {
    package var id: ItemID
    package var snooze: RuleSnooze
    package var kept: Int64
    /// Those of them whose payments wait for a person.
    package var held: Int64
    package var sum: MinorUnits
}

/// What a snooze would have kept back of the latest alerts.
package struct SnoozePreview: Hashable, Sendable {
    package var kept = 0
    package var held = 0
    /// Those of them that were found to be frauds.
    package var frauds = 0
    package var sum = MinorUnits(0)
    /// How many alerts of the rule were looked at.
    package var looked = 0

    package init() {}
}

extension DeskIndex {
    /// Most alerts of a rule that a preview looks at, the newest.
    package static let previewLimit = 2000
    /// How far back a preview goes, in microseconds: thirty days.
    package static let previewReach: Int64 = 30 * 86_400_000_000

    package func ruleSnooze(_ id: ItemID) throws -> SnoozePicture? {
        try read { try $0.ruleSnoozes("id = ?", [.bytes(id.bytes)]).first }
    }

    /// The snoozes that are not over, those that end first before others, and the latest that are.
    package func ruleSnoozes(now: Int64, over limit: Int = 50) throws -> (
        running: [SnoozePicture], over: [SnoozePicture]
    ) {
        try read { db in
            (
                try db.ruleSnoozes("ended IS NULL AND until > ? ORDER BY until, id", [.number(now)]),
                try db.ruleSnoozes(
                    "ended IS NOT NULL OR until <= ? ORDER BY coalesce(ended, until) DESC, id LIMIT ?",
                    [.number(now), .number(Int64(limit))])
            )
        }
    }

    /// What a snooze alone would have kept back of the last thirty days.
    package func preview(_ order: RuleSnooze.Order, now: Int64) throws -> SnoozePreview {
        var snooze = RuleSnooze(order, by: .desk, at: now, since: now - Self.previewReach)
        snooze.endedAt = now
        let id = ItemID.house
        return try read { db in
            var preview = SnoozePreview()
            let rows = try db.statement(
                """
                SELECT \(SQLiteStatement.queueColumns) FROM alerts WHERE rank IS NOT NULL AND decided >= ? AND n IN (
                    SELECT n FROM rule_alerts WHERE rule = (SELECT id FROM rules WHERE name = ?) ORDER BY n DESC LIMIT ?)
                """, now - Self.previewReach, order.rule, Self.previewLimit
            ).all { try $0.queueRow() }
            for row in rows {
                guard order.scope == .everything || order.scope.has(row) else { continue }
                preview.looked += 1
                guard RuleSnooze.keeper(of: try db.joined(row), among: [id: snooze]) != nil else { continue }
                preview.kept += 1
                preview.held += row.facts.isHeld ? 1 : 0
                preview.frauds += row.work.state == .closed && row.work.judgement?.finding == .fraud ? 1 : 0
                preview.sum = MinorUnits(preview.sum.value + row.facts.amount.value)
            }
            return preview
        }
    }
}

extension DeskIndex {
    /// How many open alerts are late, nearly so, wait for others, are put aside, and are kept back.
    package struct Waiting: Hashable, Sendable {
        package var late = 0
        package var soon = 0
        package var others = 0
        package var snoozed = 0
        package var kept = 0
    }

    package func waiting(now: Int64) throws -> Waiting {
        try read { db in
            func count(_ index: String, _ condition: String) throws -> Int {
                try db.statement("SELECT count(*) FROM alerts INDEXED BY \(index) WHERE \(condition)").first {
                    Int($0.integer(0))
                } ?? 0
            }
            return Waiting(
                late: try count("late_alerts", "late_at IS NOT NULL AND state = 0"),
                soon: try count("warned_alerts", "state = 0 AND warned_at IS NOT NULL AND late_at IS NULL"),
                others: try count("paused_alerts", "state = 0 AND paused > 0 AND paused > \(now)"),
                snoozed: try count(
                    "aside_alerts", "state = 0 AND rank IS NOT NULL AND aside > 0 AND aside > \(now)"),
                kept: try count("quiet_alerts", "state = 0 AND rank IS NOT NULL AND quiet = 1"))
        }
    }
}
