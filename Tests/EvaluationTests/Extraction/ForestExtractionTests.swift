import Evaluation
import Testing

/// A forest of oblivious trees as it is written down: a tree adds the leaf that its conditions say, each a level of a feature that
/// is reached.
private struct PlainForest {
    var trees: [(conditions: [(feature: Int, level: Int)], leaves: [Int64])] = []

    /// - Parameter levels: the highest level of each feature.
    init(_ levels: [Int], trees count: Int, depth: Int, using random: inout SeededNumbers) {
        for _ in 0..<count {
            let conditions = (0..<depth).map { _ in
                let feature = Int.random(in: levels.indices, using: &random)
                return (feature, Int.random(in: 1...levels[feature], using: &random))
            }
            trees.append((conditions, (0..<1 << depth).map { _ in Int64.random(in: -500...500, using: &random) }))
        }
    }

    func score(_ input: [Int]) -> Int64 {
        var sum: Int64 = 0
        for tree in trees {
            var leaf = 0
            for (place, condition) in tree.conditions.enumerated() where input[condition.feature] >= condition.level {
                leaf += 1 << place
            }
            sum += tree.leaves[leaf]
        }
        return sum
    }
}

/// All inputs of some levels.
private func inputs(_ levels: [Int]) -> [[Int]] {
    levels.reduce([[]]) { inputs, top in inputs.flatMap { input in (0...top).map { input + [$0] } } }
}

@Suite("The extraction of a forest by its scores")
struct ForestExtractionTests {
    private static let all = inputs([3, 1, 5, 2, 4])

    private func extraction(
        _ forest: PlainForest, _ levels: [Int] = [3, 1, 5, 2, 4], depth: Int, limit: Int = .max, streak: Int = 300
    ) -> ForestExtraction {
        var extraction = ForestExtraction(levels: levels, depth: depth, limit: limit, score: forest.score)
        var random = SeededNumbers(11)
        extraction.run(streak: streak, using: &random)
        return extraction
    }

    @Test(
        "has each score of any forest, of any depth and size, in fewer questions than there are inputs",
        arguments: 1...12)
    func exact(seed: UInt64) {
        var random = SeededNumbers(seed)
        let depth = Int(seed % 4) + 1
        let forest = PlainForest([3, 1, 5, 2, 4], trees: Int(seed), depth: depth, using: &random)
        let found = extraction(forest, depth: depth)
        #expect(found.isFinished)
        #expect(Self.all.allSatisfy { found.predict($0) == forest.score($0) })
        #expect(found.queries <= Self.all.count && found.needed <= found.queries)
    }

    @Test("knows nothing before it has asked")
    func begin() {
        let found = ForestExtraction(levels: [2, 2], depth: 2) { _ in 9 }
        #expect(found.queries == 0 && found.needed == 0 && !found.isFinished)
        #expect(inputs([2, 2]).allSatisfy { found.predict($0) == 0 })
    }

    @Test("needs one question for a forest that says the same of all, and goes on only to be sure")
    func constant() {
        var found = ForestExtraction(levels: [4, 4, 4], depth: 3) { _ in -77 }
        var random = SeededNumbers(5)
        found.run(streak: 40, using: &random)
        #expect(found.isFinished && found.needed == 1)
        #expect(inputs([4, 4, 4]).allSatisfy { found.predict($0) == -77 })
    }

    @Test("finds a single step by bisection: as many questions as halve a feature's levels")
    func bisection() {
        for level in 1...200 {
            var asked = 0
            var found = ForestExtraction(levels: [200], depth: 1) { input in
                asked += 1
                return input[0] >= level ? 10 : 3
            }
            var random = SeededNumbers(3)
            found.run(streak: 1, using: &random)
            // Both ends, the halves, and one that confirms.
            #expect(found.isFinished && found.needed <= 2 + 8 && asked == found.queries)
            #expect(found.predict([level - 1]) == 3 && found.predict([level]) == 10)
        }
    }

    @Test("asks no question twice, and each with one level of each feature within its range")
    func questions() {
        var random = SeededNumbers(21)
        let forest = PlainForest([3, 1, 5, 2, 4], trees: 6, depth: 3, using: &random)
        var asked: [[Int]] = []
        var found = ForestExtraction(levels: [3, 1, 5, 2, 4], depth: 3) { input in
            asked.append(input)
            return forest.score(input)
        }
        found.run(streak: 100, using: &random)
        #expect(Set(asked).count == asked.count && asked.count == found.queries)
        #expect(asked.allSatisfy { zip($0, [3, 1, 5, 2, 4]).allSatisfy { (0...$1).contains($0) } && $0.count == 5 })
    }

    @Test(
        "stops at its limit with what it has: a longer one never knows less of what was asked for",
        arguments: [1, 5, 20, 60])
    func limit(limit: Int) {
        var random = SeededNumbers(8)
        let forest = PlainForest([3, 1, 5, 2, 4], trees: 8, depth: 3, using: &random)
        let found = extraction(forest, depth: 3, limit: limit)
        #expect(found.queries == limit && !found.isFinished && found.needed <= limit)
        func right(_ found: ForestExtraction) -> Int { Self.all.count { found.predict($0) == forest.score($0) } }
        #expect(right(found) < Self.all.count)
        #expect(right(extraction(forest, depth: 3)) == Self.all.count)
    }

    @Test("asks the same in each run: nothing but oracle and generator say what")
    func same() {
        var random = SeededNumbers(17)
        let forest = PlainForest([3, 1, 5, 2, 4], trees: 5, depth: 3, using: &random)
        func asked() -> [[Int]] {
            var asked: [[Int]] = []
            var found = ForestExtraction(levels: [3, 1, 5, 2, 4], depth: 3) { input in
                asked.append(input)
                return forest.score(input)
            }
            var random = SeededNumbers(4)
            found.run(streak: 50, using: &random)
            return asked
        }
        #expect(asked() == asked())
    }

    @Test("finds by its mistakes what its structure hides: effects that are there only together")
    func hidden() {
        // The sum of both steps alone is zero, so a search by single steps sees neither.
        var found = ForestExtraction(levels: [3, 3, 3], depth: 3) { input in
            input[0] >= 2 && input[1] >= 1 && input[2] >= 3 ? 1000 : 0
        }
        var random = SeededNumbers(6)
        found.run(streak: 400, using: &random)
        #expect(found.isFinished)
        for input in inputs([3, 3, 3]) {
            #expect(found.predict(input) == (input[0] >= 2 && input[1] >= 1 && input[2] >= 3 ? 1000 : 0))
        }
    }

    @Test("passes over features that have a single level")
    func flat() {
        var random = SeededNumbers(2)
        let forest = PlainForest([3, 5], trees: 4, depth: 2, using: &random)
        var found = ForestExtraction(levels: [3, 0, 5], depth: 2) { forest.score([$0[0], $0[2]]) }
        found.run(streak: 100, using: &random)
        #expect(found.isFinished)
        #expect(inputs([3, 0, 5]).allSatisfy { found.predict($0) == forest.score([$0[0], $0[2]]) })
    }
}
