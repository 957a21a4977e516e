import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// Labels, reasons and the feed of an index.
struct LabelStoreTests {
    private let folder = try! TemporaryFolder()
    private let alerts = TopicPartition("bank-a.alerts")
    private let cases = TopicPartition("bank-a.cases")
    private let payments = TopicPartition("bank-a.transactions")

    private func index(_ name: String = "index") throws -> DeskIndex {
        try DeskIndex(path: folder.path(name), member: DeskSamples.member)
    }

    private func apply(_ inputs: [DeskInput], at positions: [Position] = [], to index: DeskIndex) throws {
        _ = try index.apply(DeskBatch(inputs: inputs, positions: positions))
    }

    private func act(_ number: Int, _ act: Act, on item: Int, at: Int64 = 0) -> DeskInput {
        .act(
            DeskRecord(
                id: DeskSamples.act(number), item: DeskSamples.item(item), actor: DeskSamples.person(1), writtenAt: 1,
                act: act), offset: Int64(number), timestamp: at)
    }

    private func label(_ fraud: Bool, _ transaction: String, partition: Int = 0, _ offset: Int64, at: Int64)
        -> DeskInput
    {
        .label(
            Verdict(transaction: transaction, fraud: fraud),
            at: Position(TopicPartition("bank-a.transactions", partition), offset), timestamp: at)
    }

    /// A label that verdicts ask for.
    private struct Due: Hashable {
        var offset: Int64
        var item: ItemID
        var fraud: Bool
        var payment: Work.Raised?

        init(_ offset: Int64, _ item: ItemID, _ fraud: Bool, _ payment: Work.Raised?) {
            (self.offset, self.item, self.fraud, self.payment) = (offset, item, fraud, payment)
        }

        init(_ due: DueVerdict) { self.init(due.offset, due.item, due.fraud, due.payment) }
    }

    @Test(
        "a verdict asks for a label where it says something else than the item's label before, whatever stood between")
    func dueVerdicts() throws {
        let index = try index()
        var random = SplitMix64(5)
        var ledger = DeskLedger()
        var inputs: [DeskInput] = (0..<6).map { .alert(DeskSamples.facts($0), at: Position(alerts, Int64($0))) }
        var expected: [Due] = []
        var said: [Int: Bool] = [:]
        for number in 0..<300 {
            // The last two items have no alert.
            let item = Int(random.next() % 8)
            let finding = Finding.allCases[Int(random.next() % 4)]
            let deed: Act = random.next() % 2 == 0 ? .judge(Judgement(finding)) : .reopen
            let input = act(number, deed, on: item)
            inputs.append(input)
            guard case .act(let record, let offset, _) = input,
                case .done = ledger.take(record, timestamp: 0), case .judge = deed, let fraud = finding.label
            else { continue }
            if said[item] != fraud {
                let payment =
                    item < 6 ? Work.Raised(source: DeskSamples.facts(item).source, transaction: "t-\(item)") : nil
                expected.append(Due(offset, DeskSamples.item(item), fraud, payment))
            }
            said[item] = fraud
        }
        try apply(inputs, at: [Position(cases, 300)], to: index)
        #expect(expected.count > 15)
        #expect(try index.dueVerdicts(from: 0, limit: 1000).due.map { Due($0) } == expected)
        #expect(try index.dueVerdicts(from: 0, limit: 1000).end == 300)
        #expect(try index.dueVerdicts(from: 310, limit: 1000).end == 310)
        for from in [0, 1, 77, 299] as [Int64] {
            var (place, found): (Int64, [Due]) = (from, [])
            while place < 300 {
                let (due, end) = try index.dueVerdicts(from: place, limit: 3)
                #expect(end > place)
                found += due.map { Due($0) }
                place = end
            }
            #expect(found == expected.filter { $0.offset >= from })
        }
    }

