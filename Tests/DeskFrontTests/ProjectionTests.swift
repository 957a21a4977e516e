import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Foundation
import LocalStore
import Policy
import Records
import Secrets
import Stages
import Support
import Synchronization
import Telemetry
import Testing

struct ProjectionTests {
    private let member = DeskSamples.member

    /// A log whose process is killed at one of its calls: before the call does anything, or behind it, so that nobody hears of it.
    private final class Mortal: LogDecorator {
        let log: any EventLog
        private let left: Mutex<Int>
        private let isKilledBehind: Bool

        init(_ log: any EventLog, callsToLive: Int) {
            self.log = log
            left = Mutex(callsToLive)
            isKilledBehind = callsToLive % 2 == 0
        }

        /// - Throws: an error that no stage tries again.
        func call<T>(_ body: () throws(LogError) -> T) throws(LogError) -> T {
            let left = left.withLock { left in
                left -= 1
                return left
            }
            if left == 0, isKilledBehind { _ = try body() }
            if left <= 0 { throw .failed(reason: "killed") }
            return try body()
        }

        func append(_ batch: [NewRecord]) throws(LogError) -> [Position] {
            try call { () throws(LogError) in try log.append(batch) }
        }

        func reader(at positions: [Position]) throws(LogError) -> any LogReader {
            Reader(reader: try call { () throws(LogError) in try log.reader(at: positions) }, life: self)
        }

        func partitions(of topic: String) throws(LogError) -> Int {
            try call { () throws(LogError) in try log.partitions(of: topic) }
        }

        final class Reader: ReaderDecorator {
            let reader: any LogReader
            private let life: Mortal

            init(reader: any LogReader, life: Mortal) {
                self.reader = reader
                self.life = life
            }

            func available(limit: Int) throws(LogError) -> [LogRecord] {
                try life.call { () throws(LogError) in try reader.available(limit: min(limit, 7)) }
            }
        }
    }

    /// What the records of the log give, by the core alone.
    private func oracle(_ log: any EventLog) throws -> DeskLedger {
        var ledger = DeskLedger()
        let reader = try log.reader(at: [Position(TopicPartition(Topics.cases(member)), 0)])
        while case let records = try reader.available(limit: 100), !records.isEmpty {
            for record in records {
                if let act = record.value.flatMap({ DeskRecord(json: $0) }) {
                    ledger.take(act, timestamp: record.timestamp)
                }
            }
        }
        return ledger
    }

    private func hold(_ index: DeskIndex, against ledger: DeskLedger, alerts: Int) throws {
        let (items, outcomes) = try index.ledger()
        #expect(items == ledger.items)
        #expect(outcomes == ledger.outcomes)
        for number in 0..<alerts {
            let row = try #require(try index.alert(DeskSamples.item(number)))
            #expect(row.facts == DeskSamples.facts(number))
            #expect(row.kind == DeskSamples.payment(number).kind)
        }
    }

