import Records
import Testing
import Worlds

@Suite("Salary cycles and seasons")
struct SeasonTests {
    /// Card payments by date, `MM-DD`.
    private static func purchases(
        _ start: String, _ days: Int, _ wanted: (Transaction) -> Bool = { _ in true }
    ) throws -> [String: Int] {
        let plan = try Worlds.plan(customers: 2000, terminals: 1000, days: days, start: start, typologies: Worlds.none)
        let all = Worlds.transactions(plan).map(\.labelled.transaction).filter { $0.kind == .card && wanted($0) }
        return Dictionary(grouping: all) { String($0.time.rfc3339.prefix(10).suffix(5)) }.mapValues(\.count)
    }

    private static func mean(_ counts: [String: Int], _ month: String, _ days: ClosedRange<Int>) -> Double {
        let all = days.map { counts["\(month)-\($0 < 10 ? "0" : "")\($0)"] ?? 0 }
        return Double(all.reduce(0, +)) / Double(all.count)
    }

    @Test("incomes come in the same amount every month, on working days only, mostly in its last week")
    func incomes() throws {
        let plan = try Worlds.plan(customers: 2000, terminals: 1000, days: 90, typologies: Worlds.none)
        let all = Worlds.transactions(plan).map(\.labelled.transaction)
        let payers = Dictionary(grouping: all.filter { $0.kind == .transfer && $0.channel == .file }, by: \.customer)
            .filter { $0.value.count > 60 }
        // Who pays incomes has no card.
        let cards = Set(all.filter { $0.kind == .card }.map(\.customer))
        #expect(payers.count > 25 && payers.keys.allSatisfy { !cards.contains($0) })
        let incomes = payers.values.joined()
        #expect(incomes.allSatisfy { $0.time.weekday < 5 })
        let late = incomes.filter { $0.time.date.day >= 24 }
        #expect((0.7...0.95).contains(Double(late.count) / Double(incomes.count)))
        let byPayee = Dictionary(grouping: incomes, by: \.terminal)
        #expect(byPayee.count > 1700)
        #expect(byPayee.values.allSatisfy { Set($0.map(\.amount)).count == 1 })
        #expect(byPayee.values.filter { $0.count == 3 }.count > byPayee.count * 9 / 10)
    }

    @Test("people buy more after payday than before it")
    func payday() throws {
        let counts = try Self.purchases("2026-01-01", 59)
        // Two full weeks: most were paid two weeks before the one, within the week of the other.
        let before = Self.mean(counts, "01", 19...25)
        let after = (Self.mean(counts, "02", 2...8))
        #expect(after / before > 1.2)
    }

    @Test("Saturday is the busiest day, Sunday the quietest")
    func week() throws {
        let counts = try Self.purchases("2026-06-01", 28)
        func mean(_ first: Int) -> Double {
            Double(
                [0, 7, 14, 21].reduce(0) { $0 + (counts["06-" + (first + $1 < 10 ? "0" : "") + "\(first + $1)"] ?? 0) })
        }
        // 1 June 2026 is a Monday.
        let week = (1...7).map(mean)
        #expect(week.max() == week[5])
        #expect(week.min() == week[6])
        #expect(week[5] / week[6] > 1.3)
    }

    @Test("December is busier than February, toys most of all, and Christmas Day is quiet")
    func december() throws {
        let toys: (Transaction) -> Bool = { $0.entities[.merchantCategory] == "5945" }
        let december = try Self.purchases("2026-12-01", 31)
        let february = try Self.purchases("2027-02-01", 28)
        #expect(Self.mean(december, "12", 1...23) / Self.mean(february, "02", 1...23) > 1.1)
        let few = Self.mean(try Self.purchases("2027-02-01", 28, toys), "02", 1...23)
        let many = Self.mean(try Self.purchases("2026-12-01", 31, toys), "12", 1...23)
        #expect(many / few > 2)
        #expect(Self.mean(december, "12", 25...26) / Self.mean(december, "12", 18...19) < 0.6)
    }

    @Test("bakeries are busy in the morning, bars at night, and shops are shut then")
    func hours() throws {
        let plan = try Worlds.plan(customers: 2000, terminals: 1000, days: 14, typologies: Worlds.none)
        let cards = Worlds.transactions(plan).map(\.labelled.transaction).filter {
            $0.kind == .card && $0.channel == .pos
        }
        func part(_ code: String, _ hours: Range<Int>) -> Double {
            let own = cards.filter { $0.entities[.merchantCategory] == code }
            return Double(own.count { hours.contains($0.time.hour) }) / Double(max(own.count, 1))
        }
        #expect(part("5462", 6..<11) > 0.6)
        #expect(part("5813", 18..<24) + part("5813", 0..<4) > 0.85)
        #expect(part("5411", 8..<20) == 1)
    }
}
