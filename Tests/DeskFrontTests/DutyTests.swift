import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import LocalStore
import Policy
import Records
import Stages
import Support
import Synchronization
import Telemetry
import Testing

/// What the desk itself owes: jobs, and verdicts of closed cases.
struct DutyTests {
    private let member = DeskSamples.member

    /// A log whose appends end a desk: before they do anything, or behind it, so that nobody hears of it.
    private final class Mortal: LogDecorator {
        let log: any EventLog
        private let left: Mutex<Int>
        private let isKilledBehind: Bool

        init(_ log: any EventLog, appends: Int) {
            self.log = log
            left = Mutex(appends)
            isKilledBehind = appends % 2 == 0
        }

        func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
            let left = left.withLock { left in
                left -= 1
                return left
            }
            if left == 0, isKilledBehind { _ = try log.append(batch) }
            if left <= 0 { throw .failed(reason: "killed") }
            return try log.append(Array(batch))
        }
    }

    /// One desk with its duties, turned by hand.
    private struct Desk {
        let parts: DeskParts
        let duty: DutyStage
        let world: DeskLog

        init(_ name: String, _ world: DeskLog, log: (any EventLog)? = nil) throws {
            self.world = world
            parts = try world.desk(name, log: log)
            duty = DutyStage(
                index: parts.index, member: DeskSamples.member, book: parts.book, log: log ?? world.log,
                clock: world.clock, patience: 0)
        }

        /// One turn of all stages.
        func turn() throws {
            try parts.projection.catchUp()
            _ = try duty.turn(until: world.clock.now)
            while try parts.writer.turn(until: world.clock.now) == .worked {}
            try parts.projection.catchUp()
        }

        func settle(_ record: DeskRecord) throws -> DeskLedger.Outcome? {
            parts.book.ask(record) { _ in }
            while try parts.writer.turn(until: world.clock.now) == .worked {}
            try parts.projection.catchUp()
            return try parts.index.outcome(of: record.id)
        }
    }

    private func record(_ number: Int, on item: ItemID? = nil, by person: Int = 1, _ act: Act) -> DeskRecord {
        let id = DeskSamples.act(number)
        return DeskRecord(
            id: id, item: item ?? ItemID(id.hex)!, actor: DeskSamples.person(person), writtenAt: 1, act: act)
    }

    private func acts(_ world: DeskLog) throws -> [DeskRecord] {
        let reader = try world.log.reader(at: [Position(TopicPartition(Topics.cases(member)), 0)])
        return try reader.available(limit: 10_000).compactMap { $0.value.flatMap { DeskRecord(json: $0) } }
    }

    private func job(_ number: Int, _ deed: Act, items: Range<Int>) -> DeskRecord {
        record(
            number,
            .bulk(.start(BulkOrder(deed, items: items.map { BulkItem(DeskSamples.item($0), version: 0) })!)))
    }

    @Test(
        "a job that a desk is killed in, at any append, is done by the next one: each item once, conflicts named",
        arguments: 1..<6)
    func killed(point: Int) throws {
        let world = try DeskLog()
        let count = 1100
        try world.alert(0..<count)
        let start = job(1, .judge(Judgement(.legitimate)), items: 0..<count)
        let id = start.item
        do {
            let desk = try Desk("index", world)
            // One of a hundred is somebody else's before the job begins.
            for number in stride(from: 0, to: count, by: 100) {
                #expect(
                    try desk.settle(record(100 + number, on: DeskSamples.item(number), by: 2, .claim(lease: 600)))
                        != nil)
            }
            #expect(try desk.settle(start) == .done(version: 1))
        }
        var life = point
        var deaths = 0
        var isOver = false
        while !isOver {
            do {
                let desk = try Desk("index", world, log: Mortal(world.log, appends: life))
                var rest = 0
                repeat {
                    try desk.turn()
                    isOver = try desk.parts.index.job(id)?.job.isOver == true
                    rest += 1
                } while !isOver && rest < 20
            } catch let error as LogError {
                #expect(error == .failed(reason: "killed"))
                deaths += 1
                life += 1
            }
        }
        #expect(point > 3 || deaths > 0)
        for name in ["index", "fresh"] {
            let desk = try Desk(name, world)
            try desk.parts.projection.catchUp()
            let picture = try #require(try desk.parts.index.job(id))
            #expect([picture.job.done, picture.job.refused, picture.job.left] == [1089, 11, 0])
            #expect(picture.refused.map(\.item) == stride(from: 0, to: count, by: 100).map { DeskSamples.item($0) })
            #expect(picture.refused.allSatisfy { $0.reason == .changed })
            let closed = try desk.parts.index.selection(
                QueueFilter([("shown", "closed")]), me: nil, now: 0, upTo: .max, limit: 2000)
            #expect(closed.count == 1089)
            // What was skipped can be asked for again, as it is now.
            #expect(try desk.parts.index.refusedItems(of: id).allSatisfy { $0.item.version == 1 })
        }
        // A record in the log for each item, and one more at most for each that a killed desk had asked for.
        #expect(try acts(world).filter { $0.within == id }.count <= count + 512 * deaths)
    }

    @Test("a job that somebody ends does nothing more, and two desks do each item once")
    func cancelled() throws {
        let world = try DeskLog()
        try world.alert(0..<1200)
        let desks = [try Desk("one", world), try Desk("two", world)]
        let start = job(1, .note("seen"), items: 0..<1200)
        #expect(try desks[0].settle(start) == .done(version: 1))
        try desks[0].turn()
        try desks[1].turn()
        let before = try #require(try desks[0].parts.index.job(start.item)?.job)
        #expect(before.done == 512)
        #expect(try desks[1].settle(record(2, on: start.item, by: 2, .bulk(.cancel))) == .done(version: 2))
        for _ in 0..<5 { for desk in desks { try desk.turn() } }
        for desk in desks {
            let job = try #require(try desk.parts.index.job(start.item)?.job)
            #expect(job.isCancelled && job.isOver)
            #expect(job.done == 512)
        }
        #expect(try acts(world).filter { $0.within == start.item }.count == 512)
    }

    @Test(
        "a closed case's verdict comes to each of 305 alerts that has none, with a label each, whoever had claimed it")
    func caseVerdict() throws {
        let world = try DeskLog()
        try world.alert(0..<305)
        let desk = try Desk("index", world)
        try desk.parts.projection.catchUp()
        let open = record(1, .file(.open(title: "a ring", about: .init(.payee, "x"), isAnother: false)))
        let id = open.item
        #expect(try desk.settle(open) == .done(version: 1))
        for number in 0..<305 {
            _ = try desk.settle(record(1000 + number, on: DeskSamples.item(number), .file(.link(to: id))))
        }
        _ = try desk.settle(record(2, on: DeskSamples.item(3), by: 4, .claim(lease: 600)))
        _ = try desk.settle(record(3, on: DeskSamples.item(5), by: 4, .judge(Judgement(.legitimate))))
        #expect(try desk.settle(record(4, on: id, .file(.close(Judgement(.fraud))))) == .done(version: 2))
        #expect(try desk.parts.index.picture(ofCase: id)?.openCount == 304)
        for _ in 0..<4 { try desk.turn() }
        let picture = try #require(try desk.parts.index.picture(ofCase: id))
        #expect(picture.openCount == 0)
        #expect(picture.file.items == 305)
        #expect(picture.closed.count == DeskIndex.caseRows)
        #expect(picture.history.count == 100)
        let due = try desk.parts.index.dueVerdicts(from: 0, limit: 1000).due
        #expect(due.count == 305)
        #expect(due.filter { !$0.fraud }.map(\.item) == [DeskSamples.item(5)])
        // Nothing is owed any more, also where one is opened again.
        _ = try desk.settle(record(5, on: DeskSamples.item(9), .reopen))
        let end = try acts(world).count
        for _ in 0..<3 { try desk.turn() }
        #expect(try acts(world).count == end)
        // The alert's own history and the case's both have the link.
        let links = try desk.parts.index.history(of: DeskSamples.item(7)).filter {
            $0.record.act == .file(.link(to: id))
        }
        #expect(links.count == 1)
    }

    @Test(
        "what is put aside is brought back by the desk once a label of it comes or its customer has another alert, and once only"
    )
    func wakes() throws {
        let world = try DeskLog()
        try world.alert(0..<40)
        let desk = try Desk("index", world)
        try desk.parts.projection.catchUp()
        let until = world.clock.microseconds + 3_600_000_000
        let other = try #require((1..<40).first { DeskSamples.payment($0).customer != DeskSamples.payment(0).customer })
        for number in [0, other] {
            let snooze = Act.aside(.snooze(until: until, wakes: number == 0 ? [.label] : []))
            let outcome = try desk.settle(record(number + 1, on: DeskSamples.item(number), snooze))
            #expect(outcome == .done(version: 1))
        }
        for _ in 0..<3 { try desk.turn() }
        let snoozed = try QueueFilter([("shown", "snoozed")])
        #expect(try desk.parts.index.page(snoozed, me: nil, now: world.clock.microseconds).rows.count == 2)
        world.clock.advance(.seconds(60))
        let text = try #require(LabelText(mapping: .canonical))
        for number in [0, other] {
            let label = try #require(text.record(Verdict(transaction: "t-\(number)", fraud: true)))
            try world.log.append([NewRecord(TopicPartition(Topics.transactions(member)), value: label)])
        }
        for _ in 0..<4 { try desk.turn() }
        let rest = try desk.parts.index.page(snoozed, me: nil, now: world.clock.microseconds).rows
        #expect(rest.map(\.facts.item) == [DeskSamples.item(other)])
        let wakes = try acts(world).filter { $0.act == .aside(.wake(.label)) }
        #expect(wakes.map(\.item) == [DeskSamples.item(0)] && wakes.first?.actor == .desk)
        // The time brings back what nothing else does.
        let queue = try desk.parts.index.page(QueueFilter(), me: nil, now: until).rows
        #expect(queue.contains { $0.facts.item == DeskSamples.item(other) })
    }

    @Test("an index of cases, jobs and verdicts of two people has what the records give by the core alone")
    func oracle() throws {
        let world = try DeskLog()
        try world.alert(0..<20)
        let desk = try Desk("index", world)
        try desk.parts.projection.catchUp()
        var random = SplitMix64(5)
        var ledger = DeskLedger()
        var files: [ItemID] = []
        var jobs: [ItemID] = []
        for number in 0..<1500 {
            let item = DeskSamples.item(Int(random.next() % 20))
            let file = files.isEmpty ? item : files[Int(random.next() % UInt64(files.count))]
            let judgement = Judgement([.fraud, .legitimate, .suspicious][Int(random.next() % 3)])
            let choices: [(ItemID?, Act)] = [
                (
                    nil,
                    .file(
                        .open(
                            title: "case \(number)",
                            about: random.next() % 2 == 0 ? .init(.customer, "c-\(random.next() % 3)") : nil,
                            isAnother: false))
                ),
                (item, .file(.link(to: file))), (item, .file(.link(to: file))), (item, .file(.unlink)),
                (file, .file(.task("t"))),
                (file, .file(.finish(task: 0))), (file, .file(.close(judgement))), (file, .file(.close(nil))),
                (item, .judge(judgement)), (item, .confirm), (file, .confirm), (item, .object), (file, .object),
                (item, .reopen),
                (file, .reopen), (item, .claim(lease: 20)), (file, .note("n")),
                (file, .assign(to: DeskSamples.person(3), lease: 60)),
                (
                    nil,
                    .bulk(
                        .start(
                            BulkOrder(
                                .judge(judgement),
                                items: (0..<5).map { BulkItem(DeskSamples.item($0), version: Int64(random.next() % 6)) }
                            )!))
                ),
                (jobs.last, .bulk(.cancel)), (.house, .house(try HouseRules(text: "four_eyes \(300 + number)"))),
            ]
            let (subject, act) = choices[Int(random.next() % UInt64(choices.count))]
            var record = record(number, on: subject, by: Int(random.next() % 4), act)
            record.amount = MinorUnits(Int64(random.next() % 200_000))
            if random.next() % 4 == 0 { record.expects = Int64(random.next() % 5) }
            if case .file(.open) = act { files.append(record.item) }
            if case .bulk(.start) = act { jobs.append(record.item) }
            parts(record, desk)
            world.clock.advance(.seconds(Int64(random.next() % 10)))
            if random.next() % 3 == 0 { try desk.turn() }
        }
        for _ in 0..<5 { try desk.turn() }
        let reader = try world.log.reader(at: [Position(TopicPartition(Topics.cases(member)), 0)])
        for logged in try reader.available(limit: 100_000) {
            if let act = logged.value.flatMap({ DeskRecord(json: $0) }) {
                ledger.take(act, timestamp: logged.timestamp)
            }
        }
        let fresh = try Desk("fresh", world)
        try fresh.parts.projection.catchUp()
        for index in [desk.parts.index, fresh.parts.index] {
            let found = try index.ledger()
            #expect(found.outcomes == ledger.outcomes)
            for (item, work) in ledger.items { #expect(try index.work(on: item) == work) }
            for (id, file) in ledger.files { #expect(try index.file(id) == file) }
            for (id, job) in ledger.jobs { #expect(try index.job(id)?.job == job) }
            #expect(try index.house() == ledger.house())
            let open = ledger.files.filter { $0.value.state == .open }
            #expect(try index.cases(.open, limit: 2000).rows.count == open.count)
        }
        #expect(ledger.jobs.values.contains { $0.done > 0 } && ledger.jobs.values.contains { $0.refused > 0 })
        #expect(ledger.files.values.contains { $0.state == .closed && $0.judgement != nil })
        let refusals = Set(
            ledger.outcomes.values.compactMap { outcome -> Work.Refusal? in
                if case .refused(let reason) = outcome { reason } else { nil }
            })
        #expect(
            refusals.isSuperset(of: [
                .changed, .linked, .caseClosed, .caseExists, .proposed, .ownProposal, .openItems, .held,
            ]))
    }

    private func parts(_ record: DeskRecord, _ desk: Desk) {
        desk.parts.book.ask(record) { _ in }
        _ = try? desk.parts.writer.turn(until: desk.world.clock.now)
        try? desk.parts.projection.catchUp()
    }
}
