import Dispatch
import Support
import Telemetry
import Testing

@Suite("Metrics")
struct MetricsTests {
    private let metrics = Metrics()

    private var lines: [String] { metrics.exposition.split(separator: "\n").map(String.init) }

    @Test("are counted by name and labels")
    func counters() {
        let all = Metric.counter("a_total", "All.")
        let some = Metric.counter("b_total", "By kind.", labels: ["kind"])
        metrics.add(2, to: all)
        metrics.add(3, to: all)
        metrics.add(5, to: some, .init("kind", "x"))
        metrics.add(7, to: some, [.init("kind", "y")])
        #expect(metrics.value(all) == 5 && metrics.value(some, .init("kind", "x")) == 5)
        #expect(metrics.value("a_total") == 5 && metrics.value("b_total", .init("kind", "x")) == 5)
        #expect(metrics.value(some, .init("kind", "z")) == 0 && metrics.value("c_total") == 0)
        #expect(lines == ["a_total 5", "b_total{kind=\"x\"} 5", "b_total{kind=\"y\"} 7"])
    }

    @Test("that are set are what they were set to last")
    func gauges() {
        metrics.set(.gauge("g", ""), to: 1)
        metrics.set(.gauge("g", ""), to: 0.25)
        metrics.set(.gauge("h", "", labels: ["a", "b"]), [.init("a", "1"), .init("b", "2")], to: -3)
        #expect(lines == ["g 0.25", "h{a=\"1\",b=\"2\"} -3"])
    }

    @Test(
        "are written as whole numbers where they are whole, and never in words",
        arguments: [
            (0, "0"), (1e14, "100000000000000"), (1e16, "1e+16"), (-0.5, "-0.5"), (1.0 / 3, "0.3333333333333333"),
        ])
    func numbers(value: Double, text: String) {
        metrics.set(.gauge("n", ""), to: value)
        #expect(lines == ["n \(text)"])
    }

    @Test("stand by name, each behind its help, which is there before any value")
    func order() {
        let (first, second) = (Metric.counter("a_total", "The first."), Metric.gauge("b", "The second."))
        metrics.describe([second])
        metrics.describe([first])
        metrics.set(second, to: 1)
        metrics.set(.gauge("aa", "One that is not described."), to: 2)
        #expect(
            lines == [
                "# HELP a_total The first.", "# TYPE a_total counter", "aa 2", "# HELP b The second.", "# TYPE b gauge",
                "b 1",
            ])
        #expect(Metrics().exposition.isEmpty)
        #expect(
            Metrics(describing: [second, first]).exposition.split(separator: "\n").map(String.init)
                == lines.filter { $0.hasPrefix("#") })
    }

    @Test("that another role counts under the same name are one metric, said of otherwise")
    func redescribed() {
        let metric = Metric.counter("a_total", "Records, by kind.", labels: ["kind"])
        let other = metric.redescribed("Records.", labels: [])
        #expect(other == .counter("a_total", "Records.") && other != metric)
        metrics.describe([metric, other])
        metrics.add(1, to: other)
        #expect(lines == ["# HELP a_total Records.", "# TYPE a_total counter", "a_total 1"])
    }

    @Test(
        "of a histogram count each value once, at the first bound that takes it",
        arguments: 1...5 as ClosedRange<UInt64>)
    func buckets(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let values = (0..<200).map { _ in
            Double.random(in: 0...12, using: &random) * (Bool.random(using: &random) ? 1 : 0.001)
        }
        for value in values { metrics.observe(value, in: .histogram("h", ""), []) }
        var last = 0
        var buckets = 0
        for line in lines where line.hasPrefix("h_bucket") {
            let bound = try #require(line.split(separator: "\"").dropFirst().first)
            let count = try #require(line.split(separator: " ").last.flatMap { Int($0) })
            #expect(count == (bound == "+Inf" ? values.count : values.count { $0 <= Double(bound)! }))
            #expect(count >= last)
            last = count
            buckets += 1
        }
        #expect(buckets == 19 && lines.contains("h_count 200"))
    }

    @Test("of many threads are all counted")
    func threads() {
        let (count, times) = (Metric.counter("t_total", ""), Metric.histogram("t_seconds", "", labels: ["n"]))
        DispatchQueue.concurrentPerform(iterations: 8) { [metrics] number in
            for _ in 0..<500 {
                metrics.add(1, to: count)
                metrics.observe(0.01, in: times, [.init("n", "\(number % 2)")])
            }
        }
        #expect(metrics.value(count) == 4000)
        #expect(lines.contains("t_seconds_count{n=\"0\"} 2000") && lines.contains("t_seconds_count{n=\"1\"} 2000"))
    }
}
