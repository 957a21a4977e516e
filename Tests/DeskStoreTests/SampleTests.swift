import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// What is drawn at random, whatever order topics are read in.
struct SampleTests {
    private let folder = try! TemporaryFolder()
    private let rules = "sample approved 200\nsample declined 500"

    private func item(_ number: Int) -> ItemID { DeskSamples.item(number) }

    private func band(_ number: Int) -> Band { [.approve, .challenge, .review, .decline][number % 4] }

    private func payment(_ number: Int) -> [DeskInput] {
        let source = SourcePosition(offset: Int64(number))
        return [
            .payment(DeskSamples.payment(number), at: source),
            .decision(item(number), of: source, band: band(number), probability: 0.1, at: Int64(number)),
        ]
    }

    private func house(_ act: Int, _ text: String, at: Int64) -> DeskInput {
        .act(
            DeskRecord(
                id: DeskSamples.act(act), item: .house, actor: DeskSamples.person(1), writtenAt: 1,
                act: .house(try! HouseRules(text: text))), offset: Int64(act), timestamp: at)
    }

    private func drawn(_ name: String, _ inputs: [DeskInput]) throws -> Set<DeskRecord> {
        let index = try DeskIndex(path: folder.path(name), member: DeskSamples.member)
        for input in inputs { _ = try index.apply(DeskBatch(inputs: [input], positions: [])) }
        return Set(try index.dueActs(limit: 10_000, now: 5))
    }

    @Test("what is drawn follows from decisions and the rules then in force, whatever came first")
    func orders() throws {
        let payments = (0..<400).flatMap(payment)
        let (first, second) = (house(1, rules, at: 100), house(2, "sample approved 900", at: 300))
        let live = try drawn(
            "live", Array(payments[..<200]) + [first] + payments[200..<600] + [second] + payments[600...])
        let rebuilt = try drawn("decisions-first", payments + [first, second])
        #expect(rebuilt == live)
        var (one, two) = (try HouseRules(text: rules), try HouseRules(text: "sample approved 900"))
        (one.salt, two.salt) = (DeskSamples.act(1).hex, DeskSamples.act(2).hex)
        let expected = (0..<400).compactMap { number -> DeskRecord? in
            guard number >= 100 else { return nil }
            let rules = number < 300 ? one : two
            let stratum: Sample.Stratum? = [.approved, .approved, nil, .declined][number % 4]
            guard let sample = stratum.flatMap({ rules.drawn(item(number), of: $0) }) else { return nil }
            return .drawn(
                item(number), at: SourcePosition(offset: Int64(number)),
                transaction: DeskSamples.payment(number).id, sample, at: 5)
        }
        #expect(expected.count > 50)
        #expect(live == Set(expected))
    }

