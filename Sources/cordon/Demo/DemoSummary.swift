import Evaluation
import Foundation
import LocalConsortium
import Records
import Roles
import Terminal

/// What a demo run came to; `json` is what `--summary` writes.
struct DemoSummary: Encodable {
    struct Latency: Encodable {
        var p50: Double?
        var p99: Double?
    }

    struct Figures: Encodable {
        /// Transactions that were sent and are whole.
        var transactions = 0
        var scored = 0
        var rejected = 0
        /// Transactions with exactly one decision.
        var decided_once = 0
        /// Transactions whose secure score equals the clear model's in every bit.
        var equal_to_clear = 0
        var alerts = 0
        /// Of the transactions of customers not yet known to be defrauded.
        var measured = 0
        var frauds = 0
        var auc: Double?
        var ap: Double?
        var card_precision_100: Double?
        var latency_ms = Latency()

        mutating func take(_ report: QualityReport) {
            measured = report.transactions
            frauds = report.frauds
            auc = report.auc
            ap = report.averagePrecision
            card_precision_100 = report.cardPrecision100
        }
    }

    /// Over all members; in the JSON these stand at the top.
    var all = Figures()
    var members: [String: Figures] = [:]
    var tx_per_s: Double?
    /// Rounds of messages a batch.
    var rounds: Double?
    var transactions_per_batch: Double?
    /// Bytes that a party sent to both peers for a transaction, before TLS.
    var sent_bytes_per_tx_party: Double?
    /// Bytes of a sealed record.
    var record_bytes: Double?
    /// Of the tokens that all three parties count under in the end, where these are not the first key's.
    var counted_token_epoch: Double?
    var first_score_s: Double?
    var memory_mb: Double?
    var model = ""
    var folder = ""
    /// Every member alone against the consortium.
    var uplift: UpliftForm?
    /// By place in the data's transactions: what was decided by.
    private(set) var scores: [Int: Double] = [:]
    /// Whether it was stopped before the end.
    private(set) var stopped = false

    /// - Parameter clear: by place in the data's transactions, the clear model's scores of what was sent.
    init(data: DemoData, clear: [Int: Int64], outcome: DemoRun.Outcome, quality: ConsortiumQuality) {
        let (state, sent) = (outcome.state, outcome.sent)
        stopped = outcome.stopped
        memory_mb = Double(outcome.peakMemory) / 1_048_576
        var per: [MemberID: Figures] = [:]
        for (index, score) in clear {
            let labelled = data.transactions[index]
            guard sent[labelled.member]?.contains(labelled.transaction.id) == true else { continue }
            let decision = state.decisions[labelled.member]?[labelled.transaction.id]
            per[labelled.member, default: Figures()].transactions += 1
            guard let decision else { continue }
            scores[index] = Double(decision.raw)
            per[labelled.member]?.scored += 1
            if decision.count == 1 { per[labelled.member]?.decided_once += 1 }
            if decision.raw == score { per[labelled.member]?.equal_to_clear += 1 }
        }
        var latencies: [Int64] = []
        for member in data.members {
            var figures = per[member] ?? Figures()
            let tally = state.tallies[member] ?? DemoWatch.Tally()
            figures.rejected = tally.rejected
            figures.alerts = tally.alerts
            figures.latency_ms = Self.latency(tally.latencies)
            latencies += tally.latencies
            if let report = quality.members[member] { figures.take(report) }
            members[member.name] = figures
        }
        all = members.values.reduce(into: Figures()) { sum, each in
            sum.transactions += each.transactions
            sum.scored += each.scored
            sum.rejected += each.rejected
            sum.decided_once += each.decided_once
            sum.equal_to_clear += each.equal_to_clear
            sum.alerts += each.alerts
        }
        all.take(quality.overall)
        all.latency_ms = Self.latency(latencies)
        if let first = state.first, let last = state.last, last > first {
            tx_per_s = Double(all.scored) / ((last - first) / .seconds(1))
        }
    }

    private static func latency(_ values: [Int64]) -> Latency {
        let sorted = values.sorted()
        return Latency(
            p50: percentile(sorted, 0.5).map { Double($0) / 1000 },
            p99: percentile(sorted, 0.99).map { Double($0) / 1000 })
    }

    mutating func take(_ costs: CellCosts) {
        rounds = costs.rounds
        transactions_per_batch = costs.transactionsPerBatch
        sent_bytes_per_tx_party = costs.sentBytesPerTransactionAndParty
        record_bytes = costs.recordBytes
        counted_token_epoch = costs.countedTokenEpoch
    }

    private enum CodingKeys: CodingKey {
        case members, tx_per_s, rounds, transactions_per_batch, sent_bytes_per_tx_party, record_bytes, first_score_s
        case memory_mb, model, folder, uplift, counted_token_epoch
    }

    func encode(to encoder: any Encoder) throws {
        try all.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(members, forKey: .members)
        try container.encode(tx_per_s, forKey: .tx_per_s)
        try container.encode(rounds, forKey: .rounds)
        try container.encode(transactions_per_batch, forKey: .transactions_per_batch)
        try container.encode(sent_bytes_per_tx_party, forKey: .sent_bytes_per_tx_party)
        try container.encode(record_bytes, forKey: .record_bytes)
        try container.encode(first_score_s, forKey: .first_score_s)
        try container.encode(memory_mb, forKey: .memory_mb)
        try container.encode(model, forKey: .model)
        try container.encode(folder, forKey: .folder)
        try container.encodeIfPresent(uplift, forKey: .uplift)
        try container.encodeIfPresent(counted_token_epoch, forKey: .counted_token_epoch)
    }

    var json: [UInt8] { encodeJSON(self) }

    var text: String {
        var lines = [
            "",
            "summary",
            "  scored        \(all.scored) of \(all.transactions) transactions, \(all.rejected) broken records rejected, \(all.alerts) alerts",
            "  exactly once  \(all.decided_once) of \(all.transactions) have one decision",
            "  equality      \(all.equal_to_clear) of \(all.scored) scores equal the model in the clear, bit for bit",
            "  throughput    \(decimals(tx_per_s, 0)) transactions/s, transaction to decision, all processes on this machine",
            "  latency       p50 \(decimals(all.latency_ms.p50, 1)) ms, p99 \(decimals(all.latency_ms.p99, 1)) ms",
            "  cost          \(decimals(rounds, 0)) rounds a batch of \(decimals(transactions_per_batch, 0)), "
                + "\(decimals(sent_bytes_per_tx_party, 0)) bytes sent a transaction and party, "
                + "\(decimals(record_bytes, 0)) bytes a record in the log",
            "  first score   \(decimals(first_score_s, 1)) s after the start; \(decimals(memory_mb, 0)) MB of memory at most, in all",
            "  quality       AUC \(decimals(all.auc)), average precision \(decimals(all.ap)), "
                + "card precision@100 \(decimals(all.card_precision_100)) (\(all.measured) transactions, \(all.frauds) frauds)",
        ]
        for (name, figures) in members.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "    \(column(name, 10, left: true))  AUC \(decimals(figures.auc)), average precision "
                    + "\(decimals(figures.ap)), card precision@100 \(decimals(figures.card_precision_100)) "
                    + "(\(figures.measured) transactions, \(figures.frauds) frauds)")
        }
        if let epoch = counted_token_epoch {
            lines.append(
                "  token key     rotated meanwhile: all three parties count under tokens of epoch \(decimals(epoch, 0))"
            )
        }
        return (lines + ["  everything is in \(folder)"]).joined(separator: "\n")
    }
}
