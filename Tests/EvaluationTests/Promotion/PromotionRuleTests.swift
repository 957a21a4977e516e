import Evaluation
import Records
import Testing

@Suite("A rule of promotion")
struct PromotionRuleTests {
    private let better: PairedHistograms
    /// The gain of the better one, about 0.02 with an interval of a few thousandths.
    private let gain: Estimate

    init() throws {
        better = try PairedHistograms(pairedWindows(8, seed: 2, better: 0.9))
        gain = try #require(better.gain(confidence: 0.9)).estimate
        try #require(gain.low > 0)
    }

    private func refusals(_ verdict: PromotionVerdict) -> [PromotionVerdict.Reason] {
        if case .refuse(let reasons) = verdict { reasons } else { [] }
    }

    @Test("promotes what is better by the margin, surely, on enough frauds, and says so")
    func promotes() throws {
        let rule = try PromotionRule(leastFrauds: better.frauds, leastGain: gain.value)
        #expect(rule.judge(better) == .promote)
        #expect("\(rule.judge(better))" == "the challenger is better by the rule")
    }

    @Test("refuses one fraud too few, and a gain just below the margin")
    func margins() throws {
        let frauds = try PromotionRule(leastFrauds: better.frauds + 1, leastGain: gain.value)
        #expect(refusals(frauds.judge(better)) == [.frauds(240, least: 241)])
        let margin = try PromotionRule(leastFrauds: 1, leastGain: gain.value.nextUp)
        #expect(refusals(margin.judge(better)) == [.gain(gain.value, least: gain.value.nextUp)])
    }

