import Model
import Records
import Support
import Testing

private let day = EventTime.day

/// Features of amounts with random edges: up to 31 each, sometimes none.
private func randomSpec(_ random: inout SplitMix64, features: Int) throws -> BinnedSpec {
    let kinds: [Feature.Kind] = [
        .amount, .hour, .weekday, .count(.customer, .init(days: 3)), .isKind(.card), .isChannel(.pos),
        .listed(.country, ["DE", "FR"]), .window(.distinct(.payee), .customer, .init(days: 1)),
        .window(.countOverMean(history: 7 * day), .terminal, .init(days: 1)),
    ]
    let list = (0..<features).map { Feature(name: "f\($0)", kind: kinds.randomElement(using: &random)!) }
    var edges = (0..<features).map { _ in
        Set((0..<Int.random(in: 0...31, using: &random)).map { _ in Double.random(in: -1e6...1e6, using: &random) })
            .sorted()
    }
    edges[0] = [0]
    return try BinnedSpec(spec: FeatureSpec(name: "random", features: list), edges: edges)
}

@Suite("Public bins")
struct BinnedSpecTests {
    private let one = FeatureSpec(name: "s", features: [Feature(name: "a", kind: .amount)])

    private func refusal(_ spec: FeatureSpec, _ edges: [[Double]]) -> BinnedSpec.Invalid? {
        do {
            _ = try BinnedSpec(spec: spec, edges: edges)
            return nil
        } catch { return error }
    }

    @Test("are refused with the feature that they don't fit")
    func refused() {
        #expect(refusal(one, []) == .featureCount)
        #expect(refusal(one, [[1], [2]]) == .featureCount)
        #expect(refusal(one, [(0..<32).map(Double.init)]) == .tooManyEdges(feature: "a"))
        #expect(refusal(one, [(0..<31).map(Double.init)]) == nil)
        #expect(refusal(one, [[]]) == .noEdges)
        for list in [[1, 1], [2, 1], [.nan], [1, .infinity], [-.infinity, 0], [1, .nan, 2]] as [[Double]] {
            #expect(refusal(one, [list]) == .notAscending(feature: "a"), "\(list)")
        }
    }

