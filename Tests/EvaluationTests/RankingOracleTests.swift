import Evaluation
import Records
import Testing

/// Scores of few values, so that ties are many, with the ends of what a number can be among them.
private func sample(_ random: inout SeededNumbers, _ count: Int) -> (scores: [Double], labels: [Bool]) {
    let values: [Double] = [
        -.infinity, -1e300, -1, -0.0, 0, .leastNonzeroMagnitude, 0.1, 0.1.nextUp, 2, 1e300, .infinity,
    ]
    return (
        (0..<count).map { _ in values.randomElement(using: &random) ?? 0 },
        (0..<count).map { _ in Int.random(in: 0..<4, using: &random) == 0 }
    )
}

private func isNear(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) < 1e-12
}

@Suite("Figures of a ranking, by their definitions")
struct RankingOracleTests {
    /// Every fraud against every legitimate transaction.
    private func auc(_ scores: [Double], _ labels: [Bool]) -> Double? {
        var (right, pairs) = (0.0, 0.0)
        for one in scores.indices where labels[one] {
            for other in scores.indices where !labels[other] {
                pairs += 1
                if scores[one] > scores[other] { right += 1 } else if scores[one] == scores[other] { right += 0.5 }
            }
        }
        return pairs > 0 ? right / pairs : nil
    }

    /// Precision at every threshold, by the recall that it adds to that of the one above.
    private func precision(_ scores: [Double], _ labels: [Bool]) -> Double? {
        let frauds = labels.count { $0 }
        guard frauds > 0 else { return nil }
        var (sum, before) = (0.0, 0.0)
        for threshold in Set(scores).sorted(by: >) {
            let flagged = scores.indices.filter { scores[$0] >= threshold }
            let found = Double(flagged.count { labels[$0] })
            sum += found / Double(flagged.count) * (found / Double(frauds) - before)
            before = found / Double(frauds)
        }
        return sum
    }

    @Test(
        "are what counting pairs and thresholds gives, ties and infinities included",
        arguments: 1...30 as ClosedRange<UInt64>)
    func definitions(seed: UInt64) {
        var random = SeededNumbers(seed)
        for count in [0, 1, 2, 3, 10, 60] {
            let (scores, labels) = sample(&random, count)
            #expect(isNear(rocAUC(scores: scores, labels: labels), auc(scores, labels)))
            #expect(isNear(averagePrecision(scores: scores, labels: labels), precision(scores, labels)))
        }
    }

    @Test("hang on the order of the scores alone", arguments: 1...10 as ClosedRange<UInt64>)
    func scale(seed: UInt64) {
        var random = SeededNumbers(seed)
        let scores = (0..<80).map { _ in Double(Int.random(in: -20...20, using: &random)) }
        let labels = scores.map { Double(Int.random(in: -20...20, using: &random)) < $0 }
        let other = scores.map { $0 * $0 * $0 / 7 + 1000 }
        #expect(rocAUC(scores: other, labels: labels) == rocAUC(scores: scores, labels: labels))
        #expect(averagePrecision(scores: other, labels: labels) == averagePrecision(scores: scores, labels: labels))
        // Turned round, a ranking is as bad as it was good.
        let turned = rocAUC(scores: scores.map { -$0 }, labels: labels)
        #expect(isNear(turned, rocAUC(scores: scores, labels: labels).map { 1 - $0 }))
        #expect(isNear(rocAUC(scores: scores, labels: labels.map { !$0 }), turned))
        // And rows may stand in any order.
        let order = scores.indices.shuffled(using: &random)
        #expect(
            isNear(
                averagePrecision(scores: order.map { scores[$0] }, labels: order.map { labels[$0] }),
                averagePrecision(scores: scores, labels: labels)))
    }

    @Test("of one fraud are its place", arguments: 1...20)
    func place(place: Int) {
        let scores = (0..<20).map { Double(100 - $0) }
        let labels = (1...20).map { $0 == place }
        #expect(isNear(averagePrecision(scores: scores, labels: labels), 1 / Double(place)))
        #expect(isNear(rocAUC(scores: scores, labels: labels), Double(20 - place) / 19))
    }

    @Test("are none with a score that is no number, or with another count of labels, in any place", arguments: 0..<6)
    func undefined(place: Int) {
        var scores: [Double] = [1, 2, 3, 4, 5, 6]
        let labels = [true, false, true, false, true, false]
        #expect(rocAUC(scores: scores, labels: labels) != nil)
        for count in 0..<6 {
            #expect(rocAUC(scores: scores, labels: Array(labels.prefix(count))) == nil)
            #expect(averagePrecision(scores: Array(scores.prefix(count)), labels: labels) == nil)
        }
        scores[place] = .nan
        #expect(
            rocAUC(scores: scores, labels: labels) == nil && averagePrecision(scores: scores, labels: labels) == nil)
    }

    @Test("are those of the report, over all and over each member", arguments: 1...10 as ClosedRange<UInt64>)
    func report(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let members = try ["bank-a", "bank-b", "bank-c"].map { try member($0) }
        let (scores, labels) = sample(&random, 60)
        let outcomes = scores.indices.map { at in
            ScoredOutcome(
                card: Card(
                    member: members[Int.random(in: 0..<3, using: &random)],
                    customer: "c\(Int.random(in: 0..<9, using: &random))"),
                day: Int.random(in: 0..<4, using: &random), fraud: labels[at], score: scores[at])
        }
        let quality = ConsortiumQuality(of: outcomes)
        #expect(Set(quality.members.keys) == Set(outcomes.map(\.card.member)))
        let parts = members.map { member in outcomes.filter { $0.card.member == member } }
        let reports = members.map { quality.members[$0] }
        for (report, part) in zip(reports + [quality.overall], parts + [outcomes]) {
            let report = try #require(report)
            let (scores, labels) = (part.map(\.score), part.map(\.fraud))
            #expect(
                isNear(report.auc, auc(scores, labels)) && isNear(report.averagePrecision, precision(scores, labels)))
            #expect(report.transactions == part.count && report.frauds == labels.count { $0 })
            #expect(
                report.cardPrecision100
                    == cardPrecision(day: part.map(\.day), card: part.map(\.card), fraud: labels, score: scores, k: 100)
            )
        }
    }

    @Test("of nothing are none, and count nothing")
    func nothing() {
        let quality = ConsortiumQuality(of: [])
        #expect(quality.members.isEmpty && quality.overall.transactions == 0 && quality.overall.frauds == 0)
        #expect(quality.overall.auc == nil && quality.overall.averagePrecision == nil)
        #expect(quality.overall.cardPrecision100 == nil)
    }
}
