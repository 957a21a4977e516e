package import Telemetry

extension Metric {
    package static let requestDuration = Metric.histogram(
        "cordon_http_request_duration_seconds", "Requests answered, by route and status.", labels: ["route", "status"])
}

extension Metrics {
    /// An answered request.
    ///
    /// - Parameter route: a path of the server's own table; nil where none was asked for, and where the head was refused.
    func answered(_ route: String?, status: Int, seconds: Double) {
        observe(
            seconds, in: .requestDuration,
            [Label("route", route ?? "other"), Label("status", String(status))])
    }
}

/// The metrics that an HTTP server counts.
package enum HTTPFrontMetrics {
    package static let all: [Metric] = [.requestDuration]
}
