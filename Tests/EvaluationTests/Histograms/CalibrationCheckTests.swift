import Evaluation
import Model
import Testing

@Suite("Calibration by a histogram")
struct CalibrationCheckTests {
    private func histogram(_ legitimate: [Int], _ frauds: [Int]) throws -> ScoreHistogram {
        try ScoreHistogram(
            fractionBits: 4, thresholds: (1..<legitimate.count).map { Int64(10 * $0) }, legitimate: legitimate,
            frauds: frauds)
    }

    @Test(
        "is what isotonic regression of transactions one by one gives, each at its bin's beginning",
        arguments: 1...30 as ClosedRange<UInt64>)
    func fit(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let bins = Int.random(in: 2...9, using: &random)
        let histogram = try histogram(
            (0..<bins).map { _ in Int.random(in: 0...20, using: &random) },
            (0..<bins).map { Int.random(in: 0...(2 * $0 + 1), using: &random) })
        var sample: [(score: Int64, fraud: Bool)] = []
        for bin in 0..<bins {
            let score = bin > 0 ? histogram.thresholds[bin - 1] : 9
            sample += [Bool](repeating: true, count: histogram.frauds[bin]).map { (score, $0) }
            sample += [Bool](repeating: false, count: histogram.legitimate[bin]).map { (score, $0) }
        }
        for prior in [0, 1, 7.5] {
            #expect(try histogram.calibration(prior: prior) == Calibration.fit(sample, prior: prior))
        }
        // So the parties can round scores to its steps: all but the first begin at a threshold.
        let calibration = try histogram.calibration()
        #expect(calibration.points.dropFirst().allSatisfy { histogram.thresholds.contains($0.score) })
    }

    @Test(
        "beside the outcomes that it was fitted on has no error, and foretells the frauds that there are",
        arguments: 1...20 as ClosedRange<UInt64>)
    func itself(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let histogram = try histogram(
            (0..<8).map { _ in Int.random(in: 1...200, using: &random) },
            (0..<8).map { Int.random(in: 0...(10 * $0 + 3), using: &random) })
        let calibration = try histogram.calibration(prior: 0)
        let check = try #require(CalibrationCheck(of: calibration, by: histogram, confidence: 0.95))
        #expect(isNear(check.error, 0) && isNear(check.foretold, Double(histogram.fraudRows), 1e-9))
        #expect(check.steps.map(\.count).reduce(0, +) == histogram.rows)
        for step in check.steps { #expect(isNear(step.observed?.value, step.probability)) }
    }

    @Test("tells step by step what it said and what came, with error, noise and the frauds foretold")
    func steps() throws {
        let histogram = try histogram([90, 80, 10, 0], [0, 20, 10, 0])
        let calibration = try Calibration(points: [
            .init(score: -5, probability: 0.1), .init(score: 20, probability: 0.3), .init(score: 30, probability: 0.9),
        ])
        let check = try #require(CalibrationCheck(of: calibration, by: histogram, confidence: 0.95))
        #expect(check.steps.map(\.frauds) == [20, 10, 0] && check.steps.map(\.count) == [190, 20, 0])
        #expect(check.steps.map(\.score) == [-5, 20, 30] && check.steps.map(\.probability) == [0.1, 0.3, 0.9])
        #expect(check.steps[0].observed == Estimate.share(20, of: 190, confidence: 0.95))
        #expect(check.steps[2].observed == nil)
        #expect(isNear(check.foretold, 0.1 * 190 + 0.3 * 20))
        #expect(isNear(check.error, (1 + 4) / 210))
        let noise =
            ((2 * 0.1 * 0.9 * 190 / Double.pi).squareRoot() + (2 * 0.3 * 0.7 * 20 / Double.pi).squareRoot()) / 210
        #expect(isNear(check.noise, noise))
    }

    @Test("of a model whose steps begin within a bin, or of no transaction, can't be told")
    func none() throws {
        let one = try histogram([9, 9], [1, 1])
        let within = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 11, probability: 0.2)])
        #expect(CalibrationCheck(of: within, by: one, confidence: 0.9) == nil)
        let fitting = try Calibration(points: [.init(score: 0, probability: 0.1), .init(score: 10, probability: 0.2)])
        #expect(CalibrationCheck(of: fitting, by: one, confidence: 0.9)?.steps.map(\.count) == [10, 10])
        // The first point speaks for all that is below it, so it may begin anywhere.
        let late = try Calibration(points: [.init(score: 15, probability: 0.1)])
        #expect(CalibrationCheck(of: late, by: one, confidence: 0.9)?.steps.map(\.count) == [20])
        let empty = try histogram([0, 0], [0, 0])
        #expect(CalibrationCheck(of: fitting, by: empty, confidence: 0.9) == nil)
        #expect(throws: Calibration.Invalid.empty) { try empty.calibration() }
    }

    /// Outcomes drawn by the calibration itself.
    @Test("a right calibration's error is about its noise")
    func noise() throws {
        let calibration = try Calibration(points: [
            .init(score: 0, probability: 0.002), .init(score: 10, probability: 0.05),
            .init(score: 20, probability: 0.5),
        ])
        var (error, noise) = (0.0, 0.0)
        for seed in 1...60 as ClosedRange<UInt64> {
            var random = SeededNumbers(seed)
            let frauds = zip([20_000, 2_000, 200], [0.002, 0.05, 0.5]).map { count, probability in
                (0..<count).count { _ in Double.random(in: 0..<1, using: &random) < probability }
            }
            let drawn = try histogram(zip([20_000, 2_000, 200], frauds).map { $0 - $1 }, frauds)
            let check = try #require(CalibrationCheck(of: calibration, by: drawn, confidence: 0.95))
            error += check.error / 60
            noise += check.noise / 60
        }
        #expect(isNear(error / noise, 1, 0.15))
    }
}
