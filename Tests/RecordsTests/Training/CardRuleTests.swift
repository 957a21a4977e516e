import Records
import Support
import Testing

@Suite("The rule of a scorecard")
struct CardRuleTests {
    @Test("takes 2.8 over the features that have bits, and at most all")
    func rates() throws {
        func rate(_ features: [Int]) throws -> Int { try #require(CardRule(features: features)).rate.count }
        #expect(try rate([3]) == 1_000_000)
        #expect(try rate([1, 0, 1]) == 1_000_000)
        #expect(try rate([1, 1, 1]) == 933_333)
        #expect(try rate([Int](repeating: 4, count: 14)) == 200_000)
        #expect(try rate([Int](repeating: 4, count: 14) + [0, 0]) == 200_000)
        #expect(try rate([Int](repeating: 1, count: 300)) == 9_333)
    }

    @Test("refuses what no card can be fitted by")
    func refusals() {
        #expect(CardRule(features: []) == nil)
        #expect(CardRule(features: [0, 0]) == nil)
        #expect(CardRule(features: [3, -1]) == nil)
        #expect(CardRule(features: [3], passes: 0) == nil)
        #expect(CardRule(features: [3], passes: 21) == nil)
        #expect(CardRule(features: [3], passes: 20)?.passes == 20)
    }

    @Test("counts bits, and one bin more in each feature that has some")
    func sizes() throws {
        let card = try #require(CardRule(features: [3, 0, 31, 1]))
        #expect(card.bits == 35 && card.bins == 4 + 32 + 2)
    }

    @Test("turns what bits hold into what bins hold, and points into what bits say of them")
    func binsAndBits() throws {
        let card = try #require(CardRule(features: [0, 2, 1, 0]))
        // Of 10 rows 7 have the first bit, 3 the second, 4 the third.
        #expect(card.held(byBits: [7, 3, 4], all: 10) == [3, 4, 3, 6, 4])
        #expect(card.held(byBits: [1, 0, 0] as [UInt32], all: 0) == [.max, 1, 0, 0, 0])
        let points: [UInt32] = [5, 9, 2, 1, 8]
        #expect(CardRule.firsts(points, features: card.features) == [5, 1])
        #expect(CardRule.rises(points, features: card.features) == [4, 0 &- 7, 7])
        // A row in the last bin of either feature.
        let last = CardRule.firsts(points, features: card.features) + CardRule.rises(points, features: card.features)
        #expect(last.reduce(0, &+) == 2 + 8)
    }

    @Test("steps by the bin's mean rest and half the last step, to the nearest, a half up")
    func steps() throws {
        let rule = try TrainingRule(prior: 20)
        let card = try #require(CardRule(features: [Int](repeating: 1, count: 14)))
        let table = card.table(rows: 1_000, rule: rule)
        func step(_ sum: Int, _ rows: Int, _ last: Int) -> Int {
            CardRule.step(sum: sum, rows: rows, last: last, table: table)
        }
        // 0.2 · 1,000 / (80 + 20) = 2, and half of 8 more.
        #expect(step(1_000, 80, 0) == 2 && step(1_000, 80, 8) == 6 && step(-1_000, 80, -8) == -6)
        #expect(step(0, 0, 1) == 1 && step(0, 0, -1) == 0 && step(0, 0, 0) == 0)
        var generator = SplitMix64(state: 3)
        for _ in 0..<2_000 {
            let rows = Int.random(in: 0...1_000, using: &generator)
            let sum = Int.random(in: -(1 << 30)...1 << 30, using: &generator)
            let last = Int.random(in: -100_000...100_000, using: &generator)
            let exact = 0.2 * Double(sum) / Double(rows + 20) + Double(last) / 2
            // The reciprocal is off by half a unit of 2^-24 at most.
            #expect(abs(Double(step(sum, rows, last)) - exact) <= 0.5 + abs(Double(sum)) / Double(1 << 25) + 1e-9)
        }
    }

    @Test("no direction of a fit grows to twice of what it was, whatever features have in common")
    func stable() {
        // A direction of which the features together take a part a of what is there: the rest after each pass.
        for part in stride(from: 0.0, through: 2.8, by: 0.001) {
            var (rest, step) = (1.0, 0.0)
            for _ in 0..<20 {
                step = step / 2 + part * rest
                rest -= step
                #expect(abs(rest) < 2, "\(part)")
            }
        }
    }

    @Test("fits where four times the largest sum and what rounding adds stay below 2^30")
    func bounds() throws {
        let rule = try TrainingRule()
        let card = try #require(CardRule(features: [Int](repeating: 10, count: 14), passes: 10))
        func fits(_ rows: Int, _ frauds: Int) throws -> Bool {
            card.fits(try TrainingBounds(rows: rows, frauds: frauds, rule: rule, weights: []), rows: rows)
        }
        #expect(try fits(66_906, 628))
        #expect(try fits(1_000_000, 9_000))
        let sum = try TrainingBounds(rows: 2_000_000, frauds: 20_000, rule: rule, weights: []).sum
        #expect(try fits(2_000_000, 20_000) == (4 * sum + 2_000_000 * 280 < 1 << 30))
        #expect(try !fits(2_000_000, 60_000))
    }

    @Test("its bytes name passes and features")
    func bytes() throws {
        let card = try #require(CardRule(features: [3, 300], passes: 7))
        #expect(card.encoded == Array("cordon/train/card/v1".utf8) + [0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 1, 44])
    }
}
