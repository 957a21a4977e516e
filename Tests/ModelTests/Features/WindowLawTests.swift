import Model
import Records
import Support
import Testing

@Suite("What windows of one history have to do with each other")
struct WindowLawTests {
    private static let hour: Int64 = 3600
    private static let aggregates: [Feature.Aggregate] = [
        .count, .sum, .frauds, .max, .distinct(.card), .mean, .fraudRate, .amountOverMean, .amountOverMax,
        .secondsSinceLast, .countOverMean(history: 12 * hour),
    ]
    /// The last six hours, the six before them, and all twelve.
    private static let windows: [Feature.Window] = [
        .init(span: 6 * hour), .init(span: 6 * hour, delay: 6 * hour), .init(span: 12 * hour),
    ]

    /// The amount in major units of each of many payments, some of them late, and by window its aggregates as it comes.
    private func history(seed: UInt64) -> [(amount: Double, windows: [[Double]])] {
        let features = Self.windows.flatMap { window in
            Self.aggregates.map { Feature.Kind.window($0, .customer, window) }
        }
        var engine = FeatureEngine(
            spec: FeatureSpec(
                name: "w", features: features.enumerated().map { Feature(name: "f\($0.offset)", kind: $0.element) }))
        var random = SplitMix64(seed)
        var time = 500_000 * Self.hour
        var all: [Transaction] = []
        return (0..<300).map { number in
            // Whole hours, so that many lie on a window's edge.
            time += Int64.random(in: -1...2, using: &random) * Self.hour
            var transaction = payment(
                "p\(number)", seconds: time, customer: "c\(number % 2)",
                amount: Int64.random(in: 0...30, using: &random) * 100)
            transaction.entities[.card] = "k\(Int.random(in: 0..<4, using: &random))"
            all.append(transaction)
            let values = engine.observe(transaction)
            let old = all[Int.random(in: 0...number, using: &random)]
            engine.confirm(old, fraud: Bool.random(using: &random))
            let width = Self.aggregates.count
            return (
                Double(transaction.amount.value) / 100, (0..<3).map { Array(values[$0 * width..<($0 + 1) * width]) }
            )
        }
    }

    @Test("two that lie side by side hold what the one over both holds", arguments: 1...4 as ClosedRange<UInt64>)
    func sideBySide(seed: UInt64) {
        for (_, windows) in history(seed: seed) {
            let (late, early, both) = (windows[0], windows[1], windows[2])
            for sum in 0..<3 { #expect(late[sum] + early[sum] == both[sum], "\(Self.aggregates[sum])") }
            #expect(max(late[3], early[3]) == both[3])
            #expect(both[4] >= max(late[4], early[4]) && both[4] <= late[4] + early[4])
        }
    }

    @Test("means, rates and ratios are of the window's own sums", arguments: 1...4 as ClosedRange<UInt64>)
    func ratios(seed: UInt64) {
        func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) < 1e-9 * max(1, abs(one)) }
        var empty = 0
        for (amount, windows) in history(seed: seed) {
            for values in windows {
                let (count, sum, frauds, largest) = (values[0], values[1], values[2], values[3])
                #expect(isNear(values[5] * count, sum) && isNear(values[6] * max(count, 1), frauds))
                #expect(isNear(values[7] * sum, sum > 0 ? amount * count : 0))
                #expect(isNear(values[8] * largest, largest > 0 ? amount : 0))
                #expect(largest <= sum && frauds <= count && values[4] <= min(count, 4))
                empty += count == 0 ? 1 : 0
            }
            // As busy as in both halves on average; over its own length, as ever.
            #expect(isNear(windows[0][10] * windows[2][0], 2 * windows[0][0]) && windows[2][10] == 1)
        }
        #expect(empty > 0)
    }
}
