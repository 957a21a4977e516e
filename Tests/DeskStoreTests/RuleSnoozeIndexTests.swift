import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// What rules' snoozes keep back in an index, against the core on each row, whatever order topics are read in.
struct RuleSnoozeIndexTests {
    private let folder = try! TemporaryFolder()
    private let start: Int64 = 1_735_689_600_000_000
    private let count = 160

    /// Alerts by one or two rules and few customers; every fifth is one by its score, too.
    private func facts(_ number: Int) -> AlertFacts {
        var facts = DeskSamples.facts(number)
        facts.rules = number % 3 == 0 ? ["night", "payee"] : ["night"]
        facts.scoreBand = number % 5 == 0 ? .review : .approve
        facts.customer = DeskSamples.payment(number).customer
        facts.decidedAt = start + Int64(number) * 1000
        return facts
    }

    private func act(_ number: Int, _ act: Act, on item: ItemID? = nil, at: Int64) -> DeskInput {
        .act(
            DeskRecord(
                id: DeskSamples.act(number), item: item ?? ItemID(DeskSamples.act(number).hex)!,
                actor: DeskSamples.person(number), writtenAt: 1, act: act), offset: Int64(number), timestamp: start + at
        )
    }

    private func order(
        _ rule: String, _ kind: LinkKind? = nil, _ name: String = "", until: Int64, scope: TeamScope = .everything
    ) -> Act {
        .ruleSnooze(
            .start(
                RuleSnooze.Order(
                    rule: rule, about: kind.map { .init($0, name) }, until: start + until, reason: "known", scope: scope
                )))
    }

    private func acts() throws -> [DeskInput] {
        [
            act(
                1, .house(try HouseRules(text: "sample snoozed 500\nsample declined 500\nescalate")), on: .house, at: 0),
            act(2, order("payee", until: 150_000), at: 20_000),
            act(3, order("night", .customer, "c-3", until: 155_000), at: 5_000),
            act(4, order("night", .device, "d-5", until: 120_000), at: 6_000),
            act(5, order("night", until: 100_000, scope: try TeamScope("kind=transfer,card")), at: 40_000),
            act(6, .ruleSnooze(.end), on: ItemID(DeskSamples.act(5).hex), at: 80_000),
        ]
    }

    private func payments(_ numbers: Range<Int>) -> [DeskInput] {
        numbers.flatMap { number in
            [
                DeskInput.payment(DeskSamples.payment(number), at: SourcePosition(offset: Int64(number))),
                .decision(
                    DeskSamples.item(number), of: SourcePosition(offset: Int64(number)), band: facts(number).band,
                    probability: 0.1, at: facts(number).decidedAt),
            ]
        }
    }

    private func alerts(_ numbers: Range<Int>) -> [DeskInput] {
        numbers.map { .alert(facts($0), at: Position(TopicPartition("bank-a.alerts"), Int64($0))) }
    }

    private func pages(_ index: DeskIndex, _ parameters: [(name: String, value: String)]) throws -> [QueueRow] {
        var rows: [QueueRow] = []
        var place: String?
        repeat {
            let page = try index.page(QueueFilter(parameters), me: nil, now: start, behind: place, limit: 13)
            rows += page.rows
            place = page.next
        } while place != nil
        return rows
    }