    @Test(
        "a transaction's labels are told by their time and place, each place once; the latest counts wherever it stands"
    )
    func labels() throws {
        let index = try index()
        let inputs = [
            label(true, "t-1", 9, at: 50), label(false, "t-1", 8, at: 50), label(true, "t-1", partition: 1, 3, at: 20),
            label(true, "t-2", 1, at: 1), label(true, "t-1", 8, at: 50),
        ]
        try apply(inputs, to: index)
        let found = try index.labels(of: "t-1")
        #expect(found.map(\.at) == [20, 50, 50] && found.map(\.fraud) == [true, true, true])
        #expect(
            found.map(\.position) == [
                Position(TopicPartition("bank-a.transactions", 1), 3), Position(payments, 8), Position(payments, 9),
            ])
        #expect(try index.labels(of: "t-9").isEmpty)
        // Of one time, that of the later place counts.
        let source = SourcePosition(offset: 1)
        try apply(
            [
                .payment(DeskSamples.payment(1), at: source),
                .decision(DeskSamples.item(1), of: source, band: .approve, probability: 0),
                label(false, "t-1", 10, at: 50), label(true, "t-1", 7, at: 50), label(true, "t-1", 11, at: 49),
            ], to: index)
        let day = DeskSamples.payment(1).time.seconds / 86_400
        #expect(try index.figures(day...day, of: .everything, people: false).fraudSums?.lost == 0)
        try apply([label(true, "t-1", partition: 1, 0, at: 50)], to: index)
        #expect(
            try index.figures(day...day, of: .everything, people: false).fraudSums?.lost
                == DeskSamples.payment(1).amount.value)
    }

    @Test("how far a label is: event time of its own partition, and the least that all three parties have counted")
    func journey() throws {
        let index = try index()
        var inputs: [DeskInput] = [.alert(DeskSamples.facts(0), at: Position(alerts, 0))]
        for number in 0..<300 {
            inputs.append(.payment(DeskSamples.payment(number), at: SourcePosition(offset: Int64(number))))
        }
        // One whose clock is far ahead counts for a hundred records, and that of another partition never.
        var ahead = DeskSamples.payment(50)
        ahead.time = EventTime(seconds: 1_900_000_000)
        inputs.append(.payment(ahead, at: SourcePosition(offset: 50)))
        inputs.append(.payment(ahead, at: SourcePosition(partition: 1, offset: 299)))
        inputs += [
            label(true, "t-0", 40, at: 1), label(false, "t-0", 120, at: 2), label(true, "t-0", partition: 1, 7, at: 3),
            .receipt(.zero, counted: SourcePosition(offset: 200)), .receipt(.one, counted: SourcePosition(offset: 160)),
            .receipt(.two, counted: SourcePosition(partition: 1, offset: 10)),
        ]
        try apply(inputs, to: index)
        func journey() throws -> LabelJourney.Facts {
            try #require(try index.picture(of: DeskSamples.item(0), now: 0)?.journey)
        }
        func time(_ number: Int) -> EventTime { DeskSamples.payment(number).time }
        let before = try journey()
        #expect(before.paid == time(0) && before.now == time(299) && before.counted == nil)
        #expect(before.labels.map(\.offset) == [40, 120] && before.labels.map(\.fraud) == [true, false])
        #expect(before.labels.map(\.came) == [time(39), ahead.time])
        try apply(
            [
                .receipt(.two, counted: SourcePosition(offset: 170)),
                .receipt(.one, counted: SourcePosition(offset: 150)),
            ], to: index)
        let after = try journey()
        // A receipt that a log repeats takes nothing back.
        #expect(after.counted?.offset == 160 && after.counted?.time == time(160))
        try apply([.receipt(.one, counted: SourcePosition(offset: 180))], to: index)
        #expect(try journey().counted?.offset == 170)
    }

    @Test("the first reasons that are given stay; that they are asked for is kept only before")
    func reasons() throws {
        func event(_ state: ReasonsEvent.State, _ version: String) -> ReasonsEvent {
            ReasonsEvent(
                id: DeskSamples.item(0).hex, member: DeskSamples.member, transaction: "t-0",
                time: EventTime(seconds: 0),
                data: .init(state: state, modelVersion: version))
        }
        let events = [
            event(.wanted, "1"), event(.wanted, "2"), event(.given, "3"), event(.refused, "4"), event(.wanted, "5"),
        ]
        for (begin, kept) in [(0, ["1", "2", "3", "3", "3"]), (3, ["4", "4"]), (2, ["3", "3", "3"])] {
            let index = try index("reasons-\(begin)")
            try apply([.alert(DeskSamples.facts(0), at: Position(alerts, 0))], to: index)
            for (event, version) in zip(events[begin...], kept) {
                try apply([.reasons(event, of: DeskSamples.item(0))], to: index)
                #expect(try index.picture(of: DeskSamples.item(0), now: 0)?.reasons?.data.modelVersion == version)
            }
        }
    }

    @Test("an alert waits in the feed for its payment, and what is behind it on its partition with it; others do not")
    func feedWaits() throws {
        let index = try index()
        func alert(_ number: Int, _ partition: Int, _ offset: Int64) -> DeskInput {
            .alert(DeskSamples.facts(number), at: Position(TopicPartition("bank-a.alerts", partition), offset))
        }
        let ends = [
            Position(TopicPartition("bank-a.alerts", 0), 0), Position(TopicPartition("bank-a.alerts", 1), 0),
            Position(cases, 0),
        ]
        try apply([], at: ends, to: index)
        let inputs = [alert(1, 0, 0), alert(5, 0, 1), alert(2, 0, 2), alert(3, 1, 4), act(0, .note("n"), on: 1)]
        let behind = [
            Position(TopicPartition("bank-a.alerts", 0), 3), Position(TopicPartition("bank-a.alerts", 1), 6),
            Position(cases, 2),
        ]
        try apply(inputs, at: behind + [Position(payments, 5)], to: index)
        func read(_ cursor: FeedCursor, _ limit: Int = 10) throws -> ([String], String) {
            let (events, next) = try index.events(behind: cursor, limit: limit)
            return (events.map(\.id), "\(next)")
        }
        let start = FeedCursor(alerts: [0, 0], cases: 0)
        #expect(try read(start) == (["alerts.0.0", "alerts.1.4", "cases.0.0"], "a1.6-c2"))
        #expect(try read(start, 1) == (["alerts.0.0"], "a1.0-c0"))
        #expect(try read(start, 2) == (["alerts.0.0", "alerts.1.4"], "a1.5-c0"))
        try apply([], at: [Position(payments, 6)], to: index)
        #expect(try read(FeedCursor(alerts: [1, 6], cases: 2)) == (["alerts.0.1", "alerts.0.2"], "a3.6-c2"))
    }

    @Test("the feed is entered by time: at the first alert of each partition and the first act that came then or later")
    func since() throws {
        let index = try index()
        var random = SplitMix64(8)
        var inputs: [DeskInput] = []
        var decided: [[Int64]] = [[], []]
        for number in 0..<80 {
            let partition = number % 2
            var facts = DeskSamples.facts(number)
            facts.decidedAt = Int64(number * 10) + Int64(random.next() % 40)
            inputs.append(.alert(facts, at: Position(TopicPartition("bank-a.alerts", partition), Int64(number / 2))))
            decided[partition].append(facts.decidedAt)
        }
        for number in 0..<50 { inputs.append(act(number, .note("n"), on: number, at: Int64(number) * 16)) }
        let ends = [
            Position(TopicPartition("bank-a.alerts", 0), 40), Position(TopicPartition("bank-a.alerts", 1), 40),
            Position(cases, 50),
        ]
        try apply(inputs, at: ends, to: index)
        for time in [0, 16, 17, 160, 399, 784, 785, 10_000] + decided[0].prefix(9) + decided[1].suffix(9) as [Int64] {
            let cursor = try index.cursor(since: time)
            for partition in 0..<2 {
                #expect(cursor.alerts[partition] == Int64(decided[partition].firstIndex { $0 >= time } ?? 40))
            }
            #expect(cursor.cases == Int64((0..<50).first { $0 * 16 >= time } ?? 50))
        }
    }
}
