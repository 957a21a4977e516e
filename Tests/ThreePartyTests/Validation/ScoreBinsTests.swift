import Support
import Testing
import ThreeParty

@Suite("The bins of a histogram as places on the ring")
struct ScoreBinsTests {
    /// Holds the bins of a score α + β against a count of thresholds, from plain comparisons at the places.
    private func check(_ ringBits: Int, _ thresholds: [Int64], score: Int64, beta: UInt64) {
        let mask: UInt64 = 1 << UInt64(ringBits) - 1
        let alpha = (UInt64(bitPattern: score) &- beta) & mask
        let bins = ScoreBins(ringBits: ringBits, thresholds: thresholds)
        let places = bins.places(beta)
        #expect(zip(places.numbers, places.numbers.dropFirst()).allSatisfy { $0 <= $1 }, "\(score), \(beta)")
        let answers = places.numbers.map { $0 <= alpha ? PayloadComparison.Payload(3, 5) : .zero }
        for turned in [false, true] {
            var sums = [UInt32](repeating: 1, count: 2 * bins.count)
            sums.withUnsafeMutableBufferPointer { bins.add(answers, at: places, turned: turned, to: $0) }
            var want = [UInt32](repeating: 1, count: 2 * (thresholds.count + 1))
            let bin = thresholds.count { score >= $0 }
            want[2 * bin] += turned ? 5 : 3
            want[2 * bin + 1] += turned ? 3 : 5
            #expect(sums == want, "\(score), \(beta)")
        }
    }

    @Test(
        "have each score in its own, wherever the servers' part turns the ring: at its ends, and beside them",
        arguments: [16, 32])
    func turned(ringBits: Int) {
        let half = Int64(1) << Int64(ringBits - 1)
        let mask = UInt64(2 * half) - 1
        for thresholds: [Int64] in [
            [0], [-half + 1], [half - 1], [-half + 1, -1, 0, 1, half - 1], [-half, 5], [.min, -7, 7, half, .max],
            [.min, -half], [half, .max],
        ] {
            var scores: Set<Int64> = [-half, half - 1, 0]
            for threshold in thresholds where threshold > -half && threshold < half {
                scores.formUnion([threshold - 1, threshold, min(threshold + 1, half - 1)])
            }
            // Where a threshold, or the lowest score, comes to lie at an end of the ring, or beside one.
            var betas: Set<UInt64> = []
            for place in scores.union([-half]) {
                for end: Int64 in [-1, 0, 1] { betas.insert(UInt64(bitPattern: place - end) & mask) }
            }
            for score in scores { for beta in betas { check(ringBits, thresholds, score: score, beta: beta) } }
        }
    }
}
