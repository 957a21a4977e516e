import Telemetry
import TokenService

/// The metrics of a party's process.
enum PartyMetrics {
    /// Metrics with a help text each, and nothing counted yet.
    static func described() -> Metrics {
        let metrics = Metrics()
        TokenMetrics.describeParty(metrics)
        metrics.describe("cordon_token_epoch", .gauge, "Epoch of the token key in force; absent while there is none.")
        metrics.describe("cordon_batches_total", .counter, "Batches whose shares are in the log.")
        metrics.describe("cordon_batches_aborted_total", .counter, "Batches given up; each is proposed again.")
        metrics.describe("cordon_rounds_total", .counter, "Rounds of messages between the parties.")
        metrics.describe("cordon_transactions_scored_total", .counter, "Transactions scored.")
        metrics.describe("cordon_transactions_refused_total", .counter, "Transactions refused by a party.")
        metrics.describe(
            "cordon_batches_recounted_total", .counter, "Batches that were counted by what the log says of them.")
        metrics.describe(
            "cordon_events_counted_total", .counter, "Events of members' tokens, by what became of them in the counts.")
        metrics.describe("cordon_labels_counted_total", .counter, "Labels that are in the counts.")
        metrics.describe("cordon_labels_refused_total", .counter, "Labels that are not, by reason.")
        metrics.describe("cordon_label_batches_total", .counter, "Batches of labels.")
        metrics.describe("cordon_label_records_refused_total", .counter, "Label records refused by a party.")
        metrics.describe(
            "cordon_counted_token_epoch", .gauge,
            "Epoch of the tokens that counts are kept under; absent before the first move.")
        metrics.describe("cordon_tokens_live", .gauge, "Tokens with events that a window can still hold.")
        metrics.describe("cordon_log_errors_total", .counter, "Failed calls of the log that were tried again.")
        metrics.describe("cordon_partitions_stopped", .gauge, "Partitions given up for what their log holds.")
        metrics.describe("cordon_cell_sent_bytes_total", .counter, "Bytes of frames sent to both peers, before TLS.")
        metrics.describe("cordon_cell_sent_frames_total", .counter, "Frames sent to both peers.")
        metrics.describe("cordon_cell_peers_connected", .gauge, "Peers with a link now.")
        return metrics
    }
}