    @Test(
        "a desk killed at any call of its log, before or behind what it does, loses no alert and no act and does none twice",
        arguments: 1..<60)
    func killed(point: Int) throws {
        let world = try DeskLog()
        var random = SplitMix64(UInt64(point))
        let wanted = (0..<40).map { DeskSamples.record($0, items: 12, &random) }
        var told: [ActID: DeskLedger.Outcome] = [:]
        var deaths = 0
        var life = point
        try world.alert(0..<12)
        while told.count < Set(wanted.map(\.id)).count {
            let outcomes = Mutex<[ActID: DeskLedger.Outcome]>([:])
            do {
                let log = Mortal(world.log, callsToLive: life)
                let desk = try world.desk("index", log: log)
                // Who has no answer asks again, under the same name.
                for record in wanted where told[record.id] == nil {
                    desk.book.ask(record) { result in
                        if case .success(let outcome) = result { outcomes.withLock { $0[record.id] = outcome } }
                    }
                }
                let moment = world.clock.now
                repeat {
                    world.clock.advance(.seconds(20))
                    try desk.projection.catchUp()
                } while try desk.writer.turn(until: moment) == .worked
                try desk.projection.catchUp()
            } catch let error as LogError {
                #expect(error == .failed(reason: "killed"))
                deaths += 1
                // Each life is longer than the one before, so that it comes to an end.
                life += 3
            }
            for (id, outcome) in outcomes.withLock({ $0 }) {
                #expect(told[id] == nil || told[id] == outcome)
                told[id] = outcome
            }
        }
        let ledger = try oracle(world.log)
        #expect(told.allSatisfy { ledger.outcomes[$0.key] == $0.value })
        let survivor = try world.desk("index")
        try survivor.projection.catchUp()
        try hold(survivor.index, against: ledger, alerts: 12)
        // An index that is made anew is the same.
        let fresh = try world.desk("fresh")
        try fresh.projection.catchUp()
        try hold(fresh.index, against: ledger, alerts: 12)
        if point < 5 { #expect(deaths > 0) }
    }

    @Test("two desks side by side come to the same, and tell their people the same")
    func sideBySide() throws {
        let world = try DeskLog()
        let desks = [try world.desk("one"), try world.desk("two")]
        try world.alert(0..<10)
        var random = SplitMix64(3)
        let told = Mutex<[ActID: [DeskLedger.Outcome]]>([:])
        for number in 0..<300 {
            let record = DeskSamples.record(number, items: 10, &random)
            let desk = desks[Int(random.next() % 2)]
            desk.book.ask(record) { result in
                if case .success(let outcome) = result { told.withLock { $0[record.id, default: []].append(outcome) } }
            }
            world.clock.advance(.seconds(Int64(random.next() % 5)))
            for desk in desks where random.next() % 3 == 0 { _ = try desk.writer.turn(until: world.clock.now) }
            for desk in desks where random.next() % 4 == 0 { try desk.projection.catchUp() }
        }
        for desk in desks { while try desk.writer.turn(until: world.clock.now) == .worked {} }
        for desk in desks { try desk.projection.catchUp() }
        let ledger = try oracle(world.log)
        for desk in desks { try hold(desk.index, against: ledger, alerts: 10) }
        let outcomes = told.withLock { $0 }
        #expect(Set(outcomes.keys) == Set(ledger.outcomes.keys))
        #expect(outcomes.allSatisfy { Set($0.value) == [ledger.outcomes[$0.key]!] })
        let ends = try desks.map { try $0.index.feedEnds().end }
        #expect(ends[0] == ends[1])
        let feeds = try desks.map {
            try $0.index.events(behind: FeedCursor(alerts: [0], cases: 0), limit: 10_000).events.map(\.id)
        }
        #expect(feeds[0] == feeds[1])
    }

    @Test("fifty people at two desks race for a thousand alerts: each alert is claimed once, and everybody is told so")
    func race() async throws {
        let world = try DeskLog()
        try world.alert(0..<1000)
        let stop = StopFlag()
        var services: [DeskService] = []
        var threads = StageThreads()
        for name in ["one", "two"] {
            let desk = try world.desk(name)
            try desk.projection.catchUp()
            services.append(DeskService(index: desk.index, book: desk.book, clock: world.clock, random: randomBytes))
            let (book, index) = (desk.book, desk.index)
            threads.add("writer") {
                try ActWriter(member: DeskSamples.member, book: book, log: world.log, patience: 0.05).run(
                    by: world.clock, until: { stop.isSet })
            }
            threads.add("projection") {
                try DeskProjection(
                    index: index, intake: DeskIntake(member: DeskSamples.member, mapping: .canonical), log: world.log,
                    clock: world.clock, metrics: Metrics(), told: { book.told($0) }
                ).run(by: world.clock, until: { stop.isSet })
            }
        }
        let running = threads.start(stop: stop)
        var claimed: [ItemID: [Actor]] = [:]
        try await withThrowingTaskGroup(of: [(ItemID, Actor)].self) { group in
            for person in 0..<50 {
                let service = services[person % 2]
                group.addTask {
                    let me = DeskSamples.person(person)
                    var mine: [(ItemID, Actor)] = []
                    while let row = try await service.claimNext(QueueFilter(), by: me, lease: 86_400) {
                        #expect(row.work.holder?.actor == me)
                        mine.append((row.facts.item, me))
                    }
                    return mine
                }
            }
            for try await mine in group { for (item, person) in mine { claimed[item, default: []].append(person) } }
        }
        stop.stop()
        try running.wait()
        #expect(claimed.count == 1000)
        #expect(claimed.allSatisfy { $0.value.count == 1 })
        let ledger = try oracle(world.log)
        #expect(claimed.allSatisfy { ledger.items[$0.key]?.holder?.actor == $0.value[0] })
        // A browser that is gone gives its alert back when the lease ends.
        #expect(try await services[0].claimNext(QueueFilter(), by: DeskSamples.person(0)) == nil)
        world.clock.advance(.seconds(86_400))
        let page = try services[0].index.page(QueueFilter(), me: nil, now: world.clock.microseconds)
        #expect(page.rows.count == DeskIndex.pageSize)
    }

    @Test("what is no record of the desk is passed over, counted, and stops nobody")
    func unreadable() throws {
        let world = try DeskLog()
        let desk = try world.desk("index")
        for topic in [
            Topics.cases(member), Topics.alerts(member), Topics.decisions(member), Topics.transactions(member),
        ] {
            try world.log.append(
                [Array("{".utf8), [], Array("{\"type\":\"x\"}".utf8), nil].map {
                    NewRecord(TopicPartition(topic), value: $0)
                })
        }
        try world.alert(0..<1)
        try desk.projection.catchUp()
        #expect(desk.metrics.value(.deskRecordsUnreadable) == 6)
        #expect(try desk.index.alert(DeskSamples.item(0)) != nil)
    }

    private final class Answers: Sendable {
        private let taken = Mutex<[Result<DeskLedger.Outcome, ActBook.Trouble>]>([])

        var all: [Result<DeskLedger.Outcome, ActBook.Trouble>] { taken.withLock { $0 } }
        func take(_ answer: Result<DeskLedger.Outcome, ActBook.Trouble>) { taken.withLock { $0.append(answer) } }
    }

    @Test(
        "an act that is asked for thrice while it is under way is one record with three answers; a desk that stops lets all go who wait"
    )
    func pendingAnswers() throws {
        let world = try DeskLog()
        let book = ActBook()
        let desk = try world.desk("index", book: book)
        let answers = Answers()
        var random = SplitMix64(1)
        let record = DeskSamples.record(1, items: 1, &random)
        for _ in 0..<3 { book.ask(record) { result in answers.take(result) } }
        _ = try desk.writer.turn(until: world.clock.now)
        #expect(answers.all.isEmpty)
        try desk.projection.catchUp()
        #expect(answers.all.count == 3)
        #expect(try world.log.end(of: TopicPartition(Topics.cases(member))) == 1)
        book.ask(DeskSamples.record(2, items: 1, &random)) { result in answers.take(result) }
        try desk.writer.finish()
        #expect(answers.all.last == .failure(.stopping))
        book.ask(record) { result in answers.take(result) }
        #expect(answers.all.last == .failure(.stopping))
    }
}
