import Model
import Records
import Support
import Testing

private let hour: Int64 = 3600
private let day = EventTime.day

/// What windows say, from the list of all that came: entity's name, time, amount, fraud.
private struct PlainHistory {
    var all: [(name: String, other: String, time: Int64, amount: Int64, fraud: Bool)] = []

    func window(_ name: String, _ time: Int64, _ window: Feature.Window) -> [Int] {
        let end = time - window.delay
        return all.indices.filter { all[$0].name == name && all[$0].time <= end && all[$0].time > end - window.span }
    }
}

@Suite("The history of an entity")
struct HistoryTests {
    private static let short = Feature.Window(span: 6 * hour)
    private static let late = Feature.Window(span: day, delay: 2 * day)
    private static let spec = FeatureSpec(
        name: "s",
        features: [
            Feature(name: "n", kind: .count(.customer, short)),
            Feature(name: "sum", kind: .window(.sum, .customer, short)),
            Feature(name: "max", kind: .window(.max, .customer, short)),
            Feature(name: "terminals", kind: .window(.distinct(.terminal), .customer, short)),
            Feature(name: "frauds", kind: .frauds(.customer, late)),
            Feature(name: "late", kind: .count(.customer, late)),
        ])

    private func expected(_ plain: PlainHistory, _ name: String, _ time: Int64) -> [Double] {
        let short = plain.window(name, time, Self.short)
        let late = plain.window(name, time, Self.late)
        return [
            Double(short.count), Double(short.reduce(0) { $0 + plain.all[$1].amount }) / 100,
            Double(short.map { plain.all[$0].amount }.max() ?? 0) / 100,
            Double(Set(short.map { plain.all[$0].other }).count), Double(late.count { plain.all[$0].fraud }),
            Double(late.count),
        ]
    }

    @Test("is trimmed where it grows long, and its windows stay right", arguments: 1...4 as ClosedRange<UInt64>)
    func trimmed(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var engine = FeatureEngine(spec: Self.spec)
        var plain = PlainHistory()
        var now: Int64 = 1_700_000_000
        // Weeks of it: many times the reach, so that old ones go more than once.
        for number in 0..<1500 {
            now += Int64.random(in: 0...40 * 60, using: &random)
            let time = number % 9 == 0 ? now - Int64.random(in: 0...day, using: &random) : now
            let name = Int.random(in: 0..<10, using: &random) < 8 ? "busy" : "quiet"
            let amount = Int64.random(in: 0...5000, using: &random)
            let terminal = "t\(Int.random(in: 0..<5, using: &random))"
            let fraud = Int.random(in: 0..<8, using: &random) == 0
            let transaction = payment("\(number)", seconds: time, customer: name, terminal: terminal, amount: amount)
            engine.add(transaction, fraud: fraud)
            plain.all.append((name, terminal, time, amount, fraud))
            let values = engine.features(of: transaction)
            #expect(values == expected(plain, name, time), "seed \(seed), transaction \(number)")
        }
    }

    @Test("tells a fraud that is confirmed and withdrawn, once each, whichever of those alike")
    func confirmations() {
        var engine = FeatureEngine(
            spec: FeatureSpec(
                name: "s", features: [Feature(name: "f", kind: .frauds(.customer, .init(days: 5)))]))
        let twice = payment("a", seconds: 1000, amount: 500)
        let other = payment("b", seconds: 1000, amount: 700)
        let later = payment("c", seconds: 2000, amount: 500)
        for transaction in [twice, twice, other, later] { engine.add(transaction) }
        func frauds(_ at: Transaction) -> Double { engine.features(of: at)[0] }
        engine.confirm(twice, fraud: false)
        #expect(frauds(later) == 0)
        engine.confirm(twice, fraud: true)
        #expect(frauds(later) == 1 && frauds(other) == 1)
        engine.confirm(twice, fraud: true)
        #expect(frauds(later) == 2)
        // There is no third like it.
        engine.confirm(twice, fraud: true)
        #expect(frauds(later) == 2)
        engine.confirm(later, fraud: true)
        #expect(frauds(later) == 3 && frauds(other) == 2)
        engine.confirm(twice, fraud: false)
        engine.confirm(twice, fraud: false)
        engine.confirm(twice, fraud: false)
        #expect(frauds(later) == 1)
        // Nobody's, and another amount's.
        engine.confirm(payment("x", seconds: 1000, customer: "nobody", amount: 500), fraud: true)
        engine.confirm(payment("x", seconds: 1000, amount: 501), fraud: true)
        #expect(frauds(later) == 1)
    }

    @Test("keeps exact sums of the largest amounts")
    func largeAmounts() {
        var engine = FeatureEngine(
            spec: FeatureSpec(
                name: "s", features: [Feature(name: "sum", kind: .window(.sum, .customer, .init(days: 1)))]))
        var sum: Int64 = 0
        for number in 0..<40 {
            let transaction = payment(
                "\(number)", seconds: 1000 + Int64(number), amount: MinorUnits.limit - Int64(number))
            sum += transaction.amount.value
            #expect(engine.observe(transaction) == [Double(sum) / 100])
        }
    }

    @Test("of an entity that a transaction doesn't name is none")
    func unnamed() {
        var engine = FeatureEngine(
            spec: FeatureSpec(
                name: "s",
                features: [
                    Feature(name: "n", kind: .count(.device, .init(days: 1))),
                    Feature(name: "since", kind: .window(.secondsSinceLast, .device, .init(days: 1))),
                ]))
        for number in 0..<5 {
            #expect(engine.observe(payment("\(number)", seconds: Int64(number))) == [0, Double(day)])
        }
    }

