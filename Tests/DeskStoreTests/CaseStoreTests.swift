import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// Cases and jobs of an index against the ledger in memory that takes the same records.
struct CaseStoreTests {
    private let folder = try! TemporaryFolder()
    private static let second: Int64 = 1_000_000
    private static let start: Int64 = 1_735_689_600_000_000
    private static let names = (0..<3).map { QueueFilter.NamedEntity(.customer, "c-\($0)") }
    private static let judgements = [
        Judgement(.fraud, fraudType: .romance, source: .recall, loss: MinorUnits(70), recovered: MinorUnits(0)),
        Judgement(.legitimate), Judgement(.undecidable, source: .police),
    ]

    /// A desk that does at once what it asks for, with a ledger beside it.
    private struct Desk {
        let index: DeskIndex
        var ledger = DeskLedger()
        var number = 0
        var now = CaseStoreTests.start
        /// Items of jobs in the order of their orders, and the deed of each with the remark.
        var orders: [ItemID: (items: [BulkItem], record: DeskRecord)] = [:]

        /// The id that the next record has, and what it begins with it.
        var next: ItemID { ItemID(DeskSamples.act(number).hex)! }

        @discardableResult
        mutating func take(
            _ act: Act, on item: ItemID? = nil, by actor: Actor, expects: Int64? = nil, amount: Int64? = nil,
            remark: String = ""
        ) throws -> DeskLedger.Outcome {
            let record = DeskRecord(
                id: DeskSamples.act(number), item: item ?? next, actor: actor, writtenAt: now, expects: expects,
                act: act, remark: remark, amount: amount.map { MinorUnits($0) })
            if case .bulk(.start(let order)) = act { orders[record.item] = (order.items, record) }
            return try take(record)
        }

        @discardableResult
        mutating func take(_ record: DeskRecord) throws -> DeskLedger.Outcome {
            now += CaseStoreTests.second
            let outcome = ledger.take(record, timestamp: now)
            let settled = try index.apply(
                DeskBatch(inputs: [.act(record, offset: Int64(number), timestamp: now)], positions: []))
            #expect(settled.map(\.outcome) == [outcome])
            number += 1
            return outcome
        }

        /// Parts that the job that runs longest has left.
        func parts() -> [DeskRecord] {
            let running = ledger.jobs.filter { !$0.value.isOver }.min { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
            guard let running, let order = orders[running.key], case .bulk(.start(let bulk)) = order.record.act else {
                return []
            }
            return order.items.filter { ledger.results[running.key]?[$0.item] == .some(nil) }.map { item in
                let number = Int(item.item.hex.suffix(6), radix: 16)!
                return .part(
                    of: running.key, by: running.value.by, bulk.deed, remark: order.record.remark, on: item,
                    amount: number < 40 ? DeskSamples.payment(number).amount : nil, at: now)
            }
        }

        /// Verdicts that closed cases owe their items.
        func verdicts() -> [DeskRecord] {
            ledger.files.flatMap { id, file -> [DeskRecord] in
                guard let judgement = file.judgement, let actor = file.closedBy else { return [] }
                return ledger.items.filter { $0.value.file == id && $0.value.state == .open }.keys.map {
                    .verdict(of: id, version: file.version, judgement, by: actor, on: $0, at: now)
                }.filter { ledger.outcomes[$0.id] == nil }
            }
        }
    }

    private func desk(_ name: String) throws -> Desk {
        let desk = Desk(index: try DeskIndex(path: folder.path(name), member: DeskSamples.member))
        // The last ten items have no alert.
        let alerts = (0..<40).map {
            DeskInput.alert(DeskSamples.facts($0), at: Position(TopicPartition("bank-a.alerts"), Int64($0)))
        }
        _ = try desk.index.apply(DeskBatch(inputs: alerts, positions: []))
        return desk
    }

