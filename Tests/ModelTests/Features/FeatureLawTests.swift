import Model
import Records
import Support
import Testing

private let hour: Int64 = 3600
private let day = EventTime.day

@Suite("What features over windows hang on")
struct FeatureLawTests {
    /// What each aggregate is of, where amounts are `factor` times as large.
    private static let aggregates: [(aggregate: Feature.Aggregate, grows: Bool)] = [
        (.count, false), (.sum, true), (.mean, true), (.max, true), (.distinct(.card), false),
        (.secondsSinceLast, false), (.amountOverMean, false), (.amountOverMax, false),
        (.countOverMean(history: 6 * day), false), (.maxOverMean(history: 4 * day), false), (.frauds, false),
        (.fraudRate, false),
    ]
    private static let spec = FeatureSpec(
        name: "laws",
        features: [Feature.Window(days: 2), .init(span: 5 * hour, delay: 3 * hour)].flatMap { window in
            aggregates.enumerated().map {
                Feature(name: "\(window.delay) \($0.offset)", kind: .window($0.element.aggregate, .customer, window))
            }
        })

    private func history(_ count: Int, seed: UInt64) -> [Transaction] {
        var random = SplitMix64(seed)
        var time = 19_000 * day
        return (0..<count).map { number in
            time += Int64.random(in: -hour...6 * hour, using: &random)
            var transaction = payment(
                "p\(number)", seconds: time, customer: "c\(Int.random(in: 0..<4, using: &random))",
                amount: Int64.random(in: 0...40, using: &random) * 100)
            if Bool.random(using: &random) { transaction.entities[.card] = "k\(Int.random(in: 0..<3, using: &random))" }
            return transaction
        }
    }

    /// The features of each transaction as it comes; every fifth is known to be a fraud three later.
    private func values(_ transactions: [Transaction], hasher: EntityHasher = EntityHasher()) -> [[Double]] {
        var engine = FeatureEngine(spec: Self.spec, hasher: hasher)
        return transactions.indices.map { at in
            if at >= 3, at % 5 == 3 { engine.confirm(transactions[at - 3], fraud: true) }
            return engine.observe(transactions[at])
        }
    }

    private func changed(_ all: [Transaction], _ change: (inout Transaction) -> Void) -> [Transaction] {
        all.map {
            var transaction = $0
            change(&transaction)
            return transaction
        }
    }

    @Test(
        "is how far apart transactions are, and not when: by any time later, all features are the same",
        arguments: [1, 59, hour, 17 * day + 1, -12_000 * day] as [Int64])
    func shift(seconds: Int64) {
        let all = history(150, seed: 1)
        #expect(
            values(changed(all) { $0.time = EventTime(seconds: $0.time.seconds + seconds) }) == values(all))
    }

    @Test("is who is who, and not what they are called, nor under which key names are hashed")
    func names() {
        let all = history(150, seed: 2)
        let expected = values(all)
        let renamed = changed(all) {
            $0.customer = "Kundin № " + String($0.customer.reversed())
            $0.entities[.card] = $0.entities[.card].map { $0 + $0 }
        }
        #expect(values(renamed) == expected)
        #expect(values(all, hasher: EntityHasher(k0: 77, k1: .max)) == expected)
    }

    @Test("is amounts in proportion: sixteen times as large, amounts grow and nothing else does")
    func amounts() {
        let all = history(150, seed: 3)
        let scaled = values(changed(all) { $0.amount = MinorUnits($0.amount.value * 16) })
        for (large, small) in zip(scaled, values(all)) {
            for (place, (large, small)) in zip(large, small).enumerated() {
                let grows = Self.aggregates[place % Self.aggregates.count].grows
                #expect(large == (grows ? small * 16 : small), "feature \(place)")
            }
        }
    }

    @Test("is an entity's own: others' transactions between change nothing")
    func company() {
        let all = history(200, seed: 4)
        let own = all.filter { $0.customer == "c1" }
        let noise = changed(own) { ($0.customer, $0.amount) = ("somebody else", MinorUnits(7)) }
        #expect(own.count > 20)
        let among = values(zip(own, noise).flatMap { [$0, $1] })
        let alone = FeatureSpec(name: "n", features: [Self.spec.features[0], Self.spec.features[1]])
        var engine = FeatureEngine(spec: alone)
        for (at, transaction) in own.enumerated() {
            #expect(engine.observe(transaction) == Array(among[2 * at][..<2]), "transaction \(at)")
        }
    }
}
