import Desk
import Policy
import Records
import Support
import Testing

/// What becomes of a rule's snooze by each act in each state, and which alerts it is silent on, against plain rules.
@Suite("A rule's snooze, act by act")
struct RuleSnoozeTableTests {
    private static let day: Int64 = 86_400_000_000
    private static let start: Int64 = 1_735_689_600_000_000
    private static let until = start + 7 * day
    private let cal = Actor(.person, "cal")!
    private let robot = Actor(.service, "robot")!

    private static func order(
        _ rule: String = "night", about: QueueFilter.NamedEntity? = nil, until: Int64 = until,
        scope: TeamScope = .everything
    ) -> RuleSnooze.Order {
        RuleSnooze.Order(rule: rule, about: about, until: until, reason: "known", scope: scope)
    }

    // MARK: Acts

    /// The states that a snooze can be in.
    enum State: CaseIterable {
        case waiting, holding, confirmed, ended, turnedDown, over, overUnconfirmed, told

        var isLate: Bool { self == .over || self == .overUnconfirmed || self == .told }
    }

    private func snooze(_ state: State) -> RuleSnooze {
        var snooze = RuleSnooze(Self.order(), by: ana, at: Self.start, since: Self.start)
        switch state {
        case .waiting, .overUnconfirmed: snooze.since = nil
        case .holding, .over: break
        case .confirmed: (snooze.since, snooze.confirmedBy) = (Self.start + 5, ben)
        case .ended: (snooze.endedAt, snooze.endedBy) = (Self.start + 9, ben)
        case .turnedDown: (snooze.since, snooze.endedAt, snooze.endedBy) = (nil, Self.start + 9, ben)
        case .told: snooze.isTold = true
        }
        return snooze
    }

    /// What an act of somebody does, said plainly; nil where it does something.
    private func refusal(_ act: Act, by actor: Actor, in state: State) -> Work.Refusal? {
        switch act {
        case .ruleSnooze(.over): state == .over || state == .overUnconfirmed ? nil : .over
        case _ where state.isLate || state == .ended || state == .turnedDown: .over
        case .ruleSnooze(.end): nil
        case .confirm where state == .waiting: actor.kind == .person && actor != ana ? nil : .ownProposal
        case .object where state == .waiting: nil
        case .confirm, .object: .notProposed
        default: .noSuchAct
        }
    }

    private var acts: [Act] {
        [
            .ruleSnooze(.end), .ruleSnooze(.over), .confirm, .object, .note("x"), .release, .reopen, .claim(lease: 60),
            .judge(Judgement(.fraud)), .ruleSnooze(.start(Self.order())), .late, .filter(.drop), .file(.unlink),
            .aside(.wake(nil)), .bulk(.cancel),
        ]
    }

