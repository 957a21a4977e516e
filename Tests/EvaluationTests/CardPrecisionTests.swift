import Evaluation
import Records
import Testing

@Suite struct CardPrecisionTests {
    // Expected figures are those of the handbook's card precision over the same rows in pandas.
    @Test("figures equal the handbook's", arguments: [(1, 1.0), (2, 2.0 / 3), (3, 2.0 / 3), (5, 0.4)])
    func knownFigures(k: Int, expected: Double) throws {
        let day = (0..<3).flatMap { Array(repeating: $0, count: 8) }
        let card = [1, 2, 3, 4, 5, 6, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 4, 8, 6, 7, 2]
        let fraud = [0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 1].map { $0 == 1 }
        let score = [
            0.9, 0.1, 0.8, 0.2, 0.7, 0.3, 0.05, 0.6, 0.95, 0.85, 0.11, 0.22, 0.33, 0.44, 0.55, 0.66, 0.5, 0.2, 0.9, 0.1,
            0.8, 0.7, 0.6, 0.99,
        ]
        let value = try #require(cardPrecision(day: day, card: card, fraud: fraud, score: score, k: k))
        #expect(abs(value - expected) < 1e-12)
    }

    @Test("a card that was caught is blocked on later days, one that was missed is not")
    func blocked() {
        let day = [0, 0, 1, 1]
        let card = ["x", "y", "x", "y"]
        let fraud = [true, true, true, true]
        // Day 0 catches x; day 1 may not count x again, though it scores highest, and finds y.
        #expect(cardPrecision(day: day, card: card, fraud: fraud, score: [2, 1, 2, 1], k: 1) == 1)
        let onlyX = [true, false, true, false]
        #expect(cardPrecision(day: day, card: card, fraud: onlyX, score: [2, 1, 2, 1], k: 1) == 0.5)
    }

    @Test("what is not defined has no figure")
    func undefined() {
        #expect(cardPrecision(day: [], card: [Int](), fraud: [], score: [], k: 1) == nil)
        #expect(cardPrecision(day: [1], card: [1], fraud: [true], score: [.nan], k: 1) == nil)
        #expect(cardPrecision(day: [1], card: [1], fraud: [true], score: [1], k: 0) == nil)
        #expect(cardPrecision(day: [1], card: [1, 2], fraud: [true], score: [1], k: 1) == nil)
    }
}

@Suite struct KnownDefraudedTests {
    private func card(_ name: String) throws -> Card { Card(member: try #require(MemberID("bank-a")), customer: name) }

    @Test("a fraud is known when it was on training days, or eight days or more ago")
    func delay() throws {
        var known = KnownDefrauded(trainingDays: 10...16)
        let cases: [(name: String, day: Int)] = [
            ("before", 9), ("first", 10), ("last", 16), ("delay", 17), ("test", 24),
        ]
        for (name, day) in cases { known.add(try card(name), fraudOn: day) }
        func onDay(_ day: Int) throws -> [String] {
            try cases.map(\.name).filter { known.isKnown(try card($0), on: day) }
        }
        #expect(try onDay(17) == ["first", "last"])
        #expect(try onDay(24) == ["first", "last"])
        #expect(try onDay(25) == ["first", "last", "delay"])
        #expect(try onDay(31) == ["first", "last", "delay"])
        #expect(try onDay(32) == ["first", "last", "delay", "test"])
    }

    @Test("the first fraud counts, in any order of adding, and only of that member's customer")
    func firstFraud() throws {
        var known = KnownDefrauded(trainingDays: 0...6)
        known.add(try card("c"), fraudOn: 20)
        known.add(try card("c"), fraudOn: 8)
        known.add(try card("c"), fraudOn: 15)
        #expect(!known.isKnown(try card("c"), on: 15))
        #expect(known.isKnown(try card("c"), on: 16))
        let other = Card(member: try #require(MemberID("bank-b")), customer: "c")
        #expect(!known.isKnown(other, on: 30))
    }
}

@Suite struct QualityReportTests {
    @Test("a consortium's report holds the whole and every member alone")
    func members() throws {
        let a = try #require(MemberID("bank-a"))
        let b = try #require(MemberID("bank-b"))
        func outcome(_ member: MemberID, _ customer: String, _ fraud: Bool, _ score: Double) -> ScoredOutcome {
            ScoredOutcome(card: Card(member: member, customer: customer), day: 3, fraud: fraud, score: score)
        }
        // Customer 1 of bank A and customer 1 of bank B are two cards.
        let quality = ConsortiumQuality(of: [
            outcome(a, "1", true, 4), outcome(a, "2", false, 3), outcome(b, "1", true, 2), outcome(b, "2", true, 1),
        ])
        #expect(quality.overall.transactions == 4)
        #expect(quality.overall.frauds == 3)
        #expect(quality.overall.cardPrecision100 == 0.03)
        #expect(abs(try #require(quality.overall.auc) - 1.0 / 3) < 1e-12)
        let ofA = try #require(quality.members[a])
        #expect((ofA.auc, ofA.averagePrecision, ofA.cardPrecision100) == (1, 1, 0.01))
        let ofB = try #require(quality.members[b])
        #expect(ofB.auc == nil)
        #expect((ofB.averagePrecision, ofB.cardPrecision100) == (1, 0.02))
        #expect((ofB.transactions, ofB.frauds) == (2, 2))
    }
}
