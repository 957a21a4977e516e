import Model
import Records
import Support
import Testing

private let day = EventTime.day
private let hour: Int64 = 3600

@Suite("A feature spec")
struct FeatureSpecTests {
    private static let late = Feature.Window(days: 1, delayDays: 7)

    private func shared(
        _ name: String, _ signal: Feature.Signal, _ entity: Feature.Entity = .terminal, _ window: Feature.Window = late
    ) -> Feature {
        Feature(name: name, kind: .consortium(signal, entity, window))
    }

    private func mistake(_ features: [Feature], _ terms: ConsortiumTerms = .init()) -> String? {
        FeatureSpec(name: "s", features: features, terms: terms).mistake
    }

    @Test("has a member's own features first, then secret ones by window, then public ones")
    func order() {
        let other = Feature.Window(days: 2, delayDays: 7)
        let spec = FeatureSpec(
            name: "s",
            features: [
                shared("n1", .count), shared("f1", .frauds), Feature(name: "a", kind: .amount),
                shared("f2", .frauds, .terminal, other), shared("m1", .members, .card), shared("r1", .fraudRate),
                shared("f3", .frauds, .card), Feature(name: "h", kind: .hour),
                shared("r2", .fraudRate, .terminal, other), shared("r3", .fraudRate, .card),
            ])
        #expect(spec.features.map(\.name) == ["a", "h", "f1", "r1", "f2", "r2", "f3", "r3", "n1", "m1"])
        #expect(spec.ownCount == 2)
        #expect(spec.own.features.map(\.name) == ["a", "h"])
        #expect(spec.own.tokenEntities.isEmpty)
        #expect(spec.tokenEntities == [.terminal, .card])
    }

    @Test("tells by a digest what its member computes, wherever that is cut and whatever the parties count")
    func ownDigest() {
        let amount = Feature(name: "a", kind: .amount)
        let (hour, night) = (Feature(name: "h", kind: .hour), Feature(name: "h", kind: .night))
        func digest(_ features: [Feature]) -> UInt64 { FeatureSpec(name: "s", features: features).ownDigest }
        let own = digest([amount, hour])
        #expect(digest([amount, Feature(name: "h", kind: .hour, edges: [7]), shared("f", .frauds)]) == own)
        #expect(FeatureSpec(name: "t", features: [amount, hour]).ownDigest == own)
        let others = [
            [hour, amount], [amount], [amount, night], [amount, hour, night],
            [amount, Feature(name: "i", kind: .hour)],
        ]
        #expect(Set(others.map(digest) + [own, digest([])]).count == 7)
    }

    @Test("in any order of its features has the same groups", arguments: 1...10 as ClosedRange<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var features = (0..<4).map { Feature(name: "own\($0)", kind: .amount) }
        for (number, signal) in (Feature.Signal.allCases + Feature.Signal.allCases).enumerated() {
            features.append(shared("s\(number)", signal, number % 3 == 0 ? .card : .terminal))
        }
        features.shuffle(using: &random)
        let spec = FeatureSpec(name: "s", features: features)
        #expect(Set(spec.features) == Set(features) && spec.features.count == features.count)
        // Own ones keep their order.
        #expect(Array(spec.features.prefix(4)) == features.filter { $0.shared == nil })
        let rest = spec.features.dropFirst(4).compactMap(\.shared)
        #expect(rest.map(\.signal.isSecret) == rest.map(\.signal.isSecret).sorted { $0 && !$1 })
        // Those of one window stand side by side.
        let secret = rest.filter(\.signal.isSecret).map(\.entity)
        #expect(zip(secret, secret.dropFirst()).count { $0 != $1 } == Set(secret).count - 1)
        // Sorted once, it is sorted.
        #expect(FeatureSpec(name: "s", features: spec.features).features == spec.features)
    }

