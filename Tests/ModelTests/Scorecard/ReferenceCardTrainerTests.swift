import Model
import Records
import Support
import Testing

@Suite("The reference trainer of scorecards")
struct ReferenceCardTrainerTests {
    /// Bins of invented features, with the forest that was grown on them.
    private struct Fixture {
        let features: [Int]
        let bins: [[Int]]
        let columns: BitColumns
        let forest: Forest
        let rule: TrainingRule

        init(rows: Int, features: [Int], seed: UInt64, outcome: ([Int], Int) -> Bool) throws {
            var random = SplitMix64(seed)
            let bins = (0..<rows).map { _ in features.map { Int.random(in: 0...$0, using: &random) } }
            let fraud = bins.map { outcome($0, Int.random(in: 0..<100, using: &random)) }
            let bits = features.reduce(0, +)
            let packed = bins.map { row in
                var bytes = [UInt8](repeating: 0, count: (bits + 7) / 8)
                var first = 0
                for (bin, count) in zip(row, features) {
                    for bit in first..<first + bin { bytes[bit >> 3] |= 1 << UInt8(bit & 7) }
                    first += count
                }
                return bytes
            }
            columns = BitColumns(thermometers: packed, bits: bits, fraud: fraud)
            rule = try TrainingRule(trees: 20, stages: [1, 1], candidates: 12)
            let frequencies = try #require(BitFrequencies(ones: columns.ones, rows: rows))
            forest = try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: TrainingCoin(seed: seed))
                .train(columns)
            self.features = features
            self.bins = bins
        }

        func card(passes: Int = CardRule.standardPasses) throws -> Scorecard {
            let card = try #require(CardRule(features: features, passes: passes))
            return ReferenceCardTrainer(rule: rule, card: card).train(columns, forest: forest)
        }

