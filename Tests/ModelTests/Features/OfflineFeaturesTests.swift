import Model
import Records
import Support
import Testing

private let hour: Int64 = 3600
private let day = EventTime.day

/// Everything that a consortium counts, over windows of buckets and of the last moments.
private let shared: [Feature] = {
    let late = Feature.Window(days: 3, delayDays: 2)
    var features = Feature.Signal.allCases.map {
        Feature(name: "terminal.\($0.rawValue)", kind: .consortium($0, .terminal, late))
    }
    features.append(Feature(name: "card.rate", kind: .consortium(.fraudRate, .card, .init(days: 1, delayDays: 2))))
    // What is long over, far beyond the labels' delay.
    features.append(Feature(name: "old", kind: .consortium(.frauds, .terminal, .init(days: 3, delayDays: 8))))
    for span in [60, hour, day] {
        features.append(Feature(name: "n\(span)", kind: .consortium(.count, .terminal, .init(span: span))))
        features.append(Feature(name: "m\(span)", kind: .consortium(.members, .card, .init(span: span))))
    }
    return features
}()
private let terms = ConsortiumTerms(bucket: 6 * hour, labelDelay: 2 * day)
private let spec = FeatureSpec(
    name: "s",
    features: [Feature(name: "amount", kind: .amount), Feature(name: "n", kind: .count(.customer, .init(days: 1)))]
        + shared, terms: terms)

private func history(_ count: Int, seed: UInt64, members: Int = 3) throws -> [LabelledTransaction] {
    var random = SplitMix64(state: seed)
    let names = try (0..<members).map { try member("bank-\($0)") }
    var now: Int64 = 1_700_000_000
    return (0..<count).map { number in
        now += [0, 20, 600, hour, 5 * hour].randomElement(using: &random)!
        var transaction = payment(
            "\(number)", seconds: now, customer: "c\(Int.random(in: 0..<6, using: &random))",
            terminal: "t\(Int.random(in: 0..<4, using: &random))", amount: Int64.random(in: 0...900, using: &random))
        if Int.random(in: 0..<3, using: &random) > 0 {
            transaction.entities[.card] = "k\(Int.random(in: 0..<5, using: &random))"
        }
        return LabelledTransaction(
            member: names.randomElement(using: &random)!, transaction: transaction,
            fraud: Int.random(in: 0..<4, using: &random) == 0, scenario: 0)
    }
}

/// The definition: a scan of all that came before.
private func expected(_ feature: Feature.Shared, _ at: Int, _ all: [LabelledTransaction]) -> Double {
    let this = all[at].transaction
    guard let name = this.name(of: feature.entity) else { return 0 }
    let before = all[..<at].filter { $0.transaction.name(of: feature.entity) == name }
    let now = this.time.seconds
    let seen: [LabelledTransaction]
    if feature.window.delay > 0 {
        // Whole buckets, of which the newest ended at or before now - delay.
        let end = (now - feature.window.delay) / terms.bucket * terms.bucket
        seen = before.filter { (end - feature.window.span..<end).contains($0.transaction.time.seconds) }
    } else {
        let length: Int64 = feature.window.span > hour ? hour : 60
        let first = (now - feature.window.span) / length * length
        seen = before.filter { $0.transaction.time.seconds >= first }
    }
    let frauds = seen.count { $0.fraud }
    return switch feature.signal {
    case .frauds: Double(frauds)
    case .fraudRate: Double(frauds) / Double(max(seen.count, 1))
    case .count: Double(seen.count)
    case .members: Double(Set(seen.map(\.member)).count)
    }
}

@Suite("Features of past days")
struct OfflineFeaturesTests {
    @Test(
        "of the consortium equal their definition over all members' transactions",
        arguments: 1...6 as ClosedRange<UInt64>)
    func consortium(seed: UInt64) throws {
        let all = try history(300, seed: seed)
        let rows = offlineFeatures(all, spec: spec, where: { _ in true })
        #expect(rows.map(\.index) == Array(all.indices))
        for row in rows {
            #expect(row.values.count == spec.features.count)
            for (feature, value) in zip(spec.features, row.values) {
                guard let shared = feature.shared else { continue }
                let right = expected(shared, row.index, all)
                #expect(value == right, "seed \(seed), transaction \(row.index), \(feature.name)")
            }
        }
        // The test is of something: every signal was seen at work.
        for column in spec.ownCount..<spec.features.count {
            #expect(rows.contains { $0.values[column] > 0 }, "\(spec.features[column].name)")
        }
    }

