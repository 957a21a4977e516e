import Evaluation
import Testing

/// The copy as its page says, row by row: each split is tried on all rows, and nothing is added up beforehand.
private struct PlainSurrogate {
    let levels: [Int]
    let depth: Int
    let thresholds: [Double]
    var trees: [(conditions: [(feature: Int, level: Int)], leaves: [Double])] = []

    func score(_ input: [Int]) -> Double {
        var score = thresholds.isEmpty ? 0 : thresholds[thresholds.count / 2]
        for tree in trees { score += tree.leaves[node(input, tree.conditions)] }
        return score
    }

    private func node(_ input: [Int], _ conditions: [(feature: Int, level: Int)]) -> Int {
        var node = 0
        for (place, condition) in conditions.enumerated() where input[condition.feature] >= condition.level {
            node += 1 << place
        }
        return node
    }

    func step(_ input: [Int]) -> Int { thresholds.count { score(input) >= $0 } }

    /// What a score lacks to be one of a step's.
    private func missing(_ score: Double, _ step: Int) -> Double {
        let low = step == 0 ? -Double.infinity : thresholds[step - 1]
        let high = step == thresholds.count ? Double.infinity : thresholds[step]
        if score < low { return low + 1 - score }
        return score >= high ? high - 1 - score : 0
    }

    mutating func learn(_ inputs: [[Int]], steps: [Int], trees count: Int, rate: Double) {
        for _ in 0..<count {
            let rest = zip(inputs, steps).map { missing(score($0), $1) }
            var conditions: [(feature: Int, level: Int)] = []
            for _ in 0..<depth {
                var best = (gain: -1.0, feature: 0, level: 1)
                for feature in levels.indices where levels[feature] > 0 {
                    for level in 1...levels[feature] {
                        let gain = gain(inputs, rest, conditions + [(feature, level)])
                        if gain > best.gain + 1e-9 { best = (gain, feature, level) }
                    }
                }
                conditions.append((best.feature, best.level))
            }
            let leaves = (0..<1 << depth).map { leaf in
                let rows = inputs.indices.filter { node(inputs[$0], conditions) == leaf }
                return rate * rows.reduce(0.0) { $0 + rest[$1] } / Double(rows.count + 1)
            }
            trees.append((conditions, leaves))
        }
    }

    private func gain(_ inputs: [[Int]], _ rest: [Double], _ conditions: [(feature: Int, level: Int)]) -> Double {
        (0..<1 << conditions.count).reduce(0.0) { gain, leaf in
            let rows = inputs.indices.filter { node(inputs[$0], conditions) == leaf }
            let sum = rows.reduce(0.0) { $0 + rest[$1] }
            return gain + sum * sum / Double(rows.count + 1)
        }
    }
}

@Suite("The copy of a model by the steps of its scores")
struct StepSurrogateTests {
    private let levels = [4, 3, 0, 2]
    private let thresholds: [Int64] = [-400, -100, 0, 250]
    private let all: [[Int]] = (0...4).flatMap { a in (0...3).flatMap { b in (0...2).map { [a, b, 0, $0] } } }

    private func score(_ input: [Int]) -> Int64 {
        Int64((input[0] >= 2 ? 300 : -250) + (input[1] >= 1 && input[3] >= 2 ? 180 : -90) + (input[3] >= 1 ? -70 : 40))
    }

    private func step(_ input: [Int]) -> Int { thresholds.count { score(input) >= $0 } }

    private func asked(_ count: Int) -> [[Int]] {
        var random = SeededNumbers(31)
        return (0..<count).map { _ in levels.map { Int.random(in: 0...$0, using: &random) } }
    }

    @Test(
        "says before it has learnt the step in which the middle threshold begins",
        arguments: [[], [7], [-3, 5], [-3, 5, 9]])
    func begin(thresholds: [Int64]) {
        let copy = StepSurrogate(levels: [2], depth: 1, thresholds: thresholds)
        let expected = thresholds.isEmpty ? 0 : thresholds.count / 2 + 1
        #expect((0...2).allSatisfy { copy.step([$0]) == expected })
    }

    @Test("says of each input the step that boosting row by row says", arguments: [1, 2, 3], [1, 2, 7, 20])
    func oracle(depth: Int, trees: Int) {
        let asked = asked(40)
        var copy = StepSurrogate(levels: levels, depth: depth, thresholds: thresholds)
        var plain = PlainSurrogate(levels: levels, depth: depth, thresholds: thresholds.map { Double($0) })
        copy.learn(asked, steps: asked.map(step), trees: trees, rate: 0.3)
        plain.learn(asked, steps: asked.map(step), trees: trees, rate: 0.3)
        #expect(all.map(copy.step) == all.map(plain.step))
        // It has learnt something: not the same of all.
        #expect(trees < 7 || Set(all.map(copy.step)).count > 1)
    }

    @Test("has each step of a model of its own form, once it was asked about all inputs")
    func exact() {
        var copy = StepSurrogate(levels: levels, depth: 3, thresholds: thresholds)
        copy.learn(all, steps: all.map(step), trees: 120)
        #expect(all.map(copy.step) == all.map(step))
    }

    @Test("goes on from what it has learnt: twice ten trees are twenty")
    func again() {
        let asked = asked(50)
        var once = StepSurrogate(levels: levels, depth: 2, thresholds: thresholds)
        var twice = once
        once.learn(asked, steps: asked.map(step), trees: 20)
        for _ in 0..<2 { twice.learn(asked, steps: asked.map(step), trees: 10) }
        #expect(all.map(twice.step) == all.map(once.step))
    }

    @Test("learns nothing from answers that it gives already")
    func known() {
        var copy = StepSurrogate(levels: [3], depth: 1, thresholds: [10])
        let inputs = (0...3).map { [$0] }
        copy.learn(inputs, steps: inputs.map { _ in 1 }, trees: 5)
        #expect(inputs.allSatisfy { copy.step($0) == 1 })
        copy.learn(inputs, steps: [0, 0, 1, 1], trees: 60)
        #expect(inputs.map(copy.step) == [0, 0, 1, 1])
    }

    @Test("keeps to the steps there are, whatever it was told")
    func range() {
        var copy = StepSurrogate(levels: levels, depth: 2, thresholds: thresholds)
        copy.learn(all, steps: all.map { _ in 4 }, trees: 30, rate: 1)
        #expect(all.allSatisfy { copy.step($0) == 4 })
        copy.learn(all, steps: all.map { _ in 0 }, trees: 30, rate: 1)
        #expect(all.map(copy.step) == all.map { _ in 0 })
    }
}