    private static func random(_ random: inout SplitMix64, _ desk: Desk) -> (Act, ItemID?) {
        func one(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let item = DeskSamples.item(one(50))
        let files = desk.ledger.files.keys.sorted()
        let file = files.isEmpty ? item : files[one(files.count)]
        let jobs = desk.ledger.jobs.keys.sorted()
        let judgement = judgements[one(3)]
        let order: [BulkItem] = Set((0..<8).map { _ in one(50) }).sorted().map {
            let item = DeskSamples.item($0)
            return BulkItem(item, version: max(0, (desk.ledger.items[item]?.version ?? 0) - (one(5) == 0 ? 1 : 0)))
        }
        switch one(15) {
        case 0, 1:
            return (
                .file(
                    .open(title: "case <\(one(100))>", about: one(3) == 0 ? nil : names[one(3)], isAnother: one(4) == 0)
                ), nil
            )
        case 2, 3, 4, 5: return (.file(.link(to: file)), item)
        case 6: return (.file(.unlink), item)
        case 7: return (.file(.task("task \(one(9))")), file)
        case 8: return (.file(.finish(task: one(3))), file)
        case 9: return (.file(.close(one(4) == 0 ? nil : judgement)), file)
        case 10: return ([.confirm, .object, .reopen, .note("n")][one(4)], file)
        case 11: return (.assign(to: DeskSamples.person(one(4)), lease: 60), one(2) == 0 ? file : item)
        case 12: return (.judge(judgement), item)
        case 13: return (.bulk(.cancel), jobs.isEmpty ? item : jobs[one(jobs.count)])
        default:
            let deeds: [Act] = [
                .judge(judgement), .file(.link(to: file)), .file(.unlink), .claim(lease: 20), .note("x"),
            ]
            return (.bulk(.start(BulkOrder(deeds[one(5)], items: order)!)), nil)
        }
    }

    private func expectSame(_ desk: Desk) throws {
        let (index, ledger) = (desk.index, desk.ledger)
        #expect(try index.ledger().outcomes == ledger.outcomes)
        for (item, work) in ledger.items { #expect(try index.work(on: item) == work) }
        for (id, file) in ledger.files {
            #expect(try index.file(id) == file)
            let own = ledger.items.filter { $0.value.file == id }
            let picture = try #require(try index.picture(ofCase: id))
            #expect(picture.id == id && picture.file == file)
            #expect(picture.openCount == own.count { $0.value.state == .open })
            let amounts = own.keys.compactMap { item in
                (0..<40).first { DeskSamples.item($0) == item }.map {
                    (item: item, amount: DeskSamples.facts($0).amount)
                }
            }
            #expect(picture.sum == amounts.reduce(0) { $0 + $1.amount.value })
            for (rows, state) in [(picture.open, Work.State.open), (picture.closed, .closed)] {
                let listed = amounts.filter { own[$0.item]?.state == state }
                #expect(Set(rows.map(\.facts.item)) == Set(listed.map(\.item)))
                #expect(rows.map(\.facts.amount) == listed.map(\.amount).sorted { $1 < $0 })
            }
            for text in ["band=decline", "at_least=200", "at_most=900&band=review,decline", "kind=card"] {
                let team = try TeamScope(text)
                let isWithin = own.keys.allSatisfy { item in
                    guard let number = (0..<40).first(where: { DeskSamples.item($0) == item }) else { return false }
                    let facts = DeskSamples.facts(number)
                    return team.has(band: facts.band, kind: nil, channel: nil, amount: facts.amount)
                }
                #expect(try index.isWithin(team, case: id) == isWithin)
            }
            #expect(try index.isWithin(.everything, case: id))
        }
        for name in Self.names {
            let found = try index.openFile(about: name)
            #expect(found?.id == ledger.openFile(about: name))
            #expect(found.map { $0.file } == found.flatMap { ledger.files[$0.id] })
        }
        for state in [Work.State.open, .closed] {
            var found: [ItemID] = []
            var place: String?
            repeat {
                let page = try index.cases(state, behind: place, limit: 3)
                #expect(page.rows.count <= 3 && page.rows.allSatisfy { ledger.files[$0.id] == $0.file })
                found += page.rows.map(\.id)
                place = page.next
            } while place != nil
            let expected = ledger.files.filter { $0.value.state == state }.sorted {
                ($1.value.openedAt, $1.key) < ($0.value.openedAt, $0.key)
            }
            #expect(found == expected.map(\.key))
        }
        try expectSameJobs(desk)
    }

    private func expectSameJobs(_ desk: Desk) throws {
        let (index, ledger) = (desk.index, desk.ledger)
        let listed = try index.jobs(limit: 5)
        let expected = ledger.jobs.sorted { ($1.value.at, $1.key) < ($0.value.at, $0.key) }.prefix(5)
        #expect(listed.map(\.id) == expected.map(\.key) && listed.map(\.job) == expected.map(\.value))
        for (id, job) in ledger.jobs {
            let picture = try #require(try index.job(id))
            let order = try #require(desk.orders[id])
            #expect(picture.id == id && picture.job == job)
            guard case .bulk(.start(let bulk)) = order.record.act else { continue }
            #expect(picture.deed.act == bulk.deed && picture.deed.remark == order.record.remark)
            let refused = order.items.compactMap { item -> (ItemID, Work.Refusal)? in
                guard case .refused(let reason)?? = ledger.results[id]?[item.item] else { return nil }
                return (item.item, reason)
            }
            #expect(
                picture.refused.map(\.item) == refused.map(\.0) && picture.refused.map(\.reason) == refused.map(\.1))
            let alerts = refused.filter { item in (0..<40).contains { DeskSamples.item($0) == item.0 } }.map(\.0)
            #expect(picture.refused.compactMap(\.row).map(\.facts.item) == alerts)
            let again = try index.refusedItems(of: id)
            #expect(again.map(\.item.item) == alerts)
            #expect(again.allSatisfy { ledger.items[$0.item.item]?.version ?? 0 == $0.item.version })
        }
    }

    @Test(
        "cases, their items and jobs are those of the ledger in memory, and what the desk owes is what is left of them",
        arguments: 0..<4 as Range<UInt64>)
    func oracle(seed: UInt64) throws {
        var desk = try desk("oracle-\(seed)")
        var random = SplitMix64(seed)
        try desk.take(.house(HouseRules(text: "four_eyes 500")), on: .house, by: DeskSamples.person(0))
        for step in 0..<260 {
            let (act, item) = Self.random(&random, desk)
            try desk.take(
                act, on: item, by: DeskSamples.person(Int(random.next() % 4)),
                amount: random.next() % 3 == 0 ? Int64(random.next() % 100_000) : nil, remark: "remark \(step)")
            let parts = desk.parts()
            let owed = parts + desk.verdicts()
            let due = try desk.index.dueActs(limit: 100, now: desk.now)
            #expect(Set(due) == Set(owed) && due.count == owed.count, "step \(step)")
            #expect(Array(due.prefix(parts.count)) == parts)
            #expect(try desk.index.dueActs(limit: 2, now: desk.now).count == min(2, owed.count))
            // Some of it is done between what people do.
            for record in due.prefix(Int(random.next() % 5)) { try desk.take(record) }
        }
        try expectSame(desk)
        for _ in 0..<400 {
            guard let record = try desk.index.dueActs(limit: 1, now: desk.now).first else { break }
            try desk.take(record)
        }
        #expect(desk.parts().isEmpty && desk.verdicts().isEmpty)
        #expect(desk.ledger.jobs.count > 5 && desk.ledger.files.count > 5)
        try expectSame(desk)
    }

    @Test("a page of cases begins behind a place of the list and at no other text")
    func places() throws {
        var desk = try desk("places")
        for _ in 0..<3 {
            try desk.take(.file(.open(title: "a", about: nil, isAnother: false)), by: DeskSamples.person(1))
        }
        let place = try #require(try desk.index.cases(.open, limit: 2).next)
        #expect(try desk.index.cases(.open, behind: place, limit: 2).rows.count == 1)
        for text in ["", "1", "x.\(DeskSamples.item(1))", "1.2", "\(place).1", "1735689600000000."] {
            #expect(throws: QueueFilter.Fault.self) { try desk.index.cases(.open, behind: text) }
        }
        #expect(
            try desk.index.picture(ofCase: DeskSamples.item(1)) == nil && desk.index.job(DeskSamples.item(1)) == nil)
    }

