import Telemetry
import Testing

@Suite("A histogram")
struct HistogramTests {
    @Test("counts up to each bound, in rising order, with sum and count")
    func exposition() {
        let times = Metric.histogram("t_seconds", "Times.", labels: ["route"])
        let metrics = Metrics(describing: [times])
        for seconds in [0.001, 0.0011, 0.05, 20] { metrics.observe(seconds, in: times, [.init("route", "/a")]) }
        let lines = metrics.exposition.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["# HELP t_seconds Times.", "# TYPE t_seconds histogram"])
        let buckets = lines.filter { $0.hasPrefix("t_seconds_bucket") }
        #expect(buckets.first == "t_seconds_bucket{route=\"/a\",le=\"0.001\"} 1")
        #expect(buckets.contains("t_seconds_bucket{route=\"/a\",le=\"0.0025\"} 2"))
        #expect(buckets.contains("t_seconds_bucket{route=\"/a\",le=\"0.06\"} 3"))
        #expect(
            Array(buckets.suffix(2)) == [
                "t_seconds_bucket{route=\"/a\",le=\"10.0\"} 3", "t_seconds_bucket{route=\"/a\",le=\"+Inf\"} 4",
            ])
        #expect(lines.contains("t_seconds_count{route=\"/a\"} 4"))
        #expect(lines.contains { $0.hasPrefix("t_seconds_sum{route=\"/a\"} 20.05") })
    }
}
