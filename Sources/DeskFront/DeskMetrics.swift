package import Telemetry

extension Metric {
    package static let deskRecordsUnreadable = Metric.counter(
        "cordon_desk_records_unreadable_total",
        "Records of the member's alerts and cases that this desk passed over because it can't read them.")
    package static let deskActs = Metric.counter(
        "cordon_desk_acts_total", "Acts asked of this desk, by what became of them.", labels: ["outcome"])
}

/// The desk's metrics.
package enum DeskMetrics {
    package static let all: [Metric] = [.deskRecordsUnreadable, .deskActs]
}
