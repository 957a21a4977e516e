import Evaluation
import Testing

@Suite("A member's rule")
struct MemberRuleTests {
    /// A challenger that is worse, with the gain's interval at 90 %.
    private let worse: PairedHistograms
    private let gain: Estimate

    init() throws {
        worse = try PairedHistograms(
            pairedWindows(8, seed: 2, better: 0.9).map {
                try HistogramPair(champion: $0.challenger, challenger: $0.champion)
            })
        gain = try #require(worse.gain(confidence: 0.9)).estimate
        try #require(gain.high < 0)
    }

    @Test("says worse from the least loss on, where it is sure, and no worse just below")
    func margin() throws {
        let at = try MemberRule(leastFrauds: worse.frauds, leastLoss: -gain.value)
        #expect(at.judge(worse) == .worse(gain: gain, .windows(8)))
        let above = try MemberRule(leastFrauds: worse.frauds, leastLoss: (-gain.value).nextUp)
        #expect(above.judge(worse) == .noWorse(gain: gain, .windows(8)))
    }

    @Test("says nothing of one fraud too few")
    func few() throws {
        let rule = try MemberRule(leastFrauds: worse.frauds + 1, leastLoss: 0)
        #expect(rule.judge(worse) == .few(frauds: worse.frauds, least: worse.frauds + 1))
        let none = try ScoreHistogram(fractionBits: 2, thresholds: [1], legitimate: [3, 4], frauds: [0, 0])
        let nothing = try PairedHistograms([HistogramPair(champion: none, challenger: none)])
        #expect(try MemberRule(leastFrauds: 1).judge(nothing) == .few(frauds: 0, least: 1))
    }

    @Test("says no worse of a loss that may be chance, unless no confidence is asked for")
    func unsure() throws {
        var seen = 0
        for seed in 20...30 as ClosedRange<UInt64> {
            let alike = try PairedHistograms(pairedWindows(8, seed: seed))
            let found = try #require(alike.gain(confidence: 0.9)).estimate
            guard found.value < 0, found.high > 0 else { continue }
            seen += 1
            let (sure, unsure) = (
                try MemberRule(leastFrauds: 1, leastLoss: 0),
                try MemberRule(leastFrauds: 1, leastLoss: 0, confidence: 0.5)
            )
            #expect(sure.judge(alike) == .noWorse(gain: found, .windows(8)))
            guard case .worse = unsure.judge(alike) else {
                Issue.record("\(unsure.judge(alike))")
                continue
            }
        }
        #expect(seen > 0)
    }

    @Test("says no worse of a model beside itself, even where nothing is asked for")
    func itself() throws {
        let same = try PairedHistograms(
            worse.windows.map { try HistogramPair(champion: $0.champion, challenger: $0.champion) })
        let rule = try MemberRule(leastFrauds: 1, leastLoss: 0, confidence: 0.5)
        guard case .noWorse(let gain, _) = rule.judge(same) else {
            Issue.record("\(rule.judge(same))")
            return
        }
        #expect(gain.value == 0)
    }

    @Test("has numbers within their ranges, and the standard ones are")
    func ranges() throws {
        #expect(try MemberRule() == .standard)
        for number in [0, 1_000_001] {
            #expect(throws: MemberRule.Invalid.leastFrauds) { try MemberRule(leastFrauds: number) }
        }
        for number in [-0.1, 1.1, .nan] {
            #expect(throws: MemberRule.Invalid.leastLoss) { try MemberRule(leastLoss: number) }
        }
        for number in [0.49, 1, .nan] {
            #expect(throws: MemberRule.Invalid.confidence) { try MemberRule(confidence: number) }
        }
        #expect("\(MemberRule.Invalid.leastLoss)".contains("average precision"))
    }

    @Test("says in words what it found")
    func words() {
        let gain = Estimate(value: -0.03, low: -0.05, high: -0.01)
        #expect(
            "\(MemberOpinion.worse(gain: gain, .windows(5)))"
                == "worse: average precision is -0.0300 beside the champion's, between -0.0500 and -0.0100 (5 windows, each left out once)"
        )
        #expect("\(MemberOpinion.noWorse(gain: gain, .independent))".hasPrefix("no worse: "))
        #expect(
            "\(MemberOpinion.few(frauds: 3, least: 50))" == "there are 3 frauds, and the rule says something from 50 on"
        )
    }
}
