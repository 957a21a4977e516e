package import Telemetry

extension Metric {
    package static let tokenBatchesEvaluated = Metric.counter(
        "cordon_token_batches_evaluated_total", "Blinded batches that were answered, by member.", labels: ["member"])
    package static let tokenElementsEvaluated = Metric.counter(
        "cordon_token_elements_evaluated_total", "Elements of answered batches, by member.", labels: ["member"])
    package static let tokenBatchesRefused = Metric.counter(
        "cordon_token_batches_refused_total", "Blinded batches that were refused, by member and reason.",
        labels: ["member", "reason"])
    package static let tokenRecordsDropped = Metric.counter(
        "cordon_token_records_dropped_total", "Records without an answer, by member and reason.",
        labels: ["member", "reason"])
    /// The records dropped, as a member counts them.
    package static let tokenAnswersDropped = tokenRecordsDropped.redescribed(
        "Records of the answers' topic that were passed over, by reason.", labels: ["reason"])
    package static let tokenPositionsLost = Metric.counter(
        "cordon_token_positions_lost_total", "Times that retention took records before they were read.")
    package static let tokenKeyRecordsDropped = Metric.counter(
        "cordon_token_key_records_dropped_total", "Records of the key topic that were passed over, by reason.",
        labels: ["reason"])
    package static let tokenCacheHits = Metric.counter(
        "cordon_token_cache_hits_total", "Identifiers whose token was in the cache.")
    package static let tokenCacheMisses = Metric.counter(
        "cordon_token_cache_misses_total", "Identifiers whose token was not in the cache.")
    package static let tokensRequested = Metric.counter(
        "cordon_tokens_requested_total", "Identifiers that the parties were asked for.")
    package static let tokenRefusals = Metric.counter(
        "cordon_token_refusals_total", "Answers that were of no use, by party and reason.", labels: ["party", "reason"])
    package static let tokenProofsInvalid = Metric.counter(
        "cordon_token_proofs_invalid_total", "Answers of a party that did not use its key share.", labels: ["party"])
    package static let tokenRetries = Metric.counter(
        "cordon_token_retries_total", "Times that tokens were asked for again because not all came.")
    package static let tokenBatchesTimedOut = Metric.counter(
        "cordon_token_batches_timed_out_total", "Batches with fewer than two good answers in time.")
}

/// The metrics of entity tokens, by who counts them. Labels are members and parties of the roster, and codes of
/// docs/TOKENS.md.
package enum TokenMetrics {
    package static let party: [Metric] = [
        .tokenBatchesEvaluated, .tokenElementsEvaluated, .tokenBatchesRefused, .tokenRecordsDropped,
        .tokenPositionsLost, .tokenKeyRecordsDropped,
    ]

    package static let member: [Metric] = [
        .tokenCacheHits, .tokenCacheMisses, .tokensRequested, .tokenRefusals, .tokenProofsInvalid, .tokenAnswersDropped,
        .tokenRetries, .tokenBatchesTimedOut, .tokenKeyRecordsDropped,
    ]

    /// Each name once.
    package static let all = party + member.filter { metric in !party.contains { $0.name == metric.name } }
}
