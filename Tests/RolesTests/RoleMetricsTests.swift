import HTTPFront
import Ingest
import IngestHTTP
import ModelSync
import Roles
import SecureScoring
import Telemetry
import Testing
import TokenService

@Suite("What a role's metrics say from its start")
struct RoleMetricsTests {
    private typealias Recorded = [(name: String, kind: Metric.Kind, help: String)]

    private static let agent: Recorded = [
        (
            "cordon_audit_contradictions_total", .counter,
            "Contradictions between heads of one role's audit log, that roles have shown."
        ),
        ("cordon_audit_entries", .gauge, "Entries of the role's audit log."),
        ("cordon_audit_heads_shown_total", .counter, "Heads of the role's audit log that it showed the others."),
        ("cordon_decisions_total", .counter, "Decisions, by band."),
        (
            "cordon_decision_records_unreadable_total", .counter,
            "Records of the member's own decisions that are none."
        ),
        ("cordon_duplicates_total", .counter, "Transactions dropped because their id was known."),
        (
            "cordon_identifiers_refused_total", .counter,
            "Names without a token, because they are no identifiers, by entity and reason."
        ),
        ("cordon_key_age_seconds", .gauge, "Age of a key of the role's keystore."),
        (
            "cordon_key_expiry_timestamp_seconds", .gauge,
            "Time by which a key of the role's keystore is to be replaced."
        ),
        ("cordon_known_ids", .gauge, "Ids of transactions whose repeats are told from new ones."),
        (
            "cordon_label_records_repeated_total", .counter,
            "Label records sent again, because the log has lost one before them."
        ),
        ("cordon_label_records_total", .counter, "Records on consortium.labels."),
        (
            "cordon_label_records_uncounted", .gauge,
            "Label records that not all parties have said to have counted."
        ),
        ("cordon_labels_told_total", .counter, "Events of which the parties were told what became of them."),
        ("cordon_labels_total", .counter, "Labels taken into the windows."),
        ("cordon_labels_waiting", .gauge, "Events of which the parties were not told yet what became of them."),
        ("cordon_log_errors_total", .counter, "Failed calls of the log that were tried again."),
        (
            "cordon_missing_receipts_total", .counter,
            "Parties' words that transactions have not come to them."
        ),
        ("cordon_outcomes_total", .counter, "Statuses, returns and recalls of payments, by kind."),
        ("cordon_partitions_stopped", .gauge, "Partitions given up for what their log holds."),
        (
            "cordon_policy_reads_total", .counter,
            "Times that the policy's files had changed and were read again."
        ),
        (
            "cordon_reasons_asked_total", .counter,
            "Requests for reasons that were sent to the parties, those about no alert too."
        ),
        (
            "cordon_reasons_told_total", .counter,
            "Alerts of which reasons were told, or why there are none."
        ),
        (
            "cordon_records_left_out_total", .counter,
            "Records that the mapping leaves out, such as refunds, by reason."
        ),
        (
            "cordon_receipts_refused_total", .counter,
            "Records of receipts that are no party's for this member."
        ),
        ("cordon_rejected_total", .counter, "Records on <member>.rejected, by reason."),
        ("cordon_repeated_scores_total", .counter, "Scores of transactions that were decided before."),
        ("cordon_rules_matched_total", .counter, "Transactions that a rule of the policy matched."),
        ("cordon_score_records_refused_total", .counter, "Records of score shares that were refused."),
        ("cordon_sealed_bytes_total", .counter, "Bytes of sealed records."),
        (
            "cordon_sync_verdicts_total", .counter,
            "Validations by what this member's agent said of the challenger: worse, no_worse, or none."
        ),
        ("cordon_token_batches_timed_out_total", .counter, "Batches with fewer than two good answers in time."),
        ("cordon_token_cache_hits_total", .counter, "Identifiers whose token was in the cache."),
        ("cordon_token_cache_misses_total", .counter, "Identifiers whose token was not in the cache."),
        (
            "cordon_token_key_records_dropped_total", .counter,
            "Records of the key topic that were passed over, by reason."
        ),
        ("cordon_token_proofs_invalid_total", .counter, "Answers of a party that did not use its key share."),
        (
            "cordon_token_records_dropped_total", .counter,
            "Records of the answers' topic that were passed over, by reason."
        ),
        ("cordon_token_refusals_total", .counter, "Answers that were of no use, by party and reason."),
        ("cordon_token_retries_total", .counter, "Times that tokens were asked for again because not all came."),
        ("cordon_tokens_requested_total", .counter, "Identifiers that the parties were asked for."),
        (
            "cordon_transactions_marked_total", .counter,
            "Transactions scored though late, ahead of the clock or without a field that could not be read."
        ),
        (
            "cordon_transactions_sealed_again_total", .counter,
            "Transactions sealed again: a party lacks them, their keys were closed before them, or they waited for too long; by reason."
        ),
        ("cordon_transactions_sealed_total", .counter, "Transactions sealed for the parties."),
        ("cordon_transactions_waiting", .gauge, "Sealed transactions without a decision."),
        ("cordon_watermarks_total", .counter, "Records that say how far event time has come."),
    ]