    @Test(
        "whichever topic comes first, the same alerts are kept back, counted and drawn from: those that the core keeps")
    func orders() throws {
        var ledger = DeskLedger()
        for case .act(let record, _, let timestamp) in try acts() { ledger.take(record, timestamp: timestamp) }
        var expected: [ItemID: ItemID] = [:]
        for number in 0..<count {
            let payment = DeskSamples.payment(number)
            var row = QueueRow(facts: facts(number), kind: payment.kind, channel: payment.channel)
            for kind in LinkKind.allCases { row.entities[kind] = kind.name(in: payment) }
            if let keeper = RuleSnooze.keeper(of: row, among: ledger.ruleSnoozes) { expected[row.facts.item] = keeper }
        }
        #expect(Set(expected.values).count == 3 && expected.count > 10)
        let (acts, payments, alerts) = (try acts(), payments(0..<count), alerts(0..<count))
        var due: [Set<DeskRecord>] = []
        for (name, inputs) in [
            ("acts-first", acts + payments + alerts), ("alerts-first", alerts + payments + acts),
            ("payments-last", alerts + acts + payments), ("acts-last", payments + alerts + acts),
        ] {
            let index = try DeskIndex(path: folder.path(name), member: DeskSamples.member)
            for input in inputs { _ = try index.apply(DeskBatch(inputs: [input], positions: [])) }
            let rows = try pages(index, [("shown", "kept")])
            #expect(Dictionary(uniqueKeysWithValues: rows.map { ($0.facts.item, $0.kept) }) == expected, "\(name)")
            #expect(rows.count == expected.count)
            #expect(rows.map { QueueKey($0.facts, levels: .standard) }.isSorted)
            let open = try pages(index, [("whose", "anyone")])
            #expect(open.count == count - expected.count && open.allSatisfy { expected[$0.facts.item] == nil })
            let few = try pages(index, [("shown", "kept"), ("rule", "payee"), ("at_least", "200")])
            #expect(
                Set(few)
                    == Set(rows.filter { $0.facts.rules.contains("payee") && !($0.facts.amount < MinorUnits(20_000)) }))
            let snoozes = try index.ruleSnoozes(now: start + 110_000)
            #expect(snoozes.running.count == 3 && snoozes.over.count == 1)
            for picture in snoozes.running + snoozes.over {
                let own = rows.filter { $0.kept == picture.id }
                #expect(picture.kept == Int64(own.count) && picture.held == Int64(own.count { $0.facts.isHeld }))
                #expect(picture.sum.value == own.reduce(0) { $0 + $1.facts.amount.value })
                #expect(picture.snooze == ledger.ruleSnoozes[picture.id])
            }
            // None of them is late, nor work that is left.
            let asked = try index.dueActs(limit: 1000, now: start + 999_000_000_000)
            #expect(asked.filter { $0.act == .late }.allSatisfy { expected[$0.item] == nil })
            let figures = try index.figures(0...100_000, of: .everything, people: false)
            #expect(figures.backlog.reduce(0) { $0 + $1.count } == Int64(count - expected.count))
            #expect(figures.total.kept == Int64(expected.count))
            due.append(Set(asked.filter { if case .raise = $0.act { true } else { false } }))
            let drawn = try HouseRules(text: "sample snoozed 500")
            var salted = drawn
            salted.salt = DeskSamples.act(1).hex
            let snoozed = expected.keys.filter { salted.drawn($0, of: .snoozed) != nil }
            #expect(
                Set(due[due.count - 1].filter { $0.drawnStratum == .snoozed }.map(\.item)) == Set(snoozed), "\(name)")
            #expect(due[due.count - 1].filter { $0.drawnStratum == .declined }.allSatisfy { expected[$0.item] == nil })
        }
        #expect(Set(due).count == 1)
    }

    @Test("what is drawn of what is kept back comes into the queue, and counts in its stratum")
    func drawn() throws {
        let index = try DeskIndex(path: folder.path("drawn"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        try apply(acts() + payments(0..<count) + alerts(0..<count))
        let kept = try pages(index, [("shown", "kept")]).count
        let due = try index.dueActs(limit: 1000, now: start).filter { $0.drawnStratum == .snoozed }
        try apply(due.enumerated().map { .act($0.element, offset: Int64(100 + $0.offset), timestamp: start + 200_000) })
        #expect(!due.isEmpty)
        #expect(try pages(index, [("shown", "kept")]).count == kept - due.count)
        let samples = try pages(index, [("origin", "sample"), ("whose", "anyone")])
        #expect(Set(samples.map(\.facts.item)) == Set(due.map(\.item)))
        let groups = try index.samples(drawn: start..<start + 999_000_000)
        #expect(groups.map(\.drawn) == [due.count] && groups.first?.sample.stratum == .snoozed)
        #expect(try index.dueActs(limit: 1000, now: start).allSatisfy { $0.drawnStratum != .snoozed })
        // A claim takes another one out.
        let one = try #require(try pages(index, [("shown", "kept")]).first)
        try apply([act(90, .claim(lease: 60), on: one.facts.item, at: 300_000)])
        #expect(try pages(index, [("shown", "kept")]).count == kept - due.count - 1)
    }

    @Test(
        "a snooze whose time is over is told once, one that was ended not at all; a preview says what it would have kept"
    )
    func over() throws {
        let index = try DeskIndex(path: folder.path("over"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        try apply(payments(0..<count) + alerts(0..<count))
        let order = RuleSnooze.Order(
            rule: "night", about: .init(.customer, "c-3"), until: start + 500_000, reason: "known")
        let preview = try index.preview(order, now: start + 400_000)
        let expected = (0..<count).map { facts($0) }.filter {
            $0.customer == "c-3" && $0.isByRules && $0.rules == ["night"]
        }
        #expect(preview.looked == count && preview.kept == expected.count && !expected.isEmpty)
        #expect(preview.held == expected.count { $0.isHeld })
        #expect(preview.sum.value == expected.reduce(0) { $0 + $1.amount.value })
        try apply(acts())
        func told(_ now: Int64) throws -> [DeskRecord] {
            try index.dueActs(limit: 1000, now: now).filter { $0.act == .ruleSnooze(.over) }
        }
        #expect(try told(start + 119_999).isEmpty)
        #expect(try told(start + 120_000).map(\.item) == [ItemID(DeskSamples.act(4).hex)])
        let all = try told(start + 999_000)
        #expect(all.count == 3)
        try apply(all.enumerated().map { .act($0.element, offset: Int64(100 + $0.offset), timestamp: start + 999_000) })
        #expect(try told(start + 999_000).isEmpty)
    }
}

extension DeskRecord {
    fileprivate var drawnStratum: Sample.Stratum? {
        if case .raise(_, _, let sample) = act { sample?.stratum } else { nil }
    }
}

extension Array where Element: Comparable {
    fileprivate var isSorted: Bool { self == sorted() }
}
