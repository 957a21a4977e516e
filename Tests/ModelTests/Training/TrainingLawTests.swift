import Model
import Support
import Testing

@Suite("What a trained forest hangs on")
struct TrainingLawTests {
    private func options(trees: Int = 5, regularisation: Double = 3) -> TrainingOptions {
        var options = TrainingOptions()
        (options.trees, options.depth, options.leafRegularisation) = (trees, 3, regularisation)
        return options
    }

    private func forest(_ set: TrainingSet, _ options: TrainingOptions) throws -> Forest {
        try PlainTrainer(options: options).train(set)
    }

    private func rows(_ set: TrainingSet) -> [[UInt8]] { (0..<set.count).map { row in set.columns.map { $0[row] } } }

    private func scores(_ forest: Forest, _ set: TrainingSet) -> [Int64] {
        (0..<set.count).map { forest.score(thermometer: thermometer(set, row: $0)) }
    }

    @Test(
        "is rates and not numbers: all rows twice, against twice the pseudo rows, give the same forest",
        arguments: 1...4 as ClosedRange<UInt64>)
    func scale(seed: UInt64) throws {
        let set = try testSet(rows: 120, edges: [4, 3, 6], seed: seed)
        let twice = try TrainingSet(spec: set.spec, rows: rows(set) + rows(set), fraud: set.fraud + set.fraud)
        let once = try forest(set, options(regularisation: 3))
        #expect(try forest(twice, options(regularisation: 6)) == once)
        // It is the pseudo rows that tell: the same number of them weighs less among more rows.
        #expect(try forest(twice, options(regularisation: 3)) != once)
    }

    @Test(
        "is as sure of what is no fraud: with outcomes the other way round the scores of a row add up to one",
        arguments: 1...4 as ClosedRange<UInt64>)
    func complement(seed: UInt64) throws {
        let set = try testSet(rows: 101, edges: [5, 2, 7], seed: seed)
        let opposite = try TrainingSet(spec: set.spec, rows: rows(set), fraud: set.fraud.map { !$0 })
        let (one, other) = (try forest(set, options()), try forest(opposite, options()))
        #expect(one.trees.map(\.conditions) == other.trees.map(\.conditions))
        let sums = zip(scores(one, set), scores(other, opposite)).map { $0 + $1 }
        #expect(sums == [Int64](repeating: 1 << 14, count: set.count))
        #expect(Set(scores(one, set)).count > 4)
    }

    @Test("is what came before: a longer training begins as a shorter one ends", arguments: 1...8)
    func prefix(trees: Int) throws {
        let set = try testSet(rows: 90, edges: [3, 3, 5], seed: 9)
        let whole = try forest(set, options(trees: 8))
        #expect(try forest(set, options(trees: trees)).trees == Array(whole.trees[..<trees]))
    }

    @Test("is no feature that says nothing: neither one without edges, nor one that is the same in every row")
    func idleFeatures() throws {
        let set = try testSet(rows: 150, edges: [4, 6], seed: 11)
        let wide = try TrainingSet(
            spec: testSpec(edges: [4, 0, 3, 6]), rows: rows(set).map { [$0[0], 0, 2, $0[1]] }, fraud: set.fraud)
        let (narrowForest, wideForest) = (try forest(set, options()), try forest(wide, options()))
        #expect(scores(wideForest, wide) == scores(narrowForest, set))
        for tree in wideForest.trees {
            #expect(tree.conditions.allSatisfy { [0, 3].contains(wide.spec.meaning(ofBit: $0).feature) })
        }
    }

    @Test("is no unit: features in quarters give the same trees and calibration over edges in quarters")
    func units() throws {
        var random = SplitMix64(12)
        let spec = FeatureSpec(name: "s", features: ["a", "b"].map { Feature(name: $0, kind: .amount) })
        let rows = (0..<300).map { _ -> (values: [Double], fraud: Bool) in
            let values = (0..<2).map { _ in Double.random(in: 0...100, using: &random) }
            return (values, values[0] > 70 && Int.random(in: 0..<4, using: &random) > 0)
        }
        let whole = try trainClearModel(version: "v", spec: spec, rows: rows, by: .gains(options()))
        let quarters = try trainClearModel(
            version: "v", spec: spec, rows: rows.map { ($0.values.map { $0 / 4 }, $0.fraud) }, by: .gains(options()))
        #expect(quarters.binned.edges == whole.binned.edges.map { $0.map { $0 / 4 } })
        #expect(quarters.forest == whole.forest && quarters.calibration == whole.calibration)
        #expect(quarters.binned.id != whole.binned.id)
    }
}
