import Foundation
import Model
import Support
import Testing

/// Exports that are written here, part by part.
private struct Export {
    var floats = ["{\"feature_index\":0,\"feature_id\":\"a\"}", "{\"feature_index\":1,\"feature_id\":\"b\"}"]
    var others = ""
    var trees = [Export.tree([(0, 1.5)], [0, 1])]
    var treesKey = "oblivious_trees"
    var scaleAndBias = "[1,[0]]"

    static func tree(_ splits: [(feature: Int, border: Double)], _ leaves: [Double], type: String = "FloatFeature")
        -> String
    {
        let splits = splits.map {
            "{\"split_type\":\"\(type)\",\"float_feature_index\":\($0.feature),\"border\":\($0.border)}"
        }
        return "{\"splits\":[\(splits.joined(separator: ","))],\"leaf_values\":\(leaves)}"
    }

    var json: [UInt8] {
        Array(
            """
            {"features_info":{"float_features":[\(floats.joined(separator: ","))]\(others)},
            "\(treesKey)":[\(trees.joined(separator: ","))],"scale_and_bias":\(scaleAndBias)}
            """.utf8)
    }

    func refusal() -> CatBoostImport.Failure? {
        do {
            _ = try CatBoostImport(json: json)
            return nil
        } catch { return error }
    }

    func changed(_ change: (inout Export) -> Void) -> Export {
        var copy = self
        change(&copy)
        return copy
    }
}

private let spec = FeatureSpec(
    name: "s", features: [Feature(name: "a", kind: .amount), Feature(name: "b", kind: .hour)])

private func refusal(_ body: () throws(CatBoostImport.Failure) -> Void) -> CatBoostImport.Failure? {
    do {
        try body()
        return nil
    } catch { return error }
}

@Suite("An export of CatBoost's")
struct CatBoostFileTests {
    private let plain = Export()

    @Test("is read where it is an ensemble of symmetric trees over numbers")
    func plainExport() throws {
        #expect(plain.refusal() == nil)
        let (binned, forest) = try CatBoostImport(json: plain.json).model(trainedOnValuesOf: spec)
        #expect(binned.edges.map(\.count) == [1, 0])
        #expect(forest.trees == [Forest.Tree(conditions: [0], leaves: [0, 1 << 14])])
    }

    @Test("of another kind of model is refused by what it has")
    func otherKinds() {
        #expect(plain.changed { $0.others = ",\"categorical_features\":[{}]" }.refusal() == .categoricalFeatures)
        #expect(plain.changed { $0.others = ",\"text_features\":[{}]" }.refusal() == .unsupportedFeatures)
        #expect(plain.changed { $0.others = ",\"embedding_features\":[{\"x\":1}]" }.refusal() == .unsupportedFeatures)
        #expect(plain.changed { $0.others = ",\"categorical_features\":[],\"text_features\":[]" }.refusal() == nil)
        #expect(plain.changed { $0.treesKey = "trees" }.refusal() == .notOblivious)
        #expect(plain.changed { $0.treesKey = "bushes" }.refusal() == .malformed)
        #expect(plain.changed { $0.scaleAndBias = "[1,[0,0]]" }.refusal() == .severalDimensions)
        #expect(plain.changed { $0.scaleAndBias = "[1,[]]" }.refusal() == .severalDimensions)
        #expect(plain.changed { $0.scaleAndBias = "[1]" }.refusal() == .malformed)
        #expect(plain.changed { $0.scaleAndBias = "1" }.refusal() == .malformed)
    }

    @Test("whose numbering is not the columns' is refused")
    func numbering() {
        #expect(plain.changed { $0.floats.swapAt(0, 1) }.refusal() == .malformed)
        #expect(plain.changed { $0.floats.removeFirst() }.refusal() == .malformed)
        #expect(plain.changed { $0.floats = [] }.refusal() == .shape(tree: 0))
    }

