import Desk
import Records
import Support
import Testing

/// What is so of a desk behind any records in any order, cases, jobs and rules among them.
struct LedgerPropertyTests {
    private static let items = 12

    /// Records as ten people, a program and the desk may ask for them, sensible or not.
    private struct Source {
        var random: SplitMix64
        var number = 0
        var now: Int64 = 1_000_000
        var cases: [ItemID] = []
        var jobs: [(id: ItemID, order: BulkOrder, by: Actor)] = []

        mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

        mutating func next() -> DeskRecord {
            number += 1
            now += Int64(below(90_000_000))
            let id = DeskSamples.act(number)
            let actor = below(12) == 0 ? Actor(.service, "robot")! : DeskSamples.person(below(10))
            let item = DeskSamples.item(below(LedgerPropertyTests.items))
            if let job = jobs.last, below(3) == 0 {
                let part = job.order.items[below(job.order.items.count)]
                return .part(of: job.id, by: job.by, job.order.deed, remark: "", on: part, amount: nil, at: now)
            }
            let kind = below(24)
            let (act, subject) = act(kind, item, ItemID(id.hex)!)
            if case .bulk(.start(let order)) = act { jobs.append((subject, order, actor)) }
            if case .file(.open) = act { cases.append(subject) }
            var record = DeskRecord(
                id: id, item: subject, actor: actor, writtenAt: now, expects: below(3) == 0 ? Int64(below(5)) : nil,
                act: act)
            if below(2) == 0 { record.amount = MinorUnits(Int64(below(30_000))) }
            if below(6) == 0, let file = cases.last { record.within = file }
            return record
        }

        private mutating func act(_ kind: Int, _ item: ItemID, _ own: ItemID) -> (Act, ItemID) {
            let file = cases.isEmpty ? DeskSamples.item(99) : cases[below(cases.count)]
            let judgement = below(2) == 0 ? Judgement(.fraud, fraudType: .romance) : Judgement(.legitimate)
            switch kind {
            case 0, 1: return (.claim(lease: 10 + Int64(below(200))), item)
            case 2: return (.release, item)
            case 3: return (.assign(to: DeskSamples.person(below(10)), lease: 60), item)
            case 4, 5: return (.judge(judgement), item)
            case 6: return (.confirm, below(3) == 0 ? file : item)
            case 7: return (.object, below(3) == 0 ? file : item)
            case 8: return (.second(judgement), item)
            case 9: return (.reopen, below(3) == 0 ? file : item)
            case 10: return (.raise(SourcePosition(offset: 3), transaction: "t"), item)
            case 11: return (.aside(.snooze(until: now + Int64(below(400_000_000)), wakes: [.label])), item)
            case 12: return (.aside(.wake(.label)), item)
            case 13: return (.late, item)
            case 14:
                let about = below(2) == 0 ? QueueFilter.NamedEntity(.customer, "c-\(below(3))") : nil
                return (.file(.open(title: "a", about: about, isAnother: below(4) == 0)), own)
            case 15, 16, 17: return (.file(.link(to: file)), item)
            case 18: return (.file(.unlink), item)
            case 19: return (.file(.task("call")), file)
            case 20: return (.file(.finish(task: below(3))), file)
            case 21: return (.file(.close(below(2) == 0 ? judgement : nil)), file)
            case 22:
                let order = BulkOrder(
                    .judge(judgement),
                    items: (0..<4).map { BulkItem(DeskSamples.item($0 * 3), version: Int64(below(3))) })!
                return (below(4) == 0 ? .bulk(.cancel) : .bulk(.start(order)), own)
            default:
                return (.house(try! HouseRules(text: "four_eyes 150\njudged_twice \(1 + below(1000))")), .house)
            }
        }
    }

