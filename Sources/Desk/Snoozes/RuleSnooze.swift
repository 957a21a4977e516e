import Policy
import Records

/// Alerts of one rule that are kept back for a time: of one name, or all of the rule's. What is decided of payments stays as it is,
/// and what is kept back stays to be seen; only lists of what waits for people go without it.
package struct RuleSnooze: Hashable, Sendable {
    /// What is asked for.
    package struct Order: Hashable, Sendable {
        /// The id of a live rule.
        package var rule: String
        /// Whose alerts; nil for all of the rule's.
        package var about: QueueFilter.NamedEntity?
        /// By the log's clock, in microseconds since 1970.
        package var until: Int64
        package var reason: String
        /// The alerts of its asker's team: it keeps no other back.
        package var scope: TeamScope

        package init(
            rule: String, about: QueueFilter.NamedEntity?, until: Int64, reason: String,
            scope: TeamScope = .everything
        ) {
            self.rule = rule
            self.about = about
            self.until = until
            self.reason = reason
            self.scope = scope
        }

        /// The longest time from when it is asked for, in microseconds.
        package var longest: Int64 { about == nil ? RuleSnooze.longestOfRule : AsideAct.longest }
    }

    package let order: Order
    /// Rises with each change that others have to see first; 1 when it is asked for.
    package var version: Int64 = 1
    package var askedBy: Actor
    /// This and the others by the log's clock, in microseconds since 1970.
    package var askedAt: Int64
    /// Since when it holds; nil while it waits for a second person, and where none agreed.
    package var since: Int64?
    /// Nil where none was needed.
    package var confirmedBy: Actor?
    /// When a person ended it, before its time; nil where nobody did.
    package var endedAt: Int64?
    package var endedBy: Actor?
    /// Whether the desk has said that its time is over.
    package var isTold = false

    package init(_ order: Order, by actor: Actor, at now: Int64, since: Int64?) {
        self.order = order
        askedBy = actor
        askedAt = now
        self.since = since
    }

    /// Seven days.
    package static let longestOfRule: Int64 = 7 * 86_400_000_000
    /// Most bytes of a reason, and most snoozes that are not over.
    package static let reasonLimit = 200
    package static let limit = 500

    /// - Throws: why there is none: its time is over, or too far away.
    init(asking order: Order, by actor: Actor, at now: Int64, house: HouseRules) throws(Work.Refusal) {
        guard order.until > now, order.until <= now + order.longest else { throw .badTime }
        // All of a rule's alerts are more than one person's to keep back, where the desk has verdicts of two.
        self.init(order, by: actor, at: now, since: order.about == nil && house.fourEyes != nil ? nil : now)
    }

    package func isOver(at now: Int64) -> Bool { endedAt != nil || order.until <= now }
    package func isWaiting(at now: Int64) -> Bool { since == nil && !isOver(at: now) }

    /// What an act on it would do.
    ///
    /// - Throws: why it does nothing; the snooze is as it was then.
    package mutating func take(_ record: DeskRecord, at now: Int64) throws(Work.Refusal) {
        if let expects = record.expects, expects != version { throw .changed }
        if case .ruleSnooze(.over) = record.act {
            guard endedAt == nil, order.until <= now, !isTold else { throw .over }
            isTold = true
            return version += 1
        }
        guard !isOver(at: now) else { throw .over }
        switch record.act {
        case .ruleSnooze(.end): (endedAt, endedBy) = (now, record.actor)
        case .confirm:
            guard since == nil else { throw .notProposed }
            guard record.actor.isSecond(to: askedBy) else { throw .ownProposal }
            (since, confirmedBy) = (now, record.actor)
        case .object:
            guard since == nil else { throw .notProposed }
            (endedAt, endedBy) = (now, record.actor)
        default: throw .noSuchAct
        }
        version += 1
    }

    /// Whether an alert is one that the rule is silent on. It goes by when the alert was decided, so that it does not matter who
    /// reads which record first.
    package func covers(_ row: QueueRow) -> Bool {
        guard let since, row.facts.rules.contains(order.rule), order.scope.has(row),
            row.facts.decidedAt >= since, row.facts.decidedAt < min(order.until, endedAt ?? .max)
        else { return false }
        return order.about.map { row.entities[$0.kind] == $0.name } ?? true
    }

    /// The snooze that keeps an alert back; nil where none does. One does where each rule that matched is silent on it, and it
    /// would be no alert by its score alone: what another rule or the score found is never touched.
    package static func keeper(of row: QueueRow, among snoozes: [ItemID: RuleSnooze]) -> ItemID? {
        guard row.facts.isByRules else { return nil }
        let keepers = row.facts.rules.map { rule in
            snoozes.filter { $0.value.order.rule == rule && $0.value.covers(row) }.keys.min()
        }
        return keepers.contains(nil) ? nil : keepers.first ?? nil
    }
}

/// What is done to a rule's snooze.
package enum SnoozeAct: Hashable, Sendable {
    /// Begins one, whose id is the act's own.
    case start(RuleSnooze.Order)
    /// Ends it before its time.
    case end
    /// The desk itself says that its time is over.
    case over

    /// The word in a record's type.
    package var word: String {
        switch self {
        case .start: "rule-snooze"
        case .end: "rule-snooze-end"
        case .over: "rule-snooze-over"
        }
    }
}

extension DeskRecord {
    /// The record by which the desk itself says that a rule's snooze is over, once.
    package static func over(_ snooze: ItemID, at now: Int64) -> DeskRecord {
        DeskRecord(
            id: ActID(of: "rule snooze over", [snooze.bytes]), item: snooze, actor: .desk, writtenAt: now,
            act: .ruleSnooze(.over))
    }
}
