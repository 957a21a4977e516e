import Foundation
import Model
import Testing

@Suite struct CatBoostImportTests {
    private struct Vectors: Decodable {
        struct Rows: Decodable {
            var rows: [[Double]]
            var predictions: [Double]
        }

        var features: [String]
        var edges: [[Double]]
        var raw: Rows
        var early: Rows
        var binned: Rows
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Vectors/catboost-v1")

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: name)))
    }

    private func vectors() throws -> Vectors {
        try JSONDecoder().decode(Vectors.self, from: Data(try bytes("vectors.json")))
    }

    private func spec(_ names: [String]) -> FeatureSpec {
        FeatureSpec(name: "test", features: names.map { Feature(name: $0, kind: .amount) })
    }

    private func replaced(_ old: String, _ new: String, in name: String = "raw.json") throws -> [UInt8] {
        let text = String(decoding: try bytes(name), as: UTF8.self)
        #expect(text.contains(old))
        return Array(text.replacingOccurrences(of: old, with: new).utf8)
    }

    /// How far the worst row is from CatBoost's own prediction, in the prediction's unit.
    private func worst(_ rows: Vectors.Rows, score: ([Double]) -> Int64) -> Double {
        zip(rows.rows, rows.predictions).map { abs(Double(score($0)) / 16384 - $1) }.max() ?? .infinity
    }

    @Test("a model trained on raw values scores as CatBoost does, at and around every border")
    func rawValues() throws {
        let vectors = try vectors()
        let (binned, forest) = try CatBoostImport(json: bytes("raw.json"))
            .model(trainedOnValuesOf: spec(vectors.features))
        #expect(vectors.raw.rows.count > 150)
        let error = worst(vectors.raw) { forest.score(thermometer: binned.thermometer(binned.bins($0))) }
        #expect(error <= Double(forest.trees.count) * 0x1p-15)
        // Where the spec cuts a feature itself, the model's own cuts take their place.
        let cut = FeatureSpec(
            name: "test", features: vectors.features.map { Feature(name: $0, kind: .amount, edges: [1, 2]) })
        let imported = try CatBoostImport(json: bytes("raw.json")).model(trainedOnValuesOf: cut)
        #expect(imported.binned == binned && imported.forest == forest)
    }

    @Test("a model trained on bins scores as CatBoost does")
    func bins() throws {
        let vectors = try vectors()
        let binned = try BinnedSpec(spec: spec(vectors.features), edges: vectors.edges)
        let forest = try CatBoostImport(json: bytes("binned.json")).forest(trainedOnBinsOf: binned)
        #expect(vectors.binned.rows.count == 100)
        let error = worst(vectors.binned) { forest.score(thermometer: binned.thermometer($0.map { UInt8($0) })) }
        #expect(error <= Double(forest.trees.count) * 0x1p-15)
    }

    @Test("trees of unequal depth are padded and score as CatBoost does")
    func unequalDepths() throws {
        let vectors = try vectors()
        let (binned, forest) = try CatBoostImport(json: bytes("early.json"))
            .model(trainedOnValuesOf: spec(vectors.features))
        #expect(forest.depth == 4)
        #expect(forest.trees.suffix(3).map { Set($0.conditions).count } == [2, 1, 1])
        let error = worst(vectors.early) { forest.score(thermometer: binned.thermometer(binned.bins($0))) }
        #expect(error <= Double(forest.trees.count) * 0x1p-15)
        #expect(vectors.early.predictions != vectors.raw.predictions)
    }

    @Test("models of other kinds are refused by name")
    func otherKinds() throws {
        #expect(throws: CatBoostImport.Failure.categoricalFeatures("letter")) {
            try CatBoostImport(json: bytes("categorical.json"))
        }
        #expect(throws: CatBoostImport.Failure.severalDimensions(3)) {
            try CatBoostImport(json: bytes("multiclass.json"))
        }
        #expect(throws: CatBoostImport.Failure.notOblivious) { try CatBoostImport(json: bytes("lossguide.json")) }
        for kind in ["OneHotFeature", "OnlineCtr"] {
            let json = try replaced("FloatFeature", kind)
            #expect(throws: CatBoostImport.Failure.splitType(kind, tree: 0)) { try CatBoostImport(json: json) }
        }
    }

    @Test("a model for other features or other bins is refused")
    func otherFeatures() throws {
        let names = try vectors().features
        let model = try CatBoostImport(json: bytes("raw.json"))
        #expect(throws: CatBoostImport.Failure.featureCount(model: 3, spec: 2)) {
            try model.model(trainedOnValuesOf: spec(Array(names[..<2])))
        }
        #expect(throws: CatBoostImport.Failure.featureName(names[0], index: 0, spec: names[1])) {
            try model.model(trainedOnValuesOf: spec([names[1], names[0], names[2]]))
        }
        // Borders of raw values are no bins, and bins past the edges are none either.
        let binned = try BinnedSpec(spec: spec(names), edges: try vectors().edges)
        #expect(throws: CatBoostImport.Failure.border(tree: 0)) { try model.forest(trainedOnBinsOf: binned) }
        let fewer = try BinnedSpec(spec: spec(names), edges: [[1], [1], [1]])
        #expect(throws: CatBoostImport.Failure.self) {
            try CatBoostImport(json: bytes("binned.json")).forest(trainedOnBinsOf: fewer)
        }
    }

    @Test("damaged exports are refused, never trapped on")
    func damaged() throws {
        let json = try bytes("early.json")
        for length in stride(from: 0, to: json.count - 2, by: 97) {
            #expect(throws: CatBoostImport.Failure.notJSON) { try CatBoostImport(json: Array(json[..<length])) }
        }
        let outside = try replaced("\"float_feature_index\":2", "\"float_feature_index\":3")
        #expect(throws: CatBoostImport.Failure.self) { try CatBoostImport(json: outside) }
        let huge = try replaced("\"scale_and_bias\":[1,", "\"scale_and_bias\":[1e300,")
        #expect(throws: CatBoostImport.Failure.leaf(tree: 0)) {
            try CatBoostImport(json: huge).model(trainedOnValuesOf: spec(try vectors().features))
        }
        let short = try replaced("\"leaf_values\":[", "\"leaf_values\":[0.5,")
        #expect(throws: CatBoostImport.Failure.shape(tree: 0)) { try CatBoostImport(json: short) }
    }
}