    @Test("has labels to wait for only where the consortium counts, or where it says so")
    func labelSpan() {
        let terms = ConsortiumTerms(bucket: day, labelDelay: 7 * day)
        let own = FeatureSpec(name: "s", features: [Feature(name: "a", kind: .amount)], terms: terms)
        #expect(own.labelSpan == 0 && own.labelHistory == 0)
        let shared = FeatureSpec(name: "s", features: own.features + [shared("f", .frauds)], terms: terms)
        #expect(shared.labelSpan == 8 * day && shared.labelHistory == 9 * day)
        let told = FeatureSpec(name: "s", features: own.features, terms: terms, tellsLabels: true)
        #expect(told.labelSpan == 8 * day && told.labelHistory == 9 * day && told.tokenEntities.isEmpty)
        // A member's own part of it tells none.
        #expect(shared.tellsLabels && !shared.own.tellsLabels && !told.own.tellsLabels)
    }

    @Test("is another spec where it tells labels, and by other terms; the parties then take labels and count nothing")
    func labelsAlone() throws {
        func bins(_ told: Bool, _ terms: ConsortiumTerms = .init()) throws -> BinnedSpec {
            let features = [Feature(name: "a", kind: .amount)]
            return try BinnedSpec(
                spec: FeatureSpec(name: "s", features: features, terms: terms, tellsLabels: told), edges: [[1, 2]])
        }
        let spec = try bins(true, .init(bucket: 6 * hour, labelDelay: day))
        let ids = try [spec.id, bins(false).id, bins(true).id, bins(true, .init(bucket: 6 * hour)).id]
        #expect(Set(ids).count == 4)
        // Terms of what is never told say nothing.
        #expect(try bins(false, .init(bucket: hour)).id == bins(false).id)
        #expect(try bins(false).counts == nil)
        let counts = try #require(spec.counts)
        #expect(counts.bucket == 6 * hour && counts.slots == 0 && counts.bits == 0 && counts.lookups.isEmpty)
        let read = try BinnedSpec(json: spec.json())
        #expect(read == spec && read.id == spec.id)
        #expect(throws: BinnedSpec.Invalid.counts) { try bins(true, .init(bucket: 90)) }
    }

