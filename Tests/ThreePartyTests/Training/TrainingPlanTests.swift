import Records
import Support
import Testing
import ThreeParty

@Suite("A training's plan")
struct TrainingPlanTests {
    private static let source = Digest32(of: [[7]])

    private func frequencies(_ bits: Int) -> BitFrequencies {
        BitFrequencies((0..<bits).map { Millionths(part: $0 + 1, of: bits + 1)! })
    }

    private func plan(
        _ rule: TrainingRule, bits: Int, rows: Int, source: Digest32 = source, coin: UInt64 = 3
    ) throws(TrainingError) -> TrainingPlan {
        let frequencies = frequencies(bits)
        let digest = TrainingPlan.digest(source: source, rule: rule, frequencies: frequencies, rows: rows)
        return try TrainingPlan(
            plan: digest, rule: rule, coin: TrainingCoin(seed: coin), frequencies: frequencies, rows: rows)
    }

    private func error(_ rule: TrainingRule, bits: Int, rows: Int) -> TrainingError? {
        do throws(TrainingError) {
            _ = try plan(rule, bits: bits, rows: rows)
            return nil
        } catch { return error }
    }

    @Test("has the digest of source, rule, frequencies, rows and coin, in this order")
    func digest() throws {
        let rule = try TrainingRule(trees: 6, stages: [2, 1], group: 3, candidates: 5)
        let bits = frequencies(12).bits.flatMap { bit in
            (0..<4).map { UInt8(truncatingIfNeeded: bit.count >> (24 - 8 * $0)) }
        }
        let rows: [UInt8] = [0, 0, 0, 0, 0, 1, 0x86, 0xA1]
        let want = framedHash(of: [Array("cordon/train/plan/v1".utf8), Self.source.bytes, rule.encoded, bits, rows])
        let got = TrainingPlan.digest(source: Self.source, rule: rule, frequencies: frequencies(12), rows: 100_001)
        #expect(got.bytes == want)
        let plan = try plan(rule, bits: 12, rows: 100_001)
        #expect(
            plan.digest.bytes
                == framedHash(of: [Array("cordon/train/masks/v1".utf8), want, TrainingCoin(seed: 3).digest.bytes]))
        #expect(plan.groups == 2 && plan.bits == 12 && plan.rows == 100_001)
    }

    @Test("has another digest with any other part")
    func parts() throws {
        let rule = try TrainingRule(trees: 6, stages: [2, 1], group: 3, candidates: 5)
        let others = try [
            TrainingRule(trees: 9, stages: [2, 1], group: 3, candidates: 5),
            TrainingRule(trees: 6, stages: [1, 2], group: 3, candidates: 5),
            TrainingRule(trees: 6, stages: [2, 1], group: 2, candidates: 5),
            TrainingRule(trees: 6, stages: [2, 1], group: 3, candidates: 6),
        ]
        var digests = try others.map { try plan($0, bits: 12, rows: 40).digest }
        digests += [
            try plan(rule, bits: 12, rows: 40).digest, try plan(rule, bits: 13, rows: 40).digest,
            try plan(rule, bits: 12, rows: 41).digest,
            try plan(rule, bits: 12, rows: 40, source: Digest32(of: [[8]])).digest,
            try plan(rule, bits: 12, rows: 40, coin: 4).digest,
        ]
        #expect(Set(digests).count == digests.count)
        #expect(try plan(rule, bits: 12, rows: 40).digest == digests[4])
    }

    @Test("has 1 to 2^24 - 1 rows")
    func rows() throws {
        let rule = try TrainingRule(trees: 2, stages: [1], group: 1, candidates: 2)
        for rows in [1, 2, 1 << 24 - 1] { #expect(error(rule, bits: 4, rows: rows) == nil) }
        for rows in [0, 1 << 24, 1 << 32] { #expect(error(rule, bits: 4, rows: rows) == .bounds(.rows)) }
    }

    @Test("has a candidate for each condition of a stage, and no more bits than a forest takes")
    func candidates() throws {
        for (stages, candidates, least) in [([1], 9, 1), ([2], 9, 10), ([1, 3, 2], 4, 9), ([5], 1, 5)] {
            let rule = try TrainingRule(trees: 2, stages: stages, group: 1, candidates: candidates)
            #expect(error(rule, bits: least - 1, rows: 5) == .candidates)
            #expect(error(rule, bits: least, rows: 5) == nil && error(rule, bits: 16_384, rows: 5) == nil)
            #expect(error(rule, bits: 16_385, rows: 5) == .candidates)
        }
    }
}
