import Desk
import Policy
import Records
import Support
import Testing

struct QueueTests {
    @Test(
        "held payments stand before stopped ones, then the larger expected loss, then what is due first, then the name")
    func order() {
        let levels = ServiceLevels(held: 60, stopped: 600)
        let rows = [
            facts(1, band: .review, probability: 0.9, amount: 100),
            facts(2, band: .decline, probability: 1, amount: 1_000_000),
            facts(3, band: .review, probability: 0.5, amount: 1000, decidedAt: 5),
            facts(4, band: .review, probability: 0.25, amount: 2000, decidedAt: 4),
            facts(6, band: .review, probability: 0.5, amount: 1000, decidedAt: 5),
            facts(5, band: .decline, probability: 0.01, amount: 1_000_000),
        ]
        let keys = rows.map { QueueKey($0, levels: levels) }.sorted()
        #expect(keys.map(\.item) == [4, 3, 6, 1, 2, 5].map { item($0) })
        #expect(keys[1].due == 5 + 60_000_000)
        #expect(keys[4].due == 1_000_000 + 600_000_000)
    }

    @Test("the expected loss is rounded to the nearest hundredth, and an alert of nothing has none")
    func losses() {
        #expect(facts(1, probability: 0.1, amount: 5).expectedLoss == 1)
        #expect(facts(1, probability: 0.1, amount: 4).expectedLoss == 0)
        #expect(facts(1, probability: 1, amount: MinorUnits.limit).expectedLoss == MinorUnits.limit)
        #expect(facts(1, probability: 0, amount: MinorUnits.limit).expectedLoss == 0)
    }

