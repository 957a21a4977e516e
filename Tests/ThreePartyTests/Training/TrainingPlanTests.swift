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

    @Test("is refused where a round is more than an inbox holds, with the rows that would fit")
    func tooLarge() throws {
        func fitting(_ rule: TrainingRule, bits: Int, rows: Int) -> Int? {
            guard case .tooLarge(rows, let fitting) = error(rule, bits: bits, rows: rows) else { return nil }
            return fitting
        }
        // Seven vectors of four trees, 4 bytes each: 1,023 frames of 256 KiB, less the hashes that begin the message.
        let standard = TrainingRule.standard
        let most = (1023 * TrainingPiece.limit - 32) / 112 & ~15
        #expect(fitting(standard, bits: 590, rows: 3_000_000) == most)
        #expect(error(standard, bits: 590, rows: most) == nil && error(standard, bits: 590, rows: most + 1) != nil)
        // One tree alone: eight columns at once bind first, a third of them in either message.
        let small = try TrainingRule(trees: 2, stages: [1], group: 1, candidates: 2)
        let columns = try #require(fitting(small, bits: 8, rows: 1 << 24 - 1))
        #expect(abs(columns - 512 * TrainingPiece.limit * 3 / 32) < 16)
        // A rule that no rows fit: comparisons of 64 trees with 256 candidates.
        let wide = try TrainingRule(trees: 64, stages: [1, 1, 1, 1, 1, 1, 1, 1], group: 64, candidates: 256)
        #expect(fitting(wide, bits: 600, rows: 40) == nil)
        let wider = try TrainingRule(trees: 64, stages: [8], group: 64, candidates: 256)
        #expect(fitting(wider, bits: 2_048, rows: 40) == 0)
    }

    @Test("knows its largest round: no run has a larger one, and most have one as large")
    func largestRound() throws {
        let rules = try [
            TrainingRule(trees: 4, stages: [1, 1, 1], group: 2, candidates: 6),
            TrainingRule(trees: 2, stages: [2, 1], group: 1, candidates: 4),
            TrainingRule(trees: 3, stages: [1], group: 3, candidates: 1, tableBits: 8),
            TrainingRule(trees: 1, stages: [1, 1, 1, 1, 1], group: 1, candidates: 12),
        ]
        for rule in rules {
            for (rows, bits, card) in [(1, 21, nil), (48, 21, [9, 0, 12]), (200, 16, nil), (200, 90, [30, 30, 30])] {
                let card = card.flatMap { CardRule(features: $0, passes: 1) }
                let cell = try TrainingCell(rows: rows, bits: bits, rule: rule, seed: 16, card: card)
                var received: [Place: Int] = [:]
                for (peer, frame) in try cell.run().frames {
                    let place = try #require(TrainingPiece(decoding: frame.payload)).place
                    received[Place(peer: peer, place: place), default: 0] += frame.payload.count - 8
                }
                let largest = try #require(received.values.max())
                let told = cell.plan.mostReceived
                #expect(told >= largest && told <= largest + largest / 4 + 1_000, "\(rule) \(rows): \(told) \(largest)")
            }
        }
    }

    private struct Place: Hashable {
        let peer: PartyID
        let place: TrainingPiece.Place
    }
}