    @Test(
        "each act of each person in each state is done or refused as the table says, and a refused one changes nothing",
        arguments: State.allCases)
    func table(_ state: State) {
        let now = state.isLate ? Self.until : Self.until - 1
        for act in acts {
            for actor in [ana, ben, cal, robot, .desk] {
                let before = snooze(state)
                var snooze = before
                let wanted = refusal(act, by: actor, in: state)
                do {
                    try snooze.take(record(1, by: actor, act), at: now)
                    #expect(wanted == nil, "\(act.word) by \(actor)")
                    #expect(snooze.version == before.version + 1 && snooze.order == before.order)
                } catch {
                    #expect(error == wanted, "\(act.word) by \(actor)")
                    #expect(snooze == before)
                }
                // Who saw another version changes nothing, whatever the act.
                var other = before
                #expect(throws: Work.Refusal.changed) {
                    try other.take(record(1, by: actor, expects: before.version + 1, act), at: now)
                }
                #expect(other == before)
            }
        }
    }

    @Test("who ended it, who agreed and since when it holds stand in it, and the desk says that it is over once")
    func marks() throws {
        var one = snooze(.waiting)
        #expect(one.isWaiting(at: Self.until - 1) && !one.isWaiting(at: Self.until))
        try one.take(record(1, by: ben, expects: 1, .confirm), at: Self.start + 3)
        #expect(one.since == Self.start + 3 && one.confirmedBy == ben && !one.isWaiting(at: Self.start + 3))
        try one.take(record(2, by: cal, expects: 2, .ruleSnooze(.end)), at: Self.start + 4)
        #expect(one.endedBy == cal && one.endedAt == Self.start + 4 && one.isOver(at: Self.start))
        var other = snooze(.waiting)
        try other.take(record(1, by: ana, .object), at: Self.start + 3)
        #expect(other.endedBy == ana && other.since == nil && other.isOver(at: Self.start + 3))
        var third = snooze(.holding)
        #expect(!third.isOver(at: Self.until - 1) && third.isOver(at: Self.until))
        try third.take(.over(item(3), at: 0), at: Self.until)
        #expect(third.isTold && third.endedAt == nil && third.endedBy == nil)
        #expect(throws: Work.Refusal.over) { try third.take(.over(item(3), at: 0), at: Self.until) }
        #expect(DeskRecord.over(item(3), at: 1).id == DeskRecord.over(item(3), at: 2).id)
        #expect(DeskRecord.over(item(3), at: 1).id != DeskRecord.over(item(4), at: 1).id)
        #expect(DeskRecord.over(item(3), at: 1).actor == .desk)
    }

    @Test("one may be asked for up to its longest time from now, of a name ninety days and of a rule seven")
    func times() throws {
        let name = QueueFilter.NamedEntity(.customer, "c-1")
        for (about, days) in [(name, 90), (nil, 7)] as [(QueueFilter.NamedEntity?, Int64)] {
            for (time, isTaken) in [
                (0, false), (-1, false), (1, true), (days * Self.day, true), (days * Self.day + 1, false),
                (.min / 2, false),
            ] as [(Int64, Bool)] {
                var ledger = DeskLedger()
                let order = Self.order(about: about, until: Self.start + time)
                let asked = record(1, on: ItemID(act(1).hex)!, .ruleSnooze(.start(order)))
                let outcome = ledger.take(asked, timestamp: Self.start)
                #expect(outcome == (isTaken ? .done(version: 1) : .refused(.badTime)), "\(time)")
                #expect(ledger.ruleSnoozes.count == (isTaken ? 1 : 0))
                let snooze = ledger.ruleSnoozes[ItemID(act(1).hex)!]
                #expect(
                    !isTaken || snooze?.askedBy == ana && snooze?.askedAt == Self.start && snooze?.since == Self.start)
            }
        }
    }

    @Test("one of the same rule, name and team there is once; of another of the three there may be one beside it")
    func oneOfAKind() throws {
        var ledger = DeskLedger()
        var orders: [RuleSnooze.Order] = []
        for rule in ["a", "b"] {
            for about in [nil, QueueFilter.NamedEntity(.customer, "c-1"), .init(.card, "c-1"), .init(.customer, "c-2")]
            {
                for scope in [TeamScope.everything, try TeamScope("kind=card")] {
                    orders.append(Self.order(rule, about: about, scope: scope))
                }
            }
        }
        for (number, order) in (orders + orders).enumerated() {
            let asked = record(number, on: ItemID(act(number).hex)!, .ruleSnooze(.start(order)))
            let isFirst = number < orders.count
            #expect(
                ledger.take(asked, timestamp: Self.start) == (isFirst ? .done(version: 1) : .refused(.snoozeExists)))
        }
        #expect(ledger.ruleSnoozes(at: Self.until - 1).count == 16 && ledger.ruleSnoozes(at: Self.until).isEmpty)
    }

    // MARK: Alerts

    @Test(
        "a snooze is silent on an alert, and keeps it, exactly where all of its conditions hold",
        arguments: 1...12 as ClosedRange<UInt64>)
    func covers(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let scopes = [TeamScope.everything, try TeamScope("kind=card"), try TeamScope("band=review&at_most=100")]
        func pick<T>(_ all: [T]) -> T { all[Int.random(in: 0..<all.count, using: &random)] }
        func time() -> Int64 { Self.start + Int64.random(in: -2...12, using: &random) }
        for _ in 0..<150 {
            var snoozes: [ItemID: RuleSnooze] = [:]
            for number in 1...UInt8.random(in: 1...5, using: &random) {
                let about = pick([nil, QueueFilter.NamedEntity(.customer, "c-1"), .init(.card, "x")])
                var snooze = RuleSnooze(
                    Self.order(pick(["a", "b", "c"]), about: about, until: time(), scope: pick(scopes)), by: ana,
                    at: Self.start, since: pick([nil, time()]))
                snooze.endedAt = pick([nil, nil, time()])
                snoozes[item(number)] = snooze
            }
            let rules = pick([[], ["a"], ["b"], ["a", "b"], ["c", "a"], ["a", "b", "c"], ["d"]])
            var facts = facts(
                9, band: pick([.review, .decline]), amount: pick([5_000, 10_000, 10_001]), decidedAt: time(),
                rules: rules)
            facts.scoreBand = pick(Band.allCases)
            let row = QueueRow(
                facts: facts, kind: pick([nil, .card, .transfer]),
                entities: pick([[:], [.customer: "c-1"], [.customer: "c-2", .card: "X"], [.card: "x"]]))
            func isSilent(_ snooze: RuleSnooze) -> Bool {
                guard let since = snooze.since, rules.contains(snooze.order.rule), snooze.order.scope.has(row) else {
                    return false
                }
                if facts.decidedAt < since || facts.decidedAt >= snooze.order.until { return false }
                if let ended = snooze.endedAt, facts.decidedAt >= ended { return false }
                if let about = snooze.order.about { return row.entities[about.kind] == about.name }
                return true
            }
            for snooze in snoozes.values { #expect(snooze.covers(row) == isSilent(snooze)) }
            var keepers: [ItemID?] = []
            for rule in rules {
                keepers.append(snoozes.filter { $0.value.order.rule == rule && isSilent($0.value) }.map(\.key).min())
            }
            let isKept = facts.scoreBand < .review && !rules.isEmpty && !keepers.contains(nil)
            #expect(RuleSnooze.keeper(of: row, among: snoozes) == (isKept ? keepers[0] : nil))
            #expect(facts.isByRules == (facts.scoreBand < .review && !rules.isEmpty))
        }
    }
}