    @Test("that a spec cuts itself are its own, whatever the sample, and no others fit")
    func given() throws {
        let features = [Feature(name: "a", kind: .amount, edges: [5, 220]), Feature(name: "h", kind: .hour)]
        let spec = FeatureSpec(name: "s", features: features)
        let sample = (0..<100).map { [Double($0), Double($0 % 24)] }
        let binned = try BinnedSpec(fitting: spec, to: sample)
        #expect(binned.edges[0] == [5, 220] && binned.edges[1].count > 2)
        #expect(try BinnedSpec(fitting: spec, to: []).edges == [[5, 220], []])
        for other in [[], [5], [5, 221], [5, 100, 220]] as [[Double]] {
            #expect(refusal(spec, [other, [1]]) == .otherEdges(feature: "a"))
        }
        // The same cuts, learnt: another spec, since another sample would have others.
        let learnt = FeatureSpec(name: "s", features: features.map { Feature(name: $0.name, kind: $0.kind) })
        #expect(try BinnedSpec(spec: learnt, edges: binned.edges).id != binned.id)
        let read = try BinnedSpec(json: binned.json())
        #expect(read == binned && read.id == binned.id && read.json() == binned.json())
        // A file whose cuts are not those of its own spec is refused.
        let text = String(decoding: binned.json(), as: UTF8.self)
        #expect(text.contains("\"edges\":[[5,220],"))
        #expect(throws: BinnedSpec.FileError.edges(.otherEdges(feature: "a"))) {
            try BinnedSpec(json: Array(text.replacing("\"edges\":[[5,220],", with: "\"edges\":[[5,221],").utf8))
        }
    }

    @Test("count the edges at or below a value, whatever the value is", arguments: 1...8 as ClosedRange<UInt64>)
    func bin(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let spec = try randomSpec(&random, features: 6)
        for feature in 0..<6 {
            let edges = spec.edges[feature]
            var values = (0..<50).map { _ in Double.random(in: -2e6...2e6, using: &random) }
            values += edges + edges.map(\.nextDown) + edges.map(\.nextUp)
            values += [.infinity, -.infinity, .greatestFiniteMagnitude, 0, -0.0]
            for value in values {
                #expect(spec.bin(value, feature: feature) == edges.count { $0 <= value }, "\(value)")
            }
            #expect(spec.bin(.nan, feature: feature) == 0)
        }
    }

    @Test("as thermometer bits say of every edge whether the value reaches it", arguments: 1...8 as ClosedRange<UInt64>)
    func thermometer(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let spec = try randomSpec(&random, features: 5)
        let values = (0..<5).map { _ in Double.random(in: -1.2e6...1.2e6, using: &random) }
        let bins = spec.bins(values)
        let bytes = spec.thermometer(bins)
        #expect(bytes.count == (spec.bits + 7) / 8)
        #expect(bytes.reduce(0) { $0 + $1.nonzeroBitCount } == bins.reduce(0) { $0 + Int($1) })
        for bit in 0..<spec.bits {
            let (feature, edge) = spec.meaning(ofBit: bit)
            #expect(spec.firstBit[feature] + edge == bit && spec.edges[feature].indices.contains(edge))
            let isSet = bytes[bit >> 3] >> UInt8(bit & 7) & 1 == 1
            #expect(isSet == (values[feature] >= spec.edges[feature][edge]), "bit \(bit)")
        }
    }

    @Test("a bit is the feature's that has edges, where features without share its place")
    func meaning() throws {
        let features = ["a", "b", "c", "d"].map { Feature(name: $0, kind: .amount) }
        let spec = try BinnedSpec(spec: FeatureSpec(name: "s", features: features), edges: [[], [1, 2], [], [3]])
        #expect(spec.firstBit == [0, 0, 2, 2] && spec.bits == 3)
        let meanings = (0..<3).map { spec.meaning(ofBit: $0) }
        #expect(meanings.map(\.feature) == [1, 1, 3] && meanings.map(\.edge) == [0, 1, 0])
    }

    @Test("have an id that everything in them changes")
    func id() throws {
        var ids: Set<UInt64> = []
        func add(_ name: String, _ features: [Feature], _ edges: [[Double]], _ terms: ConsortiumTerms = .init()) throws
        {
            let spec = FeatureSpec(name: name, features: features, terms: terms)
            let (inserted, _) = ids.insert(try BinnedSpec(spec: spec, edges: edges).id)
            #expect(inserted, "\(name) \(features) \(edges)")
        }
        let amount = Feature(name: "a", kind: .amount)
        let shared = Feature(name: "c", kind: .consortium(.frauds, .terminal, .init(days: 1, delayDays: 7)))
        try add("s", [amount], [[1]])
        try add("t", [amount], [[1]])
        try add("s", [Feature(name: "b", kind: .amount)], [[1]])
        try add("s", [Feature(name: "a", kind: .hour)], [[1]])
        try add("s", [amount], [[1 + Double.ulpOfOne]])
        try add("s", [amount], [[1, 2]])
        try add("s", [Feature(name: "a", kind: .amount, edges: [1])], [[1]])
        try add("s", [Feature(name: "a", kind: .amount, edges: [1, 2])], [[1, 2]])
        try add("s", [amount, Feature(name: "b", kind: .hour)], [[1], []])
        try add("s", [amount, Feature(name: "b", kind: .hour)], [[], [1]])
        try add("s", [amount, shared], [[1], [1]])
        try add("s", [amount, shared], [[1], [1]], ConsortiumTerms(bucket: day / 24))
        try add("s", [amount, shared], [[1], [1]], ConsortiumTerms(labelDelay: 3 * day))
        try add("s", [Feature(name: "a", kind: .listed(.ip, ["x", "yz"]))], [[1]])
        try add("s", [Feature(name: "a", kind: .listed(.ip, ["xy", "z"]))], [[1]])
    }

    @Test("have an id that the terms of a consortium don't change where nothing is shared")
    func idWithoutSharing() throws {
        let plain = try BinnedSpec(spec: one, edges: [[1]])
        let other = FeatureSpec(name: "s", features: one.features, terms: ConsortiumTerms(bucket: 3600, labelDelay: 0))
        #expect(try BinnedSpec(spec: other, edges: [[1]]).id == plain.id)
    }

    @Test("have the id that other implementations compute: eight bytes of a digest of name, features and edges")
    func idInTheClear() throws {
        let spec = try BinnedSpec(spec: one, edges: [[1, -2].sorted()])
        let digest = Digest32(of: [
            Array("cordon/feature-spec/v2".utf8), Array("s".utf8), Array("a\u{1F}amount".utf8),
            // -2 and 1, as IEEE 754 has them.
            [0xC0, 0, 0, 0, 0, 0, 0, 0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0],
        ])
        #expect(spec.id == digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    @Test("put a member's own bits first, without the consortium's")
    func own() throws {
        let features = [
            Feature(name: "frauds", kind: .consortium(.frauds, .terminal, .init(days: 1, delayDays: 7))),
            Feature(name: "a", kind: .amount), Feature(name: "h", kind: .hour),
        ]
        let spec = try BinnedSpec(
            spec: FeatureSpec(name: "s", features: features),
            edges: [[1, 2, 3], [4, 5, 6, 7, 8, 9], (1...12).map(Double.init)])
        #expect(spec.spec.features.map(\.name) == ["a", "h", "frauds"])
        #expect(spec.ownBits == 9)
        let own = spec.ownThermometer([2, 100])
        #expect(own == [0b1111_1011, 1])
        // The whole, with frauds behind: its first bits are the same.
        let all = spec.thermometer(spec.bins([2, 100, 12]))
        #expect(all[0] == own[0] && all[1] & 1 == own[1] & 1)
    }

    @Test("of features that parties can't count are refused")
    func counts() throws {
        func made(_ kind: Feature.Kind, _ terms: ConsortiumTerms = .init()) -> BinnedSpec.Invalid? {
            refusal(FeatureSpec(name: "s", features: [Feature(name: "f", kind: kind)], terms: terms), [[1]])
        }
        #expect(made(.consortium(.frauds, .terminal, .init(days: 1, delayDays: 7))) == nil)
        #expect(made(.consortium(.frauds, .terminal, .init(days: 1))) == .counts)
        #expect(made(.consortium(.count, .terminal, .init(span: 3600))) == nil)
        #expect(made(.consortium(.count, .terminal, .init(span: 7200))) == .counts)
        let window = Feature.Window(days: 1, delayDays: 7)
        #expect(made(.consortium(.count, .terminal, window), .init(bucket: 5 * 3600)) == .counts)
        #expect(made(.consortium(.count, .terminal, window), .init(bucket: 1800)) == .counts)
    }

    @Test("say what the parties count: slots by entity, windows in seconds, edges as they are")
    func countFeatures() throws {
        let late = Feature.Window(days: 2, delayDays: 7)
        let spec = FeatureSpec(
            name: "s",
            features: [
                Feature(name: "a", kind: .amount), Feature(name: "n", kind: .consortium(.count, .card, late)),
                Feature(name: "f", kind: .consortium(.frauds, .terminal, late)),
                Feature(name: "r", kind: .consortium(.fraudRate, .terminal, late)),
                Feature(name: "m", kind: .consortium(.members, .terminal, .init(span: 60))),
            ])
        let binned = try BinnedSpec(spec: spec, edges: [[1], [2], [3], [4, 5], [6]])
        let counts = try #require(binned.counts)
        // Behind the own ones come those that are secret, so that is what the second and third edges are of.
        #expect(spec.features.map(\.name) == ["a", "f", "r", "n", "m"])
        #expect(counts.slots == 2 && counts.bucket == day)
        #expect(counts.features.map(\.slot) == [0, 0, 1, 0])
        #expect(counts.features.map(\.kind) == [.frauds, .rate, .events, .members])
        #expect(counts.features.map(\.over) == [2 * day, 2 * day, 2 * day, 60])
        #expect(counts.features.map(\.delay) == [7 * day, 7 * day, 7 * day, 0])
        #expect(counts.features.map(\.edges) == [[2], [3], [4, 5], [6]])
        #expect(counts.bits == binned.bits - binned.ownBits)
        #expect(try BinnedSpec(spec: one, edges: [[1]]).counts == nil)
    }
}