    @Test("says in words what keeps it from being counted")
    func mistakes() {
        #expect(mistake([shared("f", .frauds)]) == nil)
        #expect(mistake([Feature(name: "a", kind: .amount)]) == nil)
        for bucket in [0, -day, 1, 3601, Feature.Window.limit + 3600, .max / 3600 * 3600] as [Int64] {
            let said = mistake([shared("f", .frauds)], .init(bucket: bucket))
            #expect(said == "`bucket` is whole hours, at most ten years")
        }
        for delay in [-1, Feature.Window.limit + 1] as [Int64] {
            let said = mistake([shared("f", .frauds)], .init(labelDelay: delay))
            #expect(said == "`label_delay` is a span of at most ten years")
        }
        let five = [Feature.Entity.terminal, .account, .card, .payee, .merchant]
        #expect(mistake(five.prefix(4).map { shared($0.rawValue, .frauds, $0) }) == nil)
        #expect(
            mistake(five.map { shared($0.rawValue, .frauds, $0) })
                == "the consortium's features are of at most 4 kinds of entities")
        for window in [Feature.Window(span: day + hour, delay: 7 * day), .init(span: day, delay: 7 * day + hour)] {
            #expect(mistake([shared("f", .frauds, .card, window)]) == "`over` and `delay` of `f` are whole buckets")
            #expect(mistake([shared("f", .frauds, .card, window)], .init(bucket: hour)) == nil)
        }
        let early = Feature.Window(days: 1, delayDays: 6)
        #expect(
            mistake([shared("f", .fraudRate, .card, early)])?.contains("before it is known what was a fraud") == true)
        #expect(mistake([shared("f", .fraudRate, .card, early)], .init(labelDelay: 6 * day)) == nil)
        // What is public needs no label.
        #expect(mistake([shared("n", .count, .card, early)]) == nil)
        let long = Feature.Window(days: 170, delayDays: 7)
        #expect(mistake([shared("f", .frauds, .card, long)], .init(bucket: hour))?.contains("4096 buckets") == true)
        #expect(mistake([shared("f", .frauds, .card, .init(days: 163, delayDays: 7))], .init(bucket: hour)) == nil)
    }

    @Test("whose mistake is none can be counted, and the other way round", arguments: 1...20 as ClosedRange<UInt64>)
    func mistakesAreWhatBinsRefuse(seed: UInt64) {
        var random = SplitMix64(state: seed)
        for _ in 0..<20 {
            let bucket = [hour, 6 * hour, day, 5 * hour].randomElement(using: &random)!
            let window = Feature.Window(
                span: Int64.random(in: 1...5, using: &random) * 12 * hour,
                delay: Int64.random(in: 1...20, using: &random) * 12 * hour)
            let signal = Feature.Signal.allCases.randomElement(using: &random)!
            let spec = FeatureSpec(
                name: "s", features: [shared("f", signal, .device, window)],
                terms: ConsortiumTerms(bucket: bucket, labelDelay: 0))
            #expect((spec.mistake == nil) == ((try? BinnedSpec(spec: spec, edges: [[1]])) != nil))
        }
    }

    @Test("windows are of whole days or of seconds")
    func windows() {
        #expect(Feature.Window(days: 2, delayDays: 3) == Feature.Window(span: 2 * day, delay: 3 * day))
        #expect(Feature.Window(days: 1).delay == 0)
        #expect(Feature.Window.limit == 3650 * day)
    }

    @Test("shorthands are what they say")
    func shorthands() {
        let window = Feature.Window(days: 1)
        #expect(Feature.Kind.count(.card, window) == .window(.count, .card, window))
        #expect(Feature.Kind.meanAmount(.card, window) == .window(.mean, .card, window))
        #expect(Feature.Kind.amountOverMean(.card, window) == .window(.amountOverMean, .card, window))
        #expect(Feature.Kind.frauds(.card, window) == .window(.frauds, .card, window))
        #expect(Feature.Kind.fraudRate(.card, window) == .window(.fraudRate, .card, window))
    }

    @Test("a transaction's names are found by entity, and are nil where it has none")
    func names() {
        var transaction = payment("p", seconds: 0, customer: "cu", terminal: "te")
        for entity in Feature.Entity.allCases {
            let expected: String? = entity == .customer ? "cu" : entity == .terminal ? "te" : nil
            #expect(transaction.name(of: entity) == expected)
        }
        for kind in EntityKind.allCases { transaction.entities[kind] = kind.rawValue.uppercased() }
        for entity in Feature.Entity.allCases where entity != .customer && entity != .terminal {
            #expect(transaction.name(of: entity) == entity.rawValue.uppercased())
        }
    }
}

@Suite("What parties count")
struct CountFeatureTests {
    private func feature(
        _ kind: CountFeatures.Kind, slot: Int = 0, over: Int64 = day, delay: Int64 = 7 * day, edges: [Double] = [1]
    ) -> CountFeatures.Feature {
        .init(slot: slot, kind: kind, over: over, delay: delay, edges: edges)
    }

    private func made(_ features: [CountFeatures.Feature], bucket: Int64 = day, slots: Int = 4) -> CountFeatures? {
        CountFeatures(bucket: bucket, slots: slots, features: features)
    }