    @Test("an item that was opened again behind its closed case's verdict is not judged by it twice")
    func reopened() throws {
        var desk = try desk("reopened")
        let ana = DeskSamples.person(1)
        let id = desk.next
        try desk.take(.file(.open(title: "a", about: nil, isAnother: false)), by: ana)
        for number in 1...3 { try desk.take(.file(.link(to: id)), on: DeskSamples.item(number), by: ana) }
        try desk.take(.file(.close(Judgement(.fraud))), on: id, by: ana)
        let first = try #require(try desk.index.dueActs(limit: 1, now: desk.now).first)
        try desk.take(first)
        try desk.take(.reopen, on: first.item, by: ana)
        let due = try desk.index.dueActs(limit: 10, now: desk.now)
        #expect(Set(due.map(\.item)) == Set((1...3).map { DeskSamples.item($0) }).subtracting([first.item]))
        #expect(due.count == 2)
        // Nor by one that nothing waited for when it was closed.
        let other = desk.next
        try desk.take(.file(.open(title: "b", about: nil, isAnother: false)), by: ana)
        try desk.take(.file(.link(to: other)), on: DeskSamples.item(7), by: ana)
        try desk.take(.judge(Judgement(.legitimate)), on: DeskSamples.item(7), by: ana)
        try desk.take(.file(.close(Judgement(.fraud))), on: other, by: ana)
        try desk.take(.reopen, on: DeskSamples.item(7), by: ana)
        #expect(
            try desk.index.dueActs(limit: 10, now: desk.now)
                == due.map { record in
                    var record = record
                    record.writtenAt = desk.now
                    return record
                })
    }

