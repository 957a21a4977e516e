import Model
import Records
import Support
import Testing

private let hour: Int64 = 3600
private let day = EventTime.day

/// Each aggregate by itself, on histories that can be counted by hand.
@Suite("A window's aggregate")
struct AggregateTests {
    private func engine(_ kind: Feature.Kind) -> FeatureEngine {
        FeatureEngine(spec: FeatureSpec(name: "s", features: [Feature(name: "f", kind: kind)]))
    }

    /// What a feature is at each of some payments of one customer: seconds and hundredths.
    private func values(_ aggregate: Feature.Aggregate, _ window: Feature.Window, _ payments: [(Int64, Int64)])
        -> [Double]
    {
        var engine = engine(.window(aggregate, .customer, window))
        return payments.map { engine.observe(payment("p", seconds: $0.0, amount: $0.1))[0] }
    }

    private let hours = Feature.Window(span: 2 * hour)

    @Test("counts and sums what is in it, this transaction among them")
    func countAndSum() {
        let payments: [(Int64, Int64)] = [(0, 100), (hour, 250), (2 * hour, 50), (9 * hour, 1)]
        #expect(values(.count, hours, payments) == [1, 2, 2, 1])
        #expect(values(.sum, hours, payments) == [1, 3.5, 3, 0.01])
        #expect(values(.mean, hours, payments) == [1, 1.75, 1.5, 0.01])
        #expect(values(.max, hours, payments) == [1, 2.5, 2.5, 0.01])
    }

    @Test("with a delay does not hold this transaction, nor others of its last moments")
    func delayed() {
        let late = Feature.Window(span: 2 * hour, delay: hour)
        let payments: [(Int64, Int64)] = [(0, 100), (hour - 1, 200), (hour, 400), (2 * hour, 800), (3 * hour, 1600)]
        #expect(values(.count, late, payments) == [0, 0, 1, 3, 3])
        #expect(values(.sum, late, payments) == [0, 0, 1, 7, 14])
        #expect(values(.mean, late, payments)[0] == 0 && values(.max, late, payments)[0] == 0)
    }

    @Test("says how long ago the one before was, and its span where there is none")
    func secondsSinceLast() {
        let payments: [(Int64, Int64)] = [(0, 1), (50, 1), (50, 1), (50 + 2 * hour - 1, 1), (50 + 4 * hour, 1)]
        #expect(values(.secondsSinceLast, hours, payments) == [7200, 50, 0, 7199, 7200])
    }

    @Test("sets this amount against its mean and its largest, and is 0 where those are 0")
    func ratios() {
        let payments: [(Int64, Int64)] = [(0, 100), (60, 300), (120, 200), (180, 0)]
        #expect(values(.amountOverMean, hours, payments) == [1, 1.5, 1, 0])
        #expect(values(.amountOverMax, hours, payments) == [1, 1, 2.0 / 3, 0])
        let late = Feature.Window(span: hour, delay: hour)
        #expect(values(.amountOverMean, late, [(0, 500), (hour, 250)]) == [0, 0.5])
        #expect(values(.amountOverMax, late, [(0, 500), (hour, 250)]) == [0, 0.5])
        #expect(values(.amountOverMean, hours, [(0, 0), (1, 0)]) == [0, 0])
        #expect(values(.amountOverMax, hours, [(0, 0), (1, 0)]) == [0, 0])
    }

    @Test("sets its count against what is usual, which is 1 for who is as busy as ever")
    func countOverMean() {
        let aggregate = Feature.Aggregate.countOverMean(history: 10 * hour)
        let window = Feature.Window(span: hour)
        let steady = values(aggregate, window, (0..<40).map { (Int64($0) * hour / 2, 100) })
        // Two an hour, of which the history is full after ten hours.
        #expect(steady[0] == 10 && steady.suffix(20).allSatisfy { $0 == 1 })
        let burst = values(aggregate, window, (0..<20).map { (Int64($0) * hour / 2, 100) } + [(10 * hour - 1, 1)])
        #expect(burst[20] == 3 / (21 * 0.1))
    }

    @Test("sets its largest amount against what was usual before it, and is 0 where nothing was")
    func maxOverMean() {
        let aggregate = Feature.Aggregate.maxOverMean(history: 3 * hour)
        let payments: [(Int64, Int64)] = [
            // Nothing came before; the window's own amounts say nothing of what is usual.
            (hour, 400), (2 * hour, 200),
            // The first has left the window (t - 2h, t], which begins where the history ends.
            (3 * hour, 300), (4 * hour, 900),
            // The history (1h, 4h] has lost the first payment, and has all others.
            (6 * hour, 100),
            (9 * hour, 50),
        ]
        let right: [Double] = [0, 0, 0.75, 3, 1 / (14.0 / 3), 0.5]
        #expect(values(aggregate, hours, payments) == right)
        #expect(values(aggregate, hours, [(0, 0), (2 * hour, 700)]) == [0, 0])
        let late = Feature.Window(span: 2 * hour, delay: hour)
        #expect(values(aggregate, late, [(0, 100), (2 * hour, 300), (3 * hour, 900)]) == [0, 0, 3])
    }

