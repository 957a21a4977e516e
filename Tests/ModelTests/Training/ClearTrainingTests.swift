import Model
import Records
import Support
import Testing

@Suite("Training in the clear")
struct ClearTrainingTests {
    private let spec = FeatureSpec(
        name: "s", features: ["a", "b", "c"].map { Feature(name: $0, kind: .amount) })

    private var options: TrainingOptions {
        var options = TrainingOptions()
        (options.trees, options.depth, options.leafRegularisation) = (12, 3, 2)
        return options
    }

    /// Frauds where `a` is large and `b` small, mostly.
    private func rows(_ count: Int, seed: UInt64) -> [(values: [Double], fraud: Bool)] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { _ in
            let values = (0..<3).map { _ in Double.random(in: 0...100, using: &random) }
            let likely = values[0] > 60 && values[1] < 40
            return (values, Int.random(in: 0..<100, using: &random) < (likely ? 70 : 3))
        }
    }

    private func area(_ model: ClearModel, _ rows: [(values: [Double], fraud: Bool)]) -> Double {
        let scored = rows.map { (score: model.score(values: $0.values), fraud: $0.fraud) }
        let frauds = scored.filter(\.fraud).map(\.score)
        let others = scored.filter { !$0.fraud }.map(\.score)
        var above = 0.0
        for fraud in frauds { for other in others { above += fraud > other ? 1 : fraud == other ? 0.5 : 0 } }
        return above / Double(frauds.count * others.count)
    }

    @Test("learns what there is to learn, on rows that it has not seen", arguments: 1...3 as ClosedRange<UInt64>)
    func learns(seed: UInt64) throws {
        let model = try trainClearModel(version: "v", spec: spec, rows: rows(800, seed: seed), by: .gains(options))
        #expect(area(model, rows(400, seed: seed + 100)) > 0.8)
        // What the trees ask about is what the outcome hangs on.
        let asked = Set(model.forest.trees.flatMap(\.conditions).map { model.binned.meaning(ofBit: $0).feature })
        #expect(asked.isSuperset(of: [0, 1]))
    }

    @Test("gives the same model for the same rows, and reports every tree")
    func deterministic() throws {
        let rows = rows(300, seed: 7)
        var said: [Int] = []
        let first = try trainClearModel(
            version: "v", spec: spec, rows: rows, by: .gains(options), progress: { said.append($0) })
        let again = try trainClearModel(version: "v", spec: spec, rows: rows, by: .gains(options))
        #expect(first == again && first.json() == again.json())
        #expect(said == Array(1...12))
        var random = SplitMix64(state: 1)
        // Residuals are integers, so the order of rows changes nothing either.
        let shuffled = try trainClearModel(
            version: "v", spec: spec, rows: rows.shuffled(using: &random), by: .gains(options))
        #expect(shuffled == first)
    }

    @Test("takes published bins where there are some, and else learns them from the rows")
    func bins() throws {
        let rows = rows(300, seed: 8)
        let fitted = try trainClearModel(version: "v", spec: spec, rows: rows, by: .gains(options))
        let edges = try BinnedSpec(fitting: spec, to: rows.map(\.values))
        #expect(fitted.binned.edges == edges.edges && fitted.binned.id == edges.id)
        let published = try BinnedSpec(spec: spec, edges: [[60], [40], []])
        let model = try trainClearModel(version: "v", spec: spec, bins: published, rows: rows, by: .gains(options))
        #expect(model.binned.edges == published.edges && model.binned.id == published.id)
        #expect(model.forest.trees.flatMap(\.conditions).allSatisfy { $0 < 2 })
        #expect(area(model, rows) > 0.75)
    }

    @Test("says of its rows how often each thermometer bit is set, by either rule, whatever the bins said before")
    func frequencies() throws {
        let rows = rows(300, seed: 9)
        let before = BitFrequencies((0..<2).map { _ in Millionths(7)! })
        let published = try BinnedSpec(spec: spec, edges: [[60], [40], []], frequencies: before)
        let rule = try TrainingRule(trees: 4, stages: [1, 1], candidates: 2)
        for method in [TrainingMethod.gains(options), .shares(rule, TrainingCoin(seed: 1))] {
            for bins in [nil, published] {
                let model = try trainClearModel(version: "v", spec: spec, bins: bins, rows: rows, by: method)
                let bits = rows.map { model.binned.thermometer(model.binned.bins($0.values)) }
                let ones = (0..<model.binned.bits).map { bit in bits.count { $0[bit >> 3] >> (bit & 7) & 1 == 1 } }
                #expect(model.binned.frequencies == BitFrequencies(ones: ones, rows: 300))
                #expect(try ClearModel(json: model.json()) == model)
            }
        }
    }

    @Test("calibrates: what is predicted on average is what happened", arguments: 1...3 as ClosedRange<UInt64>)
    func calibrated(seed: UInt64) throws {
        let rows = rows(600, seed: seed + 20)
        let model = try trainClearModel(version: "v", spec: spec, rows: rows, by: .gains(options))
        let predicted = rows.reduce(0.0) {
            $0 + model.probability(thermometer: model.binned.thermometer(model.binned.bins($1.values)))
        }
        let happened = Double(rows.count { $0.fraud })
        #expect(abs(predicted - happened) < 0.05 * happened)
    }

    @Test("gives up fraction bits where scores would not fit 16 bits otherwise, and no more than needed")
    func ring() throws {
        // Each tree's largest leaf is of other rows, so that their sum is far above any score.
        let rows = rows(400, seed: 5)
        var options = options
        (options.trees, options.learningRate, options.leafRegularisation) = (60, 1, 0)
        let spec = try BinnedSpec(fitting: spec, to: rows.map(\.values))
        func forest(_ fractionBits: Int) throws -> Forest {
            var options = options
            options.fractionBits = fractionBits
            let set = try TrainingSet(
                spec: spec, rows: rows.map { spec.bins($0.values) }, fraud: rows.map(\.fraud))
            return try PlainTrainer(options: options).train(set)
        }
        let model = try trainClearModel(version: "v", spec: self.spec, rows: rows, by: .gains(options))
        let bits = model.forest.fractionBits
        #expect(bits < 14 && model.forest.ring == .z16)
        #expect(try forest(bits) == model.forest && forest(bits + 1).ring == .z32)
        // What does not fit with 11 keeps them, and 32 bits.
        options.trees = 2000
        let large = try trainClearModel(version: "v", spec: self.spec, rows: rows, by: .gains(options))
        #expect(large.forest.fractionBits == 11 && large.forest.ring == .z32)
    }

    @Test("of one outcome alone is a model that says so")
    func oneOutcome() throws {
        for fraud in [false, true] {
            let rows = rows(50, seed: 3).map { (values: $0.values, fraud: fraud) }
            let model = try trainClearModel(version: "v", spec: spec, rows: rows, by: .gains(options))
            #expect(Set(rows.map { model.score(values: $0.values) }) == [fraud ? 1 << 14 : 0])
            #expect(model.calibration.points.map(\.probability) == [fraud ? 1 : 0])
        }
    }

    @Test("without rows, or with rows of another width, is refused")
    func refused() throws {
        #expect(throws: BinnedSpec.Invalid.noEdges) { try trainClearModel(version: "v", spec: spec, rows: []) }
        let published = try BinnedSpec(spec: spec, edges: [[60], [40], []])
        #expect(throws: PlainTrainer.Failure.noRows) {
            try trainClearModel(version: "v", spec: spec, bins: published, rows: [])
        }
        #expect(throws: TrainingSet.Invalid.featureCount(row: 1)) {
            try trainClearModel(
                version: "v", spec: spec, bins: published, rows: [([1, 2, 3], true), ([1, 2], false)])
        }
        #expect(throws: ClearModelError.version) {
            try trainClearModel(version: "", spec: spec, rows: rows(20, seed: 1), by: .gains(options))
        }
        var wrong = options
        wrong.depth = 0
        #expect(throws: PlainTrainer.Failure.options) {
            try trainClearModel(version: "v", spec: spec, rows: rows(20, seed: 1), by: .gains(wrong))
        }
    }
}