        /// The part of the scores' variance that the card's sums explain.
        func explained(by card: Scorecard) -> Double {
            let scores = columns.scores(of: forest)
            let rows = bins.indices.map { (score: Int64(scores[$0]), bins: bins[$0].map { UInt8($0) }) }
            return card.explained(of: rows)
        }
    }

    /// The definition row by row: each pass moves every bin by its part of the mean rest of its rows, and by half of its last move.
    private func slow(_ fixture: Fixture, passes: Int) throws -> [[Int32]] {
        let card = try #require(CardRule(features: fixture.features, passes: passes))
        let base = fixture.rule.base(
            rows: fixture.bins.count, frauds: fixture.columns.fraud.count { $0 })
        var rest = fixture.bins.indices.map { row in
            fixture.forest.trees.reduce(-base) { sum, tree in
                var leaf = 0
                for (level, bit) in tree.conditions.enumerated()
                where fixture.columns.words[bit][row >> 6] >> (row & 63) & 1 == 1 {
                    leaf |= 1 << level
                }
                return sum + Int(tree.leaves[leaf])
            }
        }
        var last = fixture.features.map { [Int](repeating: 0, count: $0 + 1) }
        var points = last
        for _ in 0..<passes {
            let before = rest
            for (feature, bits) in fixture.features.enumerated() where bits > 0 {
                for bin in 0...bits {
                    let rows = fixture.bins.indices.filter { fixture.bins[$0][feature] == bin }
                    let reciprocal = Rational.nearest(
                        card.rate.count << 24, Millionths.one * (rows.count + fixture.rule.prior))
                    let exact = rows.reduce(0) { $0 + before[$1] } * reciprocal + last[feature][bin] << 23
                    last[feature][bin] = Rational.nearest(exact, 1 << 24)
                    points[feature][bin] += last[feature][bin]
                    for row in rows { rest[row] -= last[feature][bin] }
                }
            }
        }
        return points.map { $0.map { Int32($0) } }
    }

    private enum Rational {
        /// To the nearest whole number, a half up.
        static func nearest(_ part: Int, _ whole: Int) -> Int {
            let twice = 2 * part + whole
            let quotient = twice / (2 * whole)
            return twice % (2 * whole) < 0 ? quotient - 1 : quotient
        }
    }

    @Test("follows the definition, point by point", arguments: 1...6 as ClosedRange<UInt64>)
    func definition(seed: UInt64) throws {
        let features = [[5, 3], [0, 7, 1], [31, 2, 0, 4], [1], [2, 2, 2, 2, 2], [9, 9]][Int(seed) - 1]
        let fixture = try Fixture(rows: 130, features: features, seed: seed) { bins, chance in
            (bins[bins.count - 1] > 0) != (chance < 12)
        }
        for passes in [1, 2, 5] { #expect(try fixture.card(passes: passes).points == slow(fixture, passes: passes)) }
    }

    @Test("explains an additive outcome nearly whole, as momentum's overshoot dies out")
    func explains() throws {
        let fixture = try Fixture(rows: 3_000, features: [6, 6, 4], seed: 21) { bins, chance in
            chance < 3 * bins[0] + 2 * bins[1] + (bins[2] == 2 ? 20 : 0)
        }
        let parts = try [2, 4, 10, 20].map { fixture.explained(by: try fixture.card(passes: $0)) }
        #expect(parts.last! > 0.99 && zip(parts, parts.dropFirst()).allSatisfy { $0 < $1 }, "\(parts)")
    }

    @Test("converges where all features say the same, and shares the points among them")
    func alike() throws {
        var random = SplitMix64(5)
        let same = (0..<500).map { _ in Int.random(in: 0...3, using: &random) }
        var row = 0
        let fixture = try Fixture(rows: 500, features: [3], seed: 22) { _, _ in
            defer { row += 1 }
            return same[row] == 3
        }
        let bits = 3
        let copies = 9
        // The same thermometer nine times.
        let packed = fixture.bins.map { bins in
            (0..<copies * bits).reduce(into: [UInt8](repeating: 0, count: (copies * bits + 7) / 8)) {
                if $1 % bits < bins[0] { $0[$1 >> 3] |= 1 << UInt8($1 & 7) }
            }
        }
        let columns = BitColumns(thermometers: packed, bits: copies * bits, fraud: fixture.bins.map { $0[0] == 3 })
        let frequencies = try #require(BitFrequencies(ones: columns.ones, rows: 500))
        let forest = try ReferenceTrainer(rule: fixture.rule, frequencies: frequencies, coin: TrainingCoin(seed: 1))
            .train(columns)
        let rule = try #require(CardRule(features: [Int](repeating: bits, count: copies), passes: 20))
        let card = ReferenceCardTrainer(rule: fixture.rule, card: rule).train(columns, forest: forest)
        #expect(Set(card.points).count == 1, "equal features have equal points")
        let scores = columns.scores(of: forest)
        let base = fixture.rule.base(rows: 500, frauds: columns.fraud.count { $0 })
        for (bins, score) in zip(fixture.bins, scores) {
            let sum = copies * Int(card.points[0][bins[0]])
            #expect(abs(sum - (Int(score) - base)) < fixture.rule.one / 20, "\(bins) \(sum) \(score)")
        }
    }

    @Test("explains all but what rests of the scores' variance, and all where there is none")
    func share() {
        let card = Scorecard(points: [[0, 10], [0, 4]], fractionBits: 11)
        let rows: [(score: Int64, bins: [UInt8])] = [(5, [0, 0]), (15, [1, 0]), (9, [0, 1]), (19, [1, 1])]
        #expect(card.explained(of: rows) == 1)
        #expect(card.explained(of: rows.map { (score: 7, bins: $0.bins) }) == 1)
        // Scores 0, 10, 0, 10 have a variance of 25; a rest of 0, 0, 4, 4 has one of 4.
        let others: [(score: Int64, bins: [UInt8])] = [(0, [0, 0]), (10, [1, 0]), (0, [0, 1]), (10, [1, 1])]
        let half = Scorecard(points: [[0, 10], [0, -4]], fractionBits: 11)
        #expect(
            abs(half.explained(of: others) - (1 - 4.0 / 25)) < 1e-12)
    }

    @Test("a row's contributions are its bins' points, and those of a feature without bits are 0")
    func contributions() throws {
        let card = Scorecard(points: [[1, -2, 3], [0], [7, 9]], fractionBits: 11)
        #expect(card.contributions([2, 0, 1]) == [3, 0, 9])
        let fixture = try Fixture(rows: 60, features: [2, 0, 3], seed: 23) { bins, _ in bins[0] == 1 }
        #expect(try fixture.card().points[1] == [0] && fixture.card().fractionBits == 11)
    }

    @Test("scores of columns are the forest's of each row")
    func scores() throws {
        let fixture = try Fixture(rows: 100, features: [3, 4], seed: 24) { bins, _ in bins[0] > bins[1] }
        for (row, score) in fixture.columns.scores(of: fixture.forest).enumerated() {
            var byte: UInt8 = 0
            for bit in 0..<7 where fixture.columns.words[bit][row >> 6] >> (row & 63) & 1 == 1 {
                byte |= 1 << UInt8(bit)
            }
            #expect(fixture.forest.score(thermometer: [byte]) == Int64(score))
        }
    }
}