@Suite("The file of public bins")
struct BinnedSpecFileTests {
    private let spec: BinnedSpec

    init() throws {
        let features = [
            Feature(name: "a", kind: .amount),
            Feature(name: "f", kind: .consortium(.frauds, .terminal, .init(days: 1, delayDays: 7))),
        ]
        spec = try BinnedSpec(
            spec: FeatureSpec(name: "bins-1", features: features, terms: .init(bucket: day, labelDelay: 2 * day)),
            edges: [[0.1, 1 / 3.0], [1, 2]])
    }

    @Test("reads back equal, and equal bins give equal files", arguments: 1...10 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let spec = try randomSpec(&random, features: Int.random(in: 1...9, using: &random))
        let read = try BinnedSpec(json: spec.json())
        #expect(read == spec && read.id == spec.id && read.json() == spec.json())
        #expect(read.edges.map { $0.map(\.bitPattern) } == spec.edges.map { $0.map(\.bitPattern) })
    }

    @Test("keeps the terms by which a consortium counts, and leaves them out where nothing is shared")
    func terms() throws {
        let text = String(decoding: spec.json(), as: UTF8.self)
        #expect(text.contains("\"consortium\":{\"bucket\":86400,\"labelDelay\":172800}"))
        #expect(try BinnedSpec(json: spec.json()).spec.terms == ConsortiumTerms(bucket: day, labelDelay: 2 * day))
        let plain = try BinnedSpec(spec: spec.spec.own, edges: [[1]])
        #expect(!String(decoding: plain.json(), as: UTF8.self).contains("consortium"))
    }

