import Foundation
import Model
import Records
import Testing

/// Forests of scripts/vectors/training_rule.py, which follows the page in Python's whole numbers.
@Suite("The reference trainer against vectors")
struct TrainingVectorTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Rule: Decodable {
            var trees, group, candidates, fraction, rate, prior, weightBits, tableBits, clip: Int
            var stages: [Int]
        }

        var name, coin: String
        var rule: Rule
        var bits: Int
        var frequencies, fraud: [Int]
        var rows: [String]
        var conditions: [[Int]]
        var leaves: [[Int32]]

        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/training-v1/forests.json")
        return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: file))) ?? []
    }()

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test("gives every condition and every leaf", arguments: cases)
    func equal(vector: Case) throws {
        let rule = try TrainingRule(
            trees: vector.rule.trees, stages: vector.rule.stages, group: vector.rule.group,
            candidates: vector.rule.candidates, fraction: vector.rule.fraction,
            rate: #require(Millionths(vector.rule.rate)), prior: vector.rule.prior, weightBits: vector.rule.weightBits,
            tableBits: vector.rule.tableBits, clip: #require(Millionths(vector.rule.clip)), spread: 1_000)
        let trainer = ReferenceTrainer(
            rule: rule, frequencies: BitFrequencies(try vector.frequencies.map { try #require(Millionths($0)) }),
            coin: TrainingCoin(digest: try #require(Digest32(bytes(vector.coin)))))
        let columns = BitColumns(
            thermometers: vector.rows.map(bytes), bits: vector.bits, fraud: vector.fraud.map { $0 == 1 })
        let forest = try trainer.train(columns)
        #expect(forest.trees.map(\.conditions) == vector.conditions)
        #expect(forest.trees.map(\.leaves) == vector.leaves)
        #expect(forest.fractionBits == vector.rule.fraction && forest.bits == vector.bits)
    }

    @Test("reads all of them")
    func read() { #expect(Self.cases.count == 12) }
}
