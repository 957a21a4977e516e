import HTTPFront
import Ingest
import IngestHTTP
import ModelSync
import SecureScoring
package import Telemetry
import TokenService

extension Metric {
    package static let transactionsWaiting = Metric.gauge(
        "cordon_transactions_waiting", "Sealed transactions without a decision.")
    package static let knownIDs = Metric.gauge(
        "cordon_known_ids", "Ids of transactions whose repeats are told from new ones.")
    package static let labelsWaiting = Metric.gauge(
        "cordon_labels_waiting", "Events of which the parties were not told yet what became of them.")
    package static let logErrors = Metric.counter(
        "cordon_log_errors_total", "Failed calls of the log that were tried again.")
    package static let partitionsStopped = Metric.gauge(
        "cordon_partitions_stopped", "Partitions given up for what their log holds.")
    package static let tokenEpoch = Metric.gauge(
        "cordon_token_epoch", "Epoch of the token key in force; absent while there is none.")
    package static let cellSentBytes = Metric.counter(
        "cordon_cell_sent_bytes_total", "Bytes of frames sent to both peers, before TLS.")
    package static let cellSentFrames = Metric.counter("cordon_cell_sent_frames_total", "Frames sent to both peers.")
    package static let auditEntries = Metric.gauge("cordon_audit_entries", "Entries of the role's audit log.")
    package static let auditContradictions = Metric.counter(
        "cordon_audit_contradictions_total",
        "Contradictions between heads of one role's audit log, that roles have shown.")
    package static let auditHeadsShown = Metric.counter(
        "cordon_audit_heads_shown_total", "Heads of the role's audit log that it showed the others.")
    package static let scoresSigned = Metric.counter(
        "cordon_scores_signed_total", "Scores that the party signed for in its audit log.")
    package static let keyAge = Metric.gauge(
        "cordon_key_age_seconds", "Age of a key of the role's keystore.", labels: ["key", "epoch"])
    package static let keyExpiry = Metric.gauge(
        "cordon_key_expiry_timestamp_seconds", "Time by which a key of the role's keystore is to be replaced.",
        labels: ["key", "epoch"])
    package static let cellPeersConnected = Metric.gauge("cordon_cell_peers_connected", "Peers with a link now.")
}

/// The metrics that each role describes from its start: its own, and those of the modules that it is put together from.
package enum RoleMetrics {
    package static let agent: [Metric] = IngestMetrics.all + TokenMetrics.member + ofAgents + ofBoth

    /// The metrics of an agent's HTTP front, where it has one.
    package static let front: [Metric] = HTTPFrontMetrics.all + IngestHTTPMetrics.all

    package static let party: [Metric] =
        ScoringMetrics.all + TokenMetrics.party + SyncMetrics.all + ofParties + ofBoth

    /// The roles' own.
    package static let all: [Metric] = ofAgents + ofParties + ofBoth

    private static let ofAgents: [Metric] = [.transactionsWaiting, .knownIDs, .labelsWaiting, .syncVerdicts]
    private static let ofParties: [Metric] = [
        .tokenEpoch, .cellSentBytes, .cellSentFrames, .cellPeersConnected, .scoresSigned,
    ]
    private static let ofBoth: [Metric] = [
        .logErrors, .partitionsStopped, .auditEntries, .auditContradictions, .auditHeadsShown, .keyAge,
        .keyExpiry,
    ]
}
