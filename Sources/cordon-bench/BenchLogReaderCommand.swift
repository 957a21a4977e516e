import ArgumentParser
import EventLogs
import Foundation
import Records
import Terminal

/// A reading process of `cordon-bench log`: says `ready`, reads until the end mark, prints a report as JSON.
struct BenchLogReaderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-reader", abstract: "A reader of `cordon-bench log`.", shouldDisplay: false)

    @Argument var topic: String
    @OptionGroup var log: LogOptions

    struct Report: Codable {
        var records: Int
        var inOrder: Bool
        /// From the first record to the last.
        var seconds: Double
        var latency: BenchLogCommand.Figures.Latency
    }

    func run() throws {
        let log = try log.open()
        let partition = TopicPartition(topic)
        let reader = try log.reader(at: [Position(partition, 0)])
        say("ready")
        var milliseconds: [Double] = []
        var inOrder = true
        var next: Int64 = 0
        var first: ContinuousClock.Instant?
        while true {
            let records = try reader.next(limit: 1000, timeout: .seconds(30))
            guard !records.isEmpty else { throw Failure("no record came for half a minute") }
            let now = BenchStamp.now
            if first == nil { first = .now }
            for record in records {
                inOrder = inOrder && record.position.offset >= next
                next = record.position.offset + 1
                guard let sent = BenchStamp.read(record.value ?? []) else {
                    try finish(milliseconds, inOrder, since: first ?? .now)
                    return
                }
                milliseconds.append((Double(now) - Double(sent)) / 1_000_000)
            }
        }
    }

    private func finish(_ milliseconds: [Double], _ inOrder: Bool, since start: ContinuousClock.Instant) throws {
        let sorted = milliseconds.sorted()
        let report = Report(
            records: sorted.count, inOrder: inOrder, seconds: max((ContinuousClock.now - start) / .seconds(1), 1e-6),
            latency: .init(
                p50: percentile(sorted, 0.5) ?? 0, p99: percentile(sorted, 0.99) ?? 0,
                p999: percentile(sorted, 0.999) ?? 0, max: sorted.last ?? 0))
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}