    /// What holds of a desk at any time.
    private func check(_ ledger: DeskLedger, at now: Int64) {
        var linked: [ItemID: Int64] = [:]
        for work in ledger.items.values {
            if let file = work.file { linked[file, default: 0] += 1 }
            let isClosed = work.state == .closed
            #expect(isClosed == (work.closedAt != nil))
            #expect(!isClosed || work.judgement != nil && work.proposal == nil && work.snoozed == nil)
            #expect(!isClosed || work.holder(at: now) == nil)
            #expect(work.second?.isWaiting != true || isClosed)
            #expect(work.second.map { $0.secondBy != $0.by } ?? true)
            #expect(work.confirmedBy == nil || work.confirmedBy != work.holder?.actor)
            #expect(work.claims >= 0 && work.reopened >= 0 && work.version >= 0)
        }
        for (id, file) in ledger.files {
            #expect(file.items == linked[id] ?? 0)
            #expect((file.state == .closed) == (file.closedAt != nil))
            #expect(file.state == .open || file.proposal == nil)
        }
        for (id, job) in ledger.jobs {
            let results = ledger.results[id] ?? [:]
            let done = results.values.count { if case .done? = $0 { true } else { false } }
            let refused = results.values.count { if case .refused? = $0 { true } else { false } }
            #expect(job.done == Int64(done) && job.refused == Int64(refused) && job.count == Int64(results.count))
            #expect(job.left == job.count - job.done - job.refused && job.left >= 0)
        }
    }

