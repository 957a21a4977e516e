import Records
import Terminal

/// What a run of the protocol gave.
struct ProtocolFigures: Codable {
    var transactionsPerSecond: Double
    var batchMilliseconds: BenchLogCommand.Figures.Latency
    var sentBytesPerTransactionAndParty: Double
    var processorMicrosecondsPerTransactionAndParty: Double
    var rounds: Double
    var peakMegabytes: Int
    var equalToClear: Bool

    /// - Parameter reports: of the three parties, in order, whose scores were held against the clear model's.
    init(_ reports: [BenchPartyCommand.Report], transactions: Int) {
        let leader = reports[PartyID.zero.rawValue]
        func mean(_ value: (BenchPartyCommand.Report) -> Double) -> Double {
            reports.map(value).reduce(0, +) / Double(reports.count * transactions)
        }
        let times = leader.milliseconds
        transactionsPerSecond = Double(transactions) / leader.seconds
        batchMilliseconds = .init(
            p50: percentile(times, 0.5) ?? 0, p99: percentile(times, 0.99) ?? 0, p999: percentile(times, 0.999) ?? 0,
            max: times.last ?? 0)
        sentBytesPerTransactionAndParty = mean { Double($0.sentBytes) }
        processorMicrosecondsPerTransactionAndParty = mean { $0.processorSeconds * 1_000_000 }
        rounds = Double(leader.rounds) / Double(leader.batches)
        peakMegabytes = reports.map(\.peakMegabytes).max() ?? 0
        equalToClear = true
    }
}
