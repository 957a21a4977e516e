import Evaluation
import Records
import Testing

@Suite("Rules, whatever the scale and the order of what they judge")
struct PromotionPropertyTests {
    /// The same counts by other thresholds and another scale, which say nothing of the order of bins.
    private func stretched(_ histogram: ScoreHistogram) throws -> ScoreHistogram {
        try ScoreHistogram(
            fractionBits: 9, thresholds: histogram.thresholds.map { 3 * $0 - 1_000 }, legitimate: histogram.legitimate,
            frauds: histogram.frauds)
    }

    @Test("a gain does not hang on either model's scale", arguments: 1...4 as ClosedRange<UInt64>)
    func scale(seed: UInt64) throws {
        let windows = try pairedWindows(6, seed: seed, better: 0.4)
        let other = try windows.map {
            try HistogramPair(champion: stretched($0.champion), challenger: $0.challenger)
        }
        let both = try windows.map {
            try HistogramPair(champion: stretched($0.champion), challenger: stretched($0.challenger))
        }
        let gain = try PairedHistograms(windows).gain(confidence: 0.8)
        #expect(try PairedHistograms(other).gain(confidence: 0.8) == gain)
        #expect(try PairedHistograms(both).gain(confidence: 0.8) == gain)
    }

    @Test("a gain does not hang on the order of windows", arguments: 1...4 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let windows = try pairedWindows(7, seed: seed, better: 0.4)
        let one = try #require(PairedHistograms(windows).gain(confidence: 0.8)).estimate
        let other = try #require(PairedHistograms(windows.shuffled(using: &random)).gain(confidence: 0.8)).estimate
        #expect(isNear(one.value, other.value) && isNear(one.low, other.low) && isNear(one.high, other.high))
    }

    @Test("exchanged models have the opposite gain, as surely", arguments: 1...4 as ClosedRange<UInt64>)
    func exchanged(seed: UInt64) throws {
        let windows = try pairedWindows(6, seed: seed, better: 0.4)
        let turned = try windows.map { try HistogramPair(champion: $0.challenger, challenger: $0.champion) }
        let one = try #require(PairedHistograms(windows).gain(confidence: 0.8)).estimate
        let other = try #require(PairedHistograms(turned).gain(confidence: 0.8)).estimate
        #expect(isNear(one.value, -other.value) && isNear(one.low, -other.high) && isNear(one.high, -other.low))
    }

    @Test("the more confidence is asked for, the fewer challengers are promoted and models rolled back")
    func confidence() throws {
        var (promoted, rolledBack) = ([0, 0, 0, 0], [0, 0, 0, 0])
        for seed in 1...25 as ClosedRange<UInt64> {
            let comparison = try PairedHistograms(
                pairedWindows(6, seed: seed, frauds: 15, legitimate: 100, better: 0.2))
            for (place, confidence) in [0.5, 0.7, 0.9, 0.99].enumerated() {
                let promotion = try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: confidence)
                let probation = try ProbationRule(leastFrauds: 1, leastLoss: 0, confidence: confidence)
                if promotion.judge(comparison) == .promote { promoted[place] += 1 }
                if case .rollBack = probation.judge(comparison) { rolledBack[place] += 1 }
                // Nothing is both better and worse.
                if promotion.judge(comparison) == .promote, case .rollBack = probation.judge(comparison) {
                    Issue.record("seed \(seed) at \(confidence)")
                }
            }
        }
        #expect(promoted == promoted.sorted(by: >) && rolledBack == rolledBack.sorted(by: >))
        #expect(promoted[0] > promoted[3] && promoted[0] + rolledBack[0] == 25)
    }

    @Test("each member that loses too much is named, in order")
    func members() throws {
        let better = try PairedHistograms(pairedWindows(8, seed: 2, better: 0.9))
        let rule = try PromotionRule(leastFrauds: 1, leastGain: 0.001, mostMemberLoss: 0.05)
        for count in 1...4 {
            let told = try (0..<count).map { try MemberLoss(member: member("bank-\($0)"), isWorse: true, loss: 0.06) }
            guard case .refuse(let reasons) = rule.judge(better, members: told.reversed()) else {
                Issue.record("\(count)")
                continue
            }
            #expect(reasons == told.map { .member($0.member, loss: 0.06, most: 0.05) })
            #expect("\(reasons[0])" == "bank-0 loses 0.0600 of average precision, and the rule allows 0.0500")
        }
    }

    @Test("sentences have the figures that they go by")
    func sentences() throws {
        let estimate = Estimate(value: 0.0123, low: -0.004, high: 0.03)
        let reasons: [(PromotionVerdict.Reason, String)] = [
            (.frauds(12, least: 200), "the windows have 12 frauds, and the rule wants 200: wait for more labels"),
            (
                .gain(-0.01, least: 0.002),
                "its average precision is -0.0100 beside the champion's, and the rule wants +0.0020"
            ),
            (
                .uncertain(estimate, confidence: 0.95, .windows(7)),
                "its average precision is +0.0123 beside the champion's, but at 95 % confidence it could be -0.0040 "
                    + "(7 windows, each left out once)"
            ),
            (
                .member(try member("bank-b"), loss: nil, most: 0.02),
                "bank-b says that it does worse, and not by how much"
            ),
        ]
        for (reason, sentence) in reasons { #expect("\(reason)" == sentence) }
        #expect("\(PromotionVerdict.refuse(reasons.map(\.0)))" == reasons.map(\.1).joined(separator: "; "))
        let back = ProbationVerdict.rollBack(
            Estimate(value: -0.02, low: -0.03, high: -0.01), confidence: 0.995, .windows(9))
        #expect(
            "\(back)"
                == "its average precision is -0.0200 beside the model before, at 99.5 % confidence -0.0100 at best "
                + "(9 windows, each left out once)")
    }
}
