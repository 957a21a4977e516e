package import Telemetry

extension Metric {
    package static let degradedScores = Metric.counter(
        "cordon_http_degraded_total", "Scores answered by the fallback policy, by reason.", labels: ["reason"])
}

/// The metrics that an agent's REST front counts beside its server's.
package enum IngestHTTPMetrics {
    package static let all: [Metric] = [.degradedScores]
}