    private static let front: Recorded = [
        ("cordon_http_degraded_total", .counter, "Scores answered by the fallback policy, by reason."),
        ("cordon_http_request_duration_seconds", .histogram, "Requests answered, by route and status."),
    ]

    private static let party: Recorded = [
        (
            "cordon_audit_contradictions_total", .counter,
            "Contradictions between heads of one role's audit log, that roles have shown."
        ),
        ("cordon_audit_entries", .gauge, "Entries of the role's audit log."),
        ("cordon_audit_heads_shown_total", .counter, "Heads of the role's audit log that it showed the others."),
        ("cordon_batches_aborted_total", .counter, "Batches given up; each is proposed again."),
        ("cordon_batches_recounted_total", .counter, "Batches that were counted by what the log says of them."),
        ("cordon_batches_total", .counter, "Batches whose shares are in the log."),
        ("cordon_cell_peers_connected", .gauge, "Peers with a link now."),
        ("cordon_cell_sent_bytes_total", .counter, "Bytes of frames sent to both peers, before TLS."),
        ("cordon_cell_sent_frames_total", .counter, "Frames sent to both peers."),
        (
            "cordon_counted_token_epoch", .gauge,
            "Epoch of the tokens that counts are kept under; absent before the first move."
        ),
        ("cordon_events_counted_total", .counter, "Events of members' tokens, by what became of them in the counts."),
        ("cordon_key_age_seconds", .gauge, "Age of a key of the role's keystore."),
        (
            "cordon_key_expiry_timestamp_seconds", .gauge,
            "Time by which a key of the role's keystore is to be replaced."
        ),
        ("cordon_label_batches_total", .counter, "Batches of labels."),
        ("cordon_label_records_refused_total", .counter, "Label records refused by a party."),
        ("cordon_labels_counted_total", .counter, "Labels that are in the counts."),
        ("cordon_labels_refused_total", .counter, "Labels that are not counted, by reason."),
        ("cordon_log_errors_total", .counter, "Failed calls of the log that were tried again."),
        ("cordon_partitions_stopped", .gauge, "Partitions given up for what their log holds."),
        ("cordon_reason_requests_total", .counter, "Members' requests for reasons, by what this party said."),
        ("cordon_repeats_dropped_total", .counter, "Repeated transactions that were dropped from batches."),
        ("cordon_rounds_total", .counter, "Rounds of messages between the parties."),
        ("cordon_row_bytes", .gauge, "Bytes of kept rows and labels, before they are sealed."),
        ("cordon_row_labels_kept", .gauge, "Labels that are kept beside scored rows."),
        ("cordon_rows_kept", .gauge, "Scored rows that are kept for training, with labels or without."),
        ("cordon_scores_signed_total", .counter, "Scores that the party signed for in its audit log."),
        ("cordon_share_generation", .gauge, "Generation of shares in force; absent before the first refresh."),
        (
            "cordon_share_generation_made", .gauge,
            "Newest generation of shares that this party has; absent before the first refresh."
        ),
        (
            "cordon_source_gaps_total", .counter,
            "Records whose predecessor of the same source has not come, by topic."
        ),
        (
            "cordon_sync_drift", .gauge,
            "Population stability index of the newest rows that parties looked at: scores of the model in force, and its feature that changed most."
        ),
        ("cordon_sync_groups", .gauge, "Groups of trees that the training under way has grown."),
        ("cordon_sync_groups_of", .gauge, "Groups of trees of the training under way; 0 where there is none."),
        ("cordon_sync_orders_open", .gauge, "Orders that this party has not done or refused."),
        (
            "cordon_sync_orders_total", .counter,
            "Orders of the coordinator to train, validate or seal, by what this party made of them."
        ),
        ("cordon_sync_ready", .gauge, "1 once this party has read all orders: it takes part in trainings."),
        ("cordon_sync_records_refused_total", .counter, "Records of consortium.sync that count for nothing."),
        (
            "cordon_sync_rounds_total", .counter,
            "Rounds of messages between the parties for trainings and validations."
        ),
        (
            "cordon_take_over_progress", .gauge,
            "Part of what the two other parties deal to this one's new host that is there, up to 1; absent elsewhere."
        ),
        ("cordon_token_batches_evaluated_total", .counter, "Blinded batches that were answered, by member."),
        ("cordon_token_batches_refused_total", .counter, "Blinded batches that were refused, by member and reason."),
        ("cordon_token_elements_evaluated_total", .counter, "Elements of answered batches, by member."),
        ("cordon_token_epoch", .gauge, "Epoch of the token key in force; absent while there is none."),
        (
            "cordon_token_key_records_dropped_total", .counter,
            "Records of the key topic that were passed over, by reason."
        ),
        ("cordon_token_positions_lost_total", .counter, "Times that retention took records before they were read."),
        ("cordon_token_records_dropped_total", .counter, "Records without an answer, by member and reason."),
        ("cordon_tokens_live", .gauge, "Tokens with events that a window can still hold."),
        (
            "cordon_transactions_over_limit_total", .counter,
            "Transactions refused because they break a limit on what their member may ask, by reason."
        ),
        ("cordon_transactions_refused_total", .counter, "Transactions refused by a party."),
        ("cordon_transactions_scored_total", .counter, "Transactions scored."),
    ]

