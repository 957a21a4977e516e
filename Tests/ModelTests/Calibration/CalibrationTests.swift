import Model
import Support
import Testing

@Suite("A calibration")
struct CalibrationTests {
    private func made(_ points: [(Int64, Double)]) throws(Calibration.Invalid) -> Calibration {
        try Calibration(points: points.map { .init(score: $0.0, probability: $0.1) })
    }

    @Test("rises from probability to probability, from score to score")
    func refused() {
        func refusal(_ points: [(Int64, Double)]) -> Calibration.Invalid? {
            do {
                _ = try made(points)
                return nil
            } catch { return error }
        }
        #expect(refusal([]) == .empty)
        #expect(refusal([(0, 0)]) == nil)
        #expect(refusal([(0, 0), (1, 1)]) == nil)
        #expect(refusal([(0, 0.5), (1, 0.5)]) == nil)
        #expect(refusal([(0, 0.5), (0, 0.6)]) == .notMonotone)
        #expect(refusal([(1, 0.5), (0, 0.6)]) == .notMonotone)
        #expect(refusal([(0, 0.5), (1, 0.4)]) == .notMonotone)
        for bad in [-0.1, 1 + Double.ulpOfOne, .nan, .infinity] { #expect(refusal([(0, bad)]) == .outOfRange) }
    }

    @Test("of the whole range of scores is found at its ends")
    func ends() throws {
        let ends = try made([(.min, 0.1), (0, 0.2), (.max, 0.3)])
        let found = [.min, .min + 1, -1, 0, .max - 1, .max].map { ends.probability($0) }
        #expect(found == [0.1, 0.1, 0.1, 0.2, 0.2, 0.3])
    }

    @Test("gives the last point at or below a score, and the first below all", arguments: 1...6 as ClosedRange<UInt64>)
    func lookup(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let count = Int.random(in: 1...40, using: &random)
        let scores = Set((0..<count).map { _ in Int64.random(in: -1000...1000, using: &random) }).sorted()
        let probabilities = scores.map { _ in Double.random(in: 0...1, using: &random) }.sorted()
        let calibration = try made(Array(zip(scores, probabilities)))
        for score in [Int64.min, .max] + scores + scores.map({ $0 - 1 }) + scores.map({ $0 + 1 }) {
            let at = scores.lastIndex { $0 <= score } ?? 0
            #expect(calibration.probability(score) == probabilities[at])
        }
    }
}

@Suite("A calibration that is fitted")
struct CalibrationFitTests {
    /// Isotonic regression by its minimax formula, from every distinct score on, as fractions.
    private func isotonic(_ sample: [(score: Int64, fraud: Bool)]) -> [(score: Int64, frauds: Int, count: Int)] {
        let scores = Set(sample.map(\.score)).sorted()
        let frauds = scores.map { score in sample.count { $0.score == score && $0.fraud } }
        let counts = scores.map { score in sample.count { $0.score == score } }
        func rate(_ from: Int, _ to: Int) -> (Int, Int) {
            (frauds[from...to].reduce(0, +), counts[from...to].reduce(0, +))
        }
        func isLess(_ a: (Int, Int), _ b: (Int, Int)) -> Bool { a.0 * b.1 < b.0 * a.1 }
        func fitted(_ at: Int) -> (Int, Int) {
            (0...at).map { from in (at..<scores.count).map { rate(from, $0) }.min(by: isLess)! }.max(by: isLess)!
        }
        var pools: [(score: Int64, frauds: Int, count: Int)] = []
        var last: (Int, Int)?
        for at in scores.indices {
            let value = fitted(at)
            if let last, !isLess(last, value) {
                pools[pools.count - 1].frauds += frauds[at]
                pools[pools.count - 1].count += counts[at]
            } else {
                pools.append((scores[at], frauds[at], counts[at]))
            }
            last = value
        }
        return pools
    }

    private func sample(_ seed: UInt64) -> [(score: Int64, fraud: Bool)] {
        var random = SplitMix64(state: seed)
        return (0..<Int.random(in: 1...80, using: &random)).map { _ in
            let score = Int64.random(in: -15...15, using: &random)
            return (score, Int64.random(in: -20...20, using: &random) < score)
        }
    }

    @Test("is the isotonic regression of outcomes on scores", arguments: 1...30 as ClosedRange<UInt64>)
    func pools(seed: UInt64) throws {
        let sample = sample(seed)
        let fitted = try Calibration.fit(sample, prior: 0)
        let expected = isotonic(sample)
        #expect(fitted.points.map(\.score) == expected.map(\.score))
        #expect(fitted.points.map(\.probability) == expected.map { Double($0.frauds) / Double($0.count) })
    }

    @Test("with a prior draws every pool towards the overall rate", arguments: 1...10 as ClosedRange<UInt64>)
    func prior(seed: UInt64) throws {
        let sample = sample(seed)
        let base = Double(sample.count { $0.fraud }) / Double(sample.count)
        let plain = try Calibration.fit(sample, prior: 0)
        for prior in [0.5, 1, 10, 1e9] {
            let fitted = try Calibration.fit(sample, prior: prior)
            #expect(fitted.points.count == plain.points.count)
            for (shrunk, raw) in zip(fitted.points, plain.points) {
                #expect(shrunk.score == raw.score)
                #expect(
                    abs(shrunk.probability - base) <= abs(raw.probability - base) + 1e-12 || shrunk.probability > base)
            }
        }
        let flat = try Calibration.fit(sample, prior: 1e15)
        #expect(flat.points.allSatisfy { abs($0.probability - base) < 1e-9 })
    }

    @Test("does not depend on the order of the sample", arguments: 1...5 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let sample = sample(seed + 100)
        #expect(try Calibration.fit(sample.shuffled(using: &random)) == Calibration.fit(sample))
    }

    @Test("hangs on which scores are higher, and not by how much", arguments: 1...5 as ClosedRange<UInt64>)
    func ranks(seed: UInt64) throws {
        let sample = sample(seed + 200)
        func stretched(_ score: Int64) -> Int64 { score * score * score + 7 * score - 3 }
        let fitted = try Calibration.fit(sample)
        let other = try Calibration.fit(sample.map { (stretched($0.score), $0.fraud) })
        #expect(other.points == fitted.points.map { .init(score: stretched($0.score), probability: $0.probability) })
    }

    @Test("is certain of nothing where both outcomes occur")
    func certainty() throws {
        let sample: [(score: Int64, fraud: Bool)] = [(0, false), (0, false), (9, true), (9, true)]
        let fitted = try Calibration.fit(sample)
        #expect(fitted.points.map(\.score) == [0, 9])
        #expect(fitted.points.map(\.probability) == [0.5 / 3, 2.5 / 3])
    }

    @Test("of one outcome is that outcome, of nothing none")
    func oneOutcome() throws {
        #expect(try Calibration.fit([(3, false), (5, false)]).points == [.init(score: 3, probability: 0)])
        #expect(try Calibration.fit([(3, true), (5, true)]).points == [.init(score: 3, probability: 1)])
        #expect(throws: Calibration.Invalid.empty) { try Calibration.fit([]) }
    }
}