    @Test("of a member are over its own transactions alone", arguments: 1...3 as ClosedRange<UInt64>)
    func own(seed: UInt64) throws {
        let all = try history(200, seed: seed)
        let rows = offlineFeatures(all, spec: spec, where: { _ in true })
        for bank in Set(all.map(\.member)) {
            var engine = FeatureEngine(spec: spec.own)
            for (index, labelled) in all.enumerated() where labelled.member == bank {
                engine.add(labelled.transaction, fraud: labelled.fraud)
                let own = engine.features(of: labelled.transaction)
                #expect(Array(rows[index].values.prefix(spec.ownCount)) == own)
            }
        }
    }

    @Test("are given of the days that are wanted, and see the days before")
    func wanted() throws {
        let all = try history(300, seed: 9)
        let whole = offlineFeatures(all, spec: spec, where: { _ in true })
        let last = all[all.count - 1].transaction.time.dayNumber
        let some = offlineFeatures(all, spec: spec, where: { $0 >= last - 1 })
        #expect(!some.isEmpty && some.count < all.count)
        for row in some {
            #expect(all[row.index].transaction.time.dayNumber >= last - 1)
            #expect(row.values == whole[row.index].values)
        }
        #expect(offlineFeatures(all, spec: spec, where: { _ in false }).isEmpty)
        #expect(offlineFeatures([], spec: spec, where: { _ in true }).isEmpty)
    }

    @Test("take a member's counts in once, whoever the others are", arguments: 1...3 as ClosedRange<UInt64>)
    func renamed(seed: UInt64) throws {
        // With other names of the members everything is the same.
        let all = try history(150, seed: seed)
        let renamed = try all.map { labelled in
            var copy = labelled
            copy.member = try member("renamed-" + labelled.member.name)
            return copy
        }
        let rows = offlineFeatures(all, spec: spec, where: { _ in true })
        #expect(rows.map(\.values) == offlineFeatures(renamed, spec: spec, where: { _ in true }).map(\.values))
    }

    @Test("forget what the last day can't see, in the busiest entity, too")
    func busy() throws {
        let counted = FeatureSpec(
            name: "s",
            features: [
                Feature(name: "minute", kind: .consortium(.count, .terminal, .init(span: 60))),
                Feature(name: "day", kind: .consortium(.count, .terminal, .init(span: day))),
            ])
        let bank = try member("bank-a")
        // Two a minute, for three days: more than are kept at once.
        let all = (0..<8640).map { number in
            LabelledTransaction(
                member: bank, transaction: payment("\(number)", seconds: 1_699_999_980 + Int64(number) * 30),
                fraud: false,
                scenario: 0)
        }
        let lastDay = all[8639].transaction.time.dayNumber
        let rows = offlineFeatures(all, spec: counted, where: { $0 == lastDay })
        for row in rows {
            let now = all[row.index].transaction.time.seconds
            let minute = all[..<row.index].count { $0.transaction.time.seconds >= (now - 60) / 60 * 60 }
            let hours = all[..<row.index].count { $0.transaction.time.seconds >= (now - day) / hour * hour }
            #expect(row.values == [Double(minute), Double(hours)])
        }
        #expect(rows.count > 100)
    }

    @Test("say how far they are, every ten thousand")
    func progress() throws {
        let bank = try member("bank-a")
        let all = (0..<25_000).map {
            LabelledTransaction(
                member: bank, transaction: payment("\($0)", seconds: Int64($0)), fraud: false, scenario: 0)
        }
        var said: [Int] = []
        let plain = FeatureSpec(name: "s", features: [Feature(name: "a", kind: .amount)])
        _ = offlineFeatures(all, spec: plain, where: { _ in false }, progress: { said.append($0) })
        #expect(said == [10_000, 20_000])
    }
}
