package import Telemetry

extension Metric {
    package static let watermarks = Metric.counter(
        "cordon_watermarks_total", "Records that say how far event time has come.")
    package static let transactionsSealed = Metric.counter(
        "cordon_transactions_sealed_total", "Transactions sealed for the parties.")
    package static let transactionsSealedAgain = Metric.counter(
        "cordon_transactions_sealed_again_total",
        "Transactions sealed again: a party lacks them, their keys were closed before them, or they waited for too long; by reason.",
        labels: ["reason"])
    package static let missingReceipts = Metric.counter(
        "cordon_missing_receipts_total", "Parties' words that transactions have not come to them.")
    package static let reasonRequests = Metric.counter(
        "cordon_reasons_asked_total", "Requests for reasons that were sent to the parties, those about no alert too.")
    package static let reasonsTold = Metric.counter(
        "cordon_reasons_told_total", "Alerts of which reasons were told, or why there are none.", labels: ["outcome"])
    package static let sealedBytes = Metric.counter("cordon_sealed_bytes_total", "Bytes of sealed records.")
    package static let duplicates = Metric.counter(
        "cordon_duplicates_total", "Transactions dropped because their id was known.")
    package static let transactionsMarked = Metric.counter(
        "cordon_transactions_marked_total",
        "Transactions scored though late, ahead of the clock or without a field that could not be read.",
        labels: ["mark"])
    package static let recordsRejected = Metric.counter(
        "cordon_rejected_total", "Records on <member>.rejected, by reason.", labels: ["reason"])
    package static let recordsLeftOut = Metric.counter(
        "cordon_records_left_out_total", "Records that the mapping leaves out, such as refunds, by reason.",
        labels: ["reason"])
    package static let labelsTaken = Metric.counter("cordon_labels_total", "Labels taken into the windows.")
    package static let outcomes = Metric.counter(
        "cordon_outcomes_total", "Statuses, returns and recalls of payments, by kind.", labels: ["kind"])
    package static let identifiersRefused = Metric.counter(
        "cordon_identifiers_refused_total",
        "Names without a token, because they are no identifiers, by entity and reason.", labels: ["entity", "reason"])
    package static let labelsTold = Metric.counter(
        "cordon_labels_told_total", "Events of which the parties were told what became of them.")
    package static let labelRecords = Metric.counter("cordon_label_records_total", "Records on consortium.labels.")
    package static let labelRecordsRepeated = Metric.counter(
        "cordon_label_records_repeated_total", "Label records sent again, because the log has lost one before them.")
    package static let labelRecordsUncounted = Metric.gauge(
        "cordon_label_records_uncounted", "Label records that not all parties have said to have counted.",
        labels: ["partition"])
    package static let receiptsRefused = Metric.counter(
        "cordon_receipts_refused_total", "Records of receipts that are no party's for this member.")
    package static let decisions = Metric.counter("cordon_decisions_total", "Decisions, by band.", labels: ["band"])
    package static let rulesMatched = Metric.counter(
        "cordon_rules_matched_total", "Transactions that a rule of the policy matched.", labels: ["rule", "mode"])
    package static let policyReads = Metric.counter(
        "cordon_policy_reads_total", "Times that the policy's files had changed and were read again.",
        labels: ["outcome"])
    package static let repeatedScores = Metric.counter(
        "cordon_repeated_scores_total", "Scores of transactions that were decided before.")
    package static let scoreRecordsRefused = Metric.counter(
        "cordon_score_records_refused_total", "Records of score shares that were refused.")
    package static let decisionRecordsUnreadable = Metric.counter(
        "cordon_decision_records_unreadable_total", "Records of the member's own decisions that are none.")
}

/// The metrics that an agent's ingest and decisions count.
package enum IngestMetrics {
    package static let all: [Metric] = [
        .watermarks, .transactionsSealed, .transactionsSealedAgain, .missingReceipts, .sealedBytes, .duplicates,
        .transactionsMarked, .recordsRejected,
        .recordsLeftOut,
        .labelsTaken, .outcomes, .identifiersRefused, .labelsTold, .labelRecords, .labelRecordsRepeated,
        .labelRecordsUncounted, .receiptsRefused, .decisions, .rulesMatched, .policyReads, .repeatedScores,
        .scoreRecordsRefused,
        .decisionRecordsUnreadable, .reasonRequests, .reasonsTold,
    ]
}
