import Desk
import Policy
import Records
import Support
import Testing

/// Rules whose alerts are kept back for a time.
struct RuleSnoozeTests {
    private let day: Int64 = 86_400_000_000
    private let start: Int64 = 1_735_689_600_000_000

    private func order(
        _ rule: String = "night", about name: String? = "c-1", days: Int64 = 7, scope: TeamScope = .everything
    ) -> RuleSnooze.Order {
        RuleSnooze.Order(
            rule: rule, about: name.map { .init(.customer, $0) }, until: start + days * day, reason: "known",
            scope: scope)
    }

    private func id(_ number: Int) -> ItemID { ItemID(DeskTests.act(number).hex)! }

    private func ask(
        _ ledger: inout DeskLedger, _ number: Int, _ act: Act, on item: ItemID? = nil, by actor: Actor = ana,
        expects: Int64? = nil, at now: Int64
    ) -> DeskLedger.Outcome {
        ledger.take(
            record(number, by: actor, on: item ?? id(number), expects: expects, act), timestamp: now)
    }

    /// An alert by rules alone.
    private func row(_ rules: [String], decidedAt: Int64, score: Band = .approve, customer: String = "c-1") -> QueueRow
    {
        var facts = facts(1, decidedAt: decidedAt, rules: rules)
        (facts.scoreBand, facts.customer) = (score, customer)
        return QueueRow(facts: facts, kind: .card, entities: [.customer: customer])
    }

