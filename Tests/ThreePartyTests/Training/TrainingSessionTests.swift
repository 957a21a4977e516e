import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("Training on shares")
struct TrainingSessionTests {
    private static func rule(
        trees: Int = 4, stages: [Int] = [1, 1, 1], group: Int = 2, candidates: Int = 6, fraction: Int = 11,
        tableBits: Int = 24
    ) throws -> TrainingRule {
        try TrainingRule(
            trees: trees, stages: stages, group: group, candidates: candidates, fraction: fraction, tableBits: tableBits
        )
    }

    private static func equals(_ cell: TrainingCell, order: UInt64 = 1) throws {
        let run = try cell.run(order: order)
        let (got, want) = (try TrainingCell.opened(run.models), try cell.clear())
        #expect(got.trees.map(\.conditions) == want.trees.map(\.conditions))
        #expect(got.trees.map(\.leaves) == want.trees.map(\.leaves))
        #expect(got.fractionBits == want.fractionBits)
    }

    @Test(
        "every condition and leaf is the reference trainer's, in whatever order frames come",
        arguments: 1...4 as ClosedRange<UInt64>)
    func equality(seed: UInt64) throws {
        try Self.equals(TrainingCell(rows: 150, bits: 21, rule: Self.rule(), seed: seed), order: seed)
    }

    @Test("so they are where few rows are there, none or all are frauds, and all bits are candidates")
    func edges() throws {
        let rule = try Self.rule(trees: 2, stages: [1, 1])
        for rows in [1, 2, 3, 15, 16, 17] { try Self.equals(TrainingCell(rows: rows, bits: 6, rule: rule, seed: 7)) }
        try Self.equals(TrainingCell(rows: 40, bits: 5, rule: rule, seed: 8) { _, _ in false })
        try Self.equals(TrainingCell(rows: 40, bits: 5, rule: rule, seed: 9) { _, _ in true })
        try Self.equals(
            TrainingCell(rows: 40, bits: 1, rule: Self.rule(trees: 2, stages: [1]), seed: 10) { bits, _ in bits[0] })
    }

    @Test("so they are where several conditions are chosen at once, and with other parameters")
    func parameters() throws {
        for stages in [[2, 1], [3], [1, 2, 1]] {
            let rule = try Self.rule(trees: 2, stages: stages, group: 1, candidates: 4)
            try Self.equals(TrainingCell(rows: 60, bits: 17, rule: rule, seed: 11))
        }
        try Self.equals(
            TrainingCell(rows: 60, bits: 9, rule: Self.rule(trees: 3, group: 3, fraction: 8, tableBits: 16), seed: 12))
        try Self.equals(
            TrainingCell(rows: 60, bits: 9, rule: Self.rule(trees: 1, group: 1, candidates: 1, tableBits: 8), seed: 13))
    }
}