    @Test("a case's document has its alerts in the order in which they were decided")
    func decided() throws {
        var desk = try desk("decided")
        let ana = DeskSamples.person(1)
        let id = desk.next
        try desk.take(.file(.open(title: "a", about: nil, isAnother: false)), by: ana)
        for number in [9, 4, 30, 0, 17] { try desk.take(.file(.link(to: id)), on: DeskSamples.item(number), by: ana) }
        let times = [0, 4, 9, 17, 30].map { DeskSamples.facts($0).decidedAt }
        #expect(times != times.sorted())
        let evidence = try #require(try desk.index.evidence(ofCase: id))
        #expect(evidence.alerts.map(\.row.facts.decidedAt) == times.sorted())
    }

    @Test("a case's history has its own acts and those that moved items in and out of it, in the log's order")
    func history() throws {
        var desk = try desk("history")
        let ana = DeskSamples.person(1)
        var files: [ItemID] = []
        for _ in 0..<2 {
            files.append(desk.next)
            try desk.take(.file(.open(title: "a", about: nil, isAnother: false)), by: ana)
        }
        try desk.take(.file(.link(to: files[0])), on: DeskSamples.item(1), by: ana)
        try desk.take(.note("of the item"), on: DeskSamples.item(1), by: ana)
        try desk.take(.file(.link(to: files[0])), on: DeskSamples.item(1), by: ana)
        try desk.take(.file(.link(to: files[1])), on: DeskSamples.item(1), by: ana)
        try desk.take(.file(.unlink), on: DeskSamples.item(1), by: ana)
        try desk.take(.note("of the case"), on: files[1], by: ana)
        #expect(try desk.index.history(of: files[0]).map(\.offset) == [0, 2, 5])
        #expect(try desk.index.history(of: files[1]).map(\.offset) == [1, 5, 6, 7])
        #expect(try desk.index.history(of: DeskSamples.item(1)).map(\.offset) == [2, 3, 5, 6])
        #expect(try desk.index.history(of: DeskSamples.item(1), limit: 2).map(\.offset) == [5, 6])
        let last = try #require(try desk.index.history(of: files[1]).last)
        #expect(last.at == desk.now && last.record.act == .note("of the case") && last.version == 1)
        // Its evidence has each act once, whoever's it is.
        try desk.take(.file(.link(to: files[1])), on: DeskSamples.item(1), by: ana)
        let evidence = try #require(try desk.index.evidence(ofCase: files[1]))
        #expect(evidence.acts.map(\.offset) == [1, 2, 3, 5, 6, 7, 8])
        #expect(evidence.alerts.map(\.row.facts.item) == [DeskSamples.item(1)] && !evidence.isCut)
        #expect(evidence.alerts.allSatisfy { $0.payment == nil && $0.labels.isEmpty })
        #expect(try desk.index.evidence(ofCase: DeskSamples.item(1)) == nil)
    }
}