    @Test("has its window's edges: what is as old as the window is out of it, what is at its end is in")
    func edges() {
        let window = Feature.Window(span: 100, delay: 10)
        var engine = FeatureEngine(
            spec: FeatureSpec(name: "s", features: [Feature(name: "n", kind: .count(.customer, window))]))
        engine.add(payment("p", seconds: 5000))
        for (time, count) in [(5009, 0.0), (5010, 1), (5109, 1), (5110, 0)] as [(Int64, Double)] {
            #expect(engine.features(of: payment("q", seconds: time)) == [count], "\(time)")
        }
    }
}

@Suite("The histories of many entities")
struct EntityHistoriesTests {
    private static let spec = FeatureSpec(
        name: "s",
        features: [
            Feature(name: "n", kind: .count(.customer, .init(days: 1))),
            Feature(name: "customers", kind: .window(.distinct(.customer), .terminal, .init(days: 2))),
            Feature(name: "cards", kind: .window(.distinct(.card), .terminal, .init(days: 2))),
            Feature(name: "sum", kind: .window(.sum, .device, .init(days: 3))),
        ])

    private func transactions(_ count: Int, seed: UInt64) -> [Transaction] {
        var random = SplitMix64(state: seed)
        return (0..<count).map { number in
            var transaction = payment(
                "\(number)", seconds: 1_700_000_000 + Int64(number) * 30,
                customer: "c\(Int.random(in: 0..<3000, using: &random))",
                terminal: "t\(Int.random(in: 0..<200, using: &random))")
            transaction.entities[.card] = "k\(Int.random(in: 0..<9, using: &random))"
            if number % 3 == 0 { transaction.entities[.device] = "d\(Int.random(in: 0..<50, using: &random))" }
            return transaction
        }
    }

    @Test("thousands of them are found again, each its own")
    func many() {
        var engine = FeatureEngine(spec: Self.spec)
        var counts: [String: Double] = [:]
        for transaction in transactions(5000, seed: 1) where transaction.time.seconds < 1_700_000_000 + day {
            counts[transaction.customer, default: 0] += 1
            #expect(engine.observe(transaction)[0] == counts[transaction.customer])
        }
        #expect(counts.count > 1500)
    }

    @Test(
        "filled side by side, part by part and in groups, equal those filled one by one",
        arguments: [0, 1, 63, 64, 1000])
    func parts(count: Int) {
        let all = transactions(count, seed: UInt64(count) + 1)
        var single = FeatureEngine(spec: Self.spec)
        var parallel = FeatureEngine(spec: Self.spec)
        for (number, transaction) in all.enumerated() { single.add(transaction, fraud: number % 5 == 0) }
        let events = all.enumerated().map { (event: parallel.event(of: $1), fraud: $0 % 5 == 0) }
        #expect(parallel.parts == 3)
        let filled = parallel.withParts { parts -> Int in
            for at in parts.indices { parts[at].add(events) }
            return parts.count
        }
        #expect(filled == 3)
        for transaction in all.suffix(200) {
            #expect(parallel.features(of: transaction) == single.features(of: transaction))
        }
    }

    @Test("that are forgotten leave room for others", arguments: 1...3 as ClosedRange<UInt64>)
    func expired(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var engine = FeatureEngine(spec: Self.spec)
        var now: Int64 = 1_700_000_000
        for round in 0..<6 {
            for number in 0..<400 {
                var transaction = payment("\(number)", seconds: now, customer: "c\(round)-\(number)", terminal: "t")
                transaction.entities[.device] = "d\(Int.random(in: 0..<20, using: &random))"
                let values = engine.observe(transaction)
                #expect(values[0] == 1, "an entity took over another's history")
            }
            now += 4 * day
            engine.expire(before: EventTime(seconds: now))
            // Nothing of this customer is left.
            let gone = engine.features(of: payment("x", seconds: now - 4 * day, customer: "c\(round)-7", terminal: "t"))
            #expect(gone[0] == 0 && gone[1] == 0)
        }
    }

    @Test("reach back as far as the longest window with its delay")
    func retention() {
        func retention(_ kinds: Feature.Kind...) -> Int64 {
            let features = kinds.enumerated().map { Feature(name: "f\($0)", kind: $1) }
            return FeatureEngine(spec: FeatureSpec(name: "s", features: features)).retention
        }
        #expect(retention(.amount, .hour) == 0)
        #expect(retention(.count(.card, .init(days: 3))) == 3 * day)
        #expect(retention(.count(.card, .init(days: 3)), .frauds(.ip, .init(days: 1, delayDays: 7))) == 8 * day)
        #expect(retention(.window(.countOverMean(history: 30 * day), .card, .init(days: 1, delayDays: 1))) == 31 * day)
        #expect(retention(.window(.maxOverMean(history: 60 * day), .card, .init(days: 14, delayDays: 1))) == 75 * day)
    }

    @Test("share one history where entities are the same, and none where nothing has a window")
    func sharing() {
        func parts(_ kinds: Feature.Kind...) -> Int {
            let features = kinds.enumerated().map { Feature(name: "f\($0)", kind: $1) }
            return FeatureEngine(spec: FeatureSpec(name: "s", features: features)).parts
        }
        let window = Feature.Window(days: 1)
        #expect(parts(.amount) == 0)
        #expect(parts(.count(.card, window), .frauds(.card, window), .count(.card, .init(days: 2))) == 1)
        #expect(parts(.count(.card, window), .count(.ip, window)) == 2)
    }
}
