import Records
import Testing
import Worlds

@Suite struct HandbookWorldTests {
    private static let start = EventTime(year: 2026, month: 3, day: 1, hour: 5) ?? EventTime(seconds: 0)

    private func options(
        seed: UInt64 = 1, customers: Int = 400, terminals: Int = 800, days: Int = 30, radius: Double = 8,
        members: [BankShare] = BankShare.threeBanks
    ) throws -> HandbookOptions {
        try HandbookOptions(
            seed: seed, customers: customers, terminals: terminals, days: days, startDay: Self.start, radius: radius,
            members: members)
    }

    private func world(_ options: HandbookOptions) -> [LabelledTransaction] {
        HandbookWorld(options: options).transactions()
    }

    private func day(_ transaction: LabelledTransaction) -> Int {
        transaction.transaction.time.dayNumber - Self.start.dayNumber
    }

    @Test("the same options give the same world, another seed another")
    func deterministic() throws {
        let first = world(try options())
        #expect(first == world(try options()))
        #expect(first != world(try options(seed: 2)))
    }

    @Test("transactions are in order of time and id, ids are unique digits of one length, days are those asked for")
    func order() throws {
        let all = world(try options())
        for (earlier, later) in zip(all, all.dropFirst()) {
            let a = earlier.transaction
            let b = later.transaction
            #expect(a.time < b.time || (a.time == b.time && a.id < b.id))
            #expect(a.id < b.id)
        }
        #expect(Set(all.map(\.transaction.id.count)) == [6])
        #expect(all.allSatisfy { $0.transaction.id.allSatisfy(\.isNumber) })
        #expect(Set(all.map(day)) == Set(0..<30))
        #expect(all.allSatisfy { $0.transaction.amount.value > 0 })
        #expect(all.allSatisfy { $0.fraud == ($0.scenario != 0) })
    }

    @Test("thieves take smaller amounts from a day on, and nothing else changes")
    func change() throws {
        let plain = world(try options())
        let changed = world(
            try HandbookOptions(
                seed: 1, customers: 400, terminals: 800, days: 30, startDay: Self.start, radius: 8,
                members: BankShare.threeBanks, change: .init(day: 12, amountLimit: 15_000)))
        #expect(changed.map(\.transaction) == plain.map(\.transaction))
        var more = 0
        for (before, after) in zip(plain, changed) where before != after {
            #expect(day(after) >= 12 && !before.fraud && after.scenario == 1 && after.transaction.amount.value > 15_000)
            more += 1
        }
        #expect(more > 10)
        #expect(changed.allSatisfy { day($0) < 12 || $0.transaction.amount.value <= 15_000 || $0.fraud })
    }

    @Test("customers make about two transactions a day, around noon, of amounts around 52")
    func habits() throws {
        let all = world(try options(customers: 1000, terminals: 2000, days: 20))
        let perDay = Double(all.count) / 20_000
        // Mean of uniform(0, 4), less the 3.1 % that fall outside the day.
        #expect((1.75...2.1).contains(perDay))
        let hours = all.reduce(0.0) { $0 + Double($1.transaction.time.hour) + 0.5 } / Double(all.count)
        #expect((11.8...12.2).contains(hours))
        let honest = all.filter { $0.scenario != 3 }
        let amount = honest.reduce(0.0) { $0 + Double($1.transaction.amount.value) / 100 } / Double(honest.count)
        #expect((48.0...60.0).contains(amount))
    }

    @Test("members get their share of the customers, who stay with them")
    func members() throws {
        let all = world(try options(customers: 1000, terminals: 500, days: 20))
        var memberOf: [String: Set<MemberID>] = [:]
        for row in all { memberOf[row.transaction.customer, default: []].insert(row.member) }
        #expect(memberOf.values.allSatisfy { $0.count == 1 })
        let counts = Dictionary(grouping: memberOf.values.compactMap(\.first), by: \.name).mapValues(\.count)
        // A few customers make no transaction in twenty days.
        #expect((575...600).contains(counts["bank-a"] ?? 0))
        #expect((280...300).contains(counts["bank-b"] ?? 0))
        #expect((90...100).contains(counts["bank-c"] ?? 0))
    }

    @Test("about one transaction in a hundred is fraud, at any size", arguments: [(300, 600), (1200, 2400)])
    func fraudRate(customers: Int, terminals: Int) throws {
        // Worlds of several seeds together: one small world has few compromised terminals and customers.
        var frauds = [Int](repeating: 0, count: 4)
        var total = 0
        for seed in 1...4 as ClosedRange<UInt64> {
            let all = world(try options(seed: seed, customers: customers, terminals: terminals, days: 60))
            for row in all where day(row) >= 28 {
                frauds[row.scenario] += 1
                total += 1
            }
        }
        let rate = Double(frauds[1...].reduce(0, +)) / Double(total)
        #expect((0.006...0.015).contains(rate))
        #expect(frauds[1] > 0 && frauds[2] > 0 && frauds[3] > 0)
    }