    @Test("what was drawn is asked for once, also where it is refused, and not before its payment is there")
    func once() throws {
        let index = try DeskIndex(path: folder.path("once"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        try apply([house(1, "sample approved 1000", at: 0), payment(0)[1], payment(1)[1]])
        #expect(try index.dueActs(limit: 10, now: 5).isEmpty)
        try apply([payment(0)[0], payment(1)[0]])
        let due = try index.dueActs(limit: 10, now: 5)
        #expect(due.map(\.item) == [item(0), item(1)])
        try apply(due.enumerated().map { .act($0.element, offset: Int64(10 + $0.offset), timestamp: 6) })
        #expect(try index.dueActs(limit: 10, now: 5).isEmpty)
        // Rules that are set again ask for nothing that was drawn before.
        try apply([house(3, "sample approved 1000", at: 7)])
        #expect(try index.dueActs(limit: 10, now: 8).isEmpty)
        let page = try index.page(QueueFilter([("origin", "sample")]), me: nil, now: 9)
        #expect(Set(page.rows.map(\.facts.item)) == [item(0), item(1)])
    }

    @Test("what has come before its decision, or whose decision comes again, is not asked for")
    func actsFirst() throws {
        let index = try DeskIndex(path: folder.path("acts-first"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        let raised = DeskRecord.drawn(
            item(1), at: SourcePosition(offset: 1), transaction: DeskSamples.payment(1).id,
            try #require(Sample(.approved, perMille: 1000)), at: 5)
        try apply([house(1, "sample approved 1000", at: 0), .act(raised, offset: 10, timestamp: 6)])
        try apply(payment(1) + payment(5))
        let due = try index.dueActs(limit: 10, now: 7)
        #expect(due.map(\.item) == [item(5)])
        try apply(due.map { .act($0, offset: 11, timestamp: 8) } + payment(5))
        #expect(try index.dueActs(limit: 10, now: 9).isEmpty)
    }

    @Test(
        "what is put aside is woken once by what it waits for: a label of its payment, or the customer's alert, behind that"
    )
    func wakes() throws {
        let index = try DeskIndex(path: folder.path("wakes"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        func alert(_ number: Int, customer: String, at: Int64) -> DeskInput {
            var facts = DeskSamples.facts(number)
            (facts.customer, facts.decidedAt) = (customer, at)
            return .alert(facts, at: Position(TopicPartition("bank-a.alerts"), Int64(number)))
        }
        var acts = 0
        func aside(_ number: Int, _ wakes: Set<WakeEvent>) -> DeskInput {
            acts += 1
            return .act(
                DeskRecord(
                    id: DeskSamples.act(acts), item: item(number), actor: DeskSamples.person(1), writtenAt: 1,
                    act: .aside(.snooze(until: 1_000_000_000, wakes: wakes))), offset: Int64(acts), timestamp: 1000)
        }
        func label(_ number: Int, at: Int64) -> DeskInput {
            .label(
                Verdict(transaction: "t-\(number)", fraud: true),
                at: Position(TopicPartition("bank-a.transactions"), at), timestamp: at)
        }
        func due() throws -> [DeskRecord] { try index.dueActs(limit: 10, now: 3000) }
        try apply((1...5).map { alert($0, customer: "c-\($0)", at: 1) })
        try apply([aside(1, [.label]), aside(2, [.alert]), aside(3, []), aside(4, [.alert, .label])])
        // Of the moment itself and before, of other payments and customers, and of what waits for the other: nothing.
        try apply([label(1, at: 999), label(1, at: 1000), label(2, at: 2000), label(3, at: 2000), label(5, at: 2000)])
        try apply([
            alert(6, customer: "c-2", at: 1000), alert(7, customer: "c-1", at: 2000),
            alert(8, customer: "c-3", at: 2000),
        ])
        #expect(try due().isEmpty)
        try apply([label(1, at: 1001), alert(9, customer: "c-2", at: 1001), label(4, at: 1001)])
        let woken = try due()
        #expect(woken.map(\.item) == [item(1), item(2), item(4)])
        #expect(woken.map(\.act) == [.aside(.wake(.label)), .aside(.wake(.alert)), .aside(.wake(.label))])
        #expect(woken.allSatisfy { $0.actor == .desk && $0.expects == 1 })
        #expect(try index.dueActs(limit: 2, now: 3000).count == 2)
        try apply(woken.enumerated().map { .act($0.element, offset: Int64(100 + $0.offset), timestamp: 3000) })
        #expect(try due().isEmpty)
        #expect(try [1, 2, 3, 4].map { try index.work(on: item($0)).snoozed == nil } == [true, true, false, true])
    }

    @Test("figures are those of a recount, within their time and team")
    func figures() throws {
        let index = try DeskIndex(path: folder.path("figures"), member: DeskSamples.member)
        func apply(_ inputs: [DeskInput]) throws { _ = try index.apply(DeskBatch(inputs: inputs, positions: [])) }
        try apply([house(1, "sample approved 500\njudged_twice 1000", at: 0)] + (0..<200).flatMap(payment))
        let due = try index.dueActs(limit: 1000, now: 5)
        var offset: Int64 = 10
        func act(_ record: DeskRecord) throws {
            try apply([.act(record, offset: offset, timestamp: offset * 1000)])
            offset += 1
        }
        for record in due { try act(record) }
        let end = offset * 1000
        var (frauds, settled): ([MinorUnits], Int) = ([], 0)
        for (place, record) in due.enumerated() where place % 3 != 0 {
            let finding = Finding.allCases[place % 4]
            let amount = DeskSamples.payment(Int(record.item.hex.suffix(4), radix: 16)!).amount
            if finding == .fraud { frauds.append(amount) }
            if finding.label != nil { settled += 1 }
            func verdict(_ act: Act, _ number: Int, by person: Int) -> DeskRecord {
                DeskRecord(
                    id: DeskSamples.act(number), item: record.item, actor: DeskSamples.person(person), writtenAt: 1,
                    act: act)
            }
            try act(verdict(.judge(Judgement(finding)), 1000 + place, by: 1))
            if place % 2 == 0 { try act(verdict(.second(Judgement(.fraud)), 5000 + place, by: 2)) }
        }
        let groups = try index.samples(drawn: 0..<end)
        #expect(groups.count == 1)
        let group = try #require(groups.first)
        #expect(group.sample == Sample(.approved, perMille: 500))
        #expect(group.drawn == due.count && group.settled == settled)
        #expect(group.frauds.sorted() == frauds.sorted())
        let amounts = due.indices.filter { $0 % 3 != 0 && Finding.allCases[$0 % 4].label != nil }.map {
            DeskSamples.payment(Int(due[$0].item.hex.suffix(4), radix: 16)!).amount
        }
        #expect(group.largest == amounts.max())
        #expect(try index.samples(drawn: end..<end + 1).isEmpty)
        let cards = try index.samples(drawn: 0..<end, team: try TeamScope("kind=card")).first?.drawn ?? 0
        let own = due.count { DeskSamples.payment(Int($0.item.hex.suffix(4), radix: 16)!).kind == .card }
        #expect(cards == own && own > 0)
        let looks = try index.secondLooks(closed: 0..<offset * 1000)
        let judged = due.indices.filter { $0 % 3 != 0 }
        #expect(looks.waiting == judged.count { $0 % 2 == 1 })
        #expect(looks.agreement.total == judged.count { $0 % 2 == 0 })
        #expect(looks.agreement.agreed == judged.count { $0 % 4 == 0 })
        #expect(looks.apart.count == judged.count { $0 % 4 == 2 })
        #expect(try index.secondLooks(closed: 0..<end).agreement.total == 0)
        let closed = try #require(try index.work(on: due[1].item).closedAt)
        #expect(try index.secondLooks(closed: closed..<closed + 1).waiting == 1)
        #expect(try index.secondLooks(closed: closed - 1..<closed).waiting == 0)
        let waiting = try index.page(
            QueueFilter([("shown", "closed"), ("awaits", "look")]), me: nil, now: 1, limit: 500)
        #expect(waiting.rows.count == looks.waiting)
        // Who may still give a second verdict finds the first one by no filter.
        for finding in Finding.allCases {
            for isWaiting in [false, true] {
                func items(_ person: Int) throws -> Int {
                    var fields = [("shown", "closed"), ("finding", finding.rawValue)]
                    if isWaiting { fields.append(("awaits", "look")) }
                    let me = DeskSamples.person(person)
                    return try index.page(QueueFilter(fields), me: me, now: 1, limit: 500).rows.count
                }
                let all = judged.filter { Finding.allCases[$0 % 4] == finding && (!isWaiting || $0 % 2 == 1) }
                #expect(try items(1) == all.count)
                #expect(try items(2) == all.count { $0 % 2 == 0 })
            }
        }
        // A verdict that was taken back settles nothing.
        let settledItem = try #require(due.indices.first { $0 % 3 != 0 && Finding.allCases[$0 % 4].label != nil })
        try act(
            DeskRecord(
                id: DeskSamples.act(9999), item: due[settledItem].item, actor: DeskSamples.person(1), writtenAt: 1,
                act: .reopen))
        #expect(try index.samples(drawn: 0..<end).first?.settled == settled - 1)
    }
}
