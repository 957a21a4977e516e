import Foundation
import Terminal

/// What `--json` of `cordon-bench retraining` writes.
struct RetrainingFigures: Encodable {
    typealias Latency = BenchLogCommand.Figures.Latency

    /// A span of the open loop.
    struct Span: Encodable {
        var seconds: Double
        /// That were due in it.
        var transactions: Int
        var latency_ms: Latency
        /// Processor time of each party.
        var party_cpu_us_per_tx: Double
    }

    struct Throughput: Encodable {
        var alone: Double
        var during_training: Double
        /// The second by the first.
        var ratio: Double
        /// Seconds that each was measured for.
        var alone_s: Double
        var during_training_s: Double
        /// Groups of trees that were grown within those seconds.
        var groups: Int
        var groups_of: Int
        /// Seconds of that training as a whole, the end of it without load.
        var training_s: Double
    }

    struct Shadow: Encodable {
        /// Rows that challenger and champion were both scored on, off the hot path.
        var rows: Int
        var windows: Int
        /// Of each party: what a transaction takes without, and with one validated row to each transaction.
        var party_cpu_us_per_tx: Double
        var party_cpu_us_per_tx_in_shadow: Double
        /// The second by the first.
        var ratio: Double
    }

    struct Switch: Encodable {
        /// The span's p99 above the one before the training.
        var added_p99_ms: Double
        /// The span's slowest above that one's.
        var added_max_ms: Double
    }

    var machine = PipelineFigures.Machine.this
    var log_durability: String
    /// Transactions a second of the open loop.
    var rate: Int
    var window: Int
    var generator_late_ms_p99: Double
    var before: Span
    var training: Span
    var validation: Span
    /// From a tenth of a second before the decision on.
    var promotion: Span
    /// Under the model that was trained.
    var promoted: Span
    var rollback: Span
    var promotion_added: Switch
    var rollback_added: Switch
    var tx_per_s: Throughput
    var shadow: Shadow
    /// That the model was trained on.
    var trained_rows: Int
    var trained_frauds: Int
    /// Transactions, of which each has one decision, by the model in force at its place, with that model's score in the clear.
    var compared: Int
    var by_first_model: Int
    var by_trained_model: Int
    var peak_party_mb: Double
}

extension RetrainingFigures {
    /// The figures for people.
    var table: String {
        let spans = [
            ("before", before), ("while training runs", training), ("while all rows are validated", validation),
            ("around the promotion", promotion), ("under the trained model", promoted),
            ("around the rollback", rollback),
        ]
        var lines = [
            "",
            column("transactions due at \(rate)/s", 32, left: true)
                + ["seconds", "p50 ms", "p99 ms", "slowest", "party us"].map { column($0, 10) }.joined(),
        ]
        lines += spans.map { name, span in
            let latency = span.latency_ms
            let values = [span.seconds, latency.p50, latency.p99, latency.max, span.party_cpu_us_per_tx]
            return column(name, 32, left: true) + values.map { column(decimals($0, 1), 10) }.joined()
        }
        let throughput = tx_per_s
        lines += [
            "",
            """
            as fast as decisions come back: \(decimals(throughput.alone, 0)) transactions/s alone, \
            \(decimals(throughput.during_training, 0)) while training runs (\(decimals(throughput.ratio)) of it, for \
            \(decimals(throughput.during_training_s, 1)) s, in which \(throughput.groups) of \(throughput.groups_of) groups of trees grew)
            """,
            """
            challenger in shadow: \(decimals(shadow.party_cpu_us_per_tx_in_shadow, 1)) us of processor time a transaction and party \
            instead of \(decimals(shadow.party_cpu_us_per_tx, 1)), \(decimals(shadow.ratio)) times as much (\(shadow.rows) rows in \
            \(shadow.windows) windows)
            """,
            """
            added to p99 by the promotion \(decimals(promotion_added.added_p99_ms, 1)) ms, by the rollback \
            \(decimals(rollback_added.added_p99_ms, 1)) ms; to the slowest \(decimals(promotion_added.added_max_ms, 1)) and \
            \(decimals(rollback_added.added_max_ms, 1)) ms
            """,
            """
            trained on \(trained_rows) rows, \(trained_frauds) frauds; \(compared) of \(compared) transactions decided once, each by the \
            model in force at its place and with that model's score in the clear: \(by_first_model) by the first, \(by_trained_model) by \
            the trained one
            """,
            """
            \(machine.cpu), \(machine.cores) cores, all processes on it; a party used \(decimals(peak_party_mb, 0)) MB at most; the \
            generator was late by \(decimals(generator_late_ms_p99, 1)) ms (p99)
            """,
        ]
        return lines.joined(separator: "\n")
    }
}