    @Test(
        "any records leave a desk that fits together; a refused one changes nothing but its own answer",
        arguments: 0..<4 as Range<UInt64>)
    func invariants(seed: UInt64) {
        var source = Source(random: SplitMix64(seed))
        var ledger = DeskLedger()
        var refusals: Set<Work.Refusal> = []
        for _ in 0..<1000 {
            let record = source.next()
            let (items, files, rules) = (ledger.items, ledger.files, ledger.house())
            let isNew = ledger.outcomes[record.id] == nil
            let outcome = ledger.take(record, timestamp: source.now)
            if case .refused(let refusal) = outcome {
                refusals.insert(refusal)
                #expect(ledger.items == items && ledger.files == files && ledger.house() == rules, "\(record.act)")
            } else if isNew {
                if case .file(.open(_, let about?, isAnother: false)) = record.act {
                    #expect(!files.values.contains { $0.state == .open && $0.about == about })
                }
                for (id, work) in ledger.items { #expect(work.version >= items[id]?.version ?? 0) }
                for (id, file) in ledger.files { #expect(file.version >= files[id]?.version ?? 0) }
            } else {
                #expect(ledger.items == items && ledger.files == files)
            }
            if source.number % 10 == 0 { check(ledger, at: source.now) }
        }
        // Most of what can be refused was.
        #expect(refusals.count >= 14, "\(refusals.map(\.rawValue).sorted())")
    }

    @Test(
        "records that all come twice, as after a crash, and those that went through JSON make the same desk",
        arguments: 10..<14 as Range<UInt64>)
    func again(seed: UInt64) throws {
        var source = Source(random: SplitMix64(seed))
        var (once, twice, read) = (DeskLedger(), DeskLedger(), DeskLedger())
        var passed: [(record: DeskRecord, at: Int64)] = []
        for _ in 0..<800 {
            let record = source.next()
            passed.append((record, source.now))
            let outcome = once.take(record, timestamp: source.now)
            // The log has some of them again, later ones before.
            twice.take(record, timestamp: source.now)
            let earlier = passed[source.below(passed.count)]
            #expect(twice.take(earlier.record, timestamp: earlier.at) == once.outcomes[earlier.record.id])
            let parsed = try #require(DeskRecord(json: record.json(member: DeskSamples.member)), "\(record)")
            #expect(parsed == record)
            #expect(read.take(parsed, timestamp: source.now) == outcome)
        }
        for other in [twice, read] {
            #expect(other.items == once.items && other.files == once.files && other.jobs == once.jobs)
            #expect(other.outcomes == once.outcomes && other.house() == once.house() && other.clock == once.clock)
        }
    }

    @Test(
        "a claim by another goes through in no moment in which a lease runs, nor fails in one in which none does",
        arguments: 20..<24 as Range<UInt64>)
    func leases(seed: UInt64) {
        var source = Source(random: SplitMix64(seed))
        var ledger = DeskLedger()
        for _ in 0..<800 {
            ledger.take(source.next(), timestamp: source.now)
            var probe = ledger
            let item = DeskSamples.item(source.below(Self.items))
            let before = ledger.items[item] ?? Work()
            let asked = DeskRecord(
                id: DeskSamples.act(1_000_000), item: item, actor: Actor(.person, "stranger")!, writtenAt: 0,
                act: .claim(lease: 60))
            let outcome = probe.take(asked, timestamp: source.now)
            switch (before.state, before.holder(at: source.now)) {
            case (.closed, _): #expect(outcome == .refused(.closed))
            case (.open, .some): #expect(outcome == .refused(.held))
            case (.open, nil): #expect(outcome == .done(version: before.version + 1))
            }
        }
    }
}

/// Names of acts that the desk itself asks for.
struct OwnActTests {
    private let job = DeskSamples.item(500)
    private let judgement = Judgement(.fraud)

    @Test("an act of the desk's own has one name at every desk and time, and another than any other act's")
    func names() {
        var ids: Set<ActID> = []
        var count = 0
        func add(_ make: (Int64) -> DeskRecord) {
            #expect(make(1).id == make(99).id)
            ids.insert(make(1).id)
            count += 1
        }
        for number in 0..<20 {
            let item = DeskSamples.item(number)
            add { .part(of: job, by: ana, .release, remark: "", on: BulkItem(item, version: 1), amount: nil, at: $0) }
            for version in 1...3 as ClosedRange<Int64> {
                add { .verdict(of: job, version: version, judgement, by: ana, on: item, at: $0) }
                add { .wake(item, version: version, .label, at: $0) }
                add { .late(item, due: version, reopened: 0, at: $0) }
                add { .late(item, due: version, reopened: 1, at: $0) }
            }
            for stratum in Sample.Stratum.allCases {
                let sample = Sample(stratum, perMille: 5)!
                add { .drawn(item, at: SourcePosition(offset: 1), transaction: "t", sample, at: $0) }
                #expect(
                    ActID.drawn(item, of: stratum)
                        == DeskRecord.drawn(
                            item, at: SourcePosition(offset: 2), transaction: "t", sample, at: 0
                        ).id)
            }
        }
        #expect(ids.count == count)
    }

    @Test("they say who, on what version and within what, as they are checked by")
    func contents() {
        let part = DeskRecord.part(
            of: job, by: ben, .judge(judgement), remark: "why", on: BulkItem(item(1), version: 7),
            amount: MinorUnits(5), at: 3)
        #expect(part.actor == ben && part.expects == 7 && part.within == job && part.remark == "why")
        #expect(part.amount == MinorUnits(5) && part.writtenAt == 3 && part.item == item(1))
        let verdict = DeskRecord.verdict(of: job, version: 2, judgement, by: ana, on: item(1), at: 3)
        #expect(verdict.expects == nil && verdict.within == job && verdict.act == .judge(judgement))
        let wake = DeskRecord.wake(item(1), version: 4, .alert, at: 3)
        #expect(wake.actor == .desk && wake.expects == 4 && wake.act == .aside(.wake(.alert)))
        let late = DeskRecord.late(item(1), due: 5, reopened: 0, at: 3)
        // A verdict that was quicker refuses it by itself: no version is named.
        #expect(late.actor == .desk && late.expects == nil && late.act == .late)
        #expect(DeskRecord.wake(item(1), version: 4, .label, at: 3).id == wake.id)
    }

    @Test("a sample comes before people once of each stratum, and behind a report stands beside it")
    func drawn() {
        var ledger = DeskLedger()
        let sample = Sample(.declined, perMille: 20)!
        let record = DeskRecord.drawn(item(1), at: SourcePosition(offset: 4), transaction: "t", sample, at: 1)
        #expect(ledger.take(record, timestamp: 1) == .done(version: 0))
        #expect(ledger.take(record, timestamp: 2) == .done(version: 0))
        #expect(ledger.items[item(1)]?.raised?.at == 1)
        let other = DeskRecord.drawn(
            item(1), at: SourcePosition(offset: 4), transaction: "t", Sample(.snoozed, perMille: 20)!, at: 1)
        #expect(ledger.take(other, timestamp: 3) == .refused(.alreadyRaised))
        #expect(ledger.items[item(1)]?.raised?.sample == sample)
    }
}