    @Test(
        "is looked up once for each window and token, and covers every secret bit",
        arguments: 1...15 as ClosedRange<UInt64>)
    func lookups(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var list: [CountFeatures.Feature] = []
        for slot in 0..<4 {
            for over in 1...3 as ClosedRange<Int64> where Bool.random(using: &random) {
                for kind in [CountFeatures.Kind.frauds, .rate] where Bool.random(using: &random) {
                    let count = Int.random(in: 1...31, using: &random)
                    list.append(
                        feature(kind, slot: slot, over: over * day, edges: (0..<count).map { Double($0) }))
                }
            }
        }
        list += [feature(.events), feature(.members, over: 60, delay: 0, edges: [1, 2, 3])]
        let counts = try #require(made(list))
        let covered = counts.lookups.flatMap { Array($0.features) }
        #expect(covered == Array(0..<list.count - 2))
        for lookup in counts.lookups {
            for each in lookup.features {
                let feature = counts.features[each]
                #expect(feature.slot == lookup.slot && feature.over == lookup.over && feature.delay == lookup.delay)
            }
        }
        let keys = counts.lookups.map { [Int64($0.slot), $0.over, $0.delay] }
        #expect(Set(keys).count == keys.count)
        #expect(counts.bits == list.reduce(0) { $0 + $1.edges.count })
        #expect(counts.reach == list.map { $0.delay > 0 ? $0.over + $0.delay + day : day }.max())
    }

    @Test("without edges is not looked up, but there must be a bit")
    func withoutEdges() throws {
        #expect(made([feature(.frauds, edges: [])]) == nil)
        let counts = try #require(made([feature(.frauds, edges: []), feature(.rate)]))
        #expect(counts.lookups.map(\.features) == [1..<2] && counts.bits == 1)
        #expect(try #require(made([feature(.frauds, edges: []), feature(.events)])).lookups.isEmpty)
    }

    @Test("stays within what the parties hold and look up")
    func limits() {
        #expect(made([feature(.frauds, edges: (0..<32).map(Double.init))]) == nil)
        #expect(made([feature(.frauds, edges: [.infinity])]) == nil)
        #expect(made([feature(.frauds, edges: [1, 1])]) == nil)
        #expect(made([feature(.frauds, slot: 4)]) == nil)
        #expect(made([feature(.frauds, slot: -1)]) == nil)
        #expect(made([feature(.frauds)], slots: 0) == nil)
        #expect(made([feature(.frauds)], bucket: 0) == nil)
        #expect(made([feature(.frauds, over: 0)]) == nil)
        #expect(made([feature(.frauds, over: -day)]) == nil)
        #expect(made([feature(.events, delay: -day)]) == nil)
        #expect(made([feature(.frauds, over: 4096 * day)]) == nil)
        #expect(made([feature(.frauds, over: .max / day * day)]) == nil)
        #expect(made([feature(.frauds, over: 4088 * day)]) != nil)
        #expect(made([feature(.frauds, over: 4089 * day)]) == nil)
    }

    @Test("is at most 64 lookups")
    func lookupLimit() {
        func windows(_ count: Int64) -> [CountFeatures.Feature] {
            (1...count).map { feature(.frauds, over: $0 * day) }
        }
        #expect(made(windows(64))?.lookups.count == 64)
        #expect(made(windows(65)) == nil)
    }

    @Test("of one lookup is at most 1,023 bits")
    func bitLimit() {
        let edges = (0..<31).map(Double.init)
        #expect(made([CountFeatures.Feature](repeating: feature(.frauds, edges: edges), count: 33))?.bits == 1023)
        #expect(made([CountFeatures.Feature](repeating: feature(.frauds, edges: edges), count: 34)) == nil)
    }

    @Test("without a delay is of the last minute, hour or day, and no secret")
    func withoutDelay() {
        for over in [60, 3600, day] {
            #expect(made([feature(.events, over: over, delay: 0)])?.reach == day)
            #expect(made([feature(.members, over: over, delay: 0)]) != nil)
            #expect(made([feature(.frauds, over: over, delay: 0)]) == nil)
            #expect(made([feature(.rate, over: over, delay: 0)]) == nil)
        }
        for over in [0, 59, 61, 2 * day] { #expect(made([feature(.events, over: over, delay: 0)]) == nil) }
        #expect(CountFeatures.Kind.frauds.isSecret && CountFeatures.Kind.rate.isSecret)
        #expect(!CountFeatures.Kind.events.isSecret && !CountFeatures.Kind.members.isSecret)
    }
}
