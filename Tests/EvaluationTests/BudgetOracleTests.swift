import Evaluation
import Records
import Testing

@Suite("Budgets and uplift, member by member")
struct BudgetOracleTests {
    private let members: [MemberID]

    init() throws { members = try ["bank-a", "bank-b", "bank-c"].map { try member($0) } }

    @Test("a budget of whole transactions in a thousand is rounded up", arguments: [1, 2, 3, 5, 7, 10, 333, 999, 1000])
    func whole(perThousand: Int) throws {
        let budget = try #require(AlertBudget(perThousand: Double(perThousand)))
        #expect(budget.perThousand == Double(perThousand))
        for transactions in 0...3000 {
            #expect(budget.alerts(of: transactions) == (transactions * perThousand + 999) / 1000)
        }
    }

    @Test("so is one in tenths and hundredths, whatever is left of them in binary", arguments: [10, 100])
    func fractions(parts: Int) throws {
        for number in stride(from: 1, through: 1000 * parts, by: parts == 10 ? 1 : 7) {
            let budget = try #require(AlertBudget(perThousand: Double(number) / Double(parts)))
            for transactions in [0, 1, 999, 1000, 3000, 15_000, 54_321, 1_000_000, 123_456_789] {
                let whole = 1000 * parts
                #expect(
                    budget.alerts(of: transactions) == (transactions * number + whole - 1) / whole,
                    "\(number)/\(parts) of \(transactions)")
            }
        }
        #expect(AlertBudget(perThousand: 16.6)?.alerts(of: 15_000) == 249)
    }

    @Test(
        "a budget is above nothing and at most everything",
        arguments: [
            (0.0, false), (-0.0, false), (1e-9, true), (1000, true), (1000.0.nextUp, false),
            (-5, false),
            (.nan, false), (-.infinity, false),
        ] as [(Double, Bool)])
    func bounds(perThousand: Double, isBudget: Bool) {
        #expect((AlertBudget(perThousand: perThousand) != nil) == isBudget)
        // However small, one of many is looked at, and none of none.
        guard let budget = AlertBudget(perThousand: perThousand) else { return }
        #expect(budget.alerts(of: 0) == 0 && budget.alerts(of: 1) == 1)
    }

    private func outcomes(_ random: inout SeededNumbers, _ count: Int) -> [ScoredOutcome] {
        (0..<count).map { _ in
            ScoredOutcome(
                card: Card(
                    member: members[Int.random(in: 0..<3, using: &random)],
                    customer: "c\(Int.random(in: 0..<4, using: &random))"),
                day: Int.random(in: 0..<3, using: &random), fraud: Int.random(in: 0..<3, using: &random) == 0,
                score: Double(Int.random(in: 0..<5, using: &random)))
        }
    }

    @Test("who is looked at has fewer before it than there are alerts", arguments: 1...20 as ClosedRange<UInt64>)
    func alerted(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let outcomes = outcomes(&random, Int.random(in: 0...40, using: &random))
        let perThousand: Double = [1.0, 100, 250, 500, 1000].randomElement(using: &random) ?? 1
        let budget = try #require(AlertBudget(perThousand: perThousand))
        func isBefore(_ one: Int, _ other: Int) -> Bool {
            let (a, b) = (outcomes[one], outcomes[other])
            if a.score != b.score { return a.score > b.score }
            if a.day != b.day { return a.day < b.day }
            if a.card != b.card { return a.card < b.card }
            return one < other
        }
        let expected = outcomes.indices.filter { place in
            outcomes.indices.count { isBefore($0, place) } < budget.alerts(of: outcomes.count)
        }
        #expect(budget.alerted(outcomes) == Set(expected))
    }

    @Test(
        "uplift is each member's own frauds under its own budget, and their sum",
        arguments: 1...20 as ClosedRange<UInt64>)
    func uplift(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let budget = try #require(AlertBudget(perThousand: 200))
        let rows = outcomes(&random, 60).map { outcome in
            Uplift.Row(
                outcome: outcome, alone: Double(Int.random(in: 0..<5, using: &random)),
                isAfterOthers: Bool.random(using: &random))
        }
        let uplift = Uplift(of: rows, budget: budget)
        #expect(uplift.budget == budget && Set(uplift.members.keys) == Set(rows.map(\.outcome.card.member)))
        var (sums, after) = ([0, 0, 0, 0], 0)
        for (member, comparison) in uplift.members {
            let own = rows.filter { $0.outcome.card.member == member }
            let together = own.map(\.outcome)
            let alone = own.map { row in
                var outcome = row.outcome
                outcome.score = row.alone
                return outcome
            }
            for (figures, outcomes, place) in [(comparison.alone, alone, 0), (comparison.consortium, together, 2)] {
                let found = budget.alerted(outcomes).filter { outcomes[$0].fraud }
                #expect(figures.stopped == found.count)
                #expect(figures.stoppedAfterOthers == found.filter { own[$0].isAfterOthers }.count)
                #expect(figures.quality == QualityReport(of: outcomes))
                let frauds = outcomes.count { $0.fraud }
                #expect(figures.recall == (frauds > 0 ? Double(found.count) / Double(frauds) : nil))
                sums[place] += figures.stopped
                sums[place + 1] += figures.stoppedAfterOthers
            }
            #expect(comparison.afterOthers == own.count { $0.isAfterOthers && $0.outcome.fraud })
            after += comparison.afterOthers
        }
        let overall = uplift.overall
        #expect([overall.alone.stopped, overall.alone.stoppedAfterOthers] == Array(sums[..<2]))
        #expect([overall.consortium.stopped, overall.consortium.stoppedAfterOthers] == Array(sums[2...]))
        #expect(overall.afterOthers == after)
        #expect(overall.consortium.quality == QualityReport(of: rows.map(\.outcome)))
        #expect(overall.alone.quality.transactions == 60)
    }

    private func row(_ score: Double, _ alone: Double, fraud: Bool) -> Uplift.Row {
        Uplift.Row(
            outcome: ScoredOutcome(card: Card(member: members[0], customer: "c"), day: 0, fraud: fraud, score: score),
            alone: alone, isAfterOthers: false)
    }

    @Test("a member is worse off where the consortium's ranking finds its frauds later, and not where nothing tells")
    func worseOff() throws {
        let budget = try #require(AlertBudget(perThousand: 1000))
        let worse = Uplift(of: [row(1, 2, fraud: true), row(2, 1, fraud: false)], budget: budget)
        #expect(worse.overall.isWorseOff && worse.members[members[0]]?.isWorseOff == true)
        let better = Uplift(of: [row(2, 1, fraud: true), row(1, 2, fraud: false)], budget: budget)
        #expect(!better.overall.isWorseOff)
        let same = Uplift(of: [row(2, 2, fraud: true), row(1, 1, fraud: false)], budget: budget)
        #expect(!same.overall.isWorseOff)
        let noFraud = Uplift(of: [row(1, 2, fraud: false)], budget: budget)
        #expect(!noFraud.overall.isWorseOff && noFraud.overall.alone.recall == nil)
        let nothing = Uplift(of: [], budget: budget)
        #expect(nothing.members.isEmpty && nothing.overall.alone.stopped == 0 && !nothing.overall.isWorseOff)
    }
}
