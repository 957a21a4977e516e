import Desk
import Records
import Support
import Testing

/// Jobs over many items, against a plain account of what became of each.
@Suite("Jobs, item by item")
struct JobModelTests {
    private let start: Int64 = 1_735_689_600_000_000

    private func id(_ number: Int) -> ItemID { ItemID(act(number).hex)! }

    /// A deed that each item gets on the version that whoever asked saw.
    private func part(_ job: Int, _ deed: Act, on bulk: BulkItem, by actor: Actor = ana) -> DeskRecord {
        .part(of: id(job), by: actor, deed, remark: "all", on: bulk, amount: nil, at: start)
    }

    @Test(
        "what became of each item is counted once, whatever comes twice, in any order, and whenever somebody ends it",
        arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var ledger = DeskLedger()
        // Some items have changed since they were seen, some are closed already.
        var bulk: [BulkItem] = []
        var wanted: [ItemID: DeskLedger.Outcome] = [:]
        for number in 1...UInt8.random(in: 3...30, using: &random) {
            let one = item(number)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                ledger.take(record(1_000 + Int(number), by: ben, on: one, .claim(lease: 10)), timestamp: start)
                bulk.append(BulkItem(one, version: 0))
                wanted[one] = .refused(.changed)
            case 1:
                ledger.take(
                    record(1_000 + Int(number), by: ben, on: one, .judge(Judgement(.legitimate))), timestamp: start)
                bulk.append(BulkItem(one, version: 1))
                wanted[one] = .refused(.closed)
            default:
                bulk.append(BulkItem(one, version: 0))
                wanted[one] = .done(version: 1)
            }
        }
        let deed = Act.judge(Judgement(.fraud))
        let order = try #require(BulkOrder(deed, items: bulk))
        #expect(ledger.take(record(1, on: id(1), .bulk(.start(order))), timestamp: start) == .done(version: 1))
        let end = Bool.random(using: &random) ? Int.random(in: 0...bulk.count, using: &random) : nil
        var told: [ItemID: DeskLedger.Outcome] = [:]
        for (place, one) in bulk.shuffled(using: &random).enumerated() {
            if place == end { ledger.take(record(2, by: ben, on: id(1), .bulk(.cancel)), timestamp: start) }
            let isOver = end.map { place >= $0 } ?? false
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let outcome = ledger.take(part(1, deed, on: one), timestamp: start)
                #expect(outcome == (isOver ? .refused(.cancelled) : wanted[one.item]))
            }
            if !isOver { told[one.item] = wanted[one.item] }
            let job = try #require(ledger.jobs[id(1)])
            #expect(job.done == Int64(told.values.count { if case .done = $0 { true } else { false } }))
            #expect(job.done + job.refused == Int64(told.count) && job.left == Int64(bulk.count - told.count))
            #expect(job.isOver == (job.isCancelled || told.count == bulk.count))
        }
        for one in bulk { #expect(ledger.results[id(1)]?[one.item] == .some(told[one.item])) }
        let job = try #require(ledger.jobs[id(1)])
        #expect(job.by == ana && job.at == start && job.count == Int64(bulk.count))
        #expect(job.isCancelled == (end.map { $0 < bulk.count } ?? false))
        // A job that is over can't be ended, nor one that is none.
        #expect(job.isOver)
        #expect(ledger.take(record(3, on: id(1), .bulk(.cancel)), timestamp: start) == .refused(.over))
        #expect(ledger.take(record(4, on: id(9), .bulk(.cancel)), timestamp: start) == .refused(.missing))
    }

    @Test("an act that says it is part of a job counts in it only where the job names its item")
    func strangers() throws {
        var ledger = DeskLedger()
        let order = try #require(BulkOrder(.note("x"), items: [BulkItem(item(1), version: 0)]))
        ledger.take(record(1, on: id(1), .bulk(.start(order))), timestamp: start)
        let stranger = part(1, .note("x"), on: BulkItem(item(2), version: 0))
        #expect(ledger.take(stranger, timestamp: start) == .done(version: 0))
        #expect(ledger.jobs[id(1)]?.left == 1 && ledger.results[id(1)]?.count == 1)
        // A job begins under the name of its own act.
        #expect(ledger.take(record(2, on: id(3), .bulk(.start(order))), timestamp: start) == .refused(.noSuchAct))
        #expect(ledger.jobs.count == 1)
        // Of a job that there is none of, it is an act as any other.
        let orphan = part(7, .note("x"), on: BulkItem(item(1), version: 0))
        #expect(ledger.take(orphan, timestamp: start) == .done(version: 0))
        #expect(ledger.jobs[id(1)]?.left == 1)
    }

    @Test("a deed that is a person's own look at one item is none of a job, and a job has 1 to 10,000 items")
    func orders() {
        let one = [BulkItem(item(1), version: 0)]
        let deeds: [(Act, Bool)] = [
            (.claim(lease: 60), true), (.release, true), (.assign(to: ben, lease: 60), true),
            (.judge(Judgement(.fraud)), true), (.reopen, true), (.note("x"), true), (.file(.link(to: item(2))), true),
            (.file(.unlink), true), (.aside(.wake(nil)), true), (.aside(.resume), true), (.confirm, false),
            (.object, false), (.second(Judgement(.fraud)), false), (.late, false), (.soon, false),
            (.raise(SourcePosition(offset: 1), transaction: "t"), false), (.file(.task("x")), false),
            (.file(.close(nil)), false), (.bulk(.cancel), false), (.ruleSnooze(.end), false), (.filter(.drop), false),
            (.house(HouseRules()), false),
        ]
        for (deed, isForMany) in deeds {
            #expect((BulkOrder(deed, items: one) != nil) == isForMany, "\(deed.word)")
            #expect(deed.isForMany == isForMany)
        }
        func items(_ count: Int) -> [BulkItem] { (0..<count).map { BulkItem(id($0), version: 0) } }
        #expect(BulkOrder(.release, items: []) == nil && BulkOrder(.release, items: items(10_001)) == nil)
        #expect(BulkOrder(.release, items: items(10_000))?.items.count == 10_000)
        // Each item once, on whatever version.
        #expect(BulkOrder(.release, items: one + [BulkItem(item(1), version: 1)]) == nil)
    }

    @Test("an item of a job is written one way and read that way alone")
    func text() throws {
        for version in [0, 1, 17, Int64.max] {
            let bulk = BulkItem(item(200), version: version)
            #expect(BulkItem(bulk.text) == bulk && bulk.text == "\(item(200)).\(version)")
        }
        let name = item(1).hex
        for text in [
            "", name, name + ".", "." + name, name + ".-1", name + ".1.2", name + ". 1", name + ".x",
            name.dropLast() + ".1",
            name.uppercased().replacing("0", with: "A") + ".1", name + ".9223372036854775808",
        ] { #expect(BulkItem(text) == nil, "\(text)") }
    }

    @Test(
        "acts of the desk's own have a name of what they are about and of nothing else: not of time, nor of who asked")
    func names() {
        let one = BulkItem(item(1), version: 4)
        let sample = Sample(.approved, perMille: 5)!
        var all: [DeskRecord] = []
        for now in [1, 2] as [Int64] {
            for subject in [item(1), item(2)] {
                let bulk = BulkItem(subject, version: 4)
                all += [
                    .part(of: id(1), by: ana, .release, remark: "", on: bulk, amount: nil, at: now),
                    .part(of: id(2), by: ana, .release, remark: "", on: bulk, amount: nil, at: now),
                    .verdict(of: id(1), version: 1, Judgement(.fraud), by: ana, on: subject, at: now),
                    .verdict(of: id(1), version: 2, Judgement(.fraud), by: ana, on: subject, at: now),
                    .wake(subject, version: 1, .label, at: now), .wake(subject, version: 2, .label, at: now),
                    .drawn(subject, at: SourcePosition(offset: 1), transaction: "t", sample, at: now),
                    .late(subject, due: 5, reopened: 0, at: now), .late(subject, due: 6, reopened: 0, at: now),
                    .late(subject, due: 5, reopened: 1, at: now), .soon(subject, due: 5, reopened: 0, at: now),
                    .soon(subject, due: 5, reopened: 1, at: now), .over(subject, at: now),
                ]
            }
        }
        let half = all.count / 2
        #expect(Set(all.map(\.id)).count == half && all[..<half].map(\.id) == all[half...].map(\.id))
        #expect(all.allSatisfy { $0.item == item(1) || $0.item == item(2) })
        #expect(all[half...].allSatisfy { $0.writtenAt == 2 })
        // What is part of something says of what, and on which version it was seen.
        #expect(part(1, .release, on: one).within == id(1) && part(1, .release, on: one).expects == 4)
        #expect(part(1, .release, on: one).remark == "all" && part(1, .release, on: one, by: ben).actor == ben)
        let verdict = DeskRecord.verdict(of: id(1), version: 1, Judgement(.fraud), by: ben, on: item(1), at: 9)
        #expect(verdict.within == id(1) && verdict.actor == ben && verdict.expects == nil)
        #expect(DeskRecord.wake(item(1), version: 3, .alert, at: 9).expects == 3)
        // Strata are drawn apart.
        #expect(Set(Sample.Stratum.allCases.map { ActID.drawn(item(1), of: $0) }).count == 3)
    }
}
