import Foundation
import Model
import Records
import Support
import Testing

private let day = EventTime.day

/// A random model of own features, or with the consortium's behind them.
func randomClearModel(_ random: inout SplitMix64, counted: Bool) throws -> ClearModel {
    var features = (0..<Int.random(in: 1...6, using: &random)).map { number in
        Feature(
            name: "f\(number)",
            kind: [.amount, .hour, .frauds(.card, .init(days: 1, delayDays: 7)), .isKind(.cashOut)]
                .randomElement(using: &random)!)
    }
    if counted {
        let late = Feature.Window(days: 1, delayDays: 7)
        features.append(Feature(name: "shared", kind: .consortium(.frauds, .terminal, late)))
        features.append(Feature(name: "open", kind: .consortium(.members, .card, .init(span: 3600))))
    }
    let spec = FeatureSpec(
        name: "random-\(random.next())", features: features,
        terms: counted ? ConsortiumTerms(bucket: day / 2, labelDelay: 7 * day) : ConsortiumTerms())
    let edges = features.map { _ in
        Set((0..<Int.random(in: 1...9, using: &random)).map { _ in Double.random(in: -100...100, using: &random) })
            .sorted()
    }
    let binned = try BinnedSpec(spec: spec, edges: edges)
    let depth = Int.random(in: 1...5, using: &random)
    let trees = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        Forest.Tree(
            conditions: (0..<depth).map { _ in Int.random(in: 0..<binned.bits, using: &random) },
            leaves: (0..<1 << depth).map { _ in Int32.random(in: -50_000...50_000, using: &random) })
    }
    let scores = Set((0..<5).map { _ in Int64.random(in: -90_000...90_000, using: &random) }).sorted()
    let probabilities = scores.map { _ in Double.random(in: 0...1, using: &random) }.sorted()
    return try ClearModel(
        version: "v\(Int.random(in: 0...99, using: &random))", binned: binned,
        forest: Forest(trees: trees, bits: binned.bits, fractionBits: Int.random(in: 0...30, using: &random)),
        calibration: Calibration(points: zip(scores, probabilities).map { .init(score: $0, probability: $1) }))
}

@Suite("Any model")
struct ClearModelPropertyTests {
    @Test("reads back equal from its file, and its file is the same again", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let model = try randomClearModel(&random, counted: seed % 2 == 0)
        let json = model.json()
        let read = try ClearModel(json: json)
        #expect(read == model && read.json() == json && read.binned.id == model.binned.id)
        #expect(json.last == UInt8(ascii: "\n") && !json.dropLast().contains(UInt8(ascii: "\n")))
        #expect(String(decoding: json, as: UTF8.self).contains("labelDelay") == (seed % 2 == 0))
    }

    @Test(
        "scores values as it scores their thermometer bits, and calibrates that",
        arguments: 1...10 as ClosedRange<UInt64>)
    func scoring(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let model = try randomClearModel(&random, counted: false)
        for _ in 0..<20 {
            let values = model.binned.edges.map { _ in Double.random(in: -120...120, using: &random) }
            let bytes = model.binned.thermometer(model.binned.bins(values))
            let score = model.score(values: values)
            #expect(score == model.score(thermometer: bytes) && score == model.forest.score(thermometer: bytes))
            #expect(model.probability(thermometer: bytes) == model.calibration.probability(score))
        }
    }

    @Test("survives JSON that is written in another order and with spaces")
    func rewritten() throws {
        var random = SplitMix64(state: 5)
        let model = try randomClearModel(&random, counted: true)
        let object = try JSONSerialization.jsonObject(with: Data(model.json()))
        let pretty = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])
        let read = try ClearModel(json: Array(pretty))
        #expect(read.forest == model.forest && read.binned.spec == model.binned.spec)
    }

    @Test("damaged by one byte is refused or another model, never trapped on", arguments: 1...4 as ClosedRange<UInt64>)
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let model = try randomClearModel(&random, counted: true)
        let json = model.json()
        var refused = 0
        for _ in 0..<300 {
            var copy = json
            copy[Int.random(in: 0..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let read = try? ClearModel(json: copy) else {
                refused += 1
                continue
            }
            // What is read holds together: it can be scored and written.
            let bytes = [UInt8](repeating: 0xFF, count: (read.binned.bits + 7) / 8)
            #expect(abs(read.score(thermometer: bytes)) <= Int64(Int32.max))
            #expect((try? ClearModel(json: read.json())) == read)
        }
        #expect(refused > 50)
    }

    @Test("whose consortium's features can't be counted is refused")
    func mistakes() throws {
        var random = SplitMix64(state: 8)
        let model = try randomClearModel(&random, counted: true)
        let text = String(decoding: model.json(), as: UTF8.self)
        func refusal(_ old: String, _ new: String) -> ClearModelError? {
            #expect(text.contains(old), "\(old)")
            do {
                _ = try ClearModel(json: Array(text.replacing(old, with: new).utf8))
                return nil
            } catch { return error }
        }
        #expect(refusal("\"bucket\":43200", "\"bucket\":18000") == .edges(.counts))
        #expect(refusal("\"labelDelay\":604800", "\"labelDelay\":604801") == .featureSpec)
        #expect(refusal("\"labelDelay\":604800", "\"labelDelay\":-1") == .featureSpec)
        #expect(
            refusal("\"scope\":\"consortium\"", "\"scope\":\"world\"") == .feature(index: model.binned.spec.ownCount))
    }

    @Test("has a version that is a name, and features that are named once")
    func names() throws {
        var random = SplitMix64(state: 2)
        let model = try randomClearModel(&random, counted: false)
        func refusal(_ version: String, _ binned: BinnedSpec) -> ClearModelError? {
            do {
                _ = try ClearModel(
                    version: version, binned: binned, forest: Forest(trees: model.forest.trees, bits: binned.bits),
                    calibration: model.calibration)
                return nil
            } catch { return error as? ClearModelError }
        }
        #expect(refusal("v", model.binned) == nil)
        for version in ["", "a b", "é", String(repeating: "v", count: 65)] {
            #expect(refusal(version, model.binned) == .version)
        }
        func binned(_ name: String, _ features: [Feature]) throws -> BinnedSpec {
            try BinnedSpec(
                spec: FeatureSpec(name: name, features: features),
                edges: features.map { _ in (0..<31).map(Double.init) })
        }
        let many = (0..<3).map { Feature(name: "a\($0)", kind: .amount) }
        #expect(refusal("v", try binned("s", many)) == nil)
        #expect(refusal("v", try binned("s t", many)) == .featureSpec)
        #expect(refusal("v", try binned("s", many + [many[1]])) == .featureSpec)
        #expect(refusal("v", try binned("s", many + [Feature(name: "b|", kind: .hour)])) == .feature(index: 3))
        let endless = Feature.Window(span: Feature.Window.limit + 1)
        #expect(
            refusal("v", try binned("s", many + [Feature(name: "b", kind: .count(.card, endless))]))
                == .feature(index: 3))
    }
}
