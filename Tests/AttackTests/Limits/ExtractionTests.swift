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

    @Test("has little of it within a budget")
    func budget() {
        let extraction = attack(limit: 50)
        #expect(extraction.queries == 50 && !extraction.isFinished)
        #expect(right(extraction) < 2048)
    }
}
