import Desk
import DeskStore
import EventLogs
import Foundation
import Policy
import Records
import Support
import Testing

/// An index against a plain oracle: dictionaries, and the core's own filter on each row.
struct DeskIndexTests {
    private let folder = try! TemporaryFolder()
    private let alerts = TopicPartition("bank-a.alerts")
    private let cases = TopicPartition("bank-a.cases")
    private static let levels = ServiceLevels(held: 60, stopped: 3600)

    private func index(_ name: String = "index") throws -> DeskIndex {
        try DeskIndex(path: folder.path(name), member: DeskSamples.member, levels: Self.levels)
    }

    private struct World {
        var inputs: [DeskInput] = []
        var ledger = DeskLedger()
        var alerts: Set<Int> = []
        var payments: Set<Int> = []

        func rows() -> [QueueRow] {
            alerts.map { number in
                let facts = DeskSamples.facts(number)
                var row = QueueRow(
                    facts: facts, work: ledger.items[facts.item] ?? Work(), due: DeskIndexTests.levels.due(facts))
                row.entities = [.customer: facts.customer, .terminal: facts.terminal]
                if payments.contains(number) {
                    let payment = DeskSamples.payment(number)
                    (row.kind, row.channel) = (payment.kind, payment.channel)
                    for kind in LinkKind.allCases { row.entities[kind] = kind.name(in: payment) }
                }
                return row
            }
        }
    }

    /// Alerts, payments and acts in an order that no topic keeps between topics; some payments never come.
    private func world(seed: UInt64, items: Int, acts: Int) -> World {
        var random = SplitMix64(seed)
        var world = World()
        var rest = (0..<items).flatMap { number -> [(Int, Bool)] in
            number % 7 == 0 ? [(number, true)] : [(number, true), (number, false)]
        }
        var now: Int64 = 1_735_689_600_000_000
        var offset = 0
        while !rest.isEmpty || offset < acts {
            if offset < acts, rest.isEmpty || random.next() % 2 == 0 {
                let record = DeskSamples.record(offset, items: items, &random)
                // The log's clock goes back now and then.
                now += Int64(random.next() % 8_000_000) - 1_000_000
                world.inputs.append(.act(record, offset: Int64(offset), timestamp: now))
                world.ledger.take(record, timestamp: now)
                offset += 1
            } else {
                let (number, isAlert) = rest.remove(at: Int(random.next() % UInt64(rest.count)))
                if isAlert {
                    world.inputs.append(
                        .alert(DeskSamples.facts(number), at: Position(alerts, Int64(world.alerts.count))))
                    world.alerts.insert(number)
                } else {
                    world.inputs.append(
                        .payment(DeskSamples.payment(number), at: SourcePosition(offset: Int64(number))))
                    world.payments.insert(number)
                }
            }
        }
        return world
    }

    @Test("whatever order topics are read in, an index has the work and the outcomes that the records' order gives")
    func oracle() throws {
        for seed in 0..<4 as Range<UInt64> {
            let world = world(seed: seed, items: 60, acts: 400)
            let index = try index("index-\(seed)")
            var random = SplitMix64(seed)
            var rest = world.inputs[...]
            while !rest.isEmpty {
                let batch = Array(rest.prefix(1 + Int(random.next() % 40)))
                rest = rest.dropFirst(batch.count)
                for settled in try index.apply(DeskBatch(inputs: batch, positions: [])) {
                    #expect(world.ledger.outcomes[settled.id] == settled.outcome)
                }
            }
            let (items, outcomes) = try index.ledger()
            #expect(outcomes == world.ledger.outcomes)
            #expect(items == world.ledger.items.filter { item in items[item.key] != nil })
            #expect(Set(items.keys) == Set(world.ledger.items.keys))
            #expect(try index.clock() == world.ledger.clock.now)
        }
    }

