import Evaluation
import Records
import Testing

@Suite("A histogram of scores")
struct ScoreHistogramTests {
    @Test("has a bin below its thresholds, and each threshold in the bin that begins with it")
    func bins() throws {
        let scores: [Int64] = [-1_000_000, 9, 10, 11, 19, 20, 21, 29, 30, 1_000_000]
        let histogram = try ScoreHistogram(
            fractionBits: 11, thresholds: [10, 20, 30], counting: scores.map { ($0, $0 % 10 == 9) })
        #expect(histogram.frauds == [1, 1, 1, 0])
        #expect(histogram.legitimate == [1, 2, 2, 2])
        #expect(histogram.rows == 10 && histogram.fraudRows == 3 && histogram.legitimateRows == 7)
        #expect(histogram.counts == [2, 3, 3, 2] && histogram.bins == 4)
        let none = try ScoreHistogram(
            fractionBits: 0, thresholds: [Int64(Int32.min) + 1], counting: [(score: Int64, fraud: Bool)]())
        #expect(none.rows == 0 && none.legitimate == [0, 0])
    }

    @Test("counts each score as many thresholds up as are at or below it", arguments: 1...20 as ClosedRange<UInt64>)
    func counted(seed: UInt64) throws {
        var random = SeededNumbers(seed)
        let thresholds = Set(
            (0..<Int.random(in: 1...40, using: &random)).map { _ in Int64.random(in: -50...50, using: &random) }
        )
        .sorted()
        let rows = (0..<300).map { _ in
            (score: Int64.random(in: -60...60, using: &random), fraud: Int.random(in: 0..<4, using: &random) == 0)
        }
        let histogram = try ScoreHistogram(fractionBits: 3, thresholds: thresholds, counting: rows)
        for bin in 0...thresholds.count {
            let own = rows.filter { row in thresholds.count { $0 <= row.score } == bin }
            #expect(histogram.frauds[bin] == own.count { $0.fraud })
            #expect(histogram.legitimate[bin] == own.count { !$0.fraud })
        }
    }

    private func refusal(
        _ fraction: Int = 11, _ thresholds: [Int64] = [1, 2], _ legitimate: [Int] = [1, 2, 3],
        _ frauds: [Int] = [0, 0, 1]
    ) -> ScoreHistogram.Invalid? {
        do {
            _ = try ScoreHistogram(
                fractionBits: fraction, thresholds: thresholds, legitimate: legitimate, frauds: frauds)
            return nil
        } catch { return error }
    }