    @Test("a snooze has an end that is not too far away, less far for a whole rule, and there is one of a kind")
    func limits() {
        var ledger = DeskLedger()
        for (number, order, outcome) in [
            (1, order(days: 0), .refused(.badTime)), (2, order(days: 91), .refused(.badTime)),
            (3, order(about: nil, days: 8), .refused(.badTime)), (4, order(days: 90), .done(version: 1)),
            (5, order(days: 3), .refused(.snoozeExists)), (6, order(about: nil, days: 7), .done(version: 1)),
            (7, order("other"), .done(version: 1)),
        ] as [(Int, RuleSnooze.Order, DeskLedger.Outcome)] {
            #expect(ask(&ledger, number, .ruleSnooze(.start(order)), at: start) == outcome, "\(number)")
        }
        #expect(
            ask(&ledger, 8, .ruleSnooze(.start(order("x"))), on: DeskTests.item(1), at: start) == .refused(.noSuchAct))
        #expect(ask(&ledger, 9, .ruleSnooze(.end), on: id(1), at: start) == .refused(.missing))
        // Once its time is over there may be another.
        #expect(
            ask(&ledger, 10, .ruleSnooze(.start(order("other", days: 60))), at: start + 7 * day) == .done(version: 1))
        for number in 100..<598 {
            _ = ask(&ledger, number, .ruleSnooze(.start(order("r\(number)", days: 90))), at: start + 8 * day)
        }
        #expect(ask(&ledger, 99, .ruleSnooze(.start(order("full", days: 9))), at: start + 8 * day) == .refused(.full))
    }

    @Test("a snooze is ended by a person before its time, and told by the desk to be over behind it, once")
    func ends() throws {
        var ledger = DeskLedger()
        for number in 1...2 {
            _ = ask(&ledger, number, .ruleSnooze(.start(order("r\(number)", days: 1))), at: start)
        }
        #expect(ask(&ledger, 3, .ruleSnooze(.end), on: id(1), expects: 0, at: start + 1) == .refused(.changed))
        #expect(ask(&ledger, 4, .ruleSnooze(.end), on: id(1), by: ben, expects: 1, at: start + 2) == .done(version: 2))
        #expect(ask(&ledger, 5, .ruleSnooze(.end), on: id(1), at: start + 3) == .refused(.over))
        #expect(ledger.ruleSnoozes[id(1)]?.endedBy == ben)
        for (number, actor) in [(1, 10), (2, 20)] {
            let over = DeskRecord.over(id(number), at: 1)
            #expect(ledger.take(over, timestamp: start + 4).self == .refused(.over), "\(actor)")
        }
        let over = Act.ruleSnooze(.over)
        #expect(ask(&ledger, 30, over, on: id(2), by: .desk, at: start + day) == .done(version: 2))
        #expect(ask(&ledger, 31, over, on: id(2), by: .desk, at: start + day) == .refused(.over))
        #expect(ask(&ledger, 32, .ruleSnooze(.end), on: id(2), at: start + day) == .refused(.over))
    }

    @Test("all of a rule waits for a second person where verdicts do, and holds from then on")
    func second() throws {
        var ledger = DeskLedger()
        _ = ask(&ledger, 1, .house(try HouseRules(text: "four_eyes 100")), on: .house, at: start)
        for number in 2...4 {
            _ = ask(&ledger, number, .ruleSnooze(.start(order("r\(number)", about: nil, days: 7))), at: start + 5)
        }
        _ = ask(&ledger, 5, .ruleSnooze(.start(order("r5"))), at: start + 5)
        #expect(ledger.ruleSnoozes[id(2)]?.since == nil && ledger.ruleSnoozes[id(5)]?.since == start + 5)
        #expect(ask(&ledger, 6, .confirm, on: id(5), by: ben, at: start + 6) == .refused(.notProposed))
        #expect(ask(&ledger, 7, .confirm, on: id(2), at: start + 6) == .refused(.ownProposal))
        #expect(
            ask(&ledger, 8, .confirm, on: id(2), by: Actor(.service, "robot")!, at: start + 6) == .refused(.ownProposal)
        )
        #expect(!(ledger.ruleSnoozes[id(2)]!.covers(row(["r2"], decidedAt: start + 6))))
        #expect(ask(&ledger, 9, .confirm, on: id(2), by: ben, at: start + 7) == .done(version: 2))
        #expect(ledger.ruleSnoozes[id(2)]!.covers(row(["r2"], decidedAt: start + 7)))
        #expect(!ledger.ruleSnoozes[id(2)]!.covers(row(["r2"], decidedAt: start + 6)))
        #expect(ask(&ledger, 10, .object, on: id(3), by: ben, at: start + 7) == .done(version: 2))
        #expect(ask(&ledger, 11, .confirm, on: id(3), by: ben, at: start + 7) == .refused(.over))
        // Nobody agreed in time.
        #expect(ask(&ledger, 12, .confirm, on: id(4), by: ben, at: start + 7 * day) == .refused(.over))
    }

    @Test("an alert is kept back where all its rules are silent on it, and the score alone would have made none")
    func keeper() throws {
        func snooze(_ order: RuleSnooze.Order, ended: Int64? = nil) -> RuleSnooze {
            var snooze = RuleSnooze(order, by: ana, at: start, since: start)
            snooze.endedAt = ended
            return snooze
        }
        let card = try TeamScope("kind=card")
        let transfer = try TeamScope("kind=transfer")
        let one = [id(1): snooze(order())]
        for (row, snoozes, keeper) in [
            (row(["night"], decidedAt: start), one, id(1)), (row(["night"], decidedAt: start - 1), one, nil),
            (row(["night"], decidedAt: start + 7 * day - 1), one, id(1)),
            (row(["night"], decidedAt: start + 7 * day), one, nil),
            (row(["night"], decidedAt: start + 5), [id(1): snooze(order(), ended: start + 5)], nil),
            (row(["night"], decidedAt: start + 4), [id(1): snooze(order(), ended: start + 5)], id(1)),
            (row(["night"], decidedAt: start, customer: "c-2"), one, nil),
            (row(["night"], decidedAt: start, customer: "c-2"), [id(1): snooze(order(about: nil))], id(1)),
            (row(["night", "payee"], decidedAt: start), one, nil),
            (
                row(["night", "payee"], decidedAt: start), [id(1): snooze(order()), id(2): snooze(order("payee"))],
                id(1)
            ),
            (
                row(["payee", "night"], decidedAt: start), [id(1): snooze(order()), id(2): snooze(order("payee"))],
                id(2)
            ),
            (row(["night"], decidedAt: start), [id(2): snooze(order()), id(1): snooze(order(about: nil))], id(1)),
            (row(["night"], decidedAt: start, score: .challenge), one, id(1)),
            (row(["night"], decidedAt: start, score: .review), one, nil),
            (row(["night"], decidedAt: start, score: .decline), one, nil), (row([], decidedAt: start), one, nil),
            (row(["night"], decidedAt: start), [id(1): snooze(order(scope: card))], id(1)),
            (row(["night"], decidedAt: start), [id(1): snooze(order(scope: transfer))], nil),
            (row(["night"], decidedAt: start), [:], nil),
        ] as [(QueueRow, [ItemID: RuleSnooze], ItemID?)] {
            #expect(RuleSnooze.keeper(of: row, among: snoozes) == keeper, "\(row.facts.rules) \(row.facts.decidedAt)")
        }
    }

    @Test("what is kept back is in the list of such alone, until somebody changes something or a sample draws it")
    func filters() throws {
        var row = row(["night"], decidedAt: start)
        row.kept = id(1)
        func lists(_ row: QueueRow) throws -> [String] {
            try QueueFilter.Shown.allCases.map(\.rawValue).filter { shown in
                try QueueFilter([("shown", shown), ("whose", "anyone")]).matches(row, me: ana, now: start)
            }
        }
        #expect(try lists(row) == ["kept"])
        var (claimed, drawn) = (row, row)
        try claimed.work.take(record(1, .claim(lease: 60)), at: start)
        try drawn.work.take(
            record(
                1, by: .desk, .raise(SourcePosition(offset: 1), transaction: "t", sample: Sample(.snoozed, perMille: 9))
            ),
            at: start)
        #expect(try lists(claimed) == ["open"])
        #expect(try lists(drawn) == ["open"])
        try claimed.work.take(record(2, .judge(Judgement(.fraud))), at: start)
        #expect(try lists(claimed) == ["closed"])
    }
}