    @Test("a place in the queue is written one way and read that way alone")
    func places() {
        let key = QueueKey(isHeld: true, loss: 5716, due: 1_769_162_400_123_456, item: item(9))
        #expect(QueueKey(key.text) == key)
        let closed = ClosedKey(closedAt: -3, item: item(9))
        #expect(ClosedKey(closed.text) == closed)
        let name = item(9).hex
        for wrong in [
            "", "1", "2.1.1.\(name)", "1.01.1.\(name)", "1.+1.1.\(name)", "1.1.1.\(name).", "1.1.\(name)", "1.1.1.x",
            "1.99999999999999999999.1.\(name)",
        ] {
            #expect(QueueKey(wrong) == nil, "\(wrong)")
        }
        for wrong in ["", ".\(name)", "01.\(name)", "1.\(name).1", "1"] { #expect(ClosedKey(wrong) == nil) }
        #expect(ClosedKey(closedAt: 2, item: item(9)) < ClosedKey(closedAt: 1, item: item(1)))
        #expect(ClosedKey(closedAt: 2, item: item(1)) < ClosedKey(closedAt: 2, item: item(9)))
    }

    @Test("an address gives its filter, and a filter its address")
    func addresses() throws {
        let address: [(name: String, value: String)] = [
            ("shown", "closed"), ("whose", "anyone"), ("band", "decline"), ("rule", "cash-at-night"),
            ("kind", "cash_out"),
            ("channel", "atm"), ("at_least", "100.00"), ("at_most", "250.50"), ("probability", "0.25"),
            ("finding", "fraud"),
            ("payee", "DE89370400440532013000"),
        ]
        let filter = try QueueFilter(address)
        #expect(filter.parameters.map { "\($0.name)=\($0.value)" } == address.map { "\($0.name)=\($0.value)" })
        #expect(try QueueFilter(filter.parameters) == filter)
        #expect(try QueueFilter([]) == QueueFilter())
        #expect(QueueFilter().parameters.isEmpty)
        // What nobody filled in is no filter, and an account is found in any spelling.
        #expect(try QueueFilter([("band", ""), ("payee", "de89 3704 0044 0532 0130 00")]).entity == filter.entity)
    }

    @Test("an address that says what there is not names the parameter, and never shows more than was asked for")
    func refusedAddresses() {
        let cases: [(parameters: [(name: String, value: String)], field: String?)] = [
            ([("colour", "red")], nil), ([("Band", "decline")], nil), ([("band", "Decline")], "band"),
            ([("band", "maybe")], "band"), ([("band", "review"), ("band", "decline")], "band"),
            ([("at_least", "1,5")], "at_least"), ([("at_least", "-1")], "at_least"),
            ([("at_most", "1.234")], "at_most"),
            ([("at_least", "2"), ("at_most", "1")], "at_most"), ([("probability", "1.1")], "probability"),
            ([("probability", "nan")], "probability"), ([("probability", "x")], "probability"),
            ([("finding", "fraud")], "finding"), ([("payee", "a"), ("card", "b")], "card"),
            ([("customer", String(repeating: "a", count: 513))], "customer"),
            ([("rule", String(repeating: "a", count: 129))], "rule"),
        ]
        for (parameters, field) in cases {
            do {
                _ = try QueueFilter(parameters)
                Issue.record("\(parameters) was taken")
            } catch {
                #expect(error.field == field, "\(parameters)")
            }
        }
    }

    @Test("each filter lets through what it names and nothing else")
    func matching() throws {
        var row = QueueRow(
            facts: facts(1, band: .decline, probability: 0.4, amount: 5000, rules: ["a", "b"]), kind: .card,
            channel: .online,
            entities: [.customer: "c-1", .card: "411111******1111"])
        func matches(_ parameters: [(name: String, value: String)], me: Actor? = ana, now: Int64 = 0) throws -> Bool {
            try QueueFilter(parameters).matches(row, me: me, now: now)
        }
        for (name, fits, fails) in [
            ("band", "decline", "review"), ("rule", "b", "c"), ("kind", "card", "transfer"),
            ("channel", "online", "pos"), ("at_least", "50.00", "50.01"), ("at_most", "50", "49.99"),
            ("probability", "0.4", "0.41"), ("customer", "c-1", "c-2"), ("card", "4111 11** **** 1111", "4"),
            ("shown", "open", "closed"), ("whose", "free", "mine"),
        ] {
            #expect(try matches([(name, fits)]), "\(name)")
            #expect(try !matches([(name, fails)]), "\(name)")
        }
        #expect(try !matches([("payee", "x")]))
        try row.work.take(record(1, by: ben, .claim(lease: 10)), at: 0)
        #expect(try !matches([]))
        #expect(try matches([], me: ben))
        #expect(try matches([("whose", "anyone")]))
        #expect(try matches([("whose", "mine")], me: ben))
        #expect(try !matches([("whose", "mine")], me: nil))
        #expect(try matches([], now: 10_000_000))
        try row.work.take(record(2, by: ben, .judge(Judgement(.suspicious))), at: 1)
        #expect(try !matches([("whose", "anyone")]))
        #expect(try matches([("shown", "closed")]))
        #expect(try matches([("shown", "closed"), ("finding", "suspicious")]))
        #expect(try !matches([("shown", "closed"), ("finding", "fraud")]))
    }

    @Test("an alert's event gives its facts; one without what the desk needs is no alert")
    func events() throws {
        var detail = CloudEvent.Detail(
            transaction: "t-1", decision: "review", rules: [.init(id: "r-1", reason: "why")], rawScore: 5, score: 0.1,
            probability: 0.3, modelVersion: "7", source: .init(SourcePosition(partition: 1, offset: 9, index: 2)),
            transactionTime: "2025-01-01T00:00:00Z", receivedAt: 1, decidedAt: 2, customer: "c-1", terminal: "x-1",
            amount: "57.16")
        func facts(_ type: String = CloudEvent.alert, id: String = item(3).hex) -> AlertFacts? {
            AlertFacts(
                CloudEvent(id: id, member: MemberID("a")!, type: type, time: EventTime(seconds: 0), data: detail))
        }
        let found = try #require(facts())
        #expect(found.item == item(3))
        #expect(found.source == SourcePosition(partition: 1, offset: 9, index: 2))
        #expect(found.amount == MinorUnits(5716))
        #expect(found.rules == ["r-1"])
        #expect(found.isHeld)
        #expect(facts(CloudEvent.decision) == nil)
        #expect(facts(id: "x") == nil)
        for change in [
            { $0.amount = nil }, { $0.amount = "-1" }, { $0.decision = "maybe" }, { $0.probability = 1.5 },
            { $0.probability = .nan }, { $0.transactionTime = "yesterday" },
        ] as [(inout CloudEvent.Detail) -> Void] {
            let sound = detail
            change(&detail)
            #expect(facts() == nil)
            detail = sound
        }
    }
}
