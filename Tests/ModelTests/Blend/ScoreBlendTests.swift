import Foundation
import Model
import Support
import Testing

@Suite("A member's own score beside the consortium's")
struct ScoreBlendTests {
    /// Scores of both kinds that know a part of the truth each.
    private func rows(_ count: Int, seed: UInt64, rate: Double = 0.05) -> [ScoreBlend.Row] {
        var random = SplitMix64(seed)
        return (0..<count).map { _ in
            let fraud = Double.random(in: 0..<1, using: &random) < rate
            func score() -> Double { Double.random(in: fraud ? -0.1...1.1 : -0.1...0.4, using: &random) }
            return ScoreBlend.Row(own: score(), consortium: score(), fraud: fraud)
        }
    }

    private func weights(_ blend: ScoreBlend) -> [Double] { [blend.intercept, blend.own, blend.consortium] }

    /// What `fit` is to make least, as its definition says.
    private func loss(_ weights: [Double], _ rows: [ScoreBlend.Row], ridge: Double) -> Double {
        func logit(_ score: Double) -> Double {
            let inside = min(max(score, 1 / 4096.0), 4095 / 4096.0)
            return log(inside) - log(1 - inside)
        }
        let pull = pow(weights[0], 2) + pow(weights[1], 2) + pow(weights[2] - 1, 2)
        return rows.reduce(ridge / 2 * pull) { sum, row in
            let score = weights[0] + weights[1] * logit(row.own) + weights[2] * logit(row.consortium)
            return sum + log(1 + exp(row.fraud ? -score : score))
        }
    }

    /// The least by going one step along one axis as long as that helps, then by half as long steps.
    private func slowly(_ rows: [ScoreBlend.Row], ridge: Double) -> [Double] {
        var at = [0.3, -0.2, 0.7]
        var least = loss(at, rows, ridge: ridge)
        var step = 0.5
        while step > 1e-6 {
            var isStuck = true
            for axis in 0..<3 {
                for way in [step, -step] {
                    var next = at
                    next[axis] += way
                    let reached = loss(next, rows, ridge: ridge)
                    if reached < least { (at, least, isStuck) = (next, reached, false) }
                }
            }
            if isStuck { step /= 2 }
        }
        return at
    }

    @Test("is learnt as a slow search finds it, with few labels and with more", arguments: 1...4 as ClosedRange<UInt64>)
    func least(seed: UInt64) {
        for (count, ridge) in [(3, 10), (40, 10), (200, 10), (200, 0.1)] as [(Int, Double)] {
            let rows = rows(count, seed: seed, rate: 0.2)
            let (fitted, right) = (weights(ScoreBlend.fit(rows, ridge: ridge)), slowly(rows, ridge: ridge))
            for (one, other) in zip(fitted, right) { #expect(abs(one - other) < 1e-3, "\(count) rows, ridge \(ridge)") }
            #expect(loss(fitted, rows, ridge: ridge) <= loss(right, rows, ridge: ridge) + 1e-12)
        }
    }

    @Test("is the consortium's score where there is no label, or where the ridge is strong")
    func neutral() {
        #expect(ScoreBlend.fit([]) == .neutral)
        for weight in zip(weights(ScoreBlend.fit(rows(200, seed: 5), ridge: 1e9)), [0.0, 0, 1]) {
            #expect(abs(weight.0 - weight.1) < 1e-6)
        }
        for score in [0.001, 0.3, 0.5, 0.99] {
            #expect(abs(ScoreBlend.neutral.probability(own: 0.7, consortium: score) - score) < 1e-15)
        }
    }

    @Test("leans on the score that knows more")
    func leaning() {
        var random = SplitMix64(7)
        let rows = (0..<2000).map { _ in
            let fraud = Int.random(in: 0..<10, using: &random) == 0
            return ScoreBlend.Row(
                own: fraud ? 0.6 : 0.1, consortium: Double.random(in: 0...1, using: &random), fraud: fraud)
        }
        let blend = ScoreBlend.fit(rows)
        #expect(blend.own > 0.5 && abs(blend.consortium) < 0.2)
        #expect(blend.probability(own: 0.6, consortium: 0.2) > blend.probability(own: 0.1, consortium: 0.9))
    }

    @Test(
        "has finite weights and probabilities whatever the scores: parted classes, no fraud, frauds alone, no numbers")
    func finite() {
        let bad: [[ScoreBlend.Row]] = [
            (0..<1000).map { ScoreBlend.Row(own: $0 < 500 ? -9 : 9, consortium: $0 < 500 ? 0 : 1, fraud: $0 >= 500) },
            rows(100, seed: 1, rate: 0), rows(100, seed: 1, rate: 1),
            [
                .init(own: .nan, consortium: .infinity, fraud: true),
                .init(own: -.infinity, consortium: .nan, fraud: false),
            ],
        ]
        for rows in bad {
            for ridge in [1e-3, 10] {
                let blend = ScoreBlend.fit(rows, ridge: ridge)
                #expect(weights(blend).allSatisfy { $0.isFinite })
                for score in [-1e9, 0, 0.5, 1, 1e9] {
                    #expect((0...1).contains(blend.probability(own: score, consortium: -score)))
                }
            }
        }
    }

    @Test("reads back from its file, with the model that it was learnt with and no other")
    func file() throws {
        let blend = ScoreBlend.fit(rows(60, seed: 9))
        let json = blend.json(of: "own-1")
        #expect(try ScoreBlend(json: json, of: "own-1") == blend && blend.json(of: "own-1") == json)
        #expect(throws: ScoreBlend.FileError.otherModel) { try ScoreBlend(json: json, of: "own-2") }
        let text = String(decoding: json, as: UTF8.self)
        for (old, new) in [("blend/v1", "blend/v2"), ("\"own\":", "\"owns\":"), ("\"own\":", "\"own\":\"x\",\"o\":")] {
            #expect(text.contains(old))
            #expect(throws: ScoreBlend.FileError.malformed) {
                try ScoreBlend(json: Array(text.replacing(old, with: new).utf8), of: "own-1")
            }
        }
        for length in 0..<json.count - 2 {
            #expect(throws: ScoreBlend.FileError.malformed) {
                try ScoreBlend(json: Array(json[..<length]), of: "own-1")
            }
        }
    }

    @Test("is of finite weights where it was learnt before")
    func checked() throws {
        #expect(try ScoreBlend(checking: 0, own: 0, consortium: 1) == .neutral)
        for (place, wrong) in [Double.nan, .infinity, -.infinity].enumerated() {
            var weights = [0.0, 0, 1]
            weights[place] = wrong
            #expect(throws: ScoreBlend.Invalid.self) {
                try ScoreBlend(checking: weights[0], own: weights[1], consortium: weights[2])
            }
        }
    }
}
