import Evaluation
import Records
import Testing

@Suite("What a consortium is worth to its members")
struct UpliftTests {
    private let a: MemberID
    private let b: MemberID

    init() throws {
        a = try #require(MemberID("bank-a"))
        b = try #require(MemberID("bank-b"))
    }

    private func outcome(_ member: MemberID, _ customer: String, day: Int = 0, _ score: Double, fraud: Bool = false)
        -> ScoredOutcome
    {
        ScoredOutcome(card: Card(member: member, customer: customer), day: day, fraud: fraud, score: score)
    }

    @Test("A budget is of a thousand transactions, rounded up, and no more than there are")
    func budget() throws {
        for (perThousand, transactions, alerts) in [
            (5.0, 1000, 5), (5, 1001, 6), (5, 1, 1), (5, 0, 0), (1000, 7, 7), (0.5, 1000, 1), (0.5, 4000, 2),
        ] {
            #expect(try #require(AlertBudget(perThousand: perThousand)).alerts(of: transactions) == alerts)
        }
        for none in [0, -1, 1000.1, .nan, .infinity] { #expect(AlertBudget(perThousand: none) == nil) }
    }

    @Test("The highest scores are looked at; of equal ones earlier days, then lower cards")
    func alerted() throws {
        let budget = try #require(AlertBudget(perThousand: 500))
        let outcomes = [
            outcome(a, "c", 1), outcome(a, "b", day: 1, 2), outcome(a, "z", 2), outcome(a, "y", 2), outcome(a, "x", 9),
            outcome(a, "a", -3),
        ]
        #expect(budget.alerted(outcomes) == [4, 3, 2])
    }

    @Test("Frauds stopped are those that a member's own budget looks at, by either score")
    func stopped() throws {
        // Of ten transactions a member looks at two.
        let budget = try #require(AlertBudget(perThousand: 200))
        func rows(_ member: MemberID, frauds: [Int], alone: [Int], together: [Int], afterOthers: Set<Int>) -> [Uplift
            .Row]
        {
            (0..<10).map { number in
                let high = { (list: [Int]) in Double(list.firstIndex(of: number).map { 100 - $0 } ?? number % 3) }
                return Uplift.Row(
                    outcome: outcome(member, "c\(number)", high(together), fraud: frauds.contains(number)),
                    alone: high(alone), isAfterOthers: afterOthers.contains(number))
            }
        }
        let uplift = Uplift(
            of: rows(a, frauds: [1, 2, 3], alone: [1, 7], together: [1, 3], afterOthers: [3, 5])
                // Far higher scores alone would take all alerts if the members shared a budget.
                + rows(b, frauds: [4], alone: [8, 9, 4], together: [4], afterOthers: [4, 8]),
            budget: budget)
        let first = try #require(uplift.members[a])
        #expect(first.alone.stopped == 1 && first.consortium.stopped == 2 && first.afterOthers == 1)
        #expect(first.alone.stoppedAfterOthers == 0 && first.consortium.stoppedAfterOthers == 1)
        #expect(first.alone.recall == 1.0 / 3 && first.consortium.recall == 2.0 / 3)
        let second = try #require(uplift.members[b])
        #expect(second.alone.stopped == 0 && second.consortium.stopped == 1 && second.afterOthers == 1)
        #expect(uplift.overall.alone.stopped == 1 && uplift.overall.consortium.stopped == 3)
        #expect(uplift.overall.afterOthers == 2 && uplift.overall.consortium.stoppedAfterOthers == 2)
        #expect(!first.isWorseOff && !second.isWorseOff)
        let turned = Uplift(
            of: rows(a, frauds: [1, 2, 3], alone: [1, 2, 3], together: [1, 5, 6], afterOthers: []), budget: budget)
        #expect(turned.overall.isWorseOff)
    }

    @Test("A member's own score beside the consortium's is counted as the others are, where every transaction has one")
    func beside() throws {
        let budget = try #require(AlertBudget(perThousand: 500))
        func rows(_ member: MemberID, lacking: Int? = nil) -> [Uplift.Row] {
            (0..<4).map { number in
                Uplift.Row(
                    outcome: outcome(member, "c\(number)", Double(number), fraud: number == 0), alone: Double(number),
                    beside: number == lacking ? nil : Double(-number), isAfterOthers: number == 0)
            }
        }
        let uplift = Uplift(of: rows(a) + rows(b), budget: budget)
        for comparison in [uplift.overall, try #require(uplift.members[a])] {
            let beside = try #require(comparison.beside)
            #expect(beside.quality.averagePrecision == 1 && beside.recall == 1 && comparison.consortium.recall == 0)
            #expect(beside.stopped == beside.quality.frauds && beside.stoppedAfterOthers == comparison.afterOthers)
        }
        #expect(uplift.overall.beside?.stopped == 2)
        let partly = Uplift(of: rows(a) + rows(b, lacking: 3), budget: budget)
        #expect(partly.overall.beside == nil && partly.members[a]?.beside == nil)
        #expect(Uplift(of: [], budget: budget).overall.beside == nil)
    }

    @Test("A terminal is known to others alone from a week after their fraud, for a month, while the member has none")
    func knownTerminals() {
        var terminals = KnownTerminals()
        terminals.add("t", of: b, fraudOn: 100)
        // Confirmed seven days later, and seen from the day after that on.
        #expect(!terminals.isKnownToOthersAlone("t", a, on: 107))
        #expect(terminals.isKnownToOthersAlone("t", a, on: 108))
        #expect(terminals.isKnownToOthersAlone("t", a, on: 137))
        #expect(!terminals.isKnownToOthersAlone("t", a, on: 138))
        #expect(!terminals.isKnownToOthersAlone("t", b, on: 108) && !terminals.isKnownToOthersAlone("u", a, on: 108))
        terminals.add("t", of: a, fraudOn: 103)
        // Until its own is confirmed, too.
        #expect(terminals.isKnownToOthersAlone("t", a, on: 110))
        #expect(!terminals.isKnownToOthersAlone("t", a, on: 111))
    }
}