    @Test("is refused with what is wrong about it")
    func refused() {
        #expect(refusal() == nil && refusal(0) == nil && refusal(30) == nil)
        #expect(refusal(-1) == .fractionBits && refusal(31) == .fractionBits)
        #expect(
            refusal(11, []) == .thresholds && refusal(11, [2, 1]) == .thresholds && refusal(11, [1, 1]) == .thresholds)
        #expect(refusal(11, [1, Int64(Int32.max)]) == nil && refusal(11, [1, Int64(Int32.max) + 1]) == .thresholds)
        #expect(refusal(11, [Int64(Int32.min) + 1, 0]) == nil && refusal(11, [Int64(Int32.min), 0]) == .thresholds)
        let many = (0..<1024).map { Int64($0) }
        #expect(refusal(11, many, [Int](repeating: 0, count: 1025), [Int](repeating: 0, count: 1025)) == nil)
        #expect(
            refusal(11, many + [1024], [Int](repeating: 0, count: 1026), [Int](repeating: 0, count: 1026))
                == .thresholds)
        #expect(refusal(11, [1, 2], [1, 2]) == .bins && refusal(11, [1, 2], [1, 2, 3], [0, 0, 0, 0]) == .bins)
        #expect(
            refusal(11, [1, 2], [1, -1, 3]) == .counts && refusal(11, [1, 2], [1, 2, 3], [0, 0, -1]) == .counts)
        // 2^31 - 1 transactions in all, and one more; more than a sum has room for.
        let most = (1 << 31) - 1
        #expect(refusal(11, [1, 2], [most - 1, 0, 0]) == nil && refusal(11, [1, 2], [most, 0, 0]) == .counts)
        #expect(refusal(11, [1, 2], [Int.max, Int.max, 0]) == .counts)
        let sentences = [ScoreHistogram.Invalid.fractionBits, .thresholds, .bins, .counts, .otherThresholds].map {
            "\($0)"
        }
        #expect(Set(sentences).count == 5 && sentences.allSatisfy { $0.contains(" ") })
    }

    @Test("adds up with another of the same thresholds, and with no other")
    func sum() throws {
        let one = try ScoreHistogram(fractionBits: 4, thresholds: [1, 5], legitimate: [1, 2, 3], frauds: [4, 5, 6])
        let other = try ScoreHistogram(
            fractionBits: 4, thresholds: [1, 5], legitimate: [10, 0, 30], frauds: [0, 50, 0])
        let sum = try one + other
        #expect(sum.legitimate == [11, 2, 33] && sum.frauds == [4, 55, 6] && sum.thresholds == [1, 5])
        for (fraction, thresholds) in [(5, [1, 5]), (4, [1, 6])] as [(Int, [Int64])] {
            let odd = try ScoreHistogram(
                fractionBits: fraction, thresholds: thresholds, legitimate: [0, 0, 0], frauds: [0, 0, 0])
            #expect(throws: ScoreHistogram.Invalid.otherThresholds) { try one + odd }
        }
        let most = try ScoreHistogram(
            fractionBits: 4, thresholds: [1, 5], legitimate: [(1 << 31) - 1, 0, 0], frauds: [0, 0, 0])
        #expect(throws: ScoreHistogram.Invalid.counts) { try one + most }
    }

    @Test("has another digest where anything in it is another")
    func digest() throws {
        func digest(_ fraction: Int, _ thresholds: [Int64], _ legitimate: [Int], _ frauds: [Int]) throws -> Digest32 {
            try ScoreHistogram(
                fractionBits: fraction, thresholds: thresholds, legitimate: legitimate, frauds: frauds
            ).digest
        }
        let digests = try [
            digest(4, [1, 5], [1, 2, 3], [4, 5, 6]), digest(5, [1, 5], [1, 2, 3], [4, 5, 6]),
            digest(4, [1, 6], [1, 2, 3], [4, 5, 6]), digest(4, [1, 5], [1, 3, 2], [4, 5, 6]),
            digest(4, [1, 5], [1, 2, 3], [4, 6, 5]), digest(4, [1, 5], [4, 5, 6], [1, 2, 3]),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(try digests[0] == digest(4, [1, 5], [1, 2, 3], [4, 5, 6]))
    }
}

@Suite("Proposed thresholds")
struct SquareThresholdTests {
    @Test("are at squares of the scale, narrow near nothing")
    func squares() {
        let thresholds = ScoreHistogram.squareThresholds(fractionBits: 11, count: 31)
        #expect(thresholds.count == 31)
        for (place, threshold) in thresholds.enumerated() {
            let exact = Double(place + 1) * 10 / 9 / 31
            #expect(threshold == Int64(exact * exact * 2048))
        }
        #expect(thresholds[0] == 2 && thresholds[30] == 2528)
        #expect(ScoreHistogram.squareThresholds(fractionBits: 11).count == 63)
    }

    @Test(
        "are valid at every scale and count, the last at 1.23, and scale with fraction bits",
        arguments: [1, 2, 31, 63, 1024], [0, 1, 8, 11, 14, 30])
    func valid(count: Int, fractionBits: Int) throws {
        let thresholds = ScoreHistogram.squareThresholds(fractionBits: fractionBits, count: count)
        let histogram = try ScoreHistogram(
            fractionBits: fractionBits, thresholds: thresholds, counting: [(score: Int64, fraud: Bool)]())
        #expect(histogram.thresholds == thresholds && thresholds.count <= count)
        #expect(try #require(thresholds.last) == Int64(100.0 / 81 * Double(1 << fractionBits)))
        let finer = ScoreHistogram.squareThresholds(fractionBits: 30, count: count)
        #expect(finer.count == count)
        #expect(Set(thresholds) == Set(finer.map { $0 >> Int64(30 - fractionBits) }))
    }
}
