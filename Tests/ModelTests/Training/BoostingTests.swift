import Model
import Support
import Testing

@Suite("Boosting")
struct BoostingTests {
    private func options(_ change: (inout TrainingOptions) -> Void) -> TrainingOptions {
        var options = TrainingOptions()
        change(&options)
        return options
    }

    @Test("of equal splits takes the lowest bit")
    func ties() throws {
        // Both features say the same of every row.
        var set = TrainingSet(spec: try testSpec(edges: [3, 3]))
        for bin in 0..<4 as Range<UInt8> { for _ in 0..<5 { try set.append([bin, bin], fraud: bin >= 2) } }
        let trainer = try PlainTrainer(options: options { ($0.trees, $0.depth) = (1, 1) })
        #expect(try trainer.train(set).trees[0].conditions == [1])
    }

    @Test("at any order of the rows grows the same forest", arguments: 1...4 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let set = try testSet(rows: 150, edges: [4, 3, 6], seed: seed)
        let rows = (0..<set.count).shuffled(using: &random)
        let shuffled = try TrainingSet(
            spec: set.spec, rows: rows.map { row in set.columns.map { $0[row] } }, fraud: rows.map { set.fraud[$0] })
        let trainer = try PlainTrainer(options: options { ($0.trees, $0.depth) = (6, 3) })
        #expect(try trainer.train(shuffled) == trainer.train(set))
    }

    @Test("keeps less of a leaf at a lower rate, and at more regularisation")
    func shrinkage() throws {
        let set = try testSet(rows: 200, edges: [4, 4], seed: 5)
        func largest(_ change: (inout TrainingOptions) -> Void) throws -> Int32 {
            let trainer = try PlainTrainer(
                options: options {
                    ($0.trees, $0.depth) = (2, 2)
                    change(&$0)
                })
            // The first tree carries the mean; the second is all shrinkage.
            return try trainer.train(set).trees[1].leaves.map(\.magnitude).max().map(Int32.init) ?? 0
        }
        let plain = try largest { ($0.learningRate, $0.leafRegularisation) = (0.2, 0) }
        #expect(plain > 0)
        #expect(try largest { ($0.learningRate, $0.leafRegularisation) = (0.02, 0) } < plain)
        #expect(try largest { ($0.learningRate, $0.leafRegularisation) = (0.2, 1e9) } == 0)
    }

    @Test("has leaves in units of its fraction bits", arguments: [1, 8, 14, 20])
    func fractionBits(bits: Int) throws {
        var set = TrainingSet(spec: try testSpec(edges: [1]))
        for row in 0..<40 { try set.append([UInt8(row % 2)], fraud: row % 2 == 1) }
        let trainer = try PlainTrainer(
            options: options {
                ($0.trees, $0.depth, $0.fractionBits) = (1, 1, bits)
                ($0.learningRate, $0.leafRegularisation) = (1, 0)
            })
        let forest = try trainer.train(set)
        #expect(forest.fractionBits == bits && forest.trees[0].leaves == [0, 1 << Int32(bits)])
    }

    @Test("on rows that fall into a set's columns one by one", arguments: 1...3 as ClosedRange<UInt64>)
    func columns(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let spec = try testSpec(edges: [2, 5, 0])
        let rows = (0..<30).map { _ in [2, 5, 0].map { UInt8.random(in: 0...$0, using: &random) } }
        let fraud = rows.map { _ in Bool.random(using: &random) }
        let set = try TrainingSet(spec: spec, rows: rows, fraud: fraud)
        #expect(set.count == 30 && set.fraud == fraud && set.columns.count == 3)
        for (row, bins) in rows.enumerated() { #expect(set.columns.map { $0[row] } == bins) }
        #expect(throws: TrainingSet.Invalid.outcomeCount) { try TrainingSet(spec: spec, rows: rows, fraud: []) }
        #expect(throws: TrainingSet.Invalid.bin(row: 0, feature: 2)) {
            try TrainingSet(spec: spec, rows: [[0, 0, 1]], fraud: [true])
        }
    }
}
