package import Telemetry

/// What the module counts, described for whoever scrapes it. Labels are members and parties of the roster, and codes of
/// docs/TOKENS.md.
package enum TokenMetrics {
    package static func describeParty(_ metrics: Metrics) {
        let counters = [
            ("cordon_token_batches_evaluated_total", "Blinded batches that were answered, by member."),
            ("cordon_token_elements_evaluated_total", "Elements of answered batches, by member."),
            ("cordon_token_batches_refused_total", "Blinded batches that were refused, by member and reason."),
            ("cordon_token_records_dropped_total", "Records without an answer, by member and reason."),
            ("cordon_token_positions_lost_total", "Times that retention took records before they were read."),
            ("cordon_token_key_records_dropped_total", "Records of the key topic that were passed over, by reason."),
        ]
        for (name, text) in counters { metrics.describe(name, .counter, text) }
    }

    package static func describeMember(_ metrics: Metrics) {
        let counters = [
            ("cordon_token_cache_hits_total", "Identifiers whose token was in the cache."),
            ("cordon_token_cache_misses_total", "Identifiers whose token was not in the cache."),
            ("cordon_tokens_requested_total", "Identifiers that the parties were asked for."),
            ("cordon_token_refusals_total", "Answers that were of no use, by party and reason."),
            ("cordon_token_proofs_invalid_total", "Answers of a party that did not use its key share."),
            ("cordon_token_records_dropped_total", "Records of the answers' topic that were passed over, by reason."),
            ("cordon_token_retries_total", "Times that tokens were asked for again because not all came."),
            ("cordon_token_batches_timed_out_total", "Batches with fewer than two good answers in time."),
            ("cordon_token_key_records_dropped_total", "Records of the key topic that were passed over, by reason."),
        ]
        for (name, text) in counters { metrics.describe(name, .counter, text) }
    }
}
