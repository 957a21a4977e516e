import Evaluation
import Testing

/// The numbers that scikit-learn's figures are of (a 64-bit linear congruential generator, Knuth's constants).
private struct TestNumbers {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}

@Suite struct RankingQualityTests {
    /// 500 scores of 40 values; the higher, the likelier a fraud.
    private func sample() -> (scores: [Double], labels: [Bool]) {
        var numbers = TestNumbers(state: 12345)
        var scores: [Double] = []
        var labels: [Bool] = []
        for _ in 0..<500 {
            let score = numbers.below(40)
            labels.append(numbers.below(100) < 5 + score)
            scores.append(Double(score))
        }
        return (scores, labels)
    }

    // Expected figures are those of scikit-learn's roc_auc_score and average_precision_score.
    @Test("figures equal scikit-learn's")
    func knownFigures() throws {
        let small: (scores: [Double], labels: [Bool]) = ([0.1, 0.4, 0.35, 0.8], [false, false, true, true])
        #expect(rocAUC(scores: small.scores, labels: small.labels) == 0.75)
        #expect(averagePrecision(scores: small.scores, labels: small.labels) == 0.8333333333333333)

        let ties: [Double] = [3, 3, 1, 2, 2, 2, 5, 0, 1, 4]
        let tieLabels = [1, 0, 0, 1, 0, 1, 0, 0, 1, 1].map { $0 == 1 }
        #expect(abs(try #require(rocAUC(scores: ties, labels: tieLabels)) - 0.56) < 1e-12)
        #expect(abs(try #require(averagePrecision(scores: ties, labels: tieLabels)) - 0.5396825396825397) < 1e-12)

        let (scores, labels) = sample()
        #expect(labels.filter { $0 }.count == 116)
        #expect(abs(try #require(rocAUC(scores: scores, labels: labels)) - 0.6609532147988506) < 1e-12)
        #expect(abs(try #require(averagePrecision(scores: scores, labels: labels)) - 0.36560732751437813) < 1e-12)
    }

    @Test("AUC equals the count over all pairs, whatever the order of rows")
    func allPairs() throws {
        let (scores, labels) = sample()
        var right = 0.0
        var pairs = 0.0
        for i in scores.indices where labels[i] {
            for j in scores.indices where !labels[j] {
                pairs += 1
                right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
            }
        }
        #expect(abs(try #require(rocAUC(scores: scores, labels: labels)) - right / pairs) < 1e-12)
        #expect(rocAUC(scores: scores.reversed(), labels: labels.reversed()) == rocAUC(scores: scores, labels: labels))
        #expect(
            averagePrecision(scores: scores.reversed(), labels: labels.reversed())
                == averagePrecision(scores: scores, labels: labels))
    }

    @Test("extremes: a perfect order is 1, its reverse is 0, equal scores are a half and the rate")
    func extremes() {
        let labels = [true, true, false, false, false]
        #expect(rocAUC(scores: [9, 8, 3, 2, 1], labels: labels) == 1)
        #expect(averagePrecision(scores: [9, 8, 3, 2, 1], labels: labels) == 1)
        #expect(rocAUC(scores: [1, 2, 3, 4, 5], labels: labels) == 0)
        #expect(rocAUC(scores: [4, 4, 4, 4, 4], labels: labels) == 0.5)
        #expect(averagePrecision(scores: [4, 4, 4, 4, 4], labels: labels) == 0.4)
    }

    @Test("what is not defined has no figure")
    func undefined() {
        #expect(rocAUC(scores: [1, 2], labels: [true, true]) == nil)
        #expect(rocAUC(scores: [1, 2], labels: [false, false]) == nil)
        #expect(averagePrecision(scores: [1, 2], labels: [false, false]) == nil)
        #expect(rocAUC(scores: [], labels: []) == nil)
        #expect(rocAUC(scores: [.nan, 1], labels: [true, false]) == nil)
        #expect(averagePrecision(scores: [.nan, 1], labels: [true, false]) == nil)
        #expect(rocAUC(scores: [1], labels: [true, false]) == nil)
    }
}
