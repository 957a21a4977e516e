import Records
import Support
import Testing

@Suite("The rule of a training")
struct TrainingRuleTests {
    @Test("is the standard one where nothing is named, and refuses each parameter outside of its range")
    func ranges() throws {
        #expect(try TrainingRule() == .standard)
        #expect(TrainingRule.standard.depth == 4 && TrainingRule.standard.rate.description == "0.15")
        #expect(throws: TrainingRule.Invalid.trees) { try TrainingRule(trees: 0) }
        #expect(throws: TrainingRule.Invalid.trees) { try TrainingRule(trees: 1_028) }
        #expect(throws: TrainingRule.Invalid.stages) { try TrainingRule(stages: []) }
        #expect(throws: TrainingRule.Invalid.stages) { try TrainingRule(stages: [1, 0]) }
        #expect(throws: TrainingRule.Invalid.stages) { try TrainingRule(stages: [5, 4]) }
        #expect(throws: TrainingRule.Invalid.stages) { try TrainingRule(stages: [.max, .max]) }
        #expect(throws: TrainingRule.Invalid.group) { try TrainingRule(group: 0) }
        #expect(throws: TrainingRule.Invalid.group) { try TrainingRule(group: 3) }
        #expect(throws: TrainingRule.Invalid.candidates) { try TrainingRule(candidates: 0) }
        #expect(throws: TrainingRule.Invalid.candidates) { try TrainingRule(candidates: 257) }
        #expect(throws: TrainingRule.Invalid.fraction) { try TrainingRule(fraction: 15) }
        #expect(throws: TrainingRule.Invalid.rate) { try TrainingRule(rate: #require(Millionths(0))) }
        #expect(throws: TrainingRule.Invalid.prior) { try TrainingRule(prior: 0) }
        #expect(throws: TrainingRule.Invalid.weightBits) { try TrainingRule(weightBits: 9) }
        #expect(throws: TrainingRule.Invalid.tableBits) { try TrainingRule(tableBits: 20) }
        #expect(throws: TrainingRule.Invalid.clip) { try TrainingRule(clip: #require(Millionths(0))) }
        #expect(throws: TrainingRule.Invalid.clip) { try TrainingRule(clip: #require(Millionths(500_001))) }
        #expect(throws: TrainingRule.Invalid.spread) { try TrainingRule(spread: 0) }
    }

    @Test("is other bytes for a plan's digest with each parameter that differs")
    func encoded() throws {
        let half = try #require(Millionths(500_000))
        let rules = try [
            TrainingRule(), TrainingRule(trees: 104), TrainingRule(stages: [1, 1, 1]), TrainingRule(stages: [2, 1, 1]),
            TrainingRule(group: 5), TrainingRule(candidates: 31), TrainingRule(fraction: 10), TrainingRule(rate: half),
            TrainingRule(prior: 21), TrainingRule(weightBits: 2), TrainingRule(tableBits: 16), TrainingRule(clip: half),
            TrainingRule(spread: 17),
        ]
        #expect(Set(rules.map(\.encoded)).count == rules.count)
    }

    @Test("has a constant that is the part of frauds to the nearest unit, a half up")
    func base() throws {
        let rule = try TrainingRule(fraction: 1)
        #expect((0...4).map { rule.base(rows: 4, frauds: $0) } == [0, 1, 1, 2, 2])
        #expect(TrainingRule.standard.base(rows: 1, frauds: 1) == 2_048)
    }

    @Test("says millionths as decimals, without zeros at their end")
    func decimals() {
        let said = [0, 1, 3_000, 150_000, 999_999, 1_000_000].map { Millionths($0)?.description }
        #expect(said == ["0", "0.000001", "0.003", "0.15", "0.999999", "1"])
        #expect(Millionths(-1) == nil && Millionths(1_000_001) == nil)
    }

    @Test("takes frequencies to the nearest millionth")
    func frequencies() throws {
        let third = try #require(BitFrequencies(ones: [0, 1, 2, 3], rows: 3))
        #expect(third.bits.map(\.count) == [0, 333_333, 666_667, 1_000_000])
        #expect(Millionths(part: 1, of: 2_000_000)?.count == 1)
        #expect(BitFrequencies(ones: [4], rows: 3) == nil)
        #expect(BitFrequencies(ones: [], rows: 0) == nil)
        #expect(BitFrequencies(ones: [-1], rows: 3) == nil)
    }
}
