import Model
import Support
import Testing

/// A model as CatBoost would export it, drawn at random: numbers that 14 bits after the point hold exactly.
private struct Drawn {
    struct Tree {
        var splits: [(feature: Int, border: Double)]
        var leaves: [Double]
    }

    var trees: [Tree]
    let scale: Double
    let bias: Double
    let features: Int

    /// - Parameter borders: by feature; one without any is never asked for.
    init(borders: [[Double]], _ random: inout SplitMix64) {
        features = borders.count
        let asked = borders.indices.filter { !borders[$0].isEmpty }
        trees = (0..<Int.random(in: 1...12, using: &random)).map { number in
            // The second tree asks something in any case; the first may be a leaf alone.
            let splits = (0..<Int.random(in: number == 1 ? 1...5 : 0...5, using: &random)).map {
                _ -> (feature: Int, border: Double) in
                let feature = asked.randomElement(using: &random)!
                return (feature, borders[feature].randomElement(using: &random)!)
            }
            let leaves = (0..<1 << splits.count).map { _ in Double(Int.random(in: -2000...2000, using: &random)) / 128 }
            return Tree(splits: splits, leaves: leaves)
        }
        if trees.count == 1 { trees.append(Tree(splits: [(asked[0], borders[asked[0]][0])], leaves: [0.5, -3])) }
        scale = [0.25, 0.5, 1, 2].randomElement(using: &random)!
        bias = Double(Int.random(in: -500...500, using: &random)) / 64
    }

    var json: [UInt8] {
        let floats = (0..<features).map { "{\"feature_index\":\($0),\"nan_value_treatment\":\"AsFalse\"}" }
        let list = trees.map { tree in
            let splits = tree.splits.map {
                "{\"border\":\($0.border),\"float_feature_index\":\($0.feature),\"split_type\":\"FloatFeature\"}"
            }
            return "{\"leaf_values\":\(tree.leaves),\"splits\":[\(splits.joined(separator: ","))]}"
        }
        return Array(
            """
            {"oblivious_trees":[\(list.joined(separator: ","))],"scale_and_bias":[\(scale),[\(bias)]],
            "features_info":{"float_features":[\(floats.joined(separator: ","))]}}
            """.utf8)
    }

    /// What CatBoost's documentation says of a row: each tree's leaf by floats above borders, first question lowest.
    func value(_ row: [Double]) -> Double {
        trees.reduce(0.0) { sum, tree in
            var (leaf, weight) = (0, 1)
            for split in tree.splits {
                if Float(row[split.feature]) > Float(split.border) { leaf += weight }
                weight *= 2
            }
            return sum + tree.leaves[leaf]
        } * scale + bias
    }
}

private func spec(_ features: Int) -> FeatureSpec {
    FeatureSpec(name: "drawn", features: (0..<features).map { Feature(name: "v\($0)", kind: .amount) })
}

@Suite("An imported model against its trees in the clear")
struct CatBoostOracleTests {
    @Test("scores every row of raw values as its trees do, exactly", arguments: 1...30 as ClosedRange<UInt64>)
    func values(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var borders = (0..<Int.random(in: 2...5, using: &random)).map { _ in
            (0..<Int.random(in: 1...9, using: &random)).map { _ in
                Double(Float.random(in: -3000...3000, using: &random))
            }
        }
        borders[Int.random(in: 1..<borders.count, using: &random)] = []
        let drawn = Drawn(borders: borders, &random)
        let bits = Int.random(in: 9...16, using: &random)
        let (binned, forest) = try CatBoostImport(json: drawn.json)
            .model(trainedOnValuesOf: spec(borders.count), fractionBits: bits)
        #expect(forest.fractionBits == bits && forest.trees.count == drawn.trees.count)
        for _ in 0..<60 {
            let row = borders.map { list -> Double in
                let border = list.randomElement(using: &random) ?? 0
                return [
                    border, border.nextUp, border.nextDown, Double(Float(border).nextUp),
                    Double(Float(border).nextDown),
                    (border + Double(Float(border).nextUp)) / 2, Double.random(in: -4000...4000, using: &random),
                    .infinity, -.infinity, .nan, -0.0,
                ].randomElement(using: &random)!
            }
            let score = forest.score(thermometer: binned.thermometer(binned.bins(row)))
            #expect(Double(score) == drawn.value(row) * Double(1 << bits), "\(row)")
        }
    }

