package import Telemetry

extension Metric {
    package static let deskRecordsUnreadable = Metric.counter(
        "cordon_desk_records_unreadable_total",
        "Records of the member's alerts and cases that this desk passed over because it can't read them.")
    package static let deskLabels = Metric.counter(
        "cordon_desk_labels_total",
        "Labels that follow from verdicts: written to the member's topic, or unwritable by its mapping.",
        labels: ["outcome"])
    package static let deskWebhookAttempts = Metric.counter(
        "cordon_desk_webhook_attempts_total",
        "Attempts to hand messages over to endpoints: delivered, refused by an answer, or failed without one.",
        labels: ["outcome"])
    package static let deskWebhookGivenUp = Metric.counter(
        "cordon_desk_webhook_given_up_total",
        "Messages to endpoints that are tried no more until a person sends them again.")
    package static let deskWebhooksFailing = Metric.gauge(
        "cordon_desk_webhooks_failing", "Endpoints whose last attempts all failed.")
    package static let deskWaiting = Metric.gauge(
        "cordon_desk_alerts_waiting",
        "Open alerts that are late or soon to be so, wait for others, are snoozed, or are kept back by a rule's snooze.",
        labels: ["state"])
    package static let deskWebhooksDisabled = Metric.gauge(
        "cordon_desk_webhooks_disabled", "Endpoints that are sent nothing more, by a 410 or after days without any 2xx."
    )
}

/// The desk's metrics.
package enum DeskMetrics {
    package static let all: [Metric] = [
        .deskRecordsUnreadable, .deskLabels, .deskWebhookAttempts, .deskWebhookGivenUp, .deskWebhooksFailing,
        .deskWebhooksDisabled, .deskWaiting,
    ]
}