    @Test("keeps how often each bit is set, which changes neither its digest nor a file without it")
    func frequencies() throws {
        let counts = [1_000_000, 1, 0, 333_333]
        let counted = try spec.with(BitFrequencies(counts.map { try #require(Millionths($0)) }))
        let text = String(decoding: counted.json(), as: UTF8.self)
        #expect(text.contains("\"frequencies\":[1000000,1,0,333333]"))
        let read = try BinnedSpec(json: counted.json())
        #expect(read == counted && read.frequencies?.bits.map(\.count) == counts && read.json() == counted.json())
        #expect(read != spec && read.id == spec.id && spec.frequencies == nil)
        let plain = String(decoding: spec.json(), as: UTF8.self)
        #expect(text.replacing(",\"frequencies\":[1000000,1,0,333333]", with: "") == plain)
        for wrong in [
            "[1000000,1,0]", "[1000000,1,0,333333,5]", "[1000001,1,0,333333]", "[-1,1,0,333333]", "[]", "[1,2,3,4,-5]",
        ] {
            let file = Array(text.replacing("[1000000,1,0,333333]", with: wrong).utf8)
            #expect(throws: BinnedSpec.FileError.edges(.frequencies), "\(wrong)") { try BinnedSpec(json: file) }
        }
        for wrong in ["[0.5,1,0,1]", "7"] {
            let file = Array(text.replacing("[1000000,1,0,333333]", with: wrong).utf8)
            #expect(throws: BinnedSpec.FileError.malformed, "\(wrong)") { try BinnedSpec(json: file) }
        }
        #expect("\(BinnedSpec.FileError.edges(.frequencies))".contains("one frequency a thermometer bit"))
    }

    @Test("is refused with its reason, which is a sentence")
    func refused() {
        let text = String(decoding: spec.json(), as: UTF8.self)
        func refusal(_ old: String, _ new: String) -> BinnedSpec.FileError? {
            #expect(text.contains(old), "\(old)")
            do {
                _ = try BinnedSpec(json: Array(text.replacing(old, with: new).utf8))
                return nil
            } catch { return error }
        }
        #expect(refusal("feature-bins/v2", "feature-bins/v1") == .malformed)
        #expect(refusal("\"edges\"", "\"edge\"") == .malformed)
        #expect(refusal("0.1,", "\"0.1\",") == .malformed)
        #expect(refusal("\"kind\":\"frauds\"", "\"kind\":\"scams\"") == .feature(index: 1))
        #expect(refusal("\"name\":\"a\"", "\"name\":\"\"") == .feature(index: 0))
        #expect(refusal(",[1,2]", "") == .edges(.featureCount))
        #expect(refusal("[1,2]", "[2,1]") == .edges(.notAscending(feature: "f")))
        #expect(refusal("\"bucket\":86400", "\"bucket\":3601") == .edges(.counts))
        #expect("\(BinnedSpec.FileError.malformed)" == "not a file of feature bins (JSON, cordon/feature-bins/v2)")
        #expect("\(BinnedSpec.FileError.feature(index: 1))".hasPrefix("feature 2 of the feature bins"))
        #expect("\(BinnedSpec.FileError.edges(.noEdges))".hasSuffix("at most 31 numbers, one a feature"))
    }

    @Test("cut off anywhere is refused")
    func cutOff() {
        let json = spec.json()
        for length in 0..<json.count - 2 {
            #expect(throws: BinnedSpec.FileError.malformed) { try BinnedSpec(json: Array(json[..<length])) }
        }
    }
}
