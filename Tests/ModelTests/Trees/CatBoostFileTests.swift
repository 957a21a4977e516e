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
        #expect(plain.changed { $0.others = ",\"categorical_features\":[{}]" }.refusal() == .categoricalFeatures("?"))
        for kind in ["text", "embedding"] {
            let export = plain.changed { $0.others = ",\"\(kind)_features\":[{\"x\":1}]" }
            #expect(export.refusal() == .unsupportedFeatures("?", kind: kind))
        }
        #expect(plain.changed { $0.others = ",\"categorical_features\":[],\"text_features\":[]" }.refusal() == nil)
        #expect(plain.changed { $0.treesKey = "trees" }.refusal() == .notOblivious)
        #expect(plain.changed { $0.treesKey = "bushes" }.refusal() == .malformed("oblivious_trees"))
        #expect(plain.changed { $0.scaleAndBias = "[1,[0,0]]" }.refusal() == .severalDimensions(2))
        #expect(plain.changed { $0.scaleAndBias = "[1,[]]" }.refusal() == .malformed("scale_and_bias"))
        #expect(plain.changed { $0.scaleAndBias = "[1]" }.refusal() == .malformed("scale_and_bias[1]"))
        #expect(plain.changed { $0.scaleAndBias = "1" }.refusal() == .malformed("scale_and_bias"))
    }

    @Test("whose numbering is not the columns' is refused")
    func numbering() {
        let place = CatBoostImport.Failure.malformed("features_info.float_features[0].feature_index")
        #expect(plain.changed { $0.floats.swapAt(0, 1) }.refusal() == place)
        #expect(plain.changed { $0.floats.removeFirst() }.refusal() == place)
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
        #expect(second(Export.tree([(0, 0)], [1, 2], type: "OneHotFeature")) == .splitType("OneHotFeature", tree: 1))
        #expect(second("{\"splits\":[{\"split_type\":\"FloatFeature\"}],\"leaf_values\":[1,2]}") == .shape(tree: 1))
        let eleven = [(feature: Int, border: Double)](repeating: (0, 0), count: 11)
        #expect(second(Export.tree(eleven, [Double](repeating: 0, count: 2048))) == .depth(11, tree: 1))
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
        #expect(named(",\"feature_id\":\"1\"", "") == .featureName("1", index: 0, spec: "a"))
        #expect(named("", ",\"feature_id\":\"a\"") == .featureName("a", index: 1, spec: "b"))
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
            } == .borders(32, feature: "a"))
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

    @Test("says in a sentence what is wrong with it, where, and how to train one that is taken")
    func sentences() throws {
        func said(_ json: [UInt8]) -> String {
            do throws(CatBoostImport.Failure) {
                _ = try CatBoostImport(json: json).model(trainedOnValuesOf: spec)
                return ""
            } catch { return "\(error)" }
        }
        func said(_ change: (inout Export) -> Void) -> String { said(plain.changed(change).json) }
        let many = said { $0.trees = (0..<254).map { Export.tree([(1, Double($0))], [0, 0.01]) } }
        #expect(
            many
                == "feature `b` has 254 borders, and at most 31 are allowed: train with border_count=31 (CatBoost's default "
                + "is 254)")
        for json in [[], Array("{".utf8), Array(plain.json.dropLast(3)), Array("trees".utf8)] {
            #expect(
                said(json)
                    == "the file is empty, cut off or not JSON: write it with `model.save_model(FILE, format=\"json\")`"
            )
        }
        #expect(
            said(Array("[]".utf8)).hasPrefix("it is no export of CatBoost's: its top is missing or of another type"))
        #expect(said(Array("{}".utf8)).contains("`features_info` is missing"))
        #expect(
            said { $0.trees.append("{\"leaf_values\":[1,\"x\"]}") }.contains(
                "`oblivious_trees[1].leaf_values[1]` is missing"))
        #expect(
            said { $0.others = ",\"categorical_features\":[{\"feature_id\":\"shop\"}]" }.hasPrefix(
                "its feature `shop` is categorical"))
        for kind in ["text", "embedding"] {
            let text = said { $0.others = ",\"\(kind)_features\":[{\"feature_index\":7}]" }
            #expect(text.contains("`7` is a \(kind) feature") && text.contains("train without \(kind)_features"))
        }
        #expect(said { $0.treesKey = "trees" }.contains("train with grow_policy=\"SymmetricTree\""))
        #expect(said { $0.scaleAndBias = "[1,[0,0,0]]" }.contains("has 3 outputs"))
        let largest = "{\"feature_index\":1,\"feature_id\":\"b\",\"nan_value_treatment\":\"AsTrue\"}"
        #expect(said { $0.floats[1] = largest }.contains("feature `b` count as the largest (nan_mode=\"Max\")"))
        #expect(said { $0.floats[1] = largest.replacing("AsTrue", with: "AsFalse") }.isEmpty)
        #expect(
            said { $0.trees.append(Export.tree([(0, 1)], [1, 2], type: "OnlineCtr")) }.hasPrefix(
                "tree 1 has a split of type `OnlineCtr`"))
        let deep = Export.tree([(Int, Double)](repeating: (0, 0), count: 12), [Double](repeating: 0, count: 4096))
        #expect(
            said { $0.trees = [deep] } == "tree 0 is 12 deep, and at most 10 are allowed: train with depth=10 or less")
        #expect(said { $0.trees = ["{\"leaf_values\":[1]}"] }.hasPrefix("no tree asks anything"))
        #expect(
            said { $0.floats.append("{\"feature_index\":2}") }.hasPrefix(
                "it was trained on 3 features, and the feature spec has 2"))
        #expect(
            said { $0.floats[1] = "{\"feature_index\":1,\"feature_id\":\"age\"}" }.hasPrefix(
                "its feature 1 is `age`, and the feature spec has `b` there"))
        #expect(said { $0.trees = [Export.tree([(0, 1)], [0, 1e9])] }.hasPrefix("tree 0 has a leaf too large"))
    }
}
