package import Telemetry

extension Metric {
    package static let deskRecordsUnreadable = Metric.counter(
        "cordon_desk_records_unreadable_total",
        "Records of the member's alerts and cases that this desk passed over because it can't read them.")
    package static let deskLabels = Metric.counter(
        "cordon_desk_labels_total",
        "Labels that follow from verdicts: written to the member's topic, or unwritable by its mapping.",
        labels: ["outcome"])
}

/// The desk's metrics.
package enum DeskMetrics {
    package static let all: [Metric] = [.deskRecordsUnreadable, .deskLabels]
}
