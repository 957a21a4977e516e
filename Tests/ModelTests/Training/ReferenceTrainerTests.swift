import Model
import Records
import Support
import Testing

@Suite("The reference trainer")
struct ReferenceTrainerTests {
    private struct Rows {
        var bits: [[Bool]]
        var fraud: [Bool]

        init(rows: Int, bits: Int, random: inout SplitMix64) {
            // Bits of all frequencies, some of them equal to another, some always or never set.
            let likely = (0..<bits).map { _ in Int.random(in: 0...4, using: &random) }
            self.bits = (0..<rows).map { _ in likely.map { Int.random(in: 0..<4, using: &random) < $0 } }
            if bits > 2 { for row in 0..<rows { self.bits[row][bits - 1] = self.bits[row][0] } }
            fraud = self.bits.map { row in Int.random(in: 0..<10, using: &random) < (row[0] && !row[bits / 2] ? 7 : 2) }
        }

        var columns: BitColumns {
            let packed = bits.map { row in
                row.indices.reduce(into: [UInt8](repeating: 0, count: (row.count + 7) / 8)) {
                    if row[$1] { $0[$1 >> 3] |= 1 << ($1 & 7) }
                }
            }
            return BitColumns(thermometers: packed, bits: bits[0].count, fraud: fraud)
        }

        var frequencies: BitFrequencies {
            get throws { try #require(BitFrequencies(ones: columns.ones, rows: fraud.count)) }
        }
    }

    /// The rule followed row by row, with a dictionary for nodes.
    private func slow(_ rows: Rows, _ rule: TrainingRule, _ frequencies: BitFrequencies, _ coin: TrainingCoin)
        -> [Forest.Tree]
    {
        let count = rows.fraud.count
        let base = rule.base(rows: count, frauds: rows.fraud.count { $0 })
        var residuals = rows.fraud.map { ($0 ? rule.one : 0) - base }
        var trees: [Forest.Tree] = []
        while trees.count < rule.trees {
            var lowered = residuals
            for _ in 0..<rule.group {
                var path = [[Bool]](repeating: [], count: count)
                var conditions: [Int] = []
                for together in rule.stages {
                    var drawn = coin.draw(
                        tree: trees.count, level: conditions.count, bits: rows.bits[0].count,
                        count: min(rows.bits[0].count, rule.candidates * together))
                    var chosen: [Int] = []
                    for _ in 0..<together {
                        var best: (score: Int, bit: Int)?
                        for bit in drawn.prefix(rule.candidates) {
                            let weight = BitWeights(frequency: frequencies.bits[bit], rule: rule)
                            var nodes: [[Bool]: Int] = [:]
                            for row in 0..<count {
                                nodes[path[row], default: 0] +=
                                    residuals[row] * ((rows.bits[row][bit] ? weight.ones : 0) - weight.all)
                            }
                            let score = nodes.values.reduce(0) { $0 + $1 * $1 }
                            if best == nil || score > best!.score { best = (score, bit) }
                        }
                        chosen.append(best!.bit)
                        drawn.removeFirst(min(rule.candidates, drawn.count))
                    }
                    for row in 0..<count { path[row] += chosen.map { rows.bits[row][$0] } }
                    conditions += chosen
                }
                let leaves = (0..<1 << rule.depth).map { leaf -> Int in
                    let inside = (0..<count).filter { row in
                        (0..<rule.depth).allSatisfy { path[row][$0] == (leaf >> $0 & 1 == 1) }
                    }
                    let table = LeafTable(rows: inside.count, rule: rule)
                    let value = table.leaf(sum: inside.reduce(0) { $0 + residuals[$1] }, rows: inside.count)
                    for row in inside { lowered[row] -= value }
                    return value
                }
                let constant = trees.isEmpty ? base : 0
                trees.append(Forest.Tree(conditions: conditions, leaves: leaves.map { Int32($0 + constant) }))
            }
            residuals = lowered
        }
        return trees
    }

    private func expectEqual(_ rows: Rows, _ rule: TrainingRule, seed: UInt64) throws {
        let frequencies = try rows.frequencies
        let coin = TrainingCoin(seed: seed)
        let forest = try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin).train(rows.columns)
        #expect(forest.trees == slow(rows, rule, frequencies, coin))
    }

    @Test("equals the rule followed row by row, whatever its parameters", arguments: 1...30 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let group = Int.random(in: 1...4, using: &random)
        let rule = try TrainingRule(
            trees: 2 * group,
            stages: [[1], [1, 1, 1], [1, 1, 1, 1], [2, 1], [2, 2], [3]].randomElement(using: &random)!,
            group: group, candidates: Int.random(in: 1...12, using: &random),
            fraction: Int.random(in: 1...13, using: &random),
            rate: #require(Millionths(Int.random(in: 10_000...250_000, using: &random))),
            prior: Int.random(in: 1...50, using: &random), weightBits: Int.random(in: 0...6, using: &random),
            tableBits: [8, 16, 24].randomElement(using: &random)!, spread: 1_000_000)
        let needed = rule.candidates * (rule.stages.max()! - 1) + 1
        let rows = Rows(
            rows: Int.random(in: 1...200, using: &random), bits: Int.random(in: max(3, needed)...40, using: &random),
            random: &random)
        try expectEqual(rows, rule, seed: seed)
    }

    @Test("equals it where all bits are candidates, and where there are as many conditions as bits")
    func allBits() throws {
        var random = SplitMix64(41)
        let rows = Rows(rows: 130, bits: 4, random: &random)
        try expectEqual(rows, TrainingRule(trees: 4, candidates: 256), seed: 1)
        try expectEqual(rows, TrainingRule(trees: 4, stages: [4], candidates: 1), seed: 2)
    }

