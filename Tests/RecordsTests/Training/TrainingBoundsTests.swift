import Records
import Support
import Testing

@Suite("Bounds of a training")
struct TrainingBoundsTests {
    private func weights(_ rule: TrainingRule, _ frequency: Int = 3_000) throws -> [BitWeights] {
        [BitWeights(frequency: try #require(Millionths(frequency)), rule: rule)]
    }

    private func bounds(_ rows: Int, _ frauds: Int, _ rule: TrainingRule = .standard) throws -> TrainingBounds {
        try TrainingBounds(rows: rows, frauds: frauds, rule: rule, weights: weights(rule))
    }

    @Test("hold for a week's rows by the standard rule, and for those with ten legitimate rows a fraud")
    func weeks() throws {
        let all = try bounds(66_906, 625)
        #expect(all.sum < 1 << 30 && all.score < 1 << 62 && all.countBits == 17)
        _ = try bounds(6_874, 625)
        #expect(try bounds(56_900, 5_173).score < 1 << 62)
    }

    @Test("name the one that does not hold")
    func named() throws {
        #expect(throws: TrainingBounds.Exceeded.rows) { try bounds(0, 0) }
        #expect(throws: TrainingBounds.Exceeded.rows) { try bounds(10, 11) }
        #expect(throws: TrainingBounds.Exceeded.rows) { try bounds(1 << 24, 1) }
        let whole = try #require(Millionths(1_000_000))
        #expect(throws: TrainingBounds.Exceeded.step) { try bounds(6_874, 625, TrainingRule(rate: whole)) }
        #expect(throws: TrainingBounds.Exceeded.sums) { try bounds(1_100_000, 550_000) }
        #expect(throws: TrainingBounds.Exceeded.scores) { try bounds(58_000, 5_273) }
        _ = try bounds(200_000, 18_182, TrainingRule(weightBits: 2))
        _ = try bounds(110_000, 10_000, TrainingRule(fraction: 10))
    }

    @Test("hold of one row, of no fraud and of frauds alone, where all residuals are zero")
    func nothing() throws {
        for (rows, frauds) in [(1, 0), (1, 1), (5, 5), (5, 0)] {
            let bounds = try bounds(rows, frauds)
            #expect(bounds.sum == 0 && bounds.score == 0)
        }
    }

    @Test("need no word on the rows' spread where the rarest bit is common enough")
    func spread() throws {
        let wide = try TrainingRule(spread: 1_000_000)
        #expect(throws: TrainingBounds.Exceeded.scores) { try bounds(50_000, 4_545, wide) }
        let even = try weights(wide, 500_000)
        let proven = try TrainingBounds(rows: 50_000, frauds: 4_545, rule: wide, weights: even)
        // One row's (A x - C)^2 is 16^2 either way.
        #expect(proven.score == proven.sum * proven.sum * 256)
    }

    @Test("allow each tree's rounding where a group's steps can overshoot")
    func drift() throws {
        let calm = try bounds(6_874, 625)
        let rash = try bounds(6_874, 625, TrainingRule(group: 10))
        #expect(rash.sum == calm.sum + 6_874 * 100 / 2)
    }

    @Test("say whether scores fit 16 bits")
    func ring() {
        #expect(TrainingBounds.fitsSixteenBits(trees: 100, squares: (1 << 30) / 100))
        #expect(!TrainingBounds.fitsSixteenBits(trees: 100, squares: (1 << 30) / 100 + 1))
        #expect(!TrainingBounds.fitsSixteenBits(trees: 1, squares: .max))
    }
}