    @Test("refuses a gain that may be none, unless no confidence is asked for")
    func uncertain() throws {
        let (sure, unsure) = (
            try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: 0.9),
            try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: 0.5)
        )
        var seen = 0
        for seed in 20...25 as ClosedRange<UInt64> {
            let alike = try PairedHistograms(pairedWindows(8, seed: seed, better: 0))
            let found = try #require(alike.gain(confidence: 0.9)).estimate
            guard found.value > 0, found.low < 0 else { continue }
            seen += 1
            #expect(refusals(sure.judge(alike)) == [.uncertain(found, confidence: 0.9, .windows(8))])
            #expect(unsure.judge(alike) == .promote)
            // The other way round nobody gains anything.
            let turned = try PairedHistograms(
                alike.windows.map { try HistogramPair(champion: $0.challenger, challenger: $0.champion) })
            #expect(refusals(unsure.judge(turned)) == [.gain(-found.value, least: 0)])
        }
        #expect(seen > 0)
    }

    @Test("a single window's gain is too unsure, however large a difference two like models have")
    func oneWindow() throws {
        let one = try PairedHistograms([HistogramPair(champion: better.champion, challenger: better.challenger)])
        let verdict = try PromotionRule(leastFrauds: 1, leastGain: 0, confidence: 0.99).judge(one)
        guard case .uncertain(let estimate, _, .independent)? = refusals(verdict).first else {
            Issue.record("\(verdict)")
            return
        }
        #expect(isNear(estimate.value, gain.value) && estimate.low <= 0)
        #expect("\(verdict)".contains("5 windows with frauds would tell more"))
    }

    @Test(
        "refuses where a member that told loses more than it may, or does worse and does not say by how much",
        arguments: [
            (false, nil, true), (true, nil, false), (false, 0.02, true), (true, 0.02, true), (true, 0.0201, false),
            (false, 0.0201, false), (true, -0.5, true), (false, .nan, false), (true, .infinity, false),
        ] as [(Bool, Double?, Bool)])
    func members(isWorse: Bool, loss: Double?, isBearable: Bool) throws {
        let rule = try PromotionRule(leastFrauds: 1, leastGain: 0.001, mostMemberLoss: 0.02)
        let told = try MemberLoss(member: member("bank-b"), isWorse: isWorse, loss: loss)
        let content = try MemberLoss(member: member("bank-a"), isWorse: false)
        let verdict = rule.judge(better, members: [told, content])
        #expect((verdict == .promote) == isBearable)
        #expect(refusals(verdict).count == (isBearable ? 0 : 1))
        #expect(isBearable || "\(verdict)".contains("bank-b"))
    }

    @Test("waits for operators where figures are right, and tells nobody to approve where they are not")
    func approvals() throws {
        let rule = try PromotionRule(leastFrauds: 1, leastGain: 0.001, approvals: 2)
        #expect(rule.judge(better) == .wait(approvals: 0, of: 2))
        #expect(rule.judge(better, approvals: ["anna"]) == .wait(approvals: 1, of: 2))
        #expect(rule.judge(better, approvals: ["anna", "ben"]) == .promote)
        #expect("\(rule.judge(better, approvals: ["anna"]))".contains("1 of 2 operators"))
        let strict = try PromotionRule(leastFrauds: 10_000, leastGain: 0.001, approvals: 2)
        #expect(refusals(strict.judge(better)).count == 1)
    }

    @Test("tells all that speaks against a challenger, members in order")
    func reasons() throws {
        let rule = try PromotionRule(leastFrauds: 10_000, leastGain: 1, mostMemberLoss: 0)
        let members = try ["bank-c", "bank-a"].map { try MemberLoss(member: member($0), isWorse: true) }
        let verdict = rule.judge(better, members: members)
        #expect(
            try refusals(verdict) == [
                .frauds(240, least: 10_000), .gain(gain.value, least: 1),
                .member(member("bank-a"), loss: nil, most: 0), .member(member("bank-c"), loss: nil, most: 0),
            ])
        #expect("\(verdict)".split(separator: ";").count == 4)
    }

    @Test("without a fraud refuses, and says that labels are missing")
    func noFraud() throws {
        let clean = try ScoreHistogram(fractionBits: 0, thresholds: [1], legitimate: [5, 5], frauds: [0, 0])
        let none = try PairedHistograms([HistogramPair(champion: clean, challenger: clean)])
        #expect(try refusals(PromotionRule().judge(none)) == [.frauds(0, least: 200)])
    }

    private func refused(
        frauds: Int = 1, gain: Double = 0, confidence: Double = 0.5, loss: Double = 0, approvals: Int = 0
    ) -> PromotionRule.Invalid? {
        do {
            _ = try PromotionRule(
                leastFrauds: frauds, leastGain: gain, confidence: confidence, mostMemberLoss: loss, approvals: approvals
            )
            return nil
        } catch { return error }
    }

    @Test("is made of numbers that mean something, and says which does not")
    func invalid() {
        #expect(
            refused() == nil
                && refused(frauds: 1_000_000, gain: 1, confidence: 1.0.nextDown, loss: 1, approvals: 100) == nil)
        #expect(refused(frauds: 0) == .leastFrauds && refused(frauds: 1_000_001) == .leastFrauds)
        #expect(
            refused(gain: -0.001) == .leastGain && refused(gain: 1.1) == .leastGain && refused(gain: .nan) == .leastGain
        )
        #expect(refused(confidence: 0.49) == .confidence && refused(confidence: 1) == .confidence)
        #expect(refused(loss: -0.1) == .mostMemberLoss && refused(loss: 2) == .mostMemberLoss)
        #expect(refused(approvals: -1) == .approvals && refused(approvals: 101) == .approvals)
        let sentences = [PromotionRule.Invalid.leastFrauds, .leastGain, .confidence, .mostMemberLoss, .approvals]
        #expect(Set(sentences.map { "\($0)" }).count == 5)
    }
}

@Suite("A rule of probation")
struct ProbationRuleTests {
    private let worse: PairedHistograms
    private let better: PairedHistograms
    private let loss: Estimate

    init() throws {
        better = try PairedHistograms(pairedWindows(8, seed: 2, better: 0.9))
        worse = try PairedHistograms(
            better.windows.map { try HistogramPair(champion: $0.challenger, challenger: $0.champion) })
        loss = try #require(worse.gain(confidence: 0.9)).estimate
        try #require(loss.high < 0)
    }

    @Test("rolls back what is worse by the margin, surely, and says by how much")
    func rollsBack() throws {
        let rule = try ProbationRule(leastFrauds: 240, leastLoss: -loss.value)
        #expect(rule.judge(worse) == .rollBack(loss, confidence: 0.9, .windows(8)))
        #expect("\(rule.judge(worse))".contains("8 windows") && "\(rule.judge(worse))".contains("90 %"))
    }

    @Test("keeps what is worse by less, or not surely, or on too few frauds")
    func keeps() throws {
        let less = try ProbationRule(leastFrauds: 240, leastLoss: (-loss.value).nextUp)
        #expect(less.judge(worse) == .goOn(gain: loss.value, frauds: 240, enough: 800))
        let early = try ProbationRule(leastFrauds: 241, leastLoss: 0)
        #expect(early.judge(worse) == .early(frauds: 240, least: 241))
        let one = try PairedHistograms([HistogramPair(champion: worse.champion, challenger: worse.challenger)])
        let unsure = try ProbationRule(leastFrauds: 240, leastLoss: 0, confidence: 0.99)
        #expect(unsure.judge(one) == .goOn(gain: loss.value, frauds: 240, enough: 800))
        #expect(try ProbationRule(leastFrauds: 240, leastLoss: 0, confidence: 0.5).judge(one) != unsure.judge(one))
    }

