package import Telemetry

extension Metric {
    package static let requestDuration = Metric.histogram(
        "cordon_http_request_duration_seconds", "Requests answered, by route and status.", labels: ["route", "status"])
}

/// The metrics that an HTTP server counts.
package enum HTTPFrontMetrics {
    package static let all: [Metric] = [.requestDuration]
}