    private static let filters: [[(name: String, value: String)]] = [
        [], [("whose", "anyone")], [("whose", "free")], [("whose", "mine")], [("shown", "closed")],
        [("shown", "snoozed")], [("shown", "snoozed"), ("whose", "anyone"), ("at_least", "200")],
        [("origin", "reported")], [("origin", "alert"), ("kind", "card"), ("channel", "pos")],
        [("shown", "closed"), ("finding", "fraud")], [("band", "review"), ("whose", "anyone")], [("kind", "transfer")],
        [("channel", "online"), ("at_least", "100")], [("at_most", "500.00")], [("probability", "0.5")],
        [("rule", "new-payee"), ("whose", "anyone")], [("rule", "no-such-rule")],
        [("customer", "c-3"), ("whose", "anyone")],
        [("payee", "NL91ABNA0417164311"), ("whose", "anyone")], [("device", "d-5"), ("shown", "closed")],
        [("ip", "192.0.2.3")], [("terminal", "nowhere")],
        [("shown", "closed"), ("band", "decline"), ("rule", "many-cards"), ("at_least", "10"), ("kind", "card")],
    ]

    private static func teams() throws -> [QueueFilter] {
        let scopes = ["kind=card,cash_out", "band=review&at_least=100&at_most=700", "channel=online", "kind=transfer"]
        return try scopes.flatMap { scope in
            try [
                [("whose", "anyone")], [("shown", "closed")], [("kind", "transfer")], [("device", "d-5")],
                [("whose", "mine")],
            ].map { parameters in
                var filter = try QueueFilter(parameters)
                filter.team = try TeamScope(scope)
                return filter
            }
        }
    }

    @Test(
        "every filter, page by page, gives what the core's own filter lets through, in the queue's order, each row once"
    )
    func pages() throws {
        let world = world(seed: 11, items: 400, acts: 900)
        let index = try index()
        _ = try index.apply(DeskBatch(inputs: world.inputs, positions: []))
        let me = DeskSamples.person(3)
        let rows = world.rows()
        let filters = try Self.filters.map { try QueueFilter($0) } + Self.teams()
        for filter in filters {
            let parameters = "\(filter.parameters) \(filter.team)"
            for now in [world.ledger.clock.now, world.ledger.clock.now + 700_000_000] {
                var found: [QueueRow] = []
                var place: String?
                repeat {
                    let page = try index.page(filter, me: me, now: now, behind: place, limit: 17)
                    #expect(page.rows.count <= 17)
                    #expect(!page.isCut)
                    found += page.rows
                    place = page.next
                } while place != nil
                let expected = rows.filter { filter.matches($0, me: me, now: now) }
                #expect(Set(found) == Set(expected), "\(parameters)")
                #expect(found.count == expected.count, "\(parameters)")
                let places = found.map { row in
                    filter.shown == .open
                        ? QueueKey(row.facts, levels: Self.levels).text
                        : ClosedKey(closedAt: row.work.closedAt ?? 0, item: row.facts.item).text
                }
                if filter.shown == .open {
                    #expect(places == places.compactMap { QueueKey($0) }.sorted().map(\.text))
                } else {
                    #expect(places == places.compactMap { ClosedKey($0) }.sorted().map(\.text))
                }
            }
        }
    }

