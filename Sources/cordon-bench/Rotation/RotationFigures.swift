import Foundation
import Terminal

/// What `--json` of `cordon-bench rotation` writes.
struct RotationFigures: Encodable {
    typealias Latency = BenchLogCommand.Figures.Latency

    /// A span of the open loop.
    struct Span: Encodable {
        var seconds: Double
        /// That were due in it.
        var transactions: Int
        var latency_ms: Latency
    }

    /// The kills of one role, and how long the slowest transaction of each took.
    struct Kills: Encodable {
        var role: String
        /// Whether keys were rotated meanwhile.
        var in_rotation: Bool
        var kills: Int
        var median_ms: Double
        var most_ms: Double
    }

    struct Throughput: Encodable {
        var alone: Double
        var during_rotation: Double
        /// The second by the first.
        var ratio: Double
        /// That the second was measured for.
        var seconds: Double
    }

    var machine = PipelineFigures.Machine.this
    var log_durability: String
    /// Transactions a second of the open loop.
    var rate: Int
    var window: Int
    var grace_s: Int
    var generator_late_ms_p99: Double
    var before: Span
    /// While keys are rotated, and all processes go on.
    var rotated: Span
    /// While keys are rotated and processes are killed.
    var killed: Span
    /// While the same processes are killed at the same moments, and no keys are rotated.
    var disturbed: Span
    /// The p99 of the rotations without kills above the one before.
    var added_p99_ms: Double
    /// The p99 of the rotations with kills above the one of kills without rotations.
    var added_p99_killed_ms: Double
    var undisturbed: Int
    var rotations: Int
    /// By role, with and without rotations.
    var kills: [Kills]
    /// In force at the end.
    var epoch: UInt32
    var tx_per_s: Throughput
    /// Transactions, of which each has one decision with the score of the model in the clear: none is lost, doubled or changed.
    var compared = 0
    /// Records that came behind their epoch's closing: refused, and sealed again.
    var sealed_again = 0
}

extension RotationFigures {
    /// The figures for people.
    var table: String {
        let spans = [
            ("before", before), ("\(undisturbed) rotations", rotated),
            ("\(rotations) rotations with kill -9", killed), ("the same kills without rotations", disturbed),
        ]
        var lines = [
            "",
            column("transactions due at \(rate)/s", 36, left: true)
                + ["seconds", "p50 ms", "p99 ms", "slowest"].map { column($0, 10) }.joined(),
        ]
        lines += spans.map { name, span in
            let latency = span.latency_ms
            let values = [span.seconds, latency.p50, latency.p99, latency.max]
            return column(name, 36, left: true) + values.map { column(decimals($0, 1), 10) }.joined()
        }
        lines += [
            "",
            "added to p99 by rotations \(decimals(added_p99_ms, 1)) ms; where processes are killed \(decimals(added_p99_killed_ms, 1)) ms",
            column("slowest after kill -9 of", 36, left: true)
                + ["times", "median ms", "most ms"].map { column($0, 10) }.joined(),
        ]
        lines += kills.map { kills in
            column(kills.role + (kills.in_rotation ? ", in a rotation" : ""), 36, left: true)
                + column("\(kills.kills)", 10)
                + [kills.median_ms, kills.most_ms].map { column(decimals($0, 1), 10) }.joined()
        }
        lines += [
            "",
            """
            as fast as decisions come back: \(decimals(tx_per_s.alone, 0)) transactions/s alone, \(decimals(tx_per_s.during_rotation, 0)) \
            in \(decimals(tx_per_s.seconds, 0)) s with a rotation (\(decimals(tx_per_s.ratio)) of it)
            """,
            """
            epoch \(epoch) of keys is in force; \(compared) of \(compared) transactions decided once, each with the score of the model in the \
            clear: none lost, doubled or changed; \(sealed_again) came behind their epoch's closing and were sealed again
            """,
            """
            \(machine.cpu), \(machine.cores) cores, all processes on it; the generator was late by \(decimals(generator_late_ms_p99, 1)) ms (p99)
            """,
        ]
        return lines.joined(separator: "\n")
    }
}
