import Model
import Testing

@Suite struct PlainTrainerTests {
    private func options(_ change: (inout TrainingOptions) -> Void) -> TrainingOptions {
        var options = TrainingOptions()
        change(&options)
        return options
    }

    @Test("one split at full rate gives the means of both sides")
    func oneSplit() throws {
        var set = TrainingSet(spec: try testSpec(edges: [3, 4]))
        // Fraud is likelier where feature 1 is in bin 3 or above: 3 of 4 in both bins there, 1 of 8 below.
        for index in 0..<8 { try set.append([UInt8(index / 2 % 2), UInt8(3 + index % 2)], fraud: index > 1) }
        for index in 0..<8 { try set.append([UInt8(index % 2), UInt8(index % 3)], fraud: index == 0) }
        let trainer = try PlainTrainer(
            options: options {
                $0.trees = 1
                $0.depth = 1
                $0.learningRate = 1
                $0.leafRegularisation = 0
            })
        let forest = try trainer.train(set)
        #expect(forest.trees[0].conditions == [set.spec.firstBit[1] + 2])
        #expect(forest.trees[0].leaves == [2048, 12288])
    }

    @Test("every level takes the split that a search through all bits finds", arguments: 1...20 as ClosedRange<UInt64>)
    func exactSearch(seed: UInt64) throws {
        let set = try testSet(rows: 120, edges: [4, 1, 7, 0, 5], seed: seed)
        let regularisation = 2.5
        let trainer = try PlainTrainer(
            options: options {
                $0.trees = 1
                $0.depth = 3
                $0.leafRegularisation = regularisation
            })
        let tree = try trainer.train(set).trees[0]
        let bytes = (0..<set.count).map { thermometer(set, row: $0) }
        let mean = (Double(set.fraud.filter { $0 }.count) / Double(set.count) * 16384).rounded()

        func score(_ conditions: [Int]) -> Double {
            var sums: [[UInt8]: (sum: Double, count: Double)] = [:]
            for row in 0..<set.count {
                let side = conditions.map { bytes[row][$0 >> 3] >> ($0 & 7) & 1 }
                let known = sums[side] ?? (0, 0)
                sums[side] = (known.sum + (set.fraud[row] ? 16384 : 0) - mean, known.count + 1)
            }
            return sums.values.reduce(0) { $0 + $1.sum * $1.sum / ($1.count + regularisation) }
        }
        for level in 0..<3 {
            let before = Array(tree.conditions[..<level])
            let best = (0..<set.spec.bits).map { score(before + [$0]) }.max() ?? 0
            let taken = score(before + [tree.conditions[level]])
            #expect(abs(taken - best) <= 1e-9 * best)
        }
    }

    @Test("squared loss on the training rows falls with every tree")
    func lossFalls() throws {
        let set = try testSet(rows: 600, edges: [6, 3, 8], seed: 99)
        let forest = try PlainTrainer(options: options { $0.trees = 12 }).train(set)
        var last = Int64.max
        for count in 1...12 {
            let loss = squaredLoss(try Forest(trees: Array(forest.trees[..<count]), bits: forest.bits), set)
            #expect(loss < last)
            last = loss
        }
    }

    @Test("without anything to learn the forest is the mean, at full depth")
    func nothingToLearn() throws {
        var set = TrainingSet(spec: try testSpec(edges: [2, 2]))
        for index in 0..<10 { try set.append([1, 1], fraud: index < 3) }
        let forest = try PlainTrainer(options: options { $0.trees = 3 }).train(set)
        #expect(forest.depth == 4)
        for tree in forest.trees { #expect(Set(tree.conditions).count == 1) }
        #expect(forest.score(thermometer: set.spec.thermometer([1, 1])) == 4915)
    }

    @Test("leaves that later trees correct don't pile up rounding errors")
    func rounding() throws {
        var set = TrainingSet(spec: try testSpec(edges: [1]))
        for index in 0..<700 { try set.append([index < 300 ? 0 : 1], fraud: index % 7 == 0) }
        let trainer = try PlainTrainer(
            options: options {
                $0.trees = 200
                $0.depth = 1
                $0.leafRegularisation = 0
            })
        let forest = try trainer.train(set)
        for (bin, rows) in [(UInt8(0), 0..<300), (1, 300..<700)] {
            let exact = Double(rows.filter { $0 % 7 == 0 }.count) / Double(rows.count) * 16384
            let score = Double(forest.score(thermometer: set.spec.thermometer([bin])))
            // A residual below 0.5 / 0.15 units rounds to no correction; 200 roundings could be 100 units off.
            #expect(abs(score - exact) <= 4)
        }
    }

    @Test("trees of every depth are complete and fit better when deeper", arguments: 1...8)
    func depths(depth: Int) throws {
        let set = try testSet(rows: 300, edges: [5, 5, 5], seed: 7)
        let forest = try PlainTrainer(options: options { ($0.trees, $0.depth) = (4, depth) }).train(set)
        #expect(forest.depth == depth)
        #expect(forest.trees.allSatisfy { $0.leaves.count == 1 << depth })
        let stump = try PlainTrainer(options: options { ($0.trees, $0.depth) = (4, 1) }).train(set)
        #expect(squaredLoss(forest, set) <= squaredLoss(stump, set))
    }

    @Test("the same rows give the same forest, and progress counts its trees")
    func deterministic() throws {
        let set = try testSet(rows: 400, edges: [6, 3, 8], seed: 3)
        let trainer = try PlainTrainer(options: options { $0.trees = 5 })
        var counts: [Int] = []
        let forest = try trainer.train(set) { counts.append($0) }
        #expect(try trainer.train(set) == forest)
        #expect(counts == [1, 2, 3, 4, 5])
    }

    @Test("options out of range are refused")
    func refusedOptions() {
        let changes: [(inout TrainingOptions) -> Void] = [
            { $0.trees = 0 }, { $0.depth = 0 }, { $0.depth = 9 }, { $0.learningRate = 0 }, { $0.learningRate = 1.1 },
            { $0.learningRate = .nan }, { $0.leafRegularisation = -1 }, { $0.leafRegularisation = .infinity },
            { $0.fractionBits = 0 }, { $0.fractionBits = 21 },
        ]
        for change in changes {
            #expect(throws: PlainTrainer.Failure.options) { try PlainTrainer(options: options(change)) }
        }
    }

    @Test("an empty set is refused")
    func empty() throws {
        let set = TrainingSet(spec: try testSpec(edges: [1]))
        #expect(throws: PlainTrainer.Failure.noRows) { try PlainTrainer().train(set) }
    }

    @Test("rows that don't fit the spec are refused and leave the set as it was")
    func refusedRows() throws {
        let spec = try testSpec(edges: [2, 1])
        var set = try TrainingSet(spec: spec, rows: [[2, 1]], fraud: [true])
        #expect(throws: TrainingSet.Invalid.featureCount(row: 1)) { try set.append([1], fraud: false) }
        #expect(throws: TrainingSet.Invalid.bin(row: 1, feature: 1)) { try set.append([1, 2], fraud: false) }
        #expect(throws: TrainingSet.Invalid.outcomeCount) { try TrainingSet(spec: spec, rows: [[0, 0]], fraud: []) }
        #expect(set.columns == [[2], [1]])
        #expect(set.fraud == [true])
    }
}
