import Foundation
import Model
import Testing

@Suite struct ClearModelTests {
    private func model(leaf: Int32 = 300) throws -> ClearModel {
        let week = Feature.Window(days: 7)
        let late = Feature.Window(days: 30, delayDays: 7)
        let kinds: [(String, Feature.Kind)] = [
            ("amount", .amount), ("weekend", .weekend), ("night", .night), ("n", .count(.customer, week)),
            ("mean", .meanAmount(.terminal, late)), ("ratio", .amountOverMean(.customer, week)),
            ("frauds", .frauds(.terminal, late)), ("rate", .fraudRate(.terminal, late)),
        ]
        let spec = FeatureSpec(name: "test-1", features: kinds.map { Feature(name: $0.0, kind: $0.1) })
        let edges: [[Double]] = [
            [.leastNonzeroMagnitude, 1e-300, 0.1 + 0.2, 1 / 3, 62.83, .greatestFiniteMagnitude], [1], [1], [],
            [-2.5, 0], [1e21, 1e22], [1, 2], [.ulpOfOne],
        ]
        let binned = try BinnedSpec(spec: spec, edges: edges)
        let trees = [
            Forest.Tree(conditions: [0, 7], leaves: [-5, 0, leaf, 16384]),
            Forest.Tree(conditions: [3, 3], leaves: [1, 0, 0, -7]),
        ]
        let points: [(Int64, Double)] = [(-10, 0.001), (0, 0.1), (16000, 2.0 / 3)]
        return try ClearModel(
            version: "2018-06-27.1", binned: binned, forest: try Forest(trees: trees, bits: binned.bits),
            calibration: try Calibration(points: points.map { .init(score: $0.0, probability: $0.1) }))
    }

    private func replaced(_ old: String, _ new: String) throws -> [UInt8] {
        let text = String(decoding: try model().json(), as: UTF8.self)
        #expect(text.contains(old), "\(old)")
        return Array(text.replacingOccurrences(of: old, with: new).utf8)
    }

    @Test("a model reads back equal, to the last bit of every number")
    func roundTrip() throws {
        let model = try model()
        let read = try ClearModel(json: model.json())
        #expect(read == model)
        #expect(read.binned.edges.map { $0.map(\.bitPattern) } == model.binned.edges.map { $0.map(\.bitPattern) })
        #expect(read.binned.id == model.binned.id)
        #expect(read.json() == model.json())
        #expect(read.calibration.points[2].probability.bitPattern == (2.0 / 3).bitPattern)
    }

    @Test("a scorecard reads back with its model, and one that lacks a bin or has another scale is refused")
    func card() throws {
        let plain = try model()
        func with(_ points: [[Int32]], fractionBits: Int = 14) throws -> ClearModel {
            try ClearModel(
                version: plain.version, binned: plain.binned, forest: plain.forest, calibration: plain.calibration,
                card: Scorecard(points: points, fractionBits: fractionBits))
        }
        let points = plain.binned.edges.enumerated().map { feature, edges in
            (0...edges.count).map { Int32(feature * 100 - $0) }
        }
        let carded = try with(points)
        #expect(try ClearModel(json: carded.json()) == carded && carded != plain && plain.card == nil)
        #expect(throws: ClearModelError.card) { try with(points, fractionBits: 13) }
        #expect(throws: ClearModelError.card) { try with(Array(points.dropLast())) }
        #expect(throws: ClearModelError.card) { try with(points.dropLast() + [[0, 0, 0]]) }
        let text = String(decoding: carded.json(), as: UTF8.self)
        #expect(throws: ClearModelError.card) {
            try ClearModel(json: Array(text.replacingOccurrences(of: "\"card\":[[", with: "\"card\":[[5,").utf8))
        }
    }

    @Test("the file's keys are in order, so that equal models are equal files")
    func sortedKeys() throws {
        let text = String(decoding: try model().json(), as: UTF8.self)
        let keys = ["\"calibration\":", "\"edges\":", "\"features\":", "\"format\":", "\"trees\":", "\"version\":"]
        let places = keys.compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == keys.count && places == places.sorted())
        #expect(try model(leaf: 301).json() != model().json())
    }

    @Test("a score is the sum of leaves, and the calibration turns it into a probability")
    func scoring() throws {
        let model = try model()
        // Only "amount" is above its first edges: bit 0 is set, bits 3 and 7 are not.
        let values = [2 * Double.leastNonzeroMagnitude, 0, 0, 0, -9, 0, 0, 0]
        let bytes = model.binned.thermometer(model.binned.bins(values))
        #expect(model.score(values: values) == 0 + 1)
        #expect(model.score(thermometer: bytes) == 1)
        #expect(model.probability(thermometer: bytes) == 0.1)
        // Everything is set.
        let all = [Double](repeating: .greatestFiniteMagnitude, count: 8)
        #expect(model.score(values: all) == 16384 - 7)
    }

    @Test("what does not hold together is refused with its reason")
    func refused() throws {
        func expect(_ error: ClearModelError, _ old: String, _ new: String) throws {
            let json = try replaced(old, new)
            #expect(throws: error) { try ClearModel(json: json) }
        }
        try expect(.format, "clear-model/v2", "clear-model/v3")
        try expect(.version, "2018-06-27.1", "a b")
        try expect(.featureSpec, "\"test-1\"", "\"\"")
        try expect(.featureSpec, "\"name\":\"rate\"", "\"name\":\"ratio\"")
        try expect(.feature(index: 0), "\"name\":\"amount\"", "\"name\":\"a|b\"")
        try expect(.feature(index: 3), "\"kind\":\"count\"", "\"kind\":\"median\"")
        try expect(.feature(index: 1), "\"kind\":\"weekend\"", "\"kind\":\"count\"")
        try expect(.feature(index: 3), "\"over\":604800", "\"over\":4000000000")
        try expect(.feature(index: 4), "\"entity\":\"terminal\"", "\"entity\":\"branch\"")
        try expect(.edges(.notAscending(feature: "mean")), "-2.5,0]", "-2.5,-3]")
        try expect(.edges(.featureCount), ",[1,2]", "")
        try expect(.forest(.condition(tree: 0, bit: 70)), "[0,7]", "[0,70]")
        try expect(.forest(.shape(tree: 1)), "[3,3]", "[3]")
        try expect(.fractionBits, "\"fractionBits\":14", "\"fractionBits\":-1")
        try expect(.ring(stated: 32, needed: 16), "\"ring\":16", "\"ring\":32")
        try expect(.ring(stated: 16, needed: 32), ",16384]", ",16384000]")
        try expect(.calibration(.notMonotone), "\"score\":-10", "\"score\":10")
        try expect(.calibration(.outOfRange), "\"probability\":0.1,", "\"probability\":1.1,")
        try expect(.malformed, ",16384]", ",16384000000]")
        try expect(.malformed, "\"trees\":", "\"forest\":")
    }

    @Test("a forest for other bits is refused")
    func otherBits() throws {
        let model = try model()
        let forest = try Forest(trees: model.forest.trees, bits: model.binned.bits + 1)
        #expect(throws: ClearModelError.bits(forest: model.binned.bits + 1, spec: model.binned.bits)) {
            try ClearModel(
                version: "1", binned: model.binned, forest: forest, calibration: model.calibration)
        }
    }

    @Test("a file that was cut off anywhere is refused")
    func truncated() throws {
        let json = try model().json()
        for length in 0..<json.count - 2 {
            #expect(throws: ClearModelError.malformed) { try ClearModel(json: Array(json[..<length])) }
        }
    }
}
