import Foundation
import Ingest
package import Records
import Roles
import SecureScoring
package import Telemetry

/// What scoring costs by the processes' own count, from their metrics files.
package struct CellCosts {
    /// Rounds of messages a batch.
    package var rounds: Double?
    package var transactionsPerBatch: Double?
    /// Bytes that a party sent to both peers for a transaction, before TLS.
    package var sentBytesPerTransactionAndParty: Double?
    /// Bytes of a sealed record.
    package var recordBytes: Double?
    /// Of the tokens that all three parties count under by now; nil where one has never moved.
    package var countedTokenEpoch: Double?

    package init(folder: DemoFolder, members: [MemberID]) {
        let parties = PartyID.allCases.map { MetricsReading(file: folder.metrics($0.name)) }
        let agents = members.map { MetricsReading(file: folder.metrics($0.name)) }
        func sum(_ readings: [MetricsReading], _ metric: Metric) -> Double {
            readings.reduce(0) { $0 + $1.sum(metric) }
        }
        let epochs = parties.map { $0.sum(.countedTokenEpoch) }
        countedTokenEpoch = epochs.allSatisfy { $0 > 0 } ? epochs.min() : nil
        let scored = sum(parties, .transactionsScored)
        let batches = sum(parties, .batches)
        if scored > 0 { sentBytesPerTransactionAndParty = sum(parties, .cellSentBytes) / scored }
        if batches > 0 {
            rounds = sum(parties, .rounds) / batches
            transactionsPerBatch = scored / batches
        }
        let sealed = sum(agents, .transactionsSealed)
        if sealed > 0 { recordBytes = sum(agents, .sealedBytes) / sealed }
    }
}

/// A metrics file of a process, as far as sums need it.
package struct MetricsReading {
    private var values: [(name: Substring, value: Double)] = []

    package init(file: String) {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let value = Double(parts[1]) else { continue }
            values.append((parts[0].prefix { $0 != "{" }, value))
        }
    }

    /// The sum of a metric's rows, whatever their labels.
    package func sum(_ metric: Metric) -> Double { values.reduce(0) { $1.name == metric.name ? $0 + $1.value : $0 } }
}