    @Test("tells names apart, and does not count those that are missing")
    func distinct() {
        var engine = engine(.window(.distinct(.payee), .customer, hours))
        let names: [(String?, Double)] = [("a", 1), ("b", 2), ("a", 2), (nil, 2), ("c", 3), (nil, 3)]
        for (number, (name, count)) in names.enumerated() {
            var transaction = payment("p", seconds: Int64(number))
            transaction.entities[.payee] = name
            #expect(engine.observe(transaction) == [count])
        }
    }

    @Test("of frauds counts those that are confirmed, and the rate is of at least one transaction")
    func frauds() {
        let late = Feature.Window(span: day, delay: day)
        for (aggregate, expected) in [(Feature.Aggregate.frauds, 2.0), (.fraudRate, 2.0 / 3)] {
            var engine = engine(.window(aggregate, .terminal, late))
            #expect(engine.features(of: payment("q", seconds: 2 * day)) == [0])
            for (number, fraud) in [true, false, true].enumerated() {
                engine.add(payment("p\(number)", seconds: day - Int64(number)), fraud: fraud)
            }
            #expect(engine.features(of: payment("q", seconds: 2 * day)) == [expected])
            // Another terminal has none.
            #expect(engine.features(of: payment("q", seconds: 2 * day, terminal: "t2")) == [0])
        }
    }

    @Test("sees a late transaction from then on, and the late one sees what was before its own time")
    func late() {
        var engine = engine(.count(.customer, hours))
        #expect(engine.observe(payment("a", seconds: hour)) == [1])
        #expect(engine.observe(payment("late", seconds: 100)) == [1])
        #expect(engine.observe(payment("b", seconds: hour + 1)) == [3])
        #expect(engine.observe(payment("later", seconds: hour)) == [3])
    }

    @Test("is the same whoever asks, and asking changes nothing")
    func asking() {
        var engine = engine(.count(.customer, hours))
        engine.add(payment("a", seconds: 10))
        let copy = engine
        for _ in 0..<3 { #expect(engine.features(of: payment("q", seconds: 20)) == [1]) }
        engine.add(payment("b", seconds: 15))
        #expect(
            engine.features(of: payment("q", seconds: 20)) == [2] && copy.features(of: payment("q", seconds: 20)) == [1]
        )
    }
}

@Suite("A transaction's own features")
struct OwnFeatureTests {
    private func value(_ kind: Feature.Kind, _ transaction: Transaction) -> Double {
        FeatureEngine(spec: FeatureSpec(name: "s", features: [Feature(name: "f", kind: kind)]))
            .features(of: transaction)[0]
    }

    @Test(
        "are of its time, in UTC",
        arguments: [
            ("2026-03-02T00:00:00Z", 0.0, 1.0, 0.0, 0.0, 2.0), ("2026-03-07T06:59:59Z", 1, 1, 6, 5, 7),
            ("2026-03-08T07:00:00Z", 1, 0, 7, 6, 8), ("2026-03-31T23:59:59Z", 0, 0, 23, 1, 31),
        ] as [(String, Double, Double, Double, Double, Double)])
    func time(text: String, weekend: Double, night: Double, hour: Double, weekday: Double, day: Double) throws {
        let transaction = payment("p", seconds: try #require(EventTime(rfc3339: text)).seconds)
        #expect(value(.weekend, transaction) == weekend && value(.night, transaction) == night)
        #expect(value(.hour, transaction) == hour && value(.weekday, transaction) == weekday)
        #expect(value(.dayOfMonth, transaction) == day)
    }

    @Test("are of how it was paid and of whom it names, and 0 where it says nothing of that")
    func codes() {
        let bare = payment("p", seconds: 0, amount: 12_345)
        var full = bare
        (full.kind, full.channel) = (.cashOut, .atm)
        full.entities[.country] = "NG"
        #expect(value(.amount, bare) == 123.45)
        for kind in PaymentKind.allCases {
            #expect(value(.isKind(kind), bare) == 0 && value(.isKind(kind), full) == (kind == .cashOut ? 1 : 0))
        }
        for channel in PaymentChannel.allCases {
            #expect(
                value(.isChannel(channel), full) == (channel == .atm ? 1 : 0) && value(.isChannel(channel), bare) == 0)
        }
        #expect(value(.listed(.country, ["NG", "RU"]), full) == 1 && value(.listed(.country, ["RU"]), full) == 0)
        #expect(value(.listed(.country, ["NG"]), bare) == 0 && value(.listed(.customer, ["c1"]), bare) == 1)
        // The parties count these; a member has no value of them.
        #expect(value(.consortium(.count, .terminal, .init(span: 60)), full) == 0)
    }
}
