import Evaluation
import Model
import Records
import Support
import Testing

/// Exact scores give the model away: a member computes it from the scores of inputs that it makes up. The limits on what it
/// may ask are what stands against that.
@Suite("A member that computes the model from its scores")
struct ExtractionTests {
    private let model: ClearModel
    private let levels: [Int]

    init() throws {
        let spec = try probedSpec()
        model = try probedModel(spec)
        levels = spec.edges.map(\.count)
    }

    private func score(_ input: [Int]) -> Int64 {
        model.score(thermometer: model.binned.thermometer(input.map { UInt8($0) }))
    }

    /// How many of all inputs there are a copy predicts right.
    private func right(_ extraction: ForestExtraction) -> Int {
        let side = 8
        return (0..<side * side * side * side).count { number in
            let input = (0..<4).map { number >> (3 * $0) & 7 }
            return extraction.predict(input) == score(input)
        }
    }

    private func attack(limit: Int = .max) -> ForestExtraction {
        var extraction = ForestExtraction(levels: levels, depth: model.forest.depth, limit: limit, score: score)
        var random = SplitMix64(1)
        extraction.run(streak: 200, using: &random)
        return extraction
    }

    @Test("has all of it without a limit, with fewer questions than there are inputs, and asks the same each time")
    func unlimited() {
        let extraction = attack()
        #expect(extraction.isFinished && right(extraction) == 4096)
        #expect(extraction.queries < 1000)
        #expect(attack().queries == extraction.queries)
    }

    private static let steps: [Int64] = [-9000, -5000, -2500, -1000, 0, 1000, 2500, 5000, 9000]

    @Test(
        "does not get it from steps by the attack on exact scores: it knows hardly a score after five times the questions"
    )
    func steps() {
        var extraction = ForestExtraction(levels: levels, depth: model.forest.depth, limit: 3000) { input in
            let score = score(input)
            return Self.steps.last { score >= $0 } ?? -32_768
        }
        var random = SplitMix64(1)
        extraction.run(streak: 200, using: &random)
        #expect(extraction.queries > 5 * attack().queries && right(extraction) < 100)
    }

    @Test(
        "gets a copy from steps that says most steps, and more with more questions: rounding delays, and does not prevent"
    )
    func copy() {
        func step(_ input: [Int]) -> Int {
            let score = score(input)
            return Self.steps.count { score >= $0 }
        }
        func right(_ questions: Int) -> Int {
            var random = SplitMix64(2)
            let asked = (0..<questions).map { _ in levels.map { Int.random(in: 0...$0, using: &random) } }
            var copy = StepSurrogate(levels: levels, depth: model.forest.depth, thresholds: Self.steps)
            copy.learn(asked, steps: asked.map(step), trees: 150)
            return (0..<4096).count { number in
                let input = (0..<4).map { number >> (3 * $0) & 7 }
                return copy.step(input) == step(input)
            }
        }
        let (few, many) = (right(50), right(2000))
        #expect(few < 1640 && many > 2458 && many < 3276)
    }

    @Test("has little of it within a budget")
    func budget() {
        let extraction = attack(limit: 50)
        #expect(extraction.queries == 50 && !extraction.isFinished)
        #expect(right(extraction) < 2048)
    }
}