    private func text(_ recorded: Recorded) -> String {
        recorded.sorted { $0.name < $1.name }.map {
            "# HELP \($0.name) \($0.help)\n# TYPE \($0.name) \($0.kind.rawValue)\n"
        }.joined()
    }

    @Test("is for an agent what dashboards were made for")
    func agent() {
        #expect(Metrics(describing: RoleMetrics.agent).exposition == text(Self.agent))
    }

    @Test("is for an agent with an HTTP front the requests, too")
    func front() {
        let metrics = Metrics(describing: RoleMetrics.agent)
        metrics.describe(RoleMetrics.front)
        #expect(metrics.exposition == text(Self.agent + Self.front))
    }

    @Test("is for a party what dashboards were made for")
    func party() {
        #expect(Metrics(describing: RoleMetrics.party).exposition == text(Self.party))
    }
}

@Suite("Declared metrics")
struct DeclaredMetricsTests {
    /// The metrics of each module.
    private static let modules: [[Metric]] = [
        HTTPFrontMetrics.all, IngestHTTPMetrics.all, IngestMetrics.all, ScoringMetrics.all, TokenMetrics.all,
        SyncMetrics.all, RoleMetrics.all,
    ]

    @Test("have each a name of its own")
    func names() {
        let names = Self.modules.joined().map(\.name)
        #expect(Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.isEmpty)
    }

    @Test("follow Prometheus' naming, and have a help text")
    func naming() {
        for metric in Self.modules.joined() {
            #expect(metric.name.wholeMatch(of: /cordon(_[a-z0-9]+)+/) != nil, "\(metric.name)")
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.kind != .histogram || metric.name.hasSuffix("_seconds"), "\(metric.name)")
            #expect(metric.labels.allSatisfy { $0.wholeMatch(of: /[a-z_]+/) != nil }, "\(metric.name)")
            #expect(metric.help.hasSuffix(".") && metric.help.count > 1, "\(metric.name)")
        }
    }

    @Test("are what roles describe, by name and kind")
    func described() {
        let declared = Set(Self.modules.joined().map { [$0.name, $0.kind.rawValue] })
        for metric in RoleMetrics.agent + RoleMetrics.front + RoleMetrics.party {
            #expect(declared.contains([metric.name, metric.kind.rawValue]), "\(metric.name)")
        }
    }
}