    @Test("scores every row of bins as its trees do, exactly", arguments: 1...20 as ClosedRange<UInt64>)
    func bins(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var edges = (0..<Int.random(in: 2...6, using: &random)).map { _ in
            (0..<Int.random(in: 1...31, using: &random)).map(Double.init)
        }
        edges[Int.random(in: 1..<edges.count, using: &random)] = []
        let binned = try BinnedSpec(spec: spec(edges.count), edges: edges)
        let drawn = Drawn(borders: edges.map { $0.map { $0 + 0.5 } }, &random)
        let forest = try CatBoostImport(json: drawn.json).forest(trainedOnBinsOf: binned)
        for _ in 0..<60 {
            let row = edges.map { UInt8.random(in: 0...UInt8($0.count), using: &random) }
            let score = forest.score(thermometer: binned.thermometer(row))
            #expect(Double(score) == drawn.value(row.map(Double.init)) * 16_384, "\(row)")
        }
    }

    @Test(
        "with any byte changed is refused or a model of that shape, never trapped on",
        arguments: Array("0-9eE\"[,}".utf8))
    func changed(byte: UInt8) throws {
        var random = SplitMix64(UInt64(byte))
        let json = Drawn(borders: [[1.5, -20], [300]], &random).json
        var taken = 0
        for at in stride(from: Int(byte) % 3, to: json.count, by: 3) {
            var copy = json
            copy[at] = byte
            guard let (binned, forest) = try? CatBoostImport(json: copy).model(trainedOnValuesOf: spec(2)) else {
                continue
            }
            taken += 1
            #expect(forest.bits == binned.bits && forest.trees.allSatisfy { $0.leaves.count == 1 << forest.depth })
            _ = forest.score(thermometer: binned.thermometer(binned.bins([2, .nan])))
        }
        #expect(taken < json.count / 3)
    }

    @Test("is refused in sentences that name the place and the remedy, each its own")
    func sentences() {
        let told: [(CatBoostImport.Failure, [String])] = [
            (.malformed("trees[7]"), ["`trees[7]`", "save_model"]), (.notOblivious, ["SymmetricTree", "train with"]),
            (.categoricalFeatures("till"), ["`till`", "without cat_features"]),
            (.unsupportedFeatures("memo", kind: "text"), ["`memo`", "without text_features"]),
            (.splitType("OnlineCtr", tree: 613), ["tree 613", "`OnlineCtr`", "without cat_features"]),
            (.severalDimensions(29), ["29 outputs", "Logloss"]),
            (.missingAsLargest("till"), ["`till`", "nan_mode=\"Min\""]),
            (.depth(17, tree: 613), ["tree 613 is 17 deep", "depth=10"]), (.shape(tree: 613), ["tree 613", "anew"]),
            (.featureCount(model: 41, spec: 17), ["trained on 41", "spec has 17", "--features"]),
            (.featureName("till", index: 41, spec: "memo"), ["feature 41 is `till`", "`memo` there", "--features"]),
            (.borders(255, feature: "till"), ["`till` has 255", "border_count=31"]),
            (.border(tree: 613), ["tree 613", "train on"]), (.noSplits, ["no tree", "train on"]),
            (.leaf(tree: 613), ["tree 613", "smaller learning_rate"]),
            (.edges(.tooManyEdges(feature: "till")), ["its borders", "`till`", "--features"]),
            (.forest(.condition(tree: 613, bit: 88)), ["tree 613", "bit 88", "train on"]),
            (.forest(.overflow), ["32 bits", "fewer iterations"]),
        ]
        for (failure, parts) in told {
            for part in parts { #expect("\(failure)".contains(part), "\(failure) says \(part)") }
        }
        #expect(Set(told.map { "\($0.0)" }).count == told.count)
    }
}