    @Test("ends with enough frauds where nothing speaks against the model")
    func passes() throws {
        let gain = -loss.value
        #expect(try ProbationRule(leastFrauds: 1, leastLoss: 0, enoughFrauds: 240).judge(better) == .passed(gain: gain))
        #expect(
            try ProbationRule(leastFrauds: 1, leastLoss: 0, enoughFrauds: 241).judge(better)
                == .goOn(gain: gain, frauds: 240, enough: 241))
        // Enough frauds don't make a bad model a good one.
        guard case .rollBack = try ProbationRule(leastFrauds: 1, leastLoss: 0, enoughFrauds: 240).judge(worse) else {
            Issue.record("it is kept")
            return
        }
    }

    @Test("a rule of promotion has one encoding, from which it is read; nothing else is one")
    func encoding() throws {
        let rule = try PromotionRule(
            leastFrauds: 258, leastGain: 0.5, confidence: 0.75, mostMemberLoss: 1, approvals: 3)
        // IEEE 754: 0.5 is 3FE0..., 0.75 is 3FE8..., 1 is 3FF0...
        let bytes: [UInt8] =
            [0, 0, 1, 2] + [0x3F, 0xE0, 0, 0, 0, 0, 0, 0] + [0x3F, 0xE8, 0, 0, 0, 0, 0, 0]
            + [0x3F, 0xF0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 3]
        #expect(rule.encoded == bytes && PromotionRule(encoded: bytes) == rule)
        for place in [0, 4, 12, 20, 28] {
            var other = bytes
            other[place] = 0xFF
            #expect(PromotionRule(encoded: other) == nil, "byte \(place)")
        }
        for other in [[], Array(bytes.dropLast()), bytes + [0]] { #expect(PromotionRule(encoded: other) == nil) }
        // A zero with a sign.
        let free = try PromotionRule(leastGain: 0, mostMemberLoss: 0).encoded
        var signed = free
        signed[4] = 0x80
        #expect(PromotionRule(encoded: free) != nil && PromotionRule(encoded: signed) == nil)
        #expect(rule.wanting(approvals: 2) == rule && rule.wanting(approvals: 4).approvals == 4)
    }

    @Test("a model that is as good is not rolled back, whatever the rule")
    func equal() throws {
        let same = try PairedHistograms(
            better.windows.map { try HistogramPair(champion: $0.champion, challenger: $0.champion) })
        let rule = try ProbationRule(leastFrauds: 1, leastLoss: 0, confidence: 0.5, enoughFrauds: 1)
        #expect(rule.judge(same) == .passed(gain: 0))
    }

    private func refused(
        frauds: Int = 1, loss: Double = 0, confidence: Double = 0.5, enough: Int = 1
    ) -> ProbationRule.Invalid? {
        do {
            _ = try ProbationRule(leastFrauds: frauds, leastLoss: loss, confidence: confidence, enoughFrauds: enough)
            return nil
        } catch { return error }
    }

    @Test("is made of numbers that mean something, and says which does not; its verdicts are sentences")
    func invalid() {
        #expect(refused() == nil && refused(frauds: 5, loss: 1, confidence: 0.99, enough: 5) == nil)
        #expect(
            refused(frauds: 0) == .leastFrauds && refused(loss: -1) == .leastLoss && refused(loss: .nan) == .leastLoss)
        #expect(refused(confidence: 0.4) == .confidence && refused(confidence: .nan) == .confidence)
        #expect(refused(frauds: 5, enough: 4) == .enoughFrauds && refused(enough: 1_000_001) == .enoughFrauds)
        #expect(
            Set([ProbationRule.Invalid.leastFrauds, .leastLoss, .confidence, .enoughFrauds].map { "\($0)" }).count == 4)
        #expect(
            "\(ProbationVerdict.early(frauds: 3, least: 9))" == "3 frauds have matured, and the rule judges from 9 on")
        #expect("\(ProbationVerdict.goOn(gain: 0.5, frauds: 3, enough: 9))".contains("3 of 9 frauds"))
        #expect("\(ProbationVerdict.passed(gain: -0.25))".contains("-0.2500"))
    }
}