    @Test("equals it on one row, on frauds alone and without a fraud, whose trees say nothing but the constant")
    func oneOutcome() throws {
        var random = SplitMix64(42)
        for (count, fraud) in [(1, true), (1, false), (64, true), (64, false), (65, true)] {
            var rows = Rows(rows: count, bits: 9, random: &random)
            rows.fraud = rows.fraud.map { _ in fraud }
            let rule = try TrainingRule(trees: 4, candidates: 4)
            try expectEqual(rows, rule, seed: 3)
            let forest = try ReferenceTrainer(rule: rule, frequencies: rows.frequencies, coin: TrainingCoin(seed: 3))
                .train(rows.columns)
            #expect(Set(forest.trees[0].leaves) == [fraud ? 2_048 : 0])
            #expect(forest.trees.dropFirst().allSatisfy { Set($0.leaves) == [0] })
            // All scores are 0, so each level takes the first candidate.
            #expect(
                forest.trees[1].conditions
                    == (0..<4).map {
                        TrainingCoin(seed: 3).draw(tree: 1, level: $0, bits: 9, count: 4)[0]
                    })
        }
    }

    @Test("takes of equal candidates the one that the coin drew first", arguments: 1...10 as ClosedRange<UInt64>)
    func ties(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var rows = Rows(rows: 40, bits: 6, random: &random)
        rows.bits = rows.bits.map { row in [Bool](repeating: row[0], count: 6) }
        let coin = TrainingCoin(seed: seed)
        let forest = try ReferenceTrainer(
            rule: TrainingRule(trees: 1, stages: [1], group: 1), frequencies: rows.frequencies, coin: coin
        ).train(rows.columns)
        #expect(forest.trees[0].conditions == [coin.draw(tree: 0, level: 0, bits: 6, count: 6)[0]])
    }

    @Test("takes the columns of a set's thermometers, edge by edge")
    func columns() throws {
        let set = try testSet(rows: 70, edges: [3, 0, 7, 1], seed: 4)
        let packed = BitColumns(
            thermometers: (0..<70).map { thermometer(set, row: $0) }, bits: set.spec.bits, fraud: set.fraud)
        let own = BitColumns(set)
        #expect(own.words == packed.words && own.fraud == packed.fraud && own.bits == 11 && own.count == 70)
        for bit in 0..<11 {
            let ones = (0..<70).count { thermometer(set, row: $0)[bit >> 3] & 1 << (bit & 7) != 0 }
            #expect(own.ones[bit] == ones)
        }
    }

    @Test("never lets squared residuals grow, and keeps within the bounds", arguments: 1...5 as ClosedRange<UInt64>)
    func shrinks(seed: UInt64) throws {
        let set = try testSet(rows: 300, edges: [5, 4, 8], seed: seed)
        let columns = BitColumns(set)
        let frequencies = try #require(BitFrequencies(ones: columns.ones, rows: 300))
        // Half a unit is a good part of a leaf here, so that rounding would tell.
        let rule = try TrainingRule(trees: 40, fraction: 2)
        let forest = try ReferenceTrainer(rule: rule, frequencies: frequencies, coin: TrainingCoin(seed: seed)).train(
            columns)
        let base = rule.base(rows: 300, frauds: set.fraud.count { $0 })
        var last = Int64.max
        for groups in 0...10 {
            let constant = Forest.Tree(conditions: [0], leaves: [Int32(base), Int32(base)])
            let loss =
                groups == 0
                ? squaredLoss(try Forest(trees: [constant], bits: columns.bits, fractionBits: 2), set)
                : squaredLoss(
                    try Forest(trees: Array(forest.trees[..<(4 * groups)]), bits: columns.bits, fractionBits: 2), set)
            #expect(loss <= last)
            last = loss
        }
    }

    @Test("reports every tree, and refuses what it can't train on")
    func refused() throws {
        var random = SplitMix64(43)
        let rows = Rows(rows: 30, bits: 5, random: &random)
        let coin = TrainingCoin(seed: 1)
        var said: [Int] = []
        _ = try ReferenceTrainer(rule: TrainingRule(trees: 8), frequencies: rows.frequencies, coin: coin)
            .train(rows.columns) { said.append($0) }
        #expect(said == Array(1...8))
        #expect(throws: ReferenceTrainer.Failure.frequencies) {
            try ReferenceTrainer(frequencies: BitFrequencies([]), coin: coin).train(rows.columns)
        }
        #expect(throws: ReferenceTrainer.Failure.bits) {
            try ReferenceTrainer(
                rule: TrainingRule(stages: [3], candidates: 3), frequencies: rows.frequencies, coin: coin
            )
            .train(rows.columns)
        }
        #expect(throws: ReferenceTrainer.Failure.bounds(.rows)) {
            try ReferenceTrainer(frequencies: BitFrequencies([#require(Millionths(1))]), coin: coin)
                .train(BitColumns(thermometers: [], bits: 1, fraud: []))
        }
    }

    @Test("refuses a score that would leave its ring, where rows are not like the population")
    func spread() throws {
        // Every row has a bit that nobody is said to have: (A - C)^2 is 332 times 4^t, and the rule says 1.
        let count = 12_000
        let columns = BitColumns(
            thermometers: (0..<count).map { [$0 % 2 == 0 ? 1 : 0] }, bits: 1, fraud: (0..<count).map { $0 % 2 == 0 })
        let rule = try TrainingRule(trees: 1, stages: [1], group: 1, fraction: 12, weightBits: 6, spread: 1)
        #expect(throws: ReferenceTrainer.Failure.spread) {
            try ReferenceTrainer(
                rule: rule, frequencies: BitFrequencies([#require(Millionths(0))]), coin: TrainingCoin(seed: 1)
            ).train(columns)
        }
    }
}