    @Test("with a split or leaves that don't fit is refused with the tree's number")
    func shapes() {
        func second(_ tree: String) -> CatBoostImport.Failure? { plain.changed { $0.trees.append(tree) }.refusal() }
        #expect(second(Export.tree([(1, 0)], [1, 2])) == nil)
        #expect(second(Export.tree([(2, 0)], [1, 2])) == .shape(tree: 1))
        #expect(second(Export.tree([(-1, 0)], [1, 2])) == .shape(tree: 1))
        #expect(second(Export.tree([(0, 1e39)], [1, 2])) == .shape(tree: 1))
        #expect(second(Export.tree([(0, 0)], [1])) == .shape(tree: 1))
        #expect(second(Export.tree([(0, 0), (1, 0)], [1, 2])) == .shape(tree: 1))
        #expect(second(Export.tree([(0, 0)], [1, 2], type: "OneHotFeature")) == .splitType(tree: 1))
        #expect(second("{\"splits\":[{\"split_type\":\"FloatFeature\"}],\"leaf_values\":[1,2]}") == .shape(tree: 1))
        let eleven = [(feature: Int, border: Double)](repeating: (0, 0), count: 11)
        #expect(second(Export.tree(eleven, [Double](repeating: 0, count: 2048))) == .shape(tree: 1))
        #expect(
            plain.changed {
                $0.trees.append(Export.tree([], [1e300]))
                $0.scaleAndBias = "[1e300,[0]]"
            }.refusal() == .shape(tree: 1))
    }

    @Test("that asks nothing at all is refused; a tree that asks nothing is its one leaf")
    func noSplits() throws {
        #expect(plain.changed { $0.trees = [] }.refusal() == .noSplits)
        #expect(plain.changed { $0.trees = [Export.tree([], [5])] }.refusal() == .noSplits)
        for bare in ["{\"leaf_values\":[0.5]}", "{\"splits\":null,\"leaf_values\":[0.5]}", Export.tree([], [0.5])] {
            let export = plain.changed { $0.trees.append(bare) }
            let (_, forest) = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
            #expect(forest.trees[1].leaves == [1 << 13, 1 << 13])
        }
    }

    @Test("scales every leaf, and puts the bias into the first tree, in either form of the file")
    func scaleAndBias() throws {
        for form in ["[2,[0.25]]", "[2,0.25]"] {
            let export = plain.changed {
                $0.scaleAndBias = form
                $0.trees.append(Export.tree([(1, 3)], [-1, 0.125]))
            }
            let (_, forest) = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
            #expect(forest.trees[0].leaves == [1 << 12, (2 << 14) + (1 << 12)])
            #expect(forest.trees[1].leaves == [-2 << 14, 1 << 12])
        }
    }

    @Test("pads shallow trees by their own first question, and reaches only their own leaves")
    func padding() throws {
        let export = plain.changed {
            $0.trees = [
                Export.tree([(0, 1), (1, 1), (0, 2)], (0..<8).map(Double.init)), Export.tree([(1, 1)], [10, 20]),
            ]
        }
        let (binned, forest) = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
        #expect(forest.trees[1].conditions == [2, 2, 2])
        for (a, b) in [(0.0, 0.0), (1.5, 0), (1.5, 1.5), (3, 0), (3, 3)] {
            let leaf = (a > 1 ? 1 : 0) + (b > 1 ? 2 : 0) + (a > 2 ? 4 : 0)
            let score = forest.score(thermometer: binned.thermometer(binned.bins([a, b])))
            #expect(score == (Int64(leaf) + (b > 1 ? 20 : 10)) << 14)
        }
    }

    @Test("names features as the spec does, by number, or not at all")
    func names() throws {
        func named(_ a: String, _ b: String) -> CatBoostImport.Failure? {
            let export = plain.changed { $0.floats = ["{\"feature_index\":0\(a)}", "{\"feature_index\":1\(b)}"] }
            return refusal { () throws(CatBoostImport.Failure) in
                _ = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
            }
        }
        #expect(named("", "") == nil)
        #expect(named(",\"feature_id\":\"0\"", ",\"feature_id\":\"1\"") == nil)
        #expect(named(",\"feature_id\":\"a\"", ",\"feature_id\":\"\"") == nil)
        #expect(named(",\"feature_id\":\"1\"", "") == .featureName(index: 0))
        #expect(named("", ",\"feature_id\":\"a\"") == .featureName(index: 1))
        let fewer = FeatureSpec(name: "s", features: [spec.features[0]])
        #expect(
            refusal { () throws(CatBoostImport.Failure) in
                _ = try CatBoostImport(json: plain.json).model(trainedOnValuesOf: fewer)
            } == .featureCount(model: 2, spec: 1))
    }

    @Test("trained on bins asks half-way between them")
    func bins() throws {
        let binned = try BinnedSpec(spec: spec, edges: [[10, 20], [1]])
        func forest(_ feature: Int, _ border: Double) -> Result<[Int], CatBoostImport.Failure> {
            Result { () throws(CatBoostImport.Failure) in
                let export = plain.changed { $0.trees = [Export.tree([(feature, border)], [0, 1])] }
                return try CatBoostImport(json: export.json).forest(trainedOnBinsOf: binned).trees[0].conditions
            }
        }
        #expect(forest(0, 0.5) == .success([0]))
        #expect(forest(0, 1.5) == .success([1]))
        #expect(forest(1, 0.5) == .success([2]))
        for (feature, border) in [(0, 2.5), (0, 1.0), (0, 0.75), (0, -0.5), (1, 1.5)] {
            #expect(forest(feature, border) == .failure(.border(tree: 0)), "\(feature) \(border)")
        }
    }

    @Test("whose leaves don't fit at these fraction bits is refused with the tree's number")
    func fractionBits() throws {
        let export = plain.changed { $0.trees.append(Export.tree([(1, 3)], [0, 3])) }
        func at(_ bits: Int) -> CatBoostImport.Failure? {
            refusal { () throws(CatBoostImport.Failure) in
                _ = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec, fractionBits: bits)
            }
        }
        #expect(at(0) == nil && at(14) == nil && at(28) == nil)
        // Each leaf fits 32 bits, but their sum does not.
        #expect(at(29) == .forest(.overflow))
        #expect(at(30) == .leaf(tree: 1))
        #expect(at(31) == .leaf(tree: 0) && at(-1) == .leaf(tree: 0))
    }

    @Test("of more borders than bins take is refused")
    func manyBorders() {
        let export = plain.changed { $0.trees = (0..<32).map { Export.tree([(0, Double($0))], [0, 0.01]) } }
        #expect(
            refusal { () throws(CatBoostImport.Failure) in
                _ = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
            } == .edges(.tooManyEdges(feature: "a")))
    }

    @Test("finds a value above a border where the nearest float is", arguments: 1...6 as ClosedRange<UInt64>)
    func borders(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for _ in 0..<20 {
            let border = Float.random(in: -1e4...1e4, using: &random)
            let export = plain.changed { $0.trees = [Export.tree([(0, Double(border))], [0, 1])] }
            let (binned, _) = try CatBoostImport(json: export.json).model(trainedOnValuesOf: spec)
            let middle = (Double(border) + Double(border.nextUp)) / 2
            for value in [
                Double(border), Double(border.nextUp), middle, middle.nextUp, middle.nextDown, Double(border.nextDown),
                Double(border) + Double.random(in: -1...1, using: &random),
            ] {
                #expect(binned.bin(value, feature: 0) == (Float(value) > border ? 1 : 0), "\(value) at \(border)")
            }
        }
    }
}
