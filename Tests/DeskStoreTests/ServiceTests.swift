import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// When alerts of an index are due, by the rules of its desk.
struct ServiceTests {
    private let folder = try! TemporaryFolder()

    private func house(_ act: Int, _ text: String, at: Int64) -> DeskInput {
        .act(
            DeskRecord(
                id: DeskSamples.act(act), item: .house, actor: DeskSamples.person(1), writtenAt: 1,
                act: .house(try! HouseRules(text: text))), offset: Int64(act), timestamp: at)
    }

    private func alert(_ number: Int) -> DeskInput {
        .alert(DeskSamples.facts(number), at: Position(TopicPartition("bank-a.alerts"), Int64(number)))
    }

    @Test("what is open is due by the rules that hold now, whichever came first, and each late alert is told once")
    func ways() throws {
        let rules = "due held 5\ndue stopped 7\nhours mon-sun 00:00-24:00\nescalate"
        let levels = try HouseRules(text: rules).service.levels(over: .standard)
        let start: Int64 = 1_735_689_600_000_000
        for name in ["rules-first", "alerts-first"] {
            let index = try DeskIndex(path: folder.path(name), member: DeskSamples.member)
            let alerts = (0..<30).map(alert)
            let set = house(1, rules, at: start)
            for input in name == "rules-first" ? [set] + alerts : alerts + [set] {
                _ = try index.apply(DeskBatch(inputs: [input], positions: []))
            }
            for number in 0..<30 {
                let row = try #require(try index.alert(DeskSamples.item(number)))
                #expect(row.due == levels.due(row.facts))
            }
            let rows = try index.page(QueueFilter([("whose", "anyone")]), me: nil, now: start).rows
            #expect(
                rows.map {
                    QueueKey(isHeld: $0.facts.isHeld, loss: $0.facts.expectedLoss, due: $0.due, item: $0.facts.item)
                }.isSorted)
            let now = start + 6 * 60_000_000
            let late = (0..<30).filter { levels.due(DeskSamples.facts($0)) <= now }
            let due = try index.dueActs(limit: 100, now: now)
            #expect(Set(due.map(\.item)) == Set(late.map { DeskSamples.item($0) }) && !late.isEmpty && late.count < 30)
            let acts = due.enumerated().map {
                DeskInput.act($0.element, offset: Int64(10 + $0.offset), timestamp: now)
            }
            _ = try index.apply(DeskBatch(inputs: acts, positions: []))
            #expect(try index.dueActs(limit: 100, now: now).isEmpty)
            let page = try index.page(QueueFilter([("whose", "anyone"), ("awaits", "late")]), me: nil, now: now)
            #expect(page.rows.count == late.count)
            // Other rules: what was late already when they came is not told again.
            _ = try index.apply(DeskBatch(inputs: [house(2, "due held 1\nescalate", at: now)], positions: []))
            #expect(try index.dueActs(limit: 100, now: now).isEmpty)
        }
    }

    @Test("a late alert whose verdict was quicker than the word of it is told once it is opened again, and once")
    func openedAgain() throws {
        let index = try DeskIndex(path: folder.path("opened"), member: DeskSamples.member)
        let now: Int64 = 1_767_225_600_000_000
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        func act(_ number: Int, _ act: Act) -> DeskInput {
            .act(
                DeskRecord(
                    id: DeskSamples.act(number), item: DeskSamples.item(1), actor: DeskSamples.person(1),
                    writtenAt: 1, act: act), offset: Int64(number), timestamp: now)
        }
        try apply([house(1, "escalate", at: 5), alert(1)])
        let first = try #require(try index.dueActs(limit: 9, now: now).first)
        try apply([act(2, .judge(Judgement(.fraud))), .act(first, offset: 3, timestamp: now), act(4, .reopen)])
        #expect(try index.alert(DeskSamples.item(1))?.work.lateAt == nil)
        let second = try #require(try index.dueActs(limit: 9, now: now).first)
        try apply([.act(second, offset: 5, timestamp: now)])
        #expect(try index.alert(DeskSamples.item(1))?.work.lateAt == now)
        #expect(try index.dueActs(limit: 9, now: now).isEmpty)
    }

    @Test(
        "a clock that stood is reckoned with whichever topic comes first; what is nearly late is told once of each time"
    )
    func pauses() throws {
        let start: Int64 = 1_735_689_600_000_000
        let minute: Int64 = 60_000_000
        let rules = "due held 30\ndue stopped 60\nwarn 10\nescalate"
        let levels = try HouseRules(text: rules).service.levels(over: .standard)
        func act(_ number: Int, _ act: Act, at: Int64) -> DeskInput {
            .act(
                DeskRecord(
                    id: DeskSamples.act(number), item: DeskSamples.item(1), actor: DeskSamples.person(1), writtenAt: 1,
                    act: act), offset: Int64(number), timestamp: at)
        }
        let acts = [
            house(1, rules, at: start),
            act(2, .aside(.pause(until: start + 20 * minute, .customer)), at: start + 5 * minute),
            act(3, .aside(.resume), at: start + 15 * minute),
            act(4, .aside(.pause(until: start + 40 * minute, .partner)), at: start + 20 * minute),
        ]
        let pauses = [
            Pause(at: start + 5 * minute, until: start + 15 * minute, waitsFor: .customer),
            Pause(at: start + 20 * minute, until: start + 40 * minute, waitsFor: .partner),
        ]
        let facts = DeskSamples.facts(1)
        let due = levels.due(facts, pauses: pauses)
        #expect(due > levels.due(facts) + 29 * minute)
        for (name, inputs) in [("alert-first", [alert(1)] + acts), ("acts-first", acts + [alert(1)])] {
            let index = try DeskIndex(path: folder.path(name), member: DeskSamples.member)
            func apply(_ input: DeskInput) throws { _ = try index.apply(DeskBatch(inputs: [input], positions: [])) }
            for input in inputs { try apply(input) }
            let row = try #require(try index.alert(DeskSamples.item(1)))
            #expect(row.due == due && row.work.pauses == pauses, "\(name)")
            #expect(try index.waiting(now: start + 39 * minute).others == 1)
            #expect(try index.waiting(now: start + 40 * minute).others == 0)
            let others = try QueueFilter([("awaits", "others"), ("whose", "anyone")])
            #expect(try index.page(others, me: nil, now: start + 39 * minute).rows.count == 1)
            #expect(try index.page(others, me: nil, now: start + 40 * minute).rows.isEmpty)
            let soon = try #require(
                levels.soon(
                    isHeld: facts.isHeld, amount: facts.amount, decidedAt: facts.decidedAt, pauses: pauses))
            #expect(try index.dueActs(limit: 9, now: soon - 1).isEmpty)
            let told = try index.dueActs(limit: 9, now: soon)
            #expect(told.map(\.act) == [.soon])
            try apply(.act(try #require(told.first), offset: 10, timestamp: soon))
            #expect(try index.dueActs(limit: 9, now: due - 1).isEmpty)
            #expect(try index.waiting(now: soon).soon == 1)
            let list = try QueueFilter([("awaits", "soon"), ("whose", "anyone")])
            #expect(try index.page(list, me: nil, now: soon).rows.count == 1)
            // The clock stands once more: the warning comes again, of another time.
            try apply(act(11, .aside(.pause(until: soon + 60 * minute, .customer)), at: soon))
            #expect(try index.waiting(now: soon).soon == 0)
            #expect(try index.dueActs(limit: 9, now: due).isEmpty)
            #expect(try index.dueActs(limit: 9, now: soon + 60 * minute).map(\.act) == [.soon])
            let end = try #require(try index.alert(DeskSamples.item(1))).due
            #expect(end == due + 60 * minute)
            #expect(try index.dueActs(limit: 9, now: end).map(\.act) == [.late])
        }
    }
}

extension Array where Element: Comparable {
    fileprivate var isSorted: Bool { self == sorted() }
}
