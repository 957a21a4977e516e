/// The extraction of a forest by a member from the scores of inputs that it makes up; every input is a valid one, with a level a
/// feature. It finds where scores change, feature by feature and then for pairs and larger sets, as decision trees are read by
/// their paths (Tramèr et al. 2016), and goes on from random inputs that it predicts wrongly. Same oracle and generator, same
/// questions.
package struct ForestExtraction {
    typealias Step = StepPolynomial.Step

    private var oracle: ScoreOracle
    private var found = StepPolynomial()
    private let depth: Int
    /// How many inputs had been asked about when the model last changed: what came after only confirmed it.
    package private(set) var needed = 0
    /// Whether it stopped by itself: as many random inputs in a row as it wants were predicted right.
    package private(set) var isFinished = false

    /// - Parameters:
    ///   - levels: the highest level of each feature.
    ///   - depth: of the trees.
    ///   - limit: questions that may be asked.
    ///   - score: the answer to one level a feature.
    package init(levels: [Int], depth: Int, limit: Int = .max, score: @escaping ([Int]) -> Int64) {
        self.depth = depth
        oracle = ScoreOracle(levels: levels, limit: limit, score: score)
    }

    /// How many inputs were asked about.
    package var queries: Int { oracle.queries }

    /// What the extracted model says of an input.
    package func predict(_ input: [Int]) -> Int64 { found.value(input) }

    /// Asks until the model is known, or no more may be asked.
    ///
    /// - Parameter streak: random inputs in a row that are to be predicted right.
    package mutating func run(streak: Int = 1500, using generator: inout some RandomNumberGenerator) {
        do {
            try search()
            var right = 0
            while right < streak {
                let input = oracle.levels.map { Int.random(in: 0...$0, using: &generator) }
                if try isRight(input) {
                    right += 1
                } else {
                    right = 0
                    try mend(input)
                }
            }
            isFinished = true
        } catch {}
    }

    private mutating func add(_ coefficient: Int64, to steps: [Step]) {
        found.add(coefficient, to: steps)
        needed = oracle.queries
    }

    // MARK: By structure

    private mutating func search() throws(ScoreOracle.Spent) {
        add(try at([]), to: [])
        var singles: [[Step]] = []
        for feature in oracle.levels.indices {
            for (step, coefficient) in try changes([], over: feature) {
                add(coefficient, to: [step])
                singles.append([step])
            }
        }
        var sets = singles
        for size in 2...max(depth, 2) where size <= depth {
            var next: [[Step]] = []
            for set in sets {
                for feature in oracle.levels.indices where feature > set[set.count - 1].feature {
                    next += size == 2 ? try pairs(set, feature) : try larger(set, feature, singles)
                }
            }
            sets = next
        }
    }

    /// The steps of a feature at which the effect of a step changes.
    private mutating func pairs(_ set: [Step], _ feature: Int) throws(ScoreOracle.Spent) -> [[Step]] {
        var pairs: [[Step]] = []
        for (step, coefficient) in try changes(set, over: feature) {
            add(coefficient, to: set + [step])
            pairs.append(set + [step])
        }
        return pairs
    }

    /// Sets with one step more, of those that change the effect of each of the set's own.
    private mutating func larger(
        _ set: [Step], _ feature: Int, _ singles: [[Step]]
    ) throws(ScoreOracle.Spent) -> [[Step]] {
        var larger: [[Step]] = []
        for single in singles where single[0].feature == feature && set.allSatisfy({ found.has([$0] + single) }) {
            let coefficient = try difference(set + single)
            guard coefficient != 0 else { continue }
            add(coefficient, to: set + single)
            larger.append(set + single)
        }
        return larger
    }

    /// The levels of a feature at which the mixed difference over `set` changes, and by how much: by bisection.
    private mutating func changes(
        _ set: [Step], over feature: Int
    ) throws(ScoreOracle.Spent) -> [(step: Step, change: Int64)] {
        let top = oracle.levels[feature]
        var out: [(Step, Int64)] = []
        var open = [
            (
                low: 0, high: top, first: try difference(set, at: Step(feature: feature, level: 0)),
                last: try difference(set, at: Step(feature: feature, level: top))
            )
        ]
        while let (low, high, first, last) = open.popLast() {
            guard first != last else { continue }
            if high - low == 1 {
                out.append((Step(feature: feature, level: high), last - first))
                continue
            }
            let middle = (low + high) / 2
            let value = try difference(set, at: Step(feature: feature, level: middle))
            open += [(middle, high, value, last), (low, middle, first, value)]
        }
        return out
    }

    /// The mixed difference of scores over all steps of a set, each at its level against the one below; other features are
    /// at level 0, but for `fixed`.
    private mutating func difference(_ set: [Step], at fixed: Step? = nil) throws(ScoreOracle.Spent) -> Int64 {
        var sum: Int64 = 0
        for choice in 0..<1 << set.count {
            var steps = fixed.map { [$0] } ?? []
            for (place, step) in set.enumerated() {
                steps.append(Step(feature: step.feature, level: step.level - (choice >> place & 1)))
            }
            sum += try (choice.nonzeroBitCount % 2 == 0 ? 1 : -1) * at(steps)
        }
        return sum
    }

    private mutating func at(_ steps: [Step]) throws(ScoreOracle.Spent) -> Int64 {
        var input = [Int](repeating: 0, count: oracle.levels.count)
        for step in steps { input[step.feature] = max(input[step.feature], step.level) }
        return try oracle.answer(input)
    }

    // MARK: By mistakes

    private mutating func isRight(_ input: [Int]) throws(ScoreOracle.Spent) -> Bool {
        try oracle.answer(input) == found.value(input)
    }

    /// Lowers an input as far as it is still predicted wrongly: what is left are the steps of a term that is missing.
    private mutating func mend(_ wrong: [Int]) throws(ScoreOracle.Spent) {
        var input = wrong
        var isLower = true
        while isLower {
            isLower = false
            for feature in input.indices {
                while input[feature] > 0, let level = try lower(input, feature) {
                    input[feature] = level
                    isLower = true
                }
            }
        }
        let steps = input.indices.filter { input[$0] > 0 }.map { Step(feature: $0, level: input[$0]) }
        add(try oracle.answer(input) - found.value(input), to: steps)
    }

    /// A lower level of a feature at which the input is predicted wrongly, too; nil where there is none.
    private mutating func lower(_ input: [Int], _ feature: Int) throws(ScoreOracle.Spent) -> Int? {
        for level in [0, input[feature] / 2, input[feature] - 1] {
            var lower = input
            lower[feature] = level
            if try !isRight(lower) { return level }
        }
        return nil
    }
}
