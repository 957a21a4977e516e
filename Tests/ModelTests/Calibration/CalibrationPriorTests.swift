import Model
import Support
import Testing

@Suite("A calibration's prior")
struct CalibrationPriorTests {
    private typealias Sample = [(score: Int64, fraud: Bool)]

    private func sample(_ random: inout SplitMix64) -> Sample {
        (0..<Int.random(in: 2...120, using: &random)).map { _ in
            let score = Int64.random(in: -20...20, using: &random)
            return (score, Int64.random(in: -60...25, using: &random) < score)
        }
    }

    @Test("counts as so many outcomes at the overall rate in every pool", arguments: 1...20 as ClosedRange<UInt64>)
    func pools(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let sample = sample(&random)
        let prior = Double(Int.random(in: 1...40, using: &random)) / 4
        let overall = Double(sample.count { $0.fraud }) / Double(sample.count)
        let fitted = try Calibration.fit(sample, prior: prior).points
        var floor = 0.0
        for (at, point) in fitted.enumerated() {
            let end = at + 1 < fitted.count ? fitted[at + 1].score : .max
            let pool = sample.filter { (point.score..<end).contains($0.score) }
            let outcomes = pool.map { $0.fraud ? 1 : 0 } + [prior * overall]
            // A pool that few outcomes make is no lower than the one before it.
            floor = max(floor, outcomes.reduce(0, +) / (Double(pool.count) + prior))
            #expect(abs(point.probability - floor) < 1e-12, "from \(point.score) on")
        }
    }

    @Test(
        "weighs as much as the sample does: twice both is the same calibration",
        arguments: 1...10 as ClosedRange<UInt64>)
    func twice(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let sample = sample(&random)
        let once = try Calibration.fit(sample, prior: 1.5)
        #expect(try Calibration.fit(sample + sample, prior: 3) == once)
        #expect(try Calibration.fit(sample + sample + sample + sample, prior: 6) == once)
    }

    @Test("does not let a small pool fall below a large one before it")
    func smallPool() throws {
        func outcomes(_ score: Int64, frauds: Int, of count: Int) -> Sample { (0..<count).map { (score, $0 < frauds) } }
        let sample = outcomes(-5, frauds: 0, of: 900) + outcomes(2, frauds: 70, of: 100) + outcomes(6, frauds: 3, of: 4)
        let raw = try Calibration.fit(sample, prior: 0)
        #expect(raw.probability(2) == 0.7 && raw.probability(6) == 0.75)
        let fitted = try Calibration.fit(sample, prior: 12)
        #expect(fitted.points.map(\.score) == [-5, 2, 6])
        #expect(fitted.probability(6) == fitted.probability(2) && fitted.probability(2) > 0.6)
    }
}