    @Test("a page begins behind a place of its own list and at no other text")
    func places() throws {
        let index = try index()
        for (shown, place) in [
            ("open", "1.2"), ("closed", QueueKey(DeskSamples.facts(1), levels: Self.levels).text), ("open", "x"),
        ] {
            #expect(throws: QueueFilter.Fault.self) {
                try index.page(QueueFilter([("shown", shown)]), me: nil, now: 0, behind: place)
            }
        }
    }

    @Test("more rules than there are bits: a rule finds its own alerts and no others")
    func manyRules() throws {
        let index = try index()
        let inputs = (0..<200).map { number in
            var facts = DeskSamples.facts(number)
            facts.rules = ["rule-\(number % 100)"]
            return DeskInput.alert(facts, at: Position(alerts, Int64(number)))
        }
        _ = try index.apply(DeskBatch(inputs: inputs, positions: []))
        for number in [0, 38, 62, 99] {
            let page = try index.page(QueueFilter([("rule", "rule-\(number)")]), me: nil, now: 0)
            #expect(Set(page.rows.map(\.facts.item)) == [DeskSamples.item(number), DeskSamples.item(number + 100)])
        }
    }

    @Test("an alert that comes again stays the one that it was, and the feed tells it once")
    func repeatedAlert() throws {
        let index = try index()
        var changed = DeskSamples.facts(1)
        changed.probability = 0.001
        _ = try index.apply(
            DeskBatch(
                inputs: [
                    .alert(DeskSamples.facts(1), at: Position(alerts, 0)), .alert(changed, at: Position(alerts, 1)),
                    .alert(DeskSamples.facts(2), at: Position(alerts, 2)),
                ], positions: [Position(alerts, 3), Position(cases, 0)]))
        #expect(try index.alert(DeskSamples.item(1))?.facts == DeskSamples.facts(1))
        let (events, cursor) = try index.events(behind: FeedCursor(alerts: [0], cases: 0), limit: 10)
        #expect(events.map(\.id) == ["alerts.0.0", "alerts.0.2"])
        #expect("\(cursor)" == "a3-c0")
    }

    @Test("a feed that is read in any steps has every event once, in order, and stands at the end behind them")
    func feed() throws {
        let world = world(seed: 5, items: 50, acts: 120)
        let index = try index()
        let start = [Position(alerts, 0), Position(cases, 0)]
        _ = try index.apply(DeskBatch(inputs: [], positions: start))
        _ = try index.apply(DeskBatch(inputs: world.inputs, positions: [Position(alerts, 50), Position(cases, 120)]))
        let (kept, end) = try index.feedEnds()
        #expect("\(kept) \(end)" == "a0-c0 a50-c120")
        let done = world.ledger.outcomes.values.filter { if case .done = $0 { true } else { false } }.count
        for limit in [1, 7, 1000] {
            var cursor = kept
            var ids: [String] = []
            while cursor != end {
                let (events, next) = try index.events(behind: cursor, limit: limit)
                #expect(events.count <= limit)
                // Whoever stops at an event and comes back goes on behind it.
                if let last = events.last, events.count == limit { #expect(last.cursor == next) }
                ids += events.map(\.id)
                cursor = next
            }
            #expect(ids.count == 50 + done)
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test("the last who opened a file writes it; whoever had it before is told so")
    func takenOver() throws {
        let first = try index()
        let second = try index()
        #expect(throws: DeskIndex.Failure.self) { try first.apply(DeskBatch(inputs: [], positions: [])) }
        _ = try second.apply(DeskBatch(inputs: [], positions: [Position(cases, 5)]))
        #expect(try first.position(cases) == 5)
        #expect(try first.position(alerts) == nil)
    }

    @Test("a file of another version is begun anew from the log, and one of this version goes on")
    func versions() throws {
        func opened() throws -> Bool {
            let index = try index()
            defer { withExtendedLifetime(index) {} }
            let isKept = try index.position(cases) == 5 && index.alert(DeskSamples.item(1)) != nil
            #expect(try isKept || (index.position(cases) == nil && index.alert(DeskSamples.item(1)) == nil))
            _ = try index.apply(
                DeskBatch(
                    inputs: [.alert(DeskSamples.facts(1), at: Position(alerts, 0))], positions: [Position(cases, 5)]))
            return isKept
        }
        #expect(try [opened(), opened(), opened()] == [false, true, true])
        // The version stands in bytes 60 to 63 of an SQLite file; 0 is that of a file without tables.
        for change in [1, -1] {
            var bytes = try folder.bytes("index")
            bytes[63] = UInt8(Int(bytes[63]) + change)
            try folder.write(bytes, to: "index")
            #expect(try [opened(), opened()] == [false, true])
        }
    }

    @Test("the file is its owner's alone to read")
    func rights() throws {
        let index = try index("sub/index")
        let attributes = try FileManager.default.attributesOfItem(atPath: index.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
