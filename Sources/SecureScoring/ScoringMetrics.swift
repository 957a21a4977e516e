package import Telemetry

extension Metric {
    package static let batches = Metric.counter("cordon_batches_total", "Batches whose shares are in the log.")
    package static let batchesAborted = Metric.counter(
        "cordon_batches_aborted_total", "Batches given up; each is proposed again.")
    package static let rounds = Metric.counter("cordon_rounds_total", "Rounds of messages between the parties.")
    package static let transactionsScored = Metric.counter("cordon_transactions_scored_total", "Transactions scored.")
    package static let transactionsRefused = Metric.counter(
        "cordon_transactions_refused_total", "Transactions refused by a party.")
    package static let transactionsOverLimit = Metric.counter(
        "cordon_transactions_over_limit_total",
        "Transactions refused because they break a limit on what their member may ask, by reason.", labels: ["reason"])
    package static let reasonsAsked = Metric.counter(
        "cordon_reason_requests_total", "Members' requests for reasons, by what this party said.", labels: ["outcome"])
    package static let repeatsDropped = Metric.counter(
        "cordon_repeats_dropped_total", "Repeated transactions that were dropped from batches.")
    package static let sourceGaps = Metric.counter(
        "cordon_source_gaps_total", "Records whose predecessor of the same source has not come, by topic.",
        labels: ["topic"])
    package static let batchesRecounted = Metric.counter(
        "cordon_batches_recounted_total", "Batches that were counted by what the log says of them.")
    package static let eventsCounted = Metric.counter(
        "cordon_events_counted_total", "Events of members' tokens, by what became of them in the counts.",
        labels: ["outcome"])
    package static let labelsCounted = Metric.counter("cordon_labels_counted_total", "Labels that are in the counts.")
    package static let labelsRefused = Metric.counter(
        "cordon_labels_refused_total", "Labels that are not counted, by reason.", labels: ["reason"])
    package static let labelBatches = Metric.counter("cordon_label_batches_total", "Batches of labels.")
    package static let labelRecordsRefused = Metric.counter(
        "cordon_label_records_refused_total", "Label records refused by a party.")
    package static let countedTokenEpoch = Metric.gauge(
        "cordon_counted_token_epoch", "Epoch of the tokens that counts are kept under; absent before the first move.")
    package static let tokensLive = Metric.gauge(
        "cordon_tokens_live", "Tokens with events that a window can still hold.")
    package static let shareGeneration = Metric.gauge(
        "cordon_share_generation", "Generation of shares in force; absent before the first refresh.")
    package static let shareGenerationMade = Metric.gauge(
        "cordon_share_generation_made",
        "Newest generation of shares that this party has; absent before the first refresh.")
    package static let takeOver = Metric.gauge(
        "cordon_take_over_progress",
        "Part of what the two other parties deal to this one's new host that is there, up to 1; absent elsewhere.")
    package static let rowsKept = Metric.gauge(
        "cordon_rows_kept", "Scored rows that are kept for training, with labels or without.")
    package static let rowLabelsKept = Metric.gauge(
        "cordon_row_labels_kept", "Labels that are kept beside scored rows.")
    package static let rowBytes = Metric.gauge(
        "cordon_row_bytes", "Bytes of kept rows and labels, before they are sealed.")
}

/// The metrics that a party's scoring and counting count.
package enum ScoringMetrics {
    package static let all: [Metric] = [
        .repeatsDropped, .sourceGaps, .batches, .batchesAborted, .rounds, .transactionsScored, .transactionsRefused,
        .transactionsOverLimit,
        .batchesRecounted,
        .eventsCounted, .labelsCounted, .labelsRefused, .labelBatches, .labelRecordsRefused, .countedTokenEpoch,
        .tokensLive, .shareGeneration, .shareGenerationMade, .takeOver, .rowsKept, .rowLabelsKept, .rowBytes,
        .reasonsAsked,
    ]
}