    @Test("scenario 1: an amount above 220 is fraud")
    func largeAmounts() throws {
        let all = world(try options(customers: 1000))
        #expect(all.contains { $0.scenario == 1 })
        for row in all where row.transaction.amount.value > 22_000 { #expect(row.fraud) }
        for row in all where row.scenario == 1 { #expect(row.transaction.amount.value > 22_000) }
    }

    @Test("scenario 2: a compromised terminal makes everything fraud for 28 days and nothing after")
    func terminals() throws {
        // Few terminals for many customers: every terminal sees transactions each day.
        let all = world(try options(customers: 1000, terminals: 300, days: 100, radius: 40))
        let compromised = Set(all.filter { $0.scenario == 2 }.map(\.transaction.terminal))
        #expect(!compromised.isEmpty)
        var runs: [Int] = []
        for terminal in compromised {
            let rows = all.filter { $0.transaction.terminal == terminal }
            let fraudDays = Set(rows.filter { $0.scenario == 2 }.map(day))
            for row in rows where fraudDays.contains(day(row)) { #expect(row.fraud) }
            // Compromised days come in runs of 28, or what is left of the world, or longer where two overlap.
            for first in fraudDays where !fraudDays.contains(first - 1) {
                var end = first
                while fraudDays.contains(end) { end += 1 }
                #expect(end - first >= 28 || end == 100)
                if end < 100 { runs.append(end - first) }
            }
        }
        #expect(runs.contains(28))
    }

    @Test("scenario 3: about a third of a compromised customer's transactions for 14 days, and amounts divide by five")
    func customers() throws {
        let all = world(try options(customers: 1500, terminals: 300, days: 60, radius: 15))
        let stolen = all.filter { $0.scenario == 3 }
        #expect(stolen.count > 100)
        #expect(stolen.allSatisfy { $0.transaction.amount.value % 5 == 0 })
        let byCustomer = Dictionary(grouping: stolen, by: \.transaction.customer)
        let spans = byCustomer.values.map { rows in (rows.map(day).max() ?? 0) - (rows.map(day).min() ?? 0) }
        // Few customers are drawn twice.
        #expect(Double(spans.filter { $0 < 14 }.count) >= 0.9 * Double(spans.count))
        var inside = 0
        for (customer, rows) in byCustomer {
            let days = rows.map(day)
            let range = (days.min() ?? 0)...(days.max() ?? 0)
            inside += all.filter { $0.transaction.customer == customer && range.contains(day($0)) }.count
        }
        // A span from the first to the last fraud holds more frauds than a third of it.
        #expect((0.3...0.55).contains(Double(stolen.count) / Double(inside)))
    }

    @Test("more customers leave the days of the others as they were")
    func independentCustomers() throws {
        func diary(_ customers: Int) throws -> [EventTime: String] {
            let rows = world(try options(customers: customers)).filter { $0.transaction.customer == "17" }
            return Dictionary(rows.map { ($0.transaction.time, $0.transaction.terminal) }) { first, _ in first }
        }
        let diary = (try diary(100), try diary(200))
        #expect(!diary.0.isEmpty)
        #expect(diary.0 == diary.1)
    }

    @Test("a customer out of reach of every terminal uses the nearest")
    func nearestTerminal() throws {
        let all = world(try options(customers: 50, terminals: 2, days: 10, radius: 0.001))
        #expect(Set(all.map(\.transaction.customer)).count > 40)
        #expect(Set(all.map(\.transaction.terminal)) == ["0", "1"])
        let perCustomer = Dictionary(grouping: all, by: \.transaction.customer)
        #expect(perCustomer.values.allSatisfy { Set($0.map(\.transaction.terminal)).count == 1 })
    }

    @Test("options that make no world are refused")
    func refused() throws {
        #expect(throws: HandbookOptions.Invalid.size) { try options(customers: 0) }
        #expect(throws: HandbookOptions.Invalid.size) { try options(terminals: 10_000_001) }
        #expect(throws: HandbookOptions.Invalid.size) { try options(days: 0) }
        #expect(throws: HandbookOptions.Invalid.radius) { try options(radius: .nan) }
        #expect(throws: HandbookOptions.Invalid.radius) { try options(radius: 0) }
        #expect(throws: HandbookOptions.Invalid.members) { try options(members: []) }
        let bank = try #require(MemberID("bank-a"))
        let twice = [BankShare(id: bank, share: 1), BankShare(id: bank, share: 2)]
        #expect(throws: HandbookOptions.Invalid.members) { try options(members: twice) }
        let nothing = [BankShare(id: bank, share: 0)]
        #expect(throws: HandbookOptions.Invalid.members) { try options(members: nothing) }
    }
}
